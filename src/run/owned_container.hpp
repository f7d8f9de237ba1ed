#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <skillrun/containers.hpp>

#include "engine/log.hpp"

namespace skillrun::inline v0 {

/// A created container, which does not outlive this object unless it is kept.
class OwnedContainer {
 public:
  OwnedContainer(ContainerBackend& containers, std::string id) : containers_(containers), id_(std::move(id)) {}
  OwnedContainer(const OwnedContainer&) = delete;
  OwnedContainer& operator=(const OwnedContainer&) = delete;
  ~OwnedContainer() {
    if (!owned_) return;
    if (const auto removed = remove(); !removed) {
      log::warn("container {} was not removed: {}", id_, removed.error().message);
    }
  }

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  void keep() noexcept { owned_ = false; }
  [[nodiscard]] bool owned() const noexcept { return owned_; }
  EngineResult<void> remove() {
    owned_ = false;
    return containers_.remove(id_, {deadline, nullptr});
  }

 private:
  static constexpr std::chrono::seconds deadline{30};

  ContainerBackend& containers_;
  std::string id_;
  bool owned_ = true;
};

}  // namespace skillrun::inline v0
