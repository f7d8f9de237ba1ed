#include "engine/detection_places.hpp"

#include <fmt/format.h>

#include "engine/docker_context.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr std::string_view unix_scheme = "unix://";

Place make_place(Place::Kind kind, std::string target, std::string label, bool podman) {
  Place place;
  place.kind = kind;
  place.target = std::move(target);
  place.label = std::move(label);
  place.podman = podman;
  return place;
}

Place socket_place(const std::string& path, bool podman, std::string_view chosen_by = {}) {
  const std::string_view interface = podman ? "podman API" : "Docker Engine API";
  const std::string from = chosen_by.empty() ? std::string() : fmt::format(", from {}", chosen_by);
  return make_place(Place::Kind::socket, path, fmt::format("unix://{} ({}{})", path, interface, from), podman);
}

Place program_place(const std::string& program, bool podman, std::string_view chosen_by = {}) {
  const std::string purpose = chosen_by.empty() ? std::string() : fmt::format(", for {}", chosen_by);
  return make_place(Place::Kind::program, program, fmt::format("{} (program{})", program, purpose), podman);
}

Place problem(std::string label, std::string outcome, std::string advice) {
  Place place = make_place(Place::Kind::problem, {}, std::move(label), false);
  place.outcome = std::move(outcome);
  place.advice = std::move(advice);
  return place;
}

/// An address that the user gave docker. Docker's own program reaches what is not a socket of this machine.
Place address_place(const std::string& address, const std::string& chosen_by, const std::string& unchoose) {
  const std::string shown = printable(address);
  if (address.starts_with(unix_scheme) && address.size() > unix_scheme.size()) {
    Place place = socket_place(address.substr(unix_scheme.size()), false, chosen_by);
    place.advice = unchoose;
    return place;
  }
  for (const std::string_view scheme : {"tcp://", "ssh://"}) {
    if (!address.starts_with(scheme)) continue;
    Place place = program_place("docker", false, fmt::format("{} {}", chosen_by, shown));
    place.advice = unchoose;
    return place;
  }
  return problem(fmt::format("{} (from {})", shown, chosen_by), "not an address of a docker engine",
                 "give it as unix:///path, tcp://host:port or ssh://user@host");
}

/// What the user told docker's client to use, as that client reads it: DOCKER_HOST before any context.
std::vector<Place> docker_choice(const DetectionContext& context) {
  if (context.docker_host && !context.docker_host->empty())
    return {
        address_place(*context.docker_host, "DOCKER_HOST", "correct DOCKER_HOST, unset it, or choose with --engine")};
  std::string name;
  if (context.docker_context && !context.docker_context->empty()) {
    name = *context.docker_context;
  } else {
    auto current = current_docker_context(context.docker_config);
    if (!current) return {problem("docker's configuration", current.error(), "mend the file, or choose with --engine")};
    name = current->value_or("default");
  }
  if (name == "default") return {};
  const std::string chosen_by = fmt::format("docker context '{}'", printable(name));
  const auto host = docker_context_host(context.docker_config, name);
  if (!host) {
    return {
        problem(chosen_by, host.error(), "see `docker context ls`; choose another with DOCKER_CONTEXT or --engine")};
  }
  return {address_place(*host, chosen_by, "choose another with `docker context use`, DOCKER_CONTEXT or --engine")};
}

std::vector<Place> docker_sockets(const DetectionContext& context, const SystemSockets& system) {
  std::vector<Place> places{socket_place(system.docker, false)};
  if (!context.runtime_dir.empty()) places.push_back(socket_place(context.runtime_dir + "/docker.sock", false));
  if (!context.home.empty()) {
    for (const char* below :
         {"/.docker/run/docker.sock", "/.docker/desktop/docker.sock", "/.colima/default/docker.sock"}) {
      places.push_back(socket_place(context.home + below, false));
    }
  }
  return places;
}

std::vector<Place> podman_sockets(const DetectionContext& context, const SystemSockets& system) {
  std::vector<Place> places{socket_place(system.podman, true)};
  if (!context.runtime_dir.empty()) places.push_back(socket_place(context.runtime_dir + "/podman/podman.sock", true));
  return places;
}

void append(std::vector<Place>& places, std::vector<Place> more) {
  for (Place& place : more) places.push_back(std::move(place));
}

/// --engine that names one engine.
Place named_place(const std::string& selection) {
  constexpr std::string_view cli = "cli:";
  if (selection.starts_with(unix_scheme) && selection.size() > unix_scheme.size()) {
    return socket_place(selection.substr(unix_scheme.size()), false);
  }
  if (selection.starts_with(cli) && selection.size() > cli.size()) {
    const std::string program = selection.substr(cli.size());
    return program_place(program, program.ends_with("podman"));
  }
  if (selection.starts_with("tcp://") || selection.starts_with("ssh://")) {
    return problem(printable(selection), "not supported by this version",
                   fmt::format("set DOCKER_HOST={} and use --engine docker: docker's own program reaches it",
                               printable(selection)));
  }
  if (selection == "nerdctl") {
    return problem(selection, "not supported by this version", "use --engine docker or --engine podman");
  }
  return problem(fmt::format("--engine {}", printable(selection)), "no such engine",
                 "use auto, docker, podman, cli:PROGRAM or unix:///path");
}

}  // namespace

Places places_to_try(const DetectionContext& context, const SystemSockets& system) {
  const std::string& selection = context.selection;
  Places places;
  if (selection == "podman") {
    places.candidates = podman_sockets(context, system);
    places.candidates.push_back(program_place("podman", true));
    return places;
  }
  if (selection != "auto" && selection != "docker") {
    places.candidates = {named_place(selection)};
    return places;
  }
  std::vector<Place> usual = docker_sockets(context, system);
  if (selection == "auto") append(usual, podman_sockets(context, system));
  usual.push_back(program_place("docker", false));
  if (selection == "auto") usual.push_back(program_place("podman", true));
  places.candidates = docker_choice(context);
  (places.candidates.empty() ? places.candidates : places.others) = std::move(usual);
  return places;
}

}  // namespace skillrun
