#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <skillrun/lint.hpp>

#include "app/lint.hpp"
#include "app/lint_variables.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/requests.hpp"
#include "lint/fixes.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"
#include "support/write_all.hpp"

namespace skillrun::cli {

namespace {

constexpr std::string_view standard_input = "-";

std::optional<LintKind> kind_by_name(std::string_view word) {
  if (word == "toml") return LintKind::toml;
  if (word == "yaml") return LintKind::yaml;
  if (word == "compose") return LintKind::compose;
  if (word == "policy") return LintKind::policy;
  if (word == "skill-md") return LintKind::skill_md;
  return std::nullopt;
}

std::expected<std::string, std::string> read_standard_input() {
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(std::generic_category().message(errno));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > max_manifest_size) {
      return std::unexpected(fmt::format("it is larger than {} bytes", max_manifest_size));
    }
  }
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Writes beside the file and moves it into its place, so that a full disk or a crash leaves the old text.
std::expected<void, std::string> replace_file(const std::string& path, std::string_view text) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  std::string temporary = target.string() + ".XXXXXX";
  UniqueFd file(error ? -1 : ::mkostemp(temporary.data(), O_CLOEXEC));
  struct stat status{};
  const bool written = file && ::stat(target.c_str(), &status) == 0 &&
                       ::fchmod(file.get(), status.st_mode & 07777U) == 0 && write_all(file.get(), text) &&
                       ::rename(temporary.c_str(), target.c_str()) == 0;
  if (written) return {};
  const int reason = error ? error.value() : errno;
  if (file) ::unlink(temporary.c_str());
  return std::unexpected(
      fmt::format("cannot write '{}': {}", printable(path), std::generic_category().message(reason)));
}

void leave_out_below(LintReport& report, Severity least) {
  for (LintedFile& file : report.files) {
    std::erase_if(file.findings, [&](const Finding& finding) { return finding.severity < least; });
  }
}

class Lint {
 public:
  Lint(const GlobalOptions& global, const LintRequest& request)
      : global_(global), request_(request), console_(global) {}

  int run() {
    auto variables = app::lint_variables(request_.environment_files, request_.environment);
    if (!variables) return fail(variables.error());
    app::Warnings warnings;
    const auto linter = app::Linter::open(global_,
                                          {.kind = kind_by_name(request_.kind),
                                           .exclusions = request_.exclusions,
                                           .variables = std::move(*variables),
                                           .host_checks = request_.host_checks,
                                           .engine_checks = global_.engine_given},
                                          warnings);
    console_.warnings(warnings);
    if (!linter) return fail(linter.error());
    auto linted = look(*linter);
    if (!linted) return fail(linted.error());
    LintReport report{.policy = linter->policy(), .files = std::move(linted->files)};
    if (request_.fix) {
      if (auto done = fix(*linter, report); !done) return fail(done.error());
      if (request_.dry_run) return left(report);
    }
    if (auto done = baselines(report); !done) return fail(done.error());
    leave_out_below(report, request_.min_severity);
    for (const LintOutput& output : request_.outputs) {
      if (auto written = write(report, output); !written) return fail(written.error());
    }
    for (const UnreadableFile& file : linted->unreadable) {
      console_.error(fmt::format("'{}' {}", printable(file.path), file.why));
    }
    if (!linted->unreadable.empty()) return wrong_usage;
    if (request_.require_files && report.files.empty()) {
      return fail("nothing was linted: there is no manifest, policy, Compose file or SKILL.md where it was looked for");
    }
    return reaches(report, request_.fail_on) ? findings_found : success;
  }

 private:
  /// An empty message was said where it happened.
  [[nodiscard]] int fail(std::string_view message) const {
    if (!message.empty()) console_.error(message);
    return wrong_usage;
  }
  [[nodiscard]] int fail(const RunResult& failure) const {
    console_.failure(failure);
    return wrong_usage;
  }

  [[nodiscard]] std::expected<LintedFiles, std::string> look(const app::Linter& linter) const {
    if (request_.paths == std::vector<std::string>{std::string(standard_input)}) {
      auto text = read_standard_input();
      if (!text) return std::unexpected(fmt::format("standard input cannot be read: {}", text.error()));
      LintedFiles linted;
      linted.files.push_back(linter.text(std::move(*text), "<stdin>"));
      return linted;
    }
    if (!request_.paths.empty()) return linter.files(request_.paths);
    app::Warnings warnings;
    auto linted = linter.discovered(warnings);
    console_.warnings(warnings);
    if (!linted) return std::unexpected(linted.error().message);
    return std::move(*linted);
  }

  /// Fixes the files; with --dry-run the changes are printed and nothing is written.
  [[nodiscard]] std::expected<void, std::string> fix(const app::Linter& linter, LintReport& report) const {
    for (const app::FixedFile& file : linter.fix(report)) {
      const std::string name = printable(file.name);
      if (request_.dry_run) {
        if (!console_.print_bytes(unified_diff(file.before, file.after, name))) {
          return std::unexpected(std::string());
        }
        continue;
      }
      if (auto written = replace_file(file.path, file.after); !written) return written;
      console_.note(fmt::format("{}: {} fixed", name, counted(file.count, "finding")));
    }
    return {};
  }

  /// What the changes that were printed would leave: said, because a diff does not.
  [[nodiscard]] int left(LintReport& report) const {
    if (auto done = baselines(report); !done) return fail(done.error());
    leave_out_below(report, request_.min_severity);
    if (!reaches(report, request_.fail_on)) return success;
    console_.note("there is more to mend than has one right fix: lint without --fix says what");
    return findings_found;
  }

  [[nodiscard]] std::expected<void, std::string> baselines(LintReport& report) const {
    if (!request_.write_baseline.empty()) {
      const Baseline baseline = Baseline::of(report);
      if (auto written = write_file(request_.write_baseline, baseline.text()); !written) return written;
      baseline.apply(report);
    }
    if (request_.baseline.empty()) return {};
    const auto source = read_source(request_.baseline);
    if (!source) {
      return std::unexpected(fmt::format("the baseline '{}' {}; --write-baseline makes one",
                                         printable(request_.baseline), source.error()));
    }
    const auto baseline = Baseline::parse((*source)->text);
    if (!baseline) {
      return std::unexpected(fmt::format("the baseline '{}' {}; --write-baseline makes a new one",
                                         printable(request_.baseline), baseline.error()));
    }
    baseline->apply(report);
    return {};
  }

  [[nodiscard]] std::expected<void, std::string> write(const LintReport& report, const LintOutput& output) const {
    if (!output.file.empty()) return write_file(output.file, format_lint(report, output.format));
    const std::string text =
        format_lint(report, output.format,
                    {.color = console_.color_for_output(), .least = global_.quiet ? Severity::error : Severity::info});
    if (!console_.print_bytes(text)) return std::unexpected(std::string());
    return {};
  }

  [[nodiscard]] static std::expected<void, std::string> write_file(const std::string& path, std::string_view text) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file && write_all(file.get(), text)) return {};
    return std::unexpected(
        fmt::format("cannot write '{}': {}", printable(path), std::generic_category().message(errno)));
  }

  const GlobalOptions& global_;
  const LintRequest& request_;
  const Console console_;
};

constexpr int most_paths = 1 << 29;
/// "text, json, sarif or html".
std::string listed(const std::vector<std::string>& words) {
  return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

void declare_lint(OptionSet& options, LintRequest& request) {
  options.alias("check");
  options.in_order(request.given);
  options.positionals("PATH", request.paths, 0, most_paths,
                      "Files, folders, or - for standard input (default: your manifests that `run` would find)");
  options.list("--format", request.formats, lint_format_names(), "FORMAT",
               listed(lint_format_names()) + " (default: text; repeatable, each with an --output of its own)");
  options.list("--output", request.files, "FILE", "Write the report of the --format before it to this file");
  options.choice<Severity>(
      "--fail-on", request.fail_on,
      {{"error", Severity::error}, {"warning", Severity::warning}, {"info", Severity::info}, {"never", Severity::off}},
      "LEVEL", "error, warning, info or never: what gives exit status 1 (default: error)");
  options.choice<Severity>("--min-severity", request.min_severity,
                           {{"error", Severity::error}, {"warning", Severity::warning}, {"info", Severity::info}},
                           "LEVEL", "error, warning or info: what is below it is not reported (default: info)");
  options.list("--exclude", request.exclusions, "PATTERN",
               "Leave out what matches, written as in a .gitignore of the working directory (repeatable)");
  options.flag("--require-files", request.require_files, "Fail (2) when there was nothing to lint");
  const DeclaredOption baseline =
      options.text("--baseline", request.baseline, "FILE", "Leave out the findings recorded in this file");
  options
      .text("--write-baseline", request.write_baseline, "FILE", "Write all findings to this file as known, and succeed")
      .excludes(baseline);
  options.list("-e,--env", request.environment, "NAME=VALUE", "A variable that manifests may use (repeatable)");
  options.list("--env-file", request.environment_files, "FILE", "A file of such variables, one per line (repeatable)");
  options.word("--as", request.kind, {"toml", "yaml", "compose", "policy", "skill-md"}, "KIND",
               "Read every PATH as toml, yaml, compose, policy or skill-md, whatever its name and its text");
  options.choice<bool>("--host-checks", request.host_checks, {{"on", true}, {"off", false}}, "WHEN",
                       "on: look at this machine's files as `run` does; off: judge the text alone (default: off)");
  const DeclaredOption fix = options.flag("--fix", request.fix, "Fix in place what has exactly one right fix");
  options.flag("--dry-run", request.dry_run, "With --fix: print the changes as a diff, change nothing").needs(fix);
  options.footer(
      "Folders are searched for manifests: skillrun.toml and the like, .skillrun/, SKILL.md, every TOML or YAML file "
      "that\ndeclares skills, policies, and Compose files by their usual names; hidden ones included, without what "
      ".gitignore\nexcludes.\n\n"
      "Example: skillrun lint --format sarif --output lint.sarif --format text\n\n"
      "Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or a file that cannot be read.");
}

/// Each --output belongs to the --format before it.
std::optional<std::string> check_lint(LintRequest& request) {
  for (const auto& [option, value] : request.given) {
    if (option == "--format") {
      request.outputs.push_back({.format = *find_lint_format(value), .file = {}});
    } else if (option == "--output") {
      if (request.outputs.empty()) request.outputs.emplace_back();
      std::string& file = request.outputs.back().file;
      if (!file.empty()) return "two --output for one --format; give each its --format first";
      file = value;
      if (file.empty()) return "--output needs the name of a file";
    }
  }
  if (request.outputs.empty()) request.outputs.emplace_back();
  if (std::ranges::count(request.outputs, std::string(), &LintOutput::file) > 1) {
    return "only one report can go to standard output; give the others an --output";
  }
  if (request.fail_on != Severity::off && request.fail_on < request.min_severity) {
    return "--fail-on is below --min-severity: what is not reported cannot fail";
  }
  const bool reads_input = std::ranges::count(request.paths, standard_input) > 0;
  if (reads_input && request.paths.size() > 1) return "standard input (-) is linted alone, without other paths";
  if (reads_input && request.fix && !request.dry_run) return "--fix changes files; for standard input add --dry-run";
  return std::nullopt;
}

}  // namespace

Command lint_command() {
  return Command(CommandParts<LintRequest>{
      .name = "lint",
      .help = "Check manifests as a reviewer would: every fault, its place, its remedy",
      .place = 4,
      .declare = declare_lint,
      .check = check_lint,
      .run = [](const GlobalOptions& global, const LintRequest& request) { return Lint(global, request).run(); },
      .wrong_usage = wrong_usage});
}

}  // namespace skillrun::cli
