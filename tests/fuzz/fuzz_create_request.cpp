// Any bytes as the body of a create request. Holds: a problem says what and where, within the request; what is read
// without one is what was asked for in the members that matter most, read here from the body itself; written again and
// read again it is the same request; a policy judges it as any spec.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <skillrun/policy.hpp>

#include "engine/docker/create_body.hpp"
#include "engine/docker/create_request.hpp"
#include "engine/docker/gaps.hpp"

namespace {

using namespace skillrun;

void require(bool holds) {
  if (!holds) std::abort();
}

const CallerContext asking{.workdir = "/work", .cwd = "/work", .home = "/home/me", .uid = 1000, .gid = 1000};

json::object written(const ContainerSpec& spec, const Dialect& dialect) {
  return create_body(spec, {}, {.standard_input = spec.wants_stdin(), .tty = spec.tty->value == TtyMode::on}, dialect);
}

const json::object* object_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

bool is_true(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string_view text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::size_t entries_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return 0;
  if (const json::array* list = value->if_array()) return list->size();
  const json::object* members = value->if_object();
  return members != nullptr ? members->size() : 0;
}

/// What would break out, had it been overlooked.
void check_nothing_lost(const json::object& body, const ContainerSpec& spec) {
  static const json::object none;
  const json::object* found = object_in(body, "HostConfig");
  const json::object& host = found != nullptr ? *found : none;
  require(is_true(host, "Privileged") == (spec.privileged && spec.privileged->value));
  require(is_true(host, "PublishAllPorts") == (spec.publish_all && spec.publish_all->value));
  require((text_in(host, "NetworkMode") == "host") ==
          (spec.network_mode && spec.network_mode->value.kind == NetworkKind::host));
  require((text_in(host, "PidMode") == "host") == (spec.pid_mode && spec.pid_mode->value.mode == NamespaceMode::host));
  require(spec.mounts.size() == entries_in(host, "Binds") + entries_in(host, "Mounts") + entries_in(host, "Tmpfs") +
                                    entries_in(body, "Volumes"));
  require(spec.cap_add.size() == entries_in(host, "CapAdd"));
  require(spec.devices.size() == entries_in(host, "Devices"));
  require(spec.volumes_from.size() == entries_in(host, "VolumesFrom"));
  require(spec.entrypoint.has_value() + spec.command.size() ==
          entries_in(body, "Cmd") + entries_in(body, "Entrypoint"));
}

void check_again(const ContainerSpec& spec) {
  for (const int api : {41, 47, 99}) {
    const Dialect dialect{.api_minor = api, .init_path = {}};
    const json::object body = written(spec, dialect);
    const std::string text = json::serialize(body);
    const ContainerSpec again = read_create_request({.body = text}, asking);
    require(!has_errors(again.problems));
    // What an engine of this dialect is not told is a gap, which ends a run before it is asked.
    if (find_gaps(spec, dialect).empty())
      require(written(again, Dialect{.api_minor = 99, .init_path = {}}) ==
              written(spec, Dialect{.api_minor = 99, .init_path = {}}));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ContainerSpec spec = read_create_request({.body = text}, asking);
  for (const Finding& problem : spec.problems) {
    require(!problem.rule.empty() && !problem.message.empty() && problem.source == nullptr);
    require(problem.field.empty() || problem.field.starts_with('/'));
  }
  static const auto privileged = Policy::builtin("privileged");
  static const auto baseline = Policy::builtin("baseline");
  const LexicalHost host;
  const bool admitted = admit(*privileged, spec, host).has_value();
  if (admit(*baseline, spec, host)) require(admitted);
  if (has_errors(spec.problems)) {
    require(!admitted);
    return 0;
  }
  boost::system::error_code error;
  const json::value body = json::parse(text, error);
  require(!error && body.is_object());
  check_nothing_lost(body.get_object(), spec);
  check_again(spec);
  return 0;
}
