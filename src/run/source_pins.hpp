#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>

#include "run/held_sources.hpp"

namespace skillrun::inline v0 {

/// The held sources under names that nobody can exchange. An engine looks a bind source up by its name, twice, and
/// takes no descriptor (docs/decisions/0006-held-sources.md), so each is mounted once more in a folder that only this
/// user enters, and the engine is given that name. The mounts go when this object does or release() is called: a
/// container that has started has its own.
class SourcePins {
 public:
  /// Without aliases where this process may not mount for the engine: for another machine, for a daemon that belongs to
  /// somebody else, or that sees other mounts. Where it may, a source that cannot be mounted is why nothing may run:
  /// going on by its name would mount whatever stands there by then.
  [[nodiscard]] static std::expected<SourcePins, Findings> make(const ContainerSpec& approved,
                                                                std::span<const HeldSource> held,
                                                                const EngineInfo& engine);

  SourcePins() = default;
  SourcePins(SourcePins&& other) noexcept { *this = std::move(other); }
  SourcePins& operator=(SourcePins&& other) noexcept;
  SourcePins(const SourcePins&) = delete;
  SourcePins& operator=(const SourcePins&) = delete;
  ~SourcePins() { release(); }

  [[nodiscard]] const std::vector<SourceAlias>& aliases() const noexcept { return aliases_; }
  void release();

 private:
  std::string folder_;
  std::vector<SourceAlias> aliases_;
};

/// Where this user's pins are; empty when there is no such place.
[[nodiscard]] std::string pins_place();

/// Takes away the folder of a process that has ended, with what it mounted there. Never anything that is mounted.
[[nodiscard]] std::error_code remove_pins(const std::string& folder);

}  // namespace skillrun::inline v0
