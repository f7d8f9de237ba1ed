#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/report.hpp>

#include "cli/run_options.hpp"

namespace skillrun::cli {

// The requests of commands that more than the command's own file looks at.

/// A command that takes names and a format.
struct NamesRequest {
  std::vector<std::string> names;  ///< skills, a rule's id, policies, a schema, or a shell
  OutputFormat format = OutputFormat::text;
};

/// pull SKILL...
struct PullRequest {
  std::vector<std::string> skills;
  PullTimeout timeout;
};

struct ExplainRequest {
  RunRequest run;
  bool all = false;  ///< every rule, not only those that have something to say
  OutputFormat format = OutputFormat::text;
};

/// allow SKILL | --list | --revoke SKILL | --revoke --all
struct AllowRequest {
  RunRequest run;
  bool list = false;
  bool revoke = false;
  bool all = false;
  OutputFormat format = OutputFormat::text;
};

struct GcRequest {
  bool dry_run = false;
  OutputFormat format = OutputFormat::text;
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
  Severity fail_on = Severity::error;      ///< off: never
  Severity min_severity = Severity::info;  ///< the lowest that is reported
  std::vector<std::string> exclusions;
  bool require_files = false;
  std::string baseline;
  std::string write_baseline;
  std::vector<std::string> environment;        ///< NAME=VALUE
  std::vector<std::string> environment_files;  ///< of such lines
  std::string kind;                            ///< toml, yaml, compose, policy or skill-md; empty: what it says
  bool host_checks = false;
  bool fix = false;
  bool dry_run = false;

  // As written on the command line.
  std::vector<std::string> formats;
  std::vector<std::string> files;
  std::vector<GivenOption> given;
};

}  // namespace skillrun::cli
