#include "registry_relay.hpp"

#include <sys/socket.h>

#include <array>

#include "process.hpp"

namespace integration {

namespace {

constexpr std::size_t much = std::size_t{1} << 20;

std::string address() { return variable("SKILLRUN_TEST_RELAY_REGISTRY"); }

}  // namespace

RegistryRelay::RegistryRelay(Fault fault, int times, std::function<void()> at_fault)
    : fault_(fault), left_(times), at_fault_(std::move(at_fault)), server_(address(), [this](int connection) {
        std::size_t answered = 0;
        relay(connection, variable("SKILLRUN_TEST_REGISTRY"), {},
              [&](const std::string& bytes) { return pass(connection, answered, bytes); });
      }) {}

std::string RegistryRelay::image() { return address() + "/large:1"; }

bool RegistryRelay::pass(int connection, std::size_t& answered, const std::string& bytes) {
  const bool was_much = answered > much;
  answered += bytes.size();
  if (was_much || answered <= much || left_-- <= 0) return true;
  ++faults_;
  if (at_fault_) at_fault_();
  std::array<char, 1024> ignored{};
  while (fault_ == Fault::stall && ::recv(connection, ignored.data(), ignored.size(), 0) > 0) {
  }
  return false;
}

}  // namespace integration
