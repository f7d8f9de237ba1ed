#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <skillrun/detection.hpp>

#include "engine/choice/detection_places.hpp"
#include "engine/docker/api/api_engine.hpp"
#include "engine/docker/cli/cli_engine.hpp"
#include "engine/docker/dialect.hpp"
#include "engine/native/open_native.hpp"
#include "support/home.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

// What listens answers a ping at once, or hangs.
constexpr std::chrono::milliseconds socket_deadline{3'000};
// A name to resolve, a handshake, or ssh's.
constexpr std::chrono::milliseconds remote_deadline{15'000};
// A client is a process or two, and podman's first start sets its storage up, as its service does for what it tells
// of itself: 0.4 s on an idle machine, several on a loaded one.
constexpr std::chrono::milliseconds working_deadline{15'000};

CallLimits at_most(CallLimits limits, std::chrono::milliseconds deadline) {
  limits.deadline = std::min(limits.deadline, deadline);
  return limits;
}

/// The group for which a socket is; empty when that is root's, or not to be seen.
std::string group_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || status.st_gid == 0 || (status.st_mode & S_IWGRP) == 0) return {};
  group entry{};
  group* found = nullptr;
  std::array<char, 65'536> buffer;
  ::getgrgid_r(status.st_gid, &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->gr_name : std::string();
}

/// `group`: whose members may use the engine; empty when that is not known.
std::string advice_for(Kind kind, bool podman, bool socket, const std::string& group = {}) {
  switch (kind) {
    case Kind::permission_denied:
      if (podman) return "use your own service (systemctl --user start podman.socket), or sudo";
      return group.empty() ? "use sudo, rootless docker or podman"
                           : fmt::format(
                                 "add your user to the group {} and log in again, or use sudo, rootless "
                                 "docker or podman",
                                 group);
    case Kind::absent:
    case Kind::not_listening:
    case Kind::unavailable:
      if (!socket && !podman) return "start docker (systemctl start docker), or use podman, which needs no daemon";
      return podman ? "start it with: systemctl --user start podman.socket (as root: systemctl start podman.socket)"
                    : "start it with: systemctl start docker (rootless: systemctl --user start docker)";
    case Kind::deadline: return "it accepts connections and does not answer: see its log, or restart it";
    case Kind::unsupported: return "install a newer engine";
    default: return {};
  }
}

/// What shows to the user what ssh and the docker over there make of each other.
std::string advice_for_ssh(const Endpoint& endpoint) {
  const std::string port = endpoint.port.empty() ? "" : fmt::format("-p {} ", endpoint.port);
  const std::string user = endpoint.user.empty() ? "" : endpoint.user + "@";
  const std::string socket = endpoint.path.empty() ? "" : fmt::format("--host=unix://{} ", endpoint.path);
  return fmt::format("see what this says: ssh {}{}{} docker {}version", port, user, endpoint.host, socket);
}

struct Answer {
  Probe probe;
  std::unique_ptr<Engine> engine;
  bool absent = false;  ///< there is no such socket or program
};

std::string describe(const EngineInfo& info) {
  std::string text = fmt::format("{} {}", info.kind, info.version);
  if (!info.api_version.empty()) text += fmt::format(", API {}", info.api_version);
  if (info.rootless) text += ", rootless";
  if (info.remote) text += ", remote";
  return text;
}

Answer try_api(const EnginePlace& place, const DetectionContext& context, bool complete, CallLimits limits) {
  Answer answer{.probe = {.place = place.label, .outcome = {}, .advice = {}}, .engine = nullptr};
  const CallLimits for_info = at_most(limits, working_deadline);
  const CallLimits for_ping = at_most(limits, place.endpoint.is_remote() ? remote_deadline : socket_deadline);
  auto engine = ApiEngine::open(place.endpoint, for_ping, for_info);
  if (engine && complete) {
    if (auto completed = (*engine)->complete_info(for_info); !completed) engine = std::unexpected(completed.error());
  }
  if (engine) {
    (*engine)->use_credentials(RegistryCredentials(context.docker_config, context.path));
    answer.probe.usable = true;
    answer.probe.outcome = describe((*engine)->info());
    answer.engine = std::move(*engine);
    return answer;
  }
  const EngineError& error = engine.error();
  answer.probe.outcome = error.message;
  if (error.kind == Kind::protocol) answer.probe.outcome = "not a docker engine: " + error.message;
  answer.absent = error.kind == Kind::absent;
  if (error.kind == Kind::not_listening && !place.endpoint.is_remote()) {
    answer.probe.outcome += ": the daemon is not running";
  }
  // How to start an engine of this machine helps nobody whose engine is elsewhere.
  if (!answer.absent && !place.endpoint.is_remote()) {
    answer.probe.advice = advice_for(error.kind, place.podman, true, group_of(place.endpoint.path));
  }
  if (place.endpoint.kind == Endpoint::Kind::ssh) answer.probe.advice = advice_for_ssh(place.endpoint);
  return answer;
}

bool executable(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// The program's path, or nothing when it is not installed.
std::string find_executable(const std::string& program, const std::string& path) {
  if (program.contains('/')) return executable(program) ? program : std::string();
  for (const std::string_view folder : split(path, ':')) {
    // A relative entry would make what runs depend on the working directory.
    if (!folder.starts_with('/')) continue;
    std::string candidate = fmt::format("{}/{}", folder, program);
    if (executable(candidate)) return candidate;
  }
  return {};
}

/// Whose members docker's client may be of use to, where it uses the usual socket.
std::string group_of_docker(const DetectionContext& context) {
  return context.docker_host ? std::string() : group_of(SystemSockets{}.docker);
}

Answer try_program(const EnginePlace& place, const DetectionContext& context, CallLimits limits) {
  Answer answer{.probe = {.place = place.label, .outcome = {}, .advice = {}}, .engine = nullptr};
  const std::string program = find_executable(place.target, context.path);
  if (program.empty()) {
    answer.absent = true;
    answer.probe.outcome = "not installed";
    answer.probe.advice =
        fmt::format("install {} or name another with --engine", place.podman ? kind_podman : kind_docker);
    return answer;
  }
  auto engine = make_cli_engine(program, limits);
  if (engine) {
    answer.probe.usable = true;
    answer.probe.outcome = describe((*engine)->info());
    answer.engine = std::move(*engine);
    return answer;
  }
  answer.probe.outcome = engine.error().message;
  answer.probe.advice = advice_for(engine.error().kind, place.podman, false, group_of_docker(context));
  return answer;
}

Answer try_native(const EnginePlace& place, const DetectionContext& context, bool complete, CallLimits limits) {
  Answer answer{.probe = {.place = place.label, .outcome = {}, .advice = {}}, .engine = nullptr};
  auto engine = open_native(place.target, {.path = context.path,
                                           .store = context.native_store,
                                           .data_home = context.data_home,
                                           .home = context.home,
                                           .runtime_dir = context.runtime_dir});
  if (engine && complete) {
    if (auto completed = (*engine)->complete_info(limits); !completed) engine = std::unexpected(completed.error());
  }
  if (!engine) {
    answer.absent = engine.error().kind == Kind::absent;
    answer.probe.outcome = engine.error().message;
    answer.probe.advice = !answer.absent ? "use sudo, docker or podman"
                          : !place.target.empty()
                              ? "name a program in PATH, such as crun or runc, or a path"
                              : "install crun (apt install crun skopeo golang-github-containers-common)";
    return answer;
  }
  answer.probe.usable = true;
  answer.probe.outcome = describe((*engine)->info());
  answer.engine = std::move(*engine);
  return answer;
}

Answer ask_place(const EnginePlace& place, const DetectionContext& context, bool complete, CallLimits limits) {
  switch (place.kind) {
    case EnginePlace::Kind::api: return try_api(place, context, complete, limits);
    case EnginePlace::Kind::program: return try_program(place, context, at_most(limits, working_deadline));
    case EnginePlace::Kind::native: return try_native(place, context, complete, at_most(limits, working_deadline));
    case EnginePlace::Kind::problem: break;
  }
  return {.probe = {.place = place.label, .usable = false, .outcome = place.outcome, .advice = place.advice},
          .engine = nullptr};
}

Answer try_place(const EnginePlace& place, const DetectionContext& context, bool complete, CallLimits limits) {
  Answer answer = ask_place(place, context, complete, limits);
  std::string& advice = answer.probe.advice;
  if (answer.probe.usable || place.advice.empty() || place.kind == EnginePlace::Kind::problem) return answer;
  // A program was chosen for an address elsewhere: what helps here does not help there.
  advice = advice.empty() || place.kind == EnginePlace::Kind::program ? place.advice
                                                                      : fmt::format("{}; or {}", advice, place.advice);
  return answer;
}

/// What was tried so far.
struct Survey {
  const EngineMisfit& misfit;
  Detection detection{};
  std::unique_ptr<Engine> second_best{};  ///< one that answers and does not fit
  bool found = false;                     ///< something that could be an engine, whether or not it answers
  std::vector<std::size_t> lacks{};       ///< probes of programs that are not installed
  std::size_t chosen = 0;                 ///< probe of the engine, where there is one
  std::size_t second = 0;                 ///< likewise of the second best

  void add(const EnginePlace& place, Answer answer) {
    found = found || !answer.absent;
    if (answer.absent && place.kind == EnginePlace::Kind::program) lacks.push_back(detection.probes.size());
    if (answer.engine && misfit) answer.probe.misfit = misfit_of(*answer.engine);
    const bool fits = answer.probe.misfit.empty();
    std::unique_ptr<Engine>& best = fits ? detection.engine : second_best;
    if (answer.engine && !best) {
      best = std::move(answer.engine);
      (fits ? chosen : second) = detection.probes.size();
    }
    detection.probes.push_back(std::move(answer.probe));
  }
  /// What a skill asks for must not move it to an engine that has more power over the machine.
  [[nodiscard]] std::string misfit_of(const Engine& engine) const {
    const bool gains_power = second_best && second_best->info().rootless && !engine.info().rootless;
    return gains_power ? "is not rootless, unlike the engine before it" : misfit(engine);
  }
  /// An engine that is there and does not answer is to be fixed; another need not be installed.
  Detection end() && {
    for (const std::size_t probe : lacks) {
      if (found) detection.probes[probe].advice.clear();
    }
    if (!detection.engine) {
      detection.engine = std::move(second_best);
      chosen = second;
      for (Probe& probe : detection.probes) probe.misfit.clear();
    }
    if (detection.engine) detection.probes[chosen].chosen = true;
    return std::move(detection);
  }
};

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

DetectionContext DetectionContext::current() {
  DetectionContext context;
  context.uid = ::getuid();
  context.docker_host = variable("DOCKER_HOST");
  context.docker_context = variable("DOCKER_CONTEXT");
  context.home = home_directory();
  context.docker_config = variable("DOCKER_CONFIG").value_or(context.home + "/.docker");
  context.path = variable("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  context.native_store = variable("SKILLRUN_STORE").value_or("");
  context.data_home = variable("XDG_DATA_HOME").value_or("");
  context.docker_tls = variable("DOCKER_TLS_VERIFY") || variable("DOCKER_TLS");
  context.docker_certificates = variable("DOCKER_CERT_PATH").value_or(context.docker_config);
  const std::string usual = fmt::format("/run/user/{}", context.uid);
  struct stat status{};
  const bool exists = ::stat(usual.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  context.runtime_dir = variable("XDG_RUNTIME_DIR").value_or(exists ? usual : "");
  return context;
}

Detection detect_engine(const DetectionContext& context, bool all, CallLimits limits, const EngineMisfit& misfit) {
  Survey survey{.misfit = misfit};
  const EnginePlaces places = places_to_try(context);
  const auto cancelled = [&] { return limits.cancellation != nullptr && limits.cancellation->cancelled(); };
  for (const EnginePlace& place : places.candidates) {
    if (cancelled() || (survey.detection.engine && !all)) break;
    survey.add(place, try_place(place, context, all, limits));
  }
  for (const EnginePlace& place : places.others) {
    if (cancelled() || !all) break;
    Answer answer = try_place(place, context, true, limits);
    answer.engine.reset();  // only what was chosen is used
    survey.add(place, std::move(answer));
  }
  return std::move(survey).end();
}

}  // namespace skillrun::inline v0
