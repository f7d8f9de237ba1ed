#include <algorithm>

#include <skillrun/report.hpp>
#include <skillrun/run.hpp>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"

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

}  // namespace

int schema_command(const Invocation& invocation) {
  const Console console(invocation.global);
  const auto document = std::ranges::find(documents, invocation.names.front(), &Document::name);
  if (document == std::end(documents)) return failed;
  return console.print(document->schema()) ? success : failed;
}

}  // namespace skillrun::cli
