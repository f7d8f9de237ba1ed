#include "engine/docker/api/api_engine.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <set>

#include "engine/docker/api/attachment.hpp"
#include "engine/docker/container_list.hpp"
#include "engine/docker/create_body.hpp"
#include "engine/docker/inspect_fields.hpp"
#include "engine/docker/json_fields.hpp"
#include "engine/failure.hpp"
#include "engine/log.hpp"
#include "engine/wire/dial.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

// Between these the API is known; engines offer their newest and take every older one down to a floor of their own.
constexpr std::string_view newest_api = "1.47";
constexpr int newest_minor = 47;
constexpr int oldest_minor = 40;

/// "20.10.24+dfsg1" of "Docker/20.10.24+dfsg1 (linux)".
std::string product_version(std::string_view server) {
  const auto slash = server.find('/');
  if (slash == std::string_view::npos) return {};
  server.remove_prefix(slash + 1);
  return std::string(server.substr(0, server.find(' ')));
}

std::string container_path(const std::string& id) { return "/containers/" + percent_encode(id); }

}  // namespace

EngineResult<std::unique_ptr<ApiEngine>> ApiEngine::open(const Endpoint& endpoint, CallLimits limits,
                                                         CallLimits for_info) {
  std::unique_ptr<ApiEngine> engine(new ApiEngine(endpoint));
  if (auto connected = dial(endpoint, Deadline(limits)); connected) {
    engine->client_ = HttpClient(endpoint, std::move(*connected));
  } else {
    return std::unexpected(connected.error());
  }
  auto pong = engine->client_.exchange({"GET", "/_ping"}, limits);
  if (!pong) return std::unexpected(pong.error());
  const HttpHead& head = pong->head;
  if (head.status >= 500) return std::unexpected(answer_error(head.status, pong->body));
  if (!head.success() || !api_minor(head.api_version)) {
    return failure(Kind::protocol,
                   fmt::format("it answers HTTP status {} and names no version of the Engine API", head.status));
  }
  const int minor = *api_minor(head.api_version);
  if (minor < oldest_minor) {
    return failure(Kind::unsupported, fmt::format("it speaks API {}, at least 1.{} is needed (docker 19.03)",
                                                  head.api_version, oldest_minor));
  }

  EngineInfo& info = engine->info_;
  info.kind = std::string(head.libpod_version.empty() ? kind_docker : kind_podman);
  info.transport = "api";
  info.endpoint = endpoint.address();
  info.remote = endpoint.is_remote();
  info.version = head.libpod_version.empty() ? product_version(head.server) : head.libpod_version;
  info.api_version = minor >= newest_minor ? std::string(newest_api) : head.api_version;
  info.os = head.os_type.empty() ? "linux" : head.os_type;
  struct stat status{};
  if (!info.remote) info.socket = endpoint.path;
  const bool owned_by_user = !info.remote && ::stat(endpoint.path.c_str(), &status) == 0 && status.st_uid != 0;
  if (engine->is_podman()) {
    info.rootless = owned_by_user;
    info.shows_mounts = false;
    if (info.rootless) info.mounter = EngineInfo::Mounter::user_namespace;
  }
  // A user may own the socket of an engine in a virtual machine as well, and of one elsewhere nothing is known: only
  // docker itself knows.
  if (!engine->is_podman() && (owned_by_user || info.remote)) {
    if (auto completed = engine->complete_info(for_info); !completed) return std::unexpected(completed.error());
  }
  return engine;
}

EngineResult<void> ApiEngine::complete_info(CallLimits limits) {
  auto version_text = call("GET", "/version", limits);
  if (!version_text) return std::unexpected(version_text.error());
  auto version = parse_object(*version_text, "version");
  if (!version) return std::unexpected(version.error());
  info_.architecture = text_at(*version, "Arch");
  info_.os = text_at(*version, "Os");
  if (const auto words = text_at(*version, "Version"); !words.empty()) info_.version = words;

  auto details_text = call("GET", "/info", limits);
  if (!details_text) return std::unexpected(details_text.error());
  auto details = parse_object(*details_text, "info");
  if (!details) return std::unexpected(details.error());
  std::set<std::string, std::less<>> options;
  if (const json::array* list = array_at(*details, "SecurityOptions")) {
    for (const json::value& option : *list) {
      // "name=seccomp,profile=default"
      if (option.is_string())
        options.emplace(std::string_view(option.get_string()).substr(0, option.get_string().find(',')));
    }
  }
  // podman tells what the machine can, and drops every limit where a user without privileges has none to give.
  const bool drops_limits = is_podman() && flag_at(*details, "Rootless") && text_at(*details, "CgroupVersion") == "1";
  const auto limit = [&](std::string_view member) {
    return details->contains(member) ? std::optional(flag_at(*details, member) && !drops_limits) : std::nullopt;
  };
  Enforcement& enforcement = info_.enforcement;
  enforcement.memory = limit("MemoryLimit");
  enforcement.swap = limit("SwapLimit");
  enforcement.pids = limit("PidsLimit");
  enforcement.cpu = limit("CpuCfsQuota");
  enforcement.seccomp = options.contains("name=seccomp");
  enforcement.apparmor = options.contains("name=apparmor");
  enforcement.selinux = options.contains("name=selinux");
  if (!is_podman()) info_.rootless = options.contains("name=rootless");
  enforcement.user_namespaces = info_.rootless || options.contains("name=userns");
  return {};
}

EngineResult<std::string> ApiEngine::call(std::string_view method, const std::string& rest, CallLimits limits,
                                          std::string body) {
  return request(method, path(rest), limits, std::move(body));
}

EngineResult<std::string> ApiEngine::request(std::string_view method, std::string target, CallLimits limits,
                                             std::string body) {
  HttpRequest request(method, std::move(target));
  if (!body.empty()) request.carrying("application/json", std::move(body));
  auto answer = client_.exchange(request, limits);
  if (!answer) return std::unexpected(answer.error());
  // 304: a container that is in the asked-for state already.
  if (!answer->head.success() && answer->head.status != 304) {
    return std::unexpected(answer_error(answer->head.status, answer->body));
  }
  return std::move(answer->body);
}

EngineResult<std::unique_ptr<AttachedContainer>> ApiEngine::start_container(const std::string& id,
                                                                            const StartOptions& options,
                                                                            CallLimits limits) {
  unmount_root(limits);
  auto attachment = ApiAttachment::open(client_, path(container_path(id)), options, limits);
  if (!attachment) {  // podman prepares the container here already
    remember_failed_start(id, attachment.error());
    return std::unexpected(attachment.error());
  }
  // podman has a terminal to be resized from here on, docker before API 1.42 not before the skill runs.
  if (is_podman()) set_terminal_size(id, options, limits);
  if (auto started = call("POST", container_path(id) + "/start", limits); !started) {
    remember_failed_start(id, started.error());
    return std::unexpected(started.error());
  }
  if (!is_podman() && !knows_size_at_creation(dialect())) set_terminal_size(id, options, limits);
  return std::move(*attachment);
}

void ApiEngine::set_terminal_size(const std::string& id, const StartOptions& options, CallLimits limits) {
  if (!options.tty || !options.terminal_size) return;
  const auto set = resize(id, options.terminal_size->rows, options.terminal_size->columns, limits);
  if (!set) log::info("the size of the terminal was not set: {}", set.error().message);
}

/// podman's inspect knows nothing of a start that failed, its answer to the request does: in these words, which are
/// constants of its source. They become what docker's inspect says in that case.
void ApiEngine::remember_failed_start(const std::string& id, const EngineError& error) {
  if (!is_podman()) return;
  const std::string_view words = error.message;
  int exit_code = 0;
  if (words.contains("OCI runtime attempted to invoke a command that was not found")) exit_code = 127;
  // The same words stand for a refused limit; the command is meant where it is named.
  if (words.contains("OCI permission denied") && (words.contains("exec: \"") || words.contains("executable"))) {
    exit_code = 126;
  }
  failed_start_ = FailedStart{id, exit_code, error.message};
}

EngineResult<ContainerState> ApiEngine::inspect(const std::string& id, CallLimits limits) {
  auto text = call("GET", container_path(id) + "/json", limits);
  if (!text) return std::unexpected(text.error());
  auto document = parse_object(*text, "inspect");
  if (!document) return std::unexpected(document.error());
  const json::object* state = object_at(*document, "State");
  if (state == nullptr) return failure(Kind::protocol, "the answer to inspect has no State");
  ContainerState out;
  out.id = text_at(*document, "Id");
  out.image_id = image_id_of(text_at(*document, "Image"));
  out.status = text_at(*state, "Status");
  out.exit_code = static_cast<int>(number_at(*state, "ExitCode"));
  out.out_of_memory = flag_at(*state, "OOMKilled");
  out.error = text_at(*state, "Error");
  if (failed_start_ && failed_start_->id == id && out.error.empty()) {
    out.error = failed_start_->message;
    if (out.exit_code == 0) out.exit_code = failed_start_->exit_code;
  }
  return out;
}

EngineResult<std::string> ApiEngine::describe(const std::string& id, CallLimits limits) {
  // podman's compatible answer leaves out what the container may do (its capabilities): its own has it.
  if (is_podman()) return request("GET", libpod_path(container_path(id) + "/json"), limits);
  return call("GET", container_path(id) + "/json", limits);
}

EngineResult<std::string> ApiEngine::data_root(CallLimits limits) {
  auto text = call("GET", "/info", limits);
  if (!text) return text;
  auto details = parse_object(*text, "info");
  if (!details) return std::unexpected(details.error());
  return std::string(text_at(*details, "DockerRootDir"));
}

EngineResult<std::vector<ListedContainer>> ApiEngine::find_containers(const std::string& label, CallLimits limits) {
  const std::string filters = json::serialize(json::object{{"label", json::array{json::string(label)}}});
  auto text = call("GET", "/containers/json?all=1&filters=" + percent_encode(filters), limits);
  if (!text) return std::unexpected(text.error());
  return read_container_list(*text);
}

EngineResult<std::optional<VolumeInfo>> ApiEngine::inspect_volume(const std::string& name, CallLimits limits) {
  auto text = call("GET", "/volumes/" + percent_encode(name), limits);
  if (!text && text.error().kind == Kind::not_found) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  auto document = parse_object(*text, "volume inspect");
  if (!document) return std::unexpected(document.error());
  return read_volume(*document);
}

EngineResult<void> ApiEngine::create_volume(const VolumeRequest& request, CallLimits limits) {
  const auto object = [](const auto& pairs) {
    json::object out;
    for (const auto& [key, value] : pairs) out[key] = value;
    return out;
  };
  const json::object body{{"Name", request.name},
                          {"Driver", request.driver.empty() ? "local" : request.driver},
                          {"DriverOpts", object(request.options)},
                          {"Labels", object(request.labels)}};
  auto made = call("POST", "/volumes/create", limits, json::serialize(body));
  if (!made) return std::unexpected(made.error());
  return {};
}

EngineResult<void> ApiEngine::kill(const std::string& id, int signal, CallLimits limits) {
  auto killed = call("POST", fmt::format("{}/kill?signal={}", container_path(id), signal), limits);
  if (!killed) return std::unexpected(killed.error());
  return {};
}

EngineResult<void> ApiEngine::pause(const std::string& id, CallLimits limits) {
  auto paused = call("POST", container_path(id) + "/pause", limits);
  if (!paused) return std::unexpected(paused.error());
  return {};
}

EngineResult<void> ApiEngine::resume(const std::string& id, CallLimits limits) {
  auto resumed = call("POST", container_path(id) + "/unpause", limits);
  if (!resumed) return std::unexpected(resumed.error());
  return {};
}

EngineResult<void> ApiEngine::resize(const std::string& id, int rows, int columns, CallLimits limits) {
  auto resized = call("POST", fmt::format("{}/resize?h={}&w={}", container_path(id), rows, columns), limits);
  if (!resized) return std::unexpected(resized.error());
  return {};
}

EngineResult<void> ApiEngine::remove_container(const std::string& id, CallLimits limits) {
  auto removed = call("DELETE", container_path(id) + "?force=1&v=1", limits);
  if (removed || removed.error().kind == Kind::not_found) return {};
  if (removed.error().message.contains("already in progress")) return {};
  return std::unexpected(removed.error());
}

}  // namespace skillrun::inline v0
