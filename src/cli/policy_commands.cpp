#include <algorithm>

#include <fmt/format.h>
#include <skillrun/report.hpp>

#include "app/load_policy.hpp"
#include "app/places.hpp"
#include "app/policy_files.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "policy/policy_tests.hpp"
#include "report/policy_report.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

constexpr int cases_failed = 1;

RunResult not_readable(const std::string& path, const std::string& why) {
  RunResult failure;
  failure.outcome = outcome::Failed{RunFailure::invalid_manifest};
  failure.message = fmt::format("the policy '{}' cannot be read: {}", printable(path), why);
  return failure;
}

RunResult not_valid(const std::string& path, Findings findings) {
  RunResult failure;
  failure.outcome = outcome::Failed{RunFailure::invalid_manifest};
  failure.message = fmt::format("the policy '{}' is not valid", printable(path));
  failure.findings = std::move(findings);
  return failure;
}

/// The built-in policy or document of that name by itself: no layer of this machine takes part.
std::expected<std::shared_ptr<const Policy>, RunResult> load_named(const std::string& name) {
  if (auto builtin = Policy::builtin(name)) return builtin;
  const auto source = app::read_policy_file(name);
  if (!source) {
    return std::unexpected(
        not_readable(name, source.error() + "; the built-in ones are baseline, restricted and privileged"));
  }
  const app::LocalPolicyFiles files;
  auto policy = Policy::parse(*source, &files);
  if (!policy) return std::unexpected(not_valid(name, std::move(policy.error())));
  return std::move(*policy);
}

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

}  // namespace

int policy_show_command(const Invocation& invocation) {
  const Console console(invocation.global);
  app::Warnings warnings;
  const auto policy =
      invocation.names.empty() ? app::load_policy(invocation.global, warnings) : load_named(invocation.names.front());
  console.warnings(warnings);
  if (!policy) {
    console.failure(policy.error());
    return failed;
  }
  const bool json = invocation.format == OutputFormat::json;
  return console.print(json ? pretty(policy_report(**policy)) : format_policy(**policy)) ? success : failed;
}

int policy_test_command(const Invocation& invocation) {
  const Console console(invocation.global);
  const app::LocalPolicyFiles reader;
  std::vector<TestedFile> files;
  bool valid = true;
  for (const std::string& name : invocation.names) {
    const auto source = app::read_policy_file(name);
    if (!source) {
      console.failure(not_readable(name, source.error()));
      valid = false;
      continue;
    }
    auto report = run_policy_tests(*source, &reader, app::today());
    if (!report) {
      console.failure(not_valid(name, std::move(report.error())));
      valid = false;
      continue;
    }
    if (report->cases.empty()) {
      console.error(fmt::format("the policy '{}' has no test cases: write some under tests", printable(name)));
      valid = false;
    }
    files.push_back({.name = name, .report = std::move(*report)});
  }
  const bool json = invocation.format == OutputFormat::json;
  if (!console.print(json ? as_json(files) : as_text(files, console)) || !valid) return failed;
  const auto all_passed = [](const TestedFile& file) {
    return std::ranges::all_of(file.report.cases, &PolicyTestResult::passed);
  };
  return std::ranges::all_of(files, all_passed) ? success : cases_failed;
}

}  // namespace skillrun::cli
