#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <skillrun/lint.hpp>
#include <skillrun/report.hpp>

#include "app/judge.hpp"
#include "app/load_policy.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/manifest_draft.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"
#include "support/write_all.hpp"

namespace skillrun::cli {

namespace {

/// init [NAME]
struct InitRequest {
  std::string name;        ///< of the skill; empty: from the line or the image
  std::string from_run;    ///< a line `docker run ...`
  std::string from_image;  ///< an image
  std::string output;      ///< a file, "-"; empty: skillrun.toml or skillrun.yaml
  bool yaml = false;
};

void declare_init(OptionSet& options, InitRequest& request) {
  options.positional("NAME", request.name, "The skill's name (default: from the line or the image)");
  const DeclaredOption image = options.text("--from-image", request.from_image, "IMAGE", "Begin with this image");
  options
      .text("--from-run", request.from_run, "'docker run ...'", "Turn a docker command line, in quotes, into a skill")
      .excludes(image);
  options.flag("--yaml", request.yaml, "Write YAML instead of TOML");
  options.text("--output", request.output, "FILE", "The file to write, - for standard output (default: skillrun.toml)");
  options.footer(
      "Says what the policy in force finds. Nothing is run, and no file is replaced.\n\n"
      "Example: skillrun init --from-run 'docker run --rm -v $PWD:/work -w /work alpine:3.20 wc -l'");
}

std::expected<ManifestDraft, std::string> draft_of(const InitRequest& request) {
  if (!request.from_run.empty()) {
    auto draft = draft_from_run(request.from_run, request.name);
    if (draft) return draft;
    return std::unexpected(fmt::format("--from-run: {}", draft.error()));
  }
  const std::string image = request.from_image.empty() ? "alpine:3.20" : request.from_image;
  return draft_for_image(request.name.empty() ? name_from_image(image) : request.name, image);
}

/// A file that is there already stays as it is.
std::expected<void, std::string> write_new(const std::string& path, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file && errno == EEXIST) {
    return std::unexpected(
        fmt::format("'{}' already exists; name another file with --output, or - for standard output", printable(path)));
  }
  if (file && write_all(file.get(), text)) return {};
  return std::unexpected(fmt::format("cannot write '{}': {}", printable(path), std::generic_category().message(errno)));
}

LintedFile judge(const std::string& text, ManifestFormat format, const std::string& path,
                 std::shared_ptr<const Policy> policy, const GlobalOptions& options) {
  std::error_code error;
  auto source = std::make_shared<const SourceText>(
      SourceText{.name = path, .directory = std::filesystem::current_path(error).string(), .text = text});
  const app::HostHere here = app::host_here(options);
  const EnvironmentVariables variables;
  return lint_manifest(
      std::move(source), format, path,
      {.policy = std::move(policy), .host = *here.view, .variables = variables, .caller = CallerContext::current()});
}

int run_init(const GlobalOptions& global, const InitRequest& request) {
  const Console console(global);
  const auto draft = draft_of(request);
  if (!draft) {
    console.error(draft.error());
    return failed;
  }
  const ManifestFormat format = request.yaml ? ManifestFormat::yaml : ManifestFormat::toml;
  const std::string text = write_manifest(*draft, format);
  const bool to_output = request.output == "-";
  const std::string path = !request.output.empty() && !to_output ? request.output
                           : request.yaml                        ? "skillrun.yaml"
                                                                 : "skillrun.toml";
  app::Warnings warnings;
  const auto policy = app::load_policy(global, warnings);
  console.warnings(warnings);
  if (!policy) {
    console.failure(policy.error());
    return policy.error().exit_status();
  }
  const LintedFile linted = judge(text, format, to_output ? "<stdout>" : path, *policy, global);
  if (to_output) {
    if (!console.print(text)) return failed;
  } else if (auto written = write_new(path, text); !written) {
    console.error(written.error());
    return failed;
  }
  console.findings_and_warnings(linted.findings);
  if (to_output) return success;
  console.note(has_errors(linted.findings)
                   ? fmt::format("wrote {}; the policy {} refuses the skill {} until that is fixed", printable(path),
                                 (*policy)->name(), printable(draft->skill))
                   : fmt::format("wrote {}; try it: skillrun {} -- ARGS...", printable(path), printable(draft->skill)));
  return success;
}

}  // namespace

Command init_command() {
  return Command(CommandParts<InitRequest>{.name = "init",
                                           .help = "Write a manifest, from scratch or from a docker command line",
                                           .place = 12,
                                           .declare = declare_init,
                                           .run = run_init});
}

}  // namespace skillrun::cli
