#pragma once

#include <string>
#include <vector>

#include <skillrun/engine_request.hpp>

namespace skillrun::app {

/// What an engine would be asked for a spec: the create request's body and the equivalent command. For people and logs:
/// values that are the caller's, or secrets, are hidden (see shown_spec.hpp).
struct Request {
  std::string json;
  CommandLine command;
  EngineInfo engine;  ///< the one that answers now, or docker's defaults when none does
};

/// Rendered for the engine that would be taken. With none at hand (null) the request is docker's. `terminal`: whether
/// a run would have one.
[[nodiscard]] Request render_request(const Engine* engine, const ContainerSpec& spec, bool terminal);

}  // namespace skillrun::app
