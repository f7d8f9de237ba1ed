#pragma once

#include <expected>
#include <string>
#include <vector>

#include <skillrun/spec.hpp>

#include "support/unique_fd.hpp"

namespace skillrun {

/// Stand-ins for protected names that are not there: an empty file or folder that is mounted read-only over itself, so
/// that the skill can not make one. An engine that is told to mount over nothing makes the mount point itself, as root,
/// and leaves it; these are the caller's and go with this object. Runs at the same time share them: each holds a lock
/// on what it uses, and the last one takes it away.
class Placeholders {
 public:
  /// Makes what is missing; otherwise why nothing may run.
  [[nodiscard]] static std::expected<Placeholders, Findings> make(const ContainerSpec& approved);

  Placeholders() = default;
  Placeholders(Placeholders&& other) noexcept { *this = std::move(other); }
  Placeholders& operator=(Placeholders&& other) noexcept;
  Placeholders(const Placeholders&) = delete;
  Placeholders& operator=(const Placeholders&) = delete;
  ~Placeholders() { remove(); }

  void remove();

 private:
  struct Held {
    UniqueFd parent;
    std::string name;
    UniqueFd file;
  };
  std::vector<Held> held_;
};

}  // namespace skillrun
