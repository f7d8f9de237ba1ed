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
  const auto approved = admit_here(*prepared);
  if (!approved) {
    console.failure(approved.error());
    return approved.error().exit_status();
  }
  console.findings(approved->findings());
  const Request request = render_request(invocation.global.engine, approved->spec());
  std::string line;
  for (const std::string& word : request.command.words) line += (line.empty() ? "" : " ") + shell_quoted(word);
  for (const std::string& gap : request.command.gaps) console.warning(fmt::format("not in this command: {}", gap));
  return console.print(fmt::format("{}\n{}", line, request.json)) ? success : failed;
}

}  // namespace skillrun::cli
