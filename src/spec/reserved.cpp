#include "spec/reserved.hpp"

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

bool is_reserved_registry(std::string_view registry) {
  return to_lower(registry.substr(0, registry.find(':'))) == reserved_registry;
}

}  // namespace skillrun::inline v0
