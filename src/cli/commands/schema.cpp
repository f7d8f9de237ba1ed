#include <algorithm>

#include <skillrun/report.hpp>
#include <skillrun/run.hpp>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/requests.hpp"

namespace skillrun::cli {

namespace {

struct Document {
  std::string_view name;
  std::string (*schema)();
};

constexpr Document documents[] = {
    {"manifest", manifest_schema},
    {"policy", policy_schema},
    {"lint", lint_schema},
    {"result", result_schema},
};

void declare_schema(OptionSet& options, NamesRequest& request) {
  std::vector<std::string> names;
  for (const Document& document : documents) names.emplace_back(document.name);
  options.positionals("DOCUMENT", request.names, names, "manifest, policy, lint or result");
  options.footer(
      "JSON Schema, draft 2020-12. Editors check and complete manifests and policies with it; the same files are\n"
      "installed as share/skillrun/schemas/DOCUMENT.json.");
}

int run_schema(const GlobalOptions& global, const NamesRequest& request) {
  const Console console(global);
  const auto document = std::ranges::find(documents, request.names.front(), &Document::name);
  if (document == std::end(documents)) return failed;
  return console.print(document->schema()) ? success : failed;
}

}  // namespace

Command schema_command() {
  return Command(
      CommandParts<NamesRequest>{.name = "schema",
                                 .help = "Print the JSON Schema of manifests, policies, lint documents or results",
                                 .place = 14,
                                 .declare = declare_schema,
                                 .run = run_schema});
}

}  // namespace skillrun::cli
