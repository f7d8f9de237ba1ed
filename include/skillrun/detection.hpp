#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>
#include <skillrun/export.hpp>

namespace skillrun::inline v0 {

/// What detection reads of the world; all values as the user set them.
struct SKILLRUN_API DetectionContext {
  std::string selection = "auto";             ///< --engine
  std::optional<std::string> docker_host;     ///< DOCKER_HOST
  std::optional<std::string> docker_context;  ///< DOCKER_CONTEXT
  std::string docker_config;                  ///< folder of docker's config.json
  bool docker_tls = false;                    ///< DOCKER_TLS_VERIFY or DOCKER_TLS: tcp is encrypted
  std::string docker_certificates;            ///< DOCKER_CERT_PATH, otherwise docker's configuration folder
  std::string runtime_dir;                    ///< XDG_RUNTIME_DIR
  std::string home;
  std::string native_store;  ///< SKILLRUN_STORE
  std::string data_home;     ///< XDG_DATA_HOME
  std::string path;          ///< PATH, to find docker and podman
  std::uint32_t uid = 0;

  [[nodiscard]] static DetectionContext current();
};

/// One place that detection tried.
struct Probe {
  std::string place;  ///< "unix:///run/docker.sock (Docker Engine API)"
  bool usable = false;
  std::string outcome;      ///< version, or why not: not installed, no permission, not running, ...
  std::string advice;       ///< what to do about it; may be empty
  std::string misfit = {};  ///< why it was passed over for another, although it answers; otherwise empty
  bool chosen = false;      ///< this is the engine that was found
};

/// Why an engine is not for what is to run, as half a sentence; empty: it is.
using EngineMisfit = std::function<std::string(const Engine&)>;

struct Detection {
  std::unique_ptr<Engine> engine;  ///< null when none answered
  std::vector<Probe> probes;       ///< in the order tried; with `all`, every place
};

/// Finds an engine: the first that answers and, where `misfit` is given, fits; the first that answers when none does.
/// One that is rootless is never passed over for one that is not. With `all` (doctor) every place is tried. Never waits
/// longer than the limits say for one place.
[[nodiscard]] SKILLRUN_API Detection detect_engine(const DetectionContext& context, bool all = false,
                                                   CallLimits limits = {}, const EngineMisfit& misfit = {});

}  // namespace skillrun::inline v0
