#include "policy/rule_support.hpp"

#include <fmt/format.h>

namespace skillrun {

Origin absent(const ContainerSpec& spec, std::string field) {
  const bool placed = spec.image.origin.kind == OriginKind::manifest;
  return Origin{.kind = OriginKind::manifest,
                .field = std::move(field),
                .span = placed ? spec.image.origin.span : Span{},
                .text = {}};
}

std::string HostPath::text() const {
  return path == declared ? fmt::format("'{}'", path) : fmt::format("'{}' (which is '{}')", declared, path);
}

}  // namespace skillrun
