#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <skillrun/lint.hpp>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/lint_variables.hpp"
#include "cli/preparation.hpp"
#include "lint/find_files.hpp"
#include "lint/fixes.hpp"
#include "lint/lint_files.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::cli {

namespace {

constexpr std::string_view standard_input = "-";

/// Whoever runs the skill: nothing of this machine, so that a report is the same everywhere.
CallerContext anybody() {
  return {.workdir = "/home/user/work", .cwd = "/home/user/work", .home = "/home/user", .uid = 1000, .gid = 1000};
}

std::optional<LintKind> kind_by_name(std::string_view word) {
  if (word == "toml") return LintKind::toml;
  if (word == "yaml") return LintKind::yaml;
  if (word == "compose") return LintKind::compose;
  if (word == "skill-md") return LintKind::skill_md;
  return std::nullopt;
}

/// What a text without a name is: front matter opens with ---, YAML's first key ends with a colon.
LintKind guess_kind(std::string_view text) {
  for (std::string_view line : split(text, '\n')) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("---") || line.front() == '{') return LintKind::yaml;
    return line.find(':') < line.find_first_of("=[") ? LintKind::yaml : LintKind::toml;
  }
  return LintKind::toml;
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

/// The mark that an editor put at the beginning of the file, which is no part of what is read.
std::string byte_order_mark_of(const std::string& path) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  const auto source = read_source(path);
  return source && (*source)->text.starts_with(mark) ? std::string(mark) : std::string();
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
      fmt::format("can not write '{}': {}", printable(path), std::generic_category().message(reason)));
}

class Lint {
 public:
  explicit Lint(const Invocation& invocation)
      : global_(invocation.global), request_(invocation.lint), console_(invocation.global) {}

  int run() {
    auto policy = load_policy(global_, console_);
    if (!policy) {
      console_.failure(policy.error());
      return wrong_usage;
    }
    auto variables = lint_variables(request_);
    if (!variables) return fail(variables.error());
    const MapVariables environment(std::move(*variables));
    const LexicalHost text_alone(today());
    const HostHere here = request_.host_checks ? host_here(global_) : HostHere{};
    const LintContext context{
        .policy = *policy,
        .host = here.view ? static_cast<const HostView&>(*here.view) : text_alone,
        .variables = environment,
        .caller = request_.host_checks ? CallerContext::current() : anybody(),
    };
    LintReport report{.policy = *policy, .files = {}};
    auto linted = request_.paths == std::vector<std::string>{std::string(standard_input)}
                      ? standard_input_alone(context)
                      : files(context);
    if (!linted) return fail(linted.error());
    report.files = std::move(linted->files);
    if (request_.fix) {
      if (auto done = fix(report, context); !done) return fail(done.error());
      if (request_.dry_run) return success;
    }
    if (auto done = baselines(report); !done) return fail(done.error());
    for (const LintOutput& output : request_.outputs) {
      if (auto written = write(report, output); !written) return fail(written.error());
    }
    for (const UnreadableFile& file : linted->unreadable) {
      console_.error(fmt::format("'{}' {}", printable(file.path), file.why));
    }
    if (!linted->unreadable.empty()) return wrong_usage;
    return reaches(report, request_.fail_on) ? findings_found : success;
  }

 private:
  [[nodiscard]] int fail(std::string_view message) const {
    console_.error(message);
    return wrong_usage;
  }

  [[nodiscard]] std::expected<LintedFiles, std::string> standard_input_alone(const LintContext& context) const {
    auto text = read_standard_input();
    if (!text) return std::unexpected(fmt::format("standard input can not be read: {}", text.error()));
    const LintKind kind = kind_by_name(request_.kind).value_or(guess_kind(*text));
    std::error_code error;
    auto source = std::make_shared<const SourceText>(
        SourceText{.name = "<stdin>", .directory = std::filesystem::current_path(error).string(), .text = *text});
    const LintInput input{.path = "<stdin>", .repository_path = "<stdin>", .kind = kind};
    LintedFiles linted;
    linted.files.push_back(lint_source(std::move(source), input, context));
    return linted;
  }

  [[nodiscard]] std::expected<LintedFiles, std::string> files(const LintContext& context) const {
    if (!request_.paths.empty()) {
      const auto inputs = find_lint_files(request_.paths, kind_by_name(request_.kind));
      if (!inputs) return std::unexpected(inputs.error());
      return lint_files(*inputs, context);
    }
    auto catalog = open_catalog(global_, console_);
    if (!catalog) return std::unexpected(catalog.error().message);
    warn_of_doubted(*catalog, console_);
    std::vector<LintInput> inputs;
    for (const ManifestCandidate& candidate : catalog->discovery().candidates) {
      const auto kind = kind_of(candidate.path);
      if (!kind) continue;
      inputs.push_back(
          {.path = candidate.path, .repository_path = repository_path(candidate.path), .kind = *kind, .named = true});
    }
    std::ranges::sort(inputs, {}, &LintInput::repository_path);
    return lint_files(inputs, context);
  }

  /// Mends the files and looks at them again; with --dry-run the changes are printed and nothing is written.
  [[nodiscard]] std::expected<void, std::string> fix(LintReport& report, const LintContext& context) const {
    for (LintedFile& file : report.files) {
      const auto kind = kind_of(file.source->name);
      const LintInput input{.path = file.source->name,
                            .repository_path = file.path,
                            .kind = kind_by_name(request_.kind).value_or(kind.value_or(LintKind::toml))};
      const auto lint_text = [&](const std::string& text) {
        return lint_source(std::make_shared<const SourceText>(SourceText{
                               .name = file.source->name, .directory = file.source->directory, .text = text}),
                           input, context);
      };
      const MendedText mended = mend(file, lint_text);
      if (mended.count == 0) continue;
      const std::string mark = byte_order_mark_of(file.source->name);
      if (request_.dry_run) {
        if (!console_.print_bytes(unified_diff(mark + file.source->text, mark + mended.text, printable(file.path)))) {
          return std::unexpected("standard output can not be written");
        }
        continue;
      }
      if (auto written = replace_file(file.source->name, mark + mended.text); !written) return written;
      file = lint_text(mended.text);
      console_.note(fmt::format("{}: {} mended", printable(file.path), counted(mended.count, "finding")));
    }
    return {};
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
    if (!console_.print_bytes(text)) return std::unexpected("standard output can not be written");
    return {};
  }

  [[nodiscard]] static std::expected<void, std::string> write_file(const std::string& path, std::string_view text) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file && write_all(file.get(), text)) return {};
    return std::unexpected(
        fmt::format("can not write '{}': {}", printable(path), std::generic_category().message(errno)));
  }

  const GlobalOptions& global_;
  const LintRequest& request_;
  const Console console_;
};

}  // namespace

int lint_command(const Invocation& invocation) { return Lint(invocation).run(); }

}  // namespace skillrun::cli
