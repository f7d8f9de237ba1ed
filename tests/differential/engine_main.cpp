// What a real engine makes of the cases that baseline allows: created through skillrun's own engine, inspected,
// compared with what was asked for, removed. SKILLRUN_TEST_DOCKER_SOCKET names the engine, SKILLRUN_TEST_IMAGE an image
// it has.
#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <skillrun/host_view.hpp>
#include <skillrun/parsing.hpp>

#include "engine/docker/api/api_engine.hpp"
#include "engine/docker/create_body.hpp"
#include "grammar.hpp"
#include "shell_words.hpp"
#include "skillrun_reading.hpp"

using namespace differential;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr int skipped = 77;
constexpr skillrun::CallLimits limits{30s};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

json::object member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->as_object() : json::object();
}

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

/// The inspect answer in the shape of a create request.
json::object as_request(const json::object& inspected) {
  json::object request = member(inspected, "Config");
  request["HostConfig"] = member(inspected, "HostConfig");
  request["NetworkingConfig"] =
      json::object{{"EndpointsConfig", member(member(inspected, "NetworkSettings"), "Networks")}};
  return request;
}

/// What an engine adds to a request by itself; each with why that is no more than was asked for.
bool engine_default(const std::string& field, const std::string& value, const json::object& request) {
  static const std::map<std::string, std::set<std::string>> fixed{
      {"ShmSize", {"67108864"}},              // the engine's default
      {"IpcMode", {"private"}},               // likewise
      {"CgroupnsMode", {"private", "host"}},  // private with cgroups v2; v1 knows no other than the host's
      {"Runtime", {"runc"}},
      {"Env.PATH", {"=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}},
  };
  if (const auto found = fixed.find(field); found != fixed.end()) return found->second.contains(value);
  // The engine's lists of paths to hide, which a request can only take away.
  if (field == "MaskedPaths" || field == "ReadonlyPaths") return value != "[]";
  if (field == "Hostname") return value.size() == 12;  // the container's own id
  const json::object host = member(request, "HostConfig");
  // Without a limit for swap it is twice the memory.
  if (field == "MemorySwap") return host.contains("Memory") && !host.contains("MemorySwap");
  // Log options without a driver are the default driver's.
  if (field == "LogConfig.Type") return value == "json-file" && text(member(host, "LogConfig"), "Type").empty();
  return false;
}

/// What an engine drops on a kernel without the means: the verification before the start refuses that.
bool needs_kernel(const std::string& field) { return field == "BlkioWeight" || field == "BlkioWeightDevice"; }

/// The mounts that the engine resolved, against the spec itself.
void compare_mounts(const skillrun::ContainerSpec& spec, const json::object& inspected,
                    std::vector<std::string>& faults) {
  std::map<std::string, json::object> made;
  if (const json::value* mounts = inspected.if_contains("Mounts"); mounts != nullptr && mounts->is_array()) {
    for (const json::value& entry : mounts->as_array())
      made[text(entry.as_object(), "Destination")] = entry.as_object();
  }
  for (const auto& setting : spec.mounts) {
    const skillrun::Mount& mount = setting.value;
    if (mount.type == skillrun::MountType::tmpfs) continue;
    const auto found = made.find(mount.target);
    if (found == made.end()) {
      faults.push_back(fmt::format("nothing is mounted on {}", mount.target));
      continue;
    }
    const json::object& entry = found->second;
    const bool bind = mount.type == skillrun::MountType::bind;
    if (text(entry, "Type") != (bind ? "bind" : "volume"))
      faults.push_back(fmt::format("{}: another type", mount.target));
    if (bind && text(entry, "Source") != mount.source) {
      faults.push_back(fmt::format("{}: {} instead of {}", mount.target, text(entry, "Source"), mount.source));
    }
    if (!bind && !mount.source.empty() && text(entry, "Name") != mount.source) {
      faults.push_back(fmt::format("{}: the volume {} instead of {}", mount.target, text(entry, "Name"), mount.source));
    }
    const json::value* writable = entry.if_contains("RW");
    if (writable == nullptr || !writable->is_bool() || writable->as_bool() == mount.read_only) {
      faults.push_back(fmt::format("{}: read-only is not what was asked for", mount.target));
    }
    made.erase(found);
  }
  for (const auto& [target, entry] : made) {
    if (text(entry, "Type") != "tmpfs") faults.push_back(fmt::format("{} is mounted and nobody asked for it", target));
  }
}

/// Sources that the engine can use without touching this machine: the same paths below `folder`.
void move_sources(skillrun::ContainerSpec& spec, const std::string& folder) {
  for (auto& setting : spec.mounts) {
    skillrun::Mount& mount = setting.value;
    if (mount.type != skillrun::MountType::bind || mount.source.starts_with(folder)) continue;
    if (mount.source == "/etc/localtime") continue;
    mount.source = folder + mount.source;
    fs::create_directories(mount.source);
  }
}

class Suite {
 public:
  Suite(std::string socket, std::string image, std::string folder)
      : socket_(std::move(socket)), image_(std::move(image)), client_(socket_) {
    places_ = {.folder = std::move(folder), .home = "/home/tester"};
  }

  bool open() {
    auto engine = skillrun::ApiEngine::open(socket_, limits);
    if (!engine) {
      fmt::print("{}: {}\n", socket_, engine.error().message);
      return false;
    }
    engine_ = std::move(*engine);
    return true;
  }

  void run(const std::string& name, const std::vector<std::string>& words) {
    auto spec = spec_of_words(words, places_, {});
    if (!spec) return;
    spec->image.value = *skillrun::parse_image_reference(image_);
    spec->labels.push_back({skillrun::KeyValue{"test.differential", "yes"}, {}});
    move_sources(*spec, places_.folder + "/host");
    const auto admitted = skillrun::admit(*skillrun::Policy::builtin("baseline"), *spec, skillrun::LexicalHost{});
    if (!admitted) return;
    ++allowed;
    const auto id = engine_->create(*admitted, {}, {}, limits);
    if (!id) {
      auto& [count, example] = rejected[id.error().message];
      ++count;
      example = shell_quoted(words);
      return;
    }
    ++created;
    if (const auto found = compare(*admitted, *id); !found.empty()) {
      ++faults;
      fmt::print("\n{}: the engine made something else (asked for | made)\n  words: {}\n", name, shell_quoted(words));
      for (const std::string& fault : found) fmt::print("    {}\n", fault);
    }
    if (const auto removed = engine_->remove(*id, limits); !removed) {
      ++faults;
      fmt::print("\n{}: {} could not be removed: {}\n", name, *id, removed.error().message);
    }
  }

  std::uint64_t allowed = 0;
  std::uint64_t created = 0;
  std::uint64_t faults = 0;
  std::map<std::string, std::pair<std::uint64_t, std::string>> rejected;

 private:
  std::vector<std::string> compare(const skillrun::ApprovedSpec& approved, const std::string& id) {
    auto answer =
        client_.exchange({"GET", fmt::format("/v{}/containers/{}/json", engine_->info().api_version, id)}, limits);
    if (!answer || answer->head.status != 200) return {"the container cannot be inspected"};
    const json::object inspected = json::parse(answer->body).as_object();
    const json::object request = skillrun::create_body(approved.spec(), {}, {}, skillrun::dialect_of(engine_->info()));
    const Fields asked = canonical(request, places_);
    const Fields made = canonical(as_request(inspected), places_);
    std::vector<std::string> out;
    for (const auto& [field, value] : asked) {
      const auto found = made.find(field);
      const std::string other = found == made.end() ? "(nothing)" : found->second;
      if (value != other && !(found == made.end() && needs_kernel(field)))
        out.push_back(fmt::format("{}: {} | {}", field, value, other));
    }
    for (const auto& [field, value] : made) {
      if (!asked.contains(field) && !engine_default(field, value, request)) {
        out.push_back(fmt::format("{}: (nothing) | {}", field, value));
      }
    }
    compare_mounts(approved.spec(), inspected, out);
    return out;
  }

  std::string socket_;
  std::string image_;
  skillrun::HttpClient client_;
  std::unique_ptr<skillrun::ApiEngine> engine_;
  Places places_;
};

int run_suite(const std::string& socket, std::uint64_t seed, std::uint64_t cases) {
  std::string folder = (fs::temp_directory_path() / "skillrun-differential-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 2;
  Suite suite(socket, variable("SKILLRUN_TEST_IMAGE"), folder);
  const bool usable = suite.open();
  for (std::uint64_t i = 0; usable && suite.allowed < cases; ++i) {
    suite.run(fmt::format("case {} (seed {})", i, seed), generate_words(seed, i));
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  if (!usable) return 1;
  fmt::print("\nseed {}: {} cases allowed by baseline, {} containers made and compared, {} faults\n", seed,
             suite.allowed, suite.created, suite.faults);
  for (const auto& [message, entry] : suite.rejected) {
    fmt::print("  the engine rejects {}: {}\n    for example {}\n", entry.first, message, entry.second);
  }
  return suite.faults == 0 && suite.created > 0 ? 0 : 1;
}

}  // namespace

/// differential_engine [SEED [CASES]]
int main(int argc, char** argv) {
  const std::string socket = variable("SKILLRUN_TEST_DOCKER_SOCKET");
  if (socket.empty()) {
    fmt::print("there is no engine: SKILLRUN_TEST_DOCKER_SOCKET is not set (see scripts/test-engines)\n");
    return variable("CI") == "true" ? 1 : skipped;
  }
  const auto number = [&](int index, std::uint64_t otherwise) {
    return argc > index ? std::stoull(argv[index]) : otherwise;
  };
  return run_suite(socket, number(1, 1), number(2, 300));
}
