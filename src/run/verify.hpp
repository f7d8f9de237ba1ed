#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>
#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// Everything that went into the creation of a container.
struct Order {
  const ContainerSpec& spec;
  const ImageInfo& image;
  const RunLabels& labels;
  std::span<const std::pair<std::string, std::string>> environment = {};  ///< that was set over the image's
  std::span<const EngineGap> gaps = {};  ///< that were known before: what gave way is not told again
};

/// One respect in which an engine made something else than it was told.
struct Difference {
  std::string field;  ///< the name of the member of ContainerSpec
  std::string approved;
  std::string made;
  Origin origin;  ///< of the approved value; builtin where the spec says nothing
  /// A limit that is not there at all. What only a policy's default asked for may go without, as when an engine says so
  /// beforehand.
  bool unenforced = false;
};

/// All differences that matter: those by which the container can do, see or use more than was approved, or runs
/// something else. What engines add by themselves is none (docs/verification.md lists it). Pure.
[[nodiscard]] std::vector<Difference> find_differences(const Order& order, const ObservedContainer& made);

/// The approved spec with what the engine added by its own configuration. Binds and volumes are not in it: they were
/// judged by more than a container tells of them (both names of a path, whether a volume was there before).
[[nodiscard]] ContainerSpec spec_as_made(const Order& order, const ObservedContainer& made);

/// Bind sources that lead elsewhere than when they were admitted, as findings. Nothing where `host` cannot tell.
[[nodiscard]] Findings find_moved_sources(const ContainerSpec& approved, const HostView& host);

/// Why the container must not start, as errors: differences, what the policy says about what the engine added, and
/// moved sources. Without an error it is what was approved; infos say which defaults of a policy the engine lacks.
[[nodiscard]] Findings verify(const ApprovedSpec& approved, const Order& order, const ObservedContainer& made,
                              const HostView& host);

}  // namespace skillrun::inline v0
