#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "socket_server.hpp"

namespace integration {

/// The test registry, reached by a bad line: answers end or stall in the middle of a layer.
class RegistryRelay {
 public:
  enum class Fault { cut, stall };

  /// The first `times` answers that are large fail; `at_fault` is called at each.
  RegistryRelay(Fault fault, int times, std::function<void()> at_fault = {});

  /// An image whose layer is large, by the way of this relay.
  [[nodiscard]] static std::string image();
  [[nodiscard]] int faults() const noexcept { return faults_; }

 private:
  [[nodiscard]] bool pass(int connection, std::size_t& answered, const std::string& bytes);

  Fault fault_;
  std::atomic<int> left_;
  std::function<void()> at_fault_;
  std::atomic<int> faults_ = 0;
  SocketServer server_;
};

}  // namespace integration
