#include "cli/dry_run.hpp"

#include <fmt/format.h>

#include "app/explain.hpp"
#include "cli/exit_status.hpp"
#include "cli/prepare.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

int dry_run(const GlobalOptions& global, const RunRequest& run, const Console& console) {
  auto prepared = prepare(global, run, console);
  if (!prepared) {
    console.failure(prepared.error());
    return prepared.error().exit_status();
  }
  app::Warnings warnings;
  app::Explanation explanation = app::explain(global, *prepared, on_terminal(), warnings);
  console.warnings(warnings);
  if (!explanation.request) {
    const RunResult result = app::refused_result(std::move(explanation.judgement), *prepared);
    console.failure(result);
    return result.exit_status();
  }
  if (explanation.judgement.engine() == nullptr) console.warning(app::no_engine_asked);
  tell_findings(*prepared, explanation.judgement.findings(), console);
  const app::Request& request = *explanation.request;
  std::string line;
  for (const std::string& word : request.command.words) line += (line.empty() ? "" : " ") + shell_quoted(word);
  for (const std::string& gap : request.command.gaps) console.warning(fmt::format("not in this command: {}", gap));
  return console.print(fmt::format("{}\n{}", line, request.json)) ? success : failed;
}

}  // namespace skillrun::cli
