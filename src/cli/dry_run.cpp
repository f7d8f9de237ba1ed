#include "cli/dry_run.hpp"

#include <fmt/format.h>

#include "cli/exit_status.hpp"
#include "cli/preparation.hpp"
#include "cli/request.hpp"

namespace skillrun::cli {

int dry_run(const Invocation& invocation, const Console& console) {
  auto prepared = prepare(invocation.global, invocation.run, console);
  if (!prepared) {
    console.failure(prepared.error());
    return prepared.error().exit_status();
  }
  Judgement judgement = judge_here(invocation.global, *prepared, AskEngine::always);
  if (!judgement.verdict) {
    const RunResult result = refused_result(std::move(judgement.verdict.error()), *prepared);
    console.failure(result);
    return result.exit_status();
  }
  if (!judgement.detection.engine) console.warning(no_engine_asked);
  const ApprovedSpec& approved = *judgement.verdict;
  tell_findings(*prepared, approved.findings(), console);
  const Request request = render_request(judgement.detection.engine.get(), approved.spec());
  std::string line;
  for (const std::string& word : request.command.words) line += (line.empty() ? "" : " ") + shell_quoted(word);
  for (const std::string& gap : request.command.gaps) console.warning(fmt::format("not in this command: {}", gap));
  return console.print(fmt::format("{}\n{}", line, request.json)) ? success : failed;
}

}  // namespace skillrun::cli
