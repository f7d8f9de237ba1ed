#include "report/spec_document.hpp"

#include <fmt/format.h>

#include "spec/spec_fields.hpp"

namespace skillrun::inline v0 {

std::string describe_origin(const Origin& origin, const ContainerSpec& spec) {
  switch (origin.kind) {
    case OriginKind::builtin: return "default";
    case OriginKind::policy_default: return fmt::format("policy {}", origin.field);
    case OriginKind::command_line: return origin.field.empty() ? "command line" : origin.field;
    case OriginKind::create_request: return fmt::format("create request {}", origin.field);
    case OriginKind::manifest:
    case OriginKind::extra_args: break;
  }
  if (!spec.source || !origin.span.known()) return origin.field;
  return fmt::format("{}:{}:{} ({})", spec.source->name, origin.span.begin.line, origin.span.begin.column,
                     origin.field);
}

json::object spec_document(const ContainerSpec& spec) {
  json::object document;
  for (SpecField& field : spec_fields(spec)) {
    json::object entry{{"value", std::move(field.value)}, {"origin", describe_origin(*field.origin, spec)}};
    if (!field.index) {
      document[field.name] = std::move(entry);
    } else if (json::value& list = document[field.name]; list.is_array()) {
      list.get_array().push_back(std::move(entry));
    } else {
      list = list_of(std::move(entry));
    }
  }
  return document;
}

}  // namespace skillrun::inline v0
