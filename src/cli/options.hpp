#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/report.hpp>
#include <skillrun/spec.hpp>

#include "app/selection.hpp"

namespace skillrun::cli {

enum class ColorMode : std::uint8_t { automatic, always, never };
enum class OutputFormat : std::uint8_t { text, json };

/// Options that every command takes.
struct GlobalOptions : app::Selection {
  ColorMode color = ColorMode::automatic;
  int verbose = 0;
  bool quiet = false;
  OutputFormat log_format = OutputFormat::text;
  std::string log_file;
};

/// SKILL[@INSTANCE] [RUN OPTIONS] [--] ARGS...
struct RunRequest : app::SkillRequest {
  bool dry_run = false;
  std::string result_file;
  bool json = false;
  std::optional<std::string> max_output;
};

/// Where one report of `lint` goes.
struct LintOutput {
  LintFormat format = LintFormat::text;
  std::string file;  ///< empty: standard output
};

/// lint [PATH...]
struct LintRequest {
  std::vector<std::string> paths;  ///< empty: the manifests that `run` would find; "-": standard input
  std::vector<LintOutput> outputs;
  Severity fail_on = Severity::error;  ///< off: never
  std::string baseline;
  std::string write_baseline;
  std::vector<std::string> environment;        ///< NAME=VALUE
  std::vector<std::string> environment_files;  ///< of such lines
  std::string kind;                            ///< toml, yaml, compose or skill-md; empty: by the file's name
  bool host_checks = false;
  bool engine_checks = false;  ///< --engine was given, not only SKILLRUN_ENGINE
  bool fix = false;
  bool dry_run = false;
};

/// init [NAME]
struct InitRequest {
  std::string name;        ///< of the skill; empty: from the line or the image
  std::string from_run;    ///< a line `docker run ...`
  std::string from_image;  ///< an image
  std::string output;      ///< a file, "-"; empty: skillrun.toml or skillrun.yaml
  bool yaml = false;
};

/// allow SKILL | --list | --revoke SKILL | --revoke --all; the skill is that of the run request
struct AllowRequest {
  bool list = false;
  bool revoke = false;
  bool all = false;
};

/// What the command line asks for.
struct Invocation {
  GlobalOptions global;
  std::string command;  ///< "run", "list", "policy show", ...
  RunRequest run;       ///< run, explain and allow
  LintRequest lint;
  InitRequest init;
  AllowRequest allow;
  std::vector<std::string> names;  ///< skills (show, pull, build), a rule's id, policies, a schema, or a shell
  OutputFormat format = OutputFormat::text;
  bool dry_run = false;  ///< gc
};

/// The end of the program that parsing alone decides: help, the version, or wrong usage.
struct ParseExit {
  int status;
  std::string output;  ///< for standard output
  std::string error;   ///< for standard error
};

/// Reads the command line (without the program's name) and SKILLRUN_* variables. The skill's own arguments are split
/// off first and are never looked at.
[[nodiscard]] std::expected<Invocation, ParseExit> parse_command_line(std::vector<std::string> words);

}  // namespace skillrun::cli
