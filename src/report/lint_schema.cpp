#include <skillrun/report.hpp>

#include "support/finding_schema.hpp"

namespace skillrun::inline v0 {

std::string lint_schema() {
  using schema::described;
  using schema::whole;
  json::object document = schema::head("lint", "skillrun lint document", "What `skillrun lint --format json` prints.");
  json::object version = described("version of the format", schema::of_type("integer"));
  version["const"] = 1;
  const json::object fields = schema::record({
      {"version", std::move(version)},
      {"tool", schema::record({{"name", schema::name()}, {"version", schema::name()}})},
      {"policy", described("the policy that judged", schema::text())},
      {"findings", schema::list_of_items(schema::finding(true))},
      {"summary", schema::record({{"files", whole(0)},
                                  {"skills", whole(0)},
                                  {"errors", whole(0)},
                                  {"warnings", whole(0)},
                                  {"infos", whole(0)},
                                  {"waived", described("findings that a waiver lets pass", whole(0))},
                                  {"baselined", described("findings that the baseline knows", whole(0))}})},
  });
  for (const auto& [key, value] : fields) document[key] = value;
  return pretty(document);
}

}  // namespace skillrun::inline v0
