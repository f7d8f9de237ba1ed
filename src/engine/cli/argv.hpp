#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

namespace skillrun {

/// What the words for a client depend on beside the spec.
struct CliDialect {
  bool podman = false;
  bool rootless = false;
  int api_minor = 99;     ///< of API version 1.N: an older engine would ignore newer options, so they are refused
  bool has_init = true;   ///< podman has no init program of its own everywhere
  std::string init_path;  ///< podman: the init program to use; empty: its own
};

/// N of an API version "1.N".
[[nodiscard]] std::optional<int> api_minor(std::string_view version);

/// A spec as words of a command line.
struct RenderedSpec {
  std::vector<std::string> flags;  ///< "--flag=value" each, in a fixed order; nothing about variables or removal
  std::vector<std::string> tail;   ///< "--", the image, the command
  std::vector<std::pair<std::string, std::string>> variables;  ///< of the container; the last one of a name only
  std::vector<std::string> unsupported;  ///< what these words can not say: the spec must not run like this
};

[[nodiscard]] RenderedSpec render_spec(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                                       const CliDialect& dialect);

/// An image reference as the client takes it: podman refuses a tag beside a digest, and the digest is what counts.
[[nodiscard]] std::string image_word(const std::string& reference, const CliDialect& dialect);

/// One `--mount`, `--volume` or `--tmpfs` word; nothing, and a reason in `unsupported`, when none can express it.
void render_mount(const Mount& mount, const CliDialect& dialect, RenderedSpec& into);

/// Namespaces, endpoint, health, log, block devices and the like: what few skills set.
void render_rare_settings(const ContainerSpec& spec, const CliDialect& dialect, RenderedSpec& into);

/// The value of --gpus.
[[nodiscard]] std::string gpu_words(const GpuRequest& gpus);

/// One record of comma-separated values as Go's encoding/csv reads it: a field with a comma, a quote, a line break or
/// a blank at its start is quoted.
[[nodiscard]] std::string csv_record(const std::vector<std::string>& fields);

}  // namespace skillrun
