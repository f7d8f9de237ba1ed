// Any bytes as an engine's answer to inspect, in both dialects, beside a plain and a full spec. Holds: what cannot be
// read is an error and never an empty container; no difference means that what matters most is as approved, read here
// from the answer itself; each difference keeps the container from starting; an answer is read only when its members
// are of the types that the API promises.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include <skillrun/host_view.hpp>
#include <skillrun/normalize.hpp>

#include "engine/docker/observe.hpp"
#include "run/verify.hpp"
#include "support/json.hpp"

namespace {

using namespace skillrun;

/// The specs that the answers in tests/data/inspect were asked for, as far as a manifest can say it.
constexpr std::string_view manifest_text = R"([skills.plain]
runtime = "docker"
[skills.plain.docker]
image = "skillrun-test/busybox:1"
command = ["true"]
network = "none"

[skills.full]
runtime = "docker"
[skills.full.docker]
image = "skillrun-test/full:1"
entrypoint = "/bin/sh"
command = ["-c", "exit 0"]
environment = ["A=first", "B=with = and , ", "A=last"]
labels = { app = "x" }
working_dir = "/work"
user = "1000:1001"
group_add = ["44"]
hostname = "host-a"
stop_signal = "SIGINT"
stop_timeout = 7
init = true
read_only = true
cap_add = ["NET_BIND_SERVICE"]
cap_drop = ["ALL"]
security_opt = ["no-new-privileges", "seccomp=unconfined", "systempaths=unconfined"]
sysctls = { "kernel.msgmax" = "65000" }
devices = ["/dev/null:/dev/nothing:r"]
volumes = ["/usr/share:/data:ro", "/usr/lib:/made:z", "skillrun-test-volume:/volume:nocopy", "/anonymous"]
tmpfs = ["/scratch:size=1048576,mode=1777,noexec,nosuid"]
network = "bridge"
ports = ["127.0.0.1:18080:80", "80", "53:53/udp"]
dns = ["192.0.2.53"]
extra_hosts = ["db:192.0.2.7"]
memory = "64m"
memory_swap = "96m"
memory_reservation = "32m"
cpus = 0.5
pids_limit = 100
shm_size = "8m"
ulimits = { nofile = "64:128" }
extra_args = ["--cpu-shares=512", "--oom-score-adj=100"]
)";

void require(bool holds) {
  if (!holds) std::abort();
}

ApprovedSpec approved(std::string_view name) {
  const auto source = std::make_shared<const SourceText>(
      SourceText{.name = "skills.toml", .directory = "/srv", .text = std::string(manifest_text)});
  const auto manifest = parse_manifest(source, ManifestFormat::toml);
  require(manifest.has_value());
  const MapVariables variables({});
  const CallerContext caller{.workdir = "/srv", .cwd = "/srv", .home = "/home/a", .uid = 1000, .gid = 1000};
  const auto skill = resolve_skill(*manifest, *manifest->find_skill(name), std::nullopt, caller, variables);
  require(skill.has_value());
  auto admitted = admit(*Policy::builtin("privileged"), normalize(*skill, {}, caller, variables), LexicalHost());
  require(admitted.has_value());
  return std::move(*admitted);
}

/// The answer's object; null where there is none to read.
const json::object* document_of(const json::value& answer) {
  const json::array* list = answer.if_array();
  if (list == nullptr) return answer.if_object();
  return list->size() == 1 ? list->front().if_object() : nullptr;
}

const json::object* object_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

bool is_text(const json::object& object, std::string_view key, std::string_view text) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() && std::string_view(value->get_string()) == text;
}

bool is_true(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool has_entries(const json::object& object, std::string_view key, bool (*counts)(const json::value&)) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return false;
  for (const json::value& entry : value->get_array()) {
    if (counts(entry)) return true;
  }
  return false;
}

/// The members that matter most are of their types, null or absent.
bool has_promised_types(const json::object& answer, const json::object& host) {
  const auto all = [](const json::object& object, std::initializer_list<std::string_view> keys, auto&& is_promised) {
    for (const std::string_view key : keys) {
      const json::value* value = object.if_contains(key);
      if (value != nullptr && !value->is_null() && !is_promised(*value)) return false;
    }
    return true;
  };
  const auto is_list_of = [](json::kind kind) {
    return [kind](const json::value& value) {
      if (!value.is_array()) return false;
      for (const json::value& entry : value.get_array()) {
        if (entry.kind() != kind) return false;
      }
      return true;
    };
  };
  return all(host, {"Privileged", "ReadonlyRootfs", "AutoRemove", "PublishAllPorts", "OomKillDisable"},
             [](const json::value& value) { return value.is_bool(); }) &&
         all(host, {"PidMode", "IpcMode", "UTSMode", "UsernsMode", "NetworkMode", "CgroupParent"},
             [](const json::value& value) { return value.is_string(); }) &&
         all(host, {"Memory", "PidsLimit", "NanoCpus"}, [](const json::value& value) { return value.is_number(); }) &&
         all(host, {"CapAdd", "CapDrop", "SecurityOpt", "VolumesFrom"}, is_list_of(json::kind::string)) &&
         all(host, {"Devices", "DeviceRequests"}, is_list_of(json::kind::object)) &&
         all(answer, {"Mounts"}, is_list_of(json::kind::object));
}

/// What no spec here allows.
bool breaks_out(const json::object& host) {
  return is_true(host, "Privileged") || is_text(host, "PidMode", "host") || is_text(host, "IpcMode", "host") ||
         is_text(host, "UTSMode", "host") || is_text(host, "UsernsMode", "host") ||
         is_text(host, "NetworkMode", "host") || is_true(host, "AutoRemove") || is_true(host, "PublishAllPorts") ||
         has_entries(host, "DeviceRequests", [](const json::value&) { return true; }) ||
         has_entries(host, "VolumesFrom", [](const json::value& entry) { return entry.is_string(); });
}

/// A bind of another source than those of the full spec.
bool is_foreign_bind(const json::value& entry) {
  const json::object* mount = entry.if_object();
  if (mount == nullptr || !is_text(*mount, "Type", "bind")) return false;
  return !is_text(*mount, "Source", "/usr/share") && !is_text(*mount, "Source", "/usr/lib") &&
         !is_text(*mount, "Source", "/host_mnt/usr/share") && !is_text(*mount, "Source", "/host_mnt/usr/lib");
}

void check(const ApprovedSpec& spec, bool plain, const json::object& answer, const ObservedContainer& made) {
  ImageInfo image;
  image.id = made.image_id;  // so that the other members decide
  image.command = {"sh"};
  const RunLabels labels{{{"skillrun.run", "run-1"}, {"skillrun.skill", "full"}}};
  const Order order{.spec = spec.spec(), .image = image, .labels = labels};
  const auto differences = find_differences(order, made);
  for (const Difference& difference : differences) {
    require(!difference.field.empty() && difference.approved != difference.made);
  }
  const Findings findings = verify(spec, order, made, LexicalHost());
  if (!differences.empty()) require(has_errors(findings));
  for (const Finding& finding : findings) require(!finding.rule.empty() && !finding.message.empty());
  if (!findings.empty()) return;
  const json::object& host = *object_in(answer, "HostConfig");
  require(!breaks_out(host) && !has_entries(answer, "Mounts", is_foreign_bind));
  if (plain) {
    require(is_text(host, "NetworkMode", "none"));
    require(!has_entries(answer, "Mounts", [](const json::value& entry) { return entry.is_object(); }));
    require(!has_entries(host, "Devices", [](const json::value& entry) { return entry.is_object(); }));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ApprovedSpec plain = approved("plain");
  static const ApprovedSpec full = approved("full");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  boost::system::error_code error;
  const json::value answer = json::parse(text, error);
  const json::object* document = error ? nullptr : document_of(answer);
  for (const bool podman : {false, true}) {
    const Dialect dialect{.podman = podman, .init_path = {}};
    const auto made = read_container(text, dialect, {.spec = plain.spec()});
    const auto made_full = read_container(text, dialect, {.spec = full.spec()});
    require(made.has_value() == made_full.has_value());
    if (!made) {
      require(made.error().kind == EngineError::Kind::protocol && !made.error().message.empty());
      continue;
    }
    require(document != nullptr && object_in(*document, "Config") != nullptr &&
            object_in(*document, "HostConfig") != nullptr);
    require(!made->id.empty() && !made->image_id.empty());
    require(has_promised_types(*document, *object_in(*document, "HostConfig")));
    check(plain, true, *document, *made);
    check(full, false, *document, *made_full);
  }
  return 0;
}
