#include "engine/choice/detection_places.hpp"

#include <fmt/format.h>
#include "engine/client_program.hpp"

#include "engine/docker/dialect.hpp"
#include "engine/docker/docker_context.hpp"
#include "engine/native/native_engine.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

EnginePlace make_place(EnginePlace::Kind kind, std::string target, std::string label, bool podman) {
  EnginePlace place;
  place.kind = kind;
  place.target = std::move(target);
  place.label = std::move(label);
  place.podman = podman;
  return place;
}

EnginePlace api_place(Endpoint endpoint, bool podman, std::string_view chosen_by = {}) {
  const std::string_view interface = podman ? "podman API" : "Docker Engine API";
  const std::string_view bare = endpoint.kind == Endpoint::Kind::tcp && !endpoint.tls ? ", not encrypted" : "";
  const std::string from = chosen_by.empty() ? std::string() : fmt::format(", from {}", chosen_by);
  EnginePlace place =
      make_place(EnginePlace::Kind::api, endpoint.path,
                 fmt::format("{} ({}{}{})", printable(endpoint.address()), interface, bare, from), podman);
  place.endpoint = std::move(endpoint);
  return place;
}

EnginePlace program_place(const std::string& program, bool podman, std::string_view chosen_by = {}) {
  const std::string purpose = chosen_by.empty() ? std::string() : fmt::format(", for {}", chosen_by);
  return make_place(EnginePlace::Kind::program, program, fmt::format("{} (program{})", program, purpose), podman);
}

EnginePlace native_place(std::string runtime) {
  std::string label = runtime.empty() ? "native (skillrun's own)" : fmt::format("native, by {}", printable(runtime));
  return make_place(EnginePlace::Kind::native, std::move(runtime), std::move(label), false);
}

EnginePlace problem(std::string label, std::string outcome, std::string advice) {
  EnginePlace place = make_place(EnginePlace::Kind::problem, {}, std::move(label), false);
  place.outcome = std::move(outcome);
  place.advice = std::move(advice);
  return place;
}

/// An address that the user gave docker.
EnginePlace address_place(const std::string& address, const std::optional<TlsFiles>& tls, const std::string& chosen_by,
                          const std::string& unchoose) {
  auto endpoint = parse_endpoint(address, tls);
  if (!endpoint) {
    return problem(fmt::format("{} (from {})", printable(address), chosen_by),
                   fmt::format("not an address of a docker engine: it {}", endpoint.error()),
                   "give it as unix:///path, tcp://host:port or ssh://user@host");
  }
  EnginePlace place = api_place(std::move(*endpoint), false, chosen_by);
  place.advice = unchoose;
  return place;
}

std::optional<TlsFiles> tls_of_environment(const DetectionContext& context) {
  return context.docker_tls ? std::optional(TlsFiles{context.docker_certificates}) : std::nullopt;
}

/// What the user told docker's client to use, as that client reads it: DOCKER_HOST before any context.
std::vector<EnginePlace> docker_choice(const DetectionContext& context) {
  if (context.docker_host && !context.docker_host->empty())
    return {address_place(*context.docker_host, tls_of_environment(context), "DOCKER_HOST",
                          "correct DOCKER_HOST, unset it, or choose with --engine")};
  std::string name;
  if (context.docker_context && !context.docker_context->empty()) {
    name = *context.docker_context;
  } else {
    auto current = current_docker_context(context.docker_config);
    if (!current) return {problem("docker's configuration", current.error(), "fix the file, or choose with --engine")};
    name = current->value_or("default");
  }
  if (name == "default") return {};
  const std::string chosen_by = fmt::format("docker context '{}'", printable(name));
  const auto found = find_docker_context(context.docker_config, name);
  if (!found) {
    return {
        problem(chosen_by, found.error(), "see `docker context ls`; choose another with DOCKER_CONTEXT or --engine")};
  }
  const auto tls = found->tls_folder ? std::optional(TlsFiles{*found->tls_folder}) : std::nullopt;
  return {address_place(found->host, tls, chosen_by,
                        "choose another with `docker context use`, DOCKER_CONTEXT or --engine")};
}

std::vector<EnginePlace> docker_sockets(const DetectionContext& context, const SystemSockets& system) {
  std::vector<EnginePlace> places{api_place(system.docker, false)};
  if (!context.runtime_dir.empty()) places.push_back(api_place(context.runtime_dir + "/docker.sock", false));
  if (!context.home.empty()) {
    for (const char* below :
         {"/.docker/run/docker.sock", "/.docker/desktop/docker.sock", "/.colima/default/docker.sock"}) {
      places.push_back(api_place(context.home + below, false));
    }
  }
  return places;
}

std::vector<EnginePlace> podman_sockets(const DetectionContext& context, const SystemSockets& system) {
  std::vector<EnginePlace> places{api_place(system.podman, true)};
  if (!context.runtime_dir.empty()) places.push_back(api_place(context.runtime_dir + "/podman/podman.sock", true));
  return places;
}

void append(std::vector<EnginePlace>& places, std::vector<EnginePlace> more) {
  for (EnginePlace& place : more) places.push_back(std::move(place));
}

/// --engine that names one engine.
EnginePlace named_place(const DetectionContext& context) {
  const std::string& selection = context.selection;
  constexpr std::string_view cli = "cli:";
  if (selection.starts_with(cli) && selection.size() > cli.size()) {
    const std::string program = selection.substr(cli.size());
    return program_place(program, program.ends_with(kind_podman));
  }
  constexpr std::string_view native = "native:";
  if (selection == kind_native) return native_place({});
  if (selection.starts_with(native) && selection.size() > native.size()) {
    return native_place(selection.substr(native.size()));
  }
  if (selection.contains("://")) {
    return address_place(selection, tls_of_environment(context), "--engine", "choose another with --engine");
  }
  if (selection == "nerdctl") {
    return problem(selection, "not supported by this version", "use --engine docker or --engine podman");
  }
  return problem(fmt::format("--engine {}", printable(selection)), "no such engine",
                 "use auto, docker, podman, native, native:RUNTIME, cli:PROGRAM, unix:///path, tcp://host:port or "
                 "ssh://user@host");
}

}  // namespace

EnginePlaces places_to_try(const DetectionContext& context, const SystemSockets& system) {
  const std::string& selection = context.selection;
  EnginePlaces places;
  if (selection == kind_podman) {
    places.candidates = podman_sockets(context, system);
    places.candidates.push_back(program_place(std::string(kind_podman), true));
    return places;
  }
  if (selection != "auto" && selection != kind_docker) {
    places.candidates = {named_place(context)};
    return places;
  }
  std::vector<EnginePlace> usual = docker_sockets(context, system);
  if (selection == "auto") append(usual, podman_sockets(context, system));
  usual.push_back(program_place(std::string(kind_docker), false));
  if (selection == "auto") usual.push_back(program_place(std::string(kind_podman), true));
  if (selection == "auto") usual.push_back(native_place({}));
  places.candidates = docker_choice(context);
  (places.candidates.empty() ? places.candidates : places.others) = std::move(usual);
  return places;
}

bool is_client_program(std::string_view name) { return name == kind_docker || name == kind_podman; }

}  // namespace skillrun::inline v0
