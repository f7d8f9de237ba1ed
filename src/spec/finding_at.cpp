#include "spec/finding_at.hpp"

#include <utility>

#include "spec/compose_words.hpp"
#include "spec/secret_texts.hpp"
#include "support/abridged.hpp"

namespace skillrun::inline v0 {

Finding finding_at(const ContainerSpec& spec, const Origin& origin, std::string_view rule, Severity severity,
                   std::string message, std::string remedy) {
  if (spec.runner == Runner::compose) {
    message = in_compose_words(message);
    remedy = in_compose_words(remedy);
  }
  const bool in_manifest = origin.kind == OriginKind::manifest || origin.kind == OriginKind::extra_args;
  return {.rule = std::string(rule),
          .severity = severity,
          .message = abridged(without_secrets(spec, std::move(message))),
          .skill = spec.skill,
          .instance = spec.instance,
          .source = in_manifest ? spec.source : nullptr,
          .span = in_manifest ? origin.span : Span{},
          .field = origin.field,
          .evidence = origin.text,
          .remediation = abridged(without_secrets(spec, std::move(remedy)))};
}

}  // namespace skillrun::inline v0
