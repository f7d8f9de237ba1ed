#include <algorithm>

#include <fmt/format.h>
#include <skillrun/report.hpp>

#include "app/places.hpp"
#include "app/policy_files.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/named_policy.hpp"
#include "cli/requests.hpp"
#include "policy/policy_tests.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

constexpr int cases_failed = 1;

struct TestedFile {
  std::string name;
  PolicyTestReport report;
};

std::ptrdiff_t passed(const std::vector<PolicyTestResult>& cases) {
  return std::ranges::count_if(cases, &PolicyTestResult::passed);
}

std::string as_text(const std::vector<TestedFile>& files, const Console& console) {
  std::string text;
  std::ptrdiff_t good = 0;
  std::size_t all = 0;
  for (const TestedFile& file : files) {
    for (const PolicyTestResult& result : file.report.cases) {
      text += fmt::format("{} {}:{} {}\n", result.passed() ? "ok    " : "FAILED", printable(file.name),
                          result.span.begin.line, printable(result.name));
      for (const std::string& failure : result.failures) text += fmt::format("         {}\n", printable(failure));
      if (!result.passed() && !result.findings.empty()) {
        text += "\n" + format_text(result.findings, {.color = console.color_for_output()}) + "\n";
      }
    }
    good += passed(file.report.cases);
    all += file.report.cases.size();
  }
  return text + fmt::format("{} of {} cases passed\n", good, all);
}

std::string as_json(const std::vector<TestedFile>& files) {
  json::array documents;
  std::ptrdiff_t good = 0;
  std::size_t all = 0;
  for (const TestedFile& file : files) {
    json::array cases;
    for (const PolicyTestResult& result : file.report.cases) {
      cases.push_back(json::object{{"name", result.name},
                                   {"line", result.span.begin.line},
                                   {"passed", result.passed()},
                                   {"failures", json::array(result.failures.begin(), result.failures.end())},
                                   {"verdict", result.allowed ? "allowed" : "refused"},
                                   {"findings", to_json_array(result.findings)}});
    }
    documents.push_back(json::object{{"file", file.name}, {"policy", file.report.policy}, {"cases", std::move(cases)}});
    good += passed(file.report.cases);
    all += file.report.cases.size();
  }
  return pretty(json::object{
      {"version", 1},
      {"files", std::move(documents)},
      {"summary", {{"cases", all}, {"passed", good}, {"failed", static_cast<std::ptrdiff_t>(all) - good}}}});
}

void declare_policy_test(OptionSet& options, NamesRequest& request) {
  options.positionals("FILE", request.names, 1, 1000);
  options.format(request.format);
  options.footer(
      "Each case is judged by its own file and what that extends, and by nothing else on this machine.\n\n"
      "Exit status: 0 all cases passed, 1 a case failed, 125 a file cannot be read, is not valid or has no cases.");
}

int run_policy_test(const GlobalOptions& global, const NamesRequest& request) {
  const Console console(global);
  const app::LocalPolicyFiles reader;
  std::vector<TestedFile> files;
  bool valid = true;
  for (const std::string& name : request.names) {
    const auto source = app::read_policy_file(name);
    if (!source) {
      console.failure(unreadable_policy(name, source.error()));
      valid = false;
      continue;
    }
    auto report = run_policy_tests(*source, &reader, app::today());
    if (!report) {
      console.failure(invalid_policy(name, std::move(report.error())));
      valid = false;
      continue;
    }
    if (report->cases.empty()) {
      console.error(fmt::format("the policy '{}' has no test cases: write some under tests", printable(name)));
      valid = false;
    }
    files.push_back({.name = name, .report = std::move(*report)});
  }
  const bool json = request.format == OutputFormat::json;
  if (!console.print(json ? as_json(files) : as_text(files, console)) || !valid) return failed;
  const auto all_passed = [](const TestedFile& file) {
    return std::ranges::all_of(file.report.cases, &PolicyTestResult::passed);
  };
  return std::ranges::all_of(files, all_passed) ? success : cases_failed;
}

}  // namespace

Command policy_test_command() {
  return Command(CommandParts<NamesRequest>{.name = "policy test",
                                            .help = "Run the test cases that policies hold under `tests`",
                                            .place = 2,
                                            .declare = declare_policy_test,
                                            .run = run_policy_test});
}

}  // namespace skillrun::cli
