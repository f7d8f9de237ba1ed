#include "policy/grants.hpp"

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun {

std::string granted_by(const Policy& /*policy*/, const ContainerSpec& spec, const Ask& ask) {
  for (const Grant& grant : spec.grants) {
    if (grant.covers(ask)) return grant.by;
  }
  return {};
}

std::string way_to_grant(const ContainerSpec& spec, const Ask& ask) {
  if (ask.closed) return {};
  const std::string skill = printable(spec.instance ? spec.skill + "@" + *spec.instance : spec.skill);
  return fmt::format("look at it, and if you want that: skillrun allow {}", skill);
}

}  // namespace skillrun
