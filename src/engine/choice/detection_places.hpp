#pragma once

#include <string>
#include <vector>

#include <skillrun/detection.hpp>

#include "engine/wire/endpoint.hpp"

namespace skillrun::inline v0 {

/// A place where an engine may be.
struct EnginePlace {
  enum class Kind : std::uint8_t {
    api,      ///< the Engine API at `endpoint`
    program,  ///< `target` is a program's name or path
    native,   ///< skillrun's own, with the OCI runtime `target`; empty: the usual one
    problem,  ///< nothing to try: `outcome` and `advice` say why
  };
  Kind kind = Kind::problem;
  std::string target;
  Endpoint endpoint;
  std::string label;    ///< as users read it: "unix:///run/docker.sock (Docker Engine API)"
  bool podman = false;  ///< for the advice
  std::string outcome;
  std::string advice;  ///< also: how to take the choice of this place back
};

struct EnginePlaces {
  std::vector<EnginePlace> candidates;  ///< in order; the first that answers is taken
  std::vector<EnginePlace> others;      ///< only for a complete survey: never taken
};

/// Where the system's own sockets are.
struct SystemSockets {
  std::string docker = "/var/run/docker.sock";
  std::string podman = "/run/podman/podman.sock";
};

/// The places for a selection. Reads no more than docker's configuration. An engine that the user named (--engine,
/// DOCKER_HOST, a docker context) is the only candidate: there is no falling through to another.
[[nodiscard]] EnginePlaces places_to_try(const DetectionContext& context, const SystemSockets& system = {});

}  // namespace skillrun::inline v0
