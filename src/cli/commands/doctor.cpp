#include <fmt/format.h>
#include <skillrun/detection.hpp>
#include <skillrun/version.hpp>

#include "app/load_policy.hpp"
#include "app/places.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/requests.hpp"
#include "policy/policy_data.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

struct Ability {
  std::string_view name;
  std::optional<bool> Enforcement::* member;
};

constexpr Ability abilities[] = {
    {"memory", &Enforcement::memory},   {"swap", &Enforcement::swap},
    {"pids", &Enforcement::pids},       {"cpu", &Enforcement::cpu},
    {"seccomp", &Enforcement::seccomp}, {"apparmor", &Enforcement::apparmor},
    {"selinux", &Enforcement::selinux}, {"user namespaces", &Enforcement::user_namespaces},
};

json::object as_json(const Enforcement& enforcement) {
  json::object object;
  for (const Ability& ability : abilities) {
    const auto& value = enforcement.*ability.member;
    object[ability.name] = value ? json::value(*value) : json::value(nullptr);
  }
  return object;
}

/// "memory, pids; not swap"; empty when nothing is known.
std::string as_text(const Enforcement& enforcement) {
  std::string can;
  std::string can_not;
  for (const Ability& ability : abilities) {
    const auto& value = enforcement.*ability.member;
    if (!value) continue;
    std::string& list = *value ? can : can_not;
    list += list.empty() ? "" : ", ";
    list += ability.name;
  }
  if (!can_not.empty()) can += fmt::format("{}not {}", can.empty() ? "" : "; ", can_not);
  return can;
}

json::object as_json(const Detection& detection, const json::array& layers, const std::string& policy) {
  json::array probes;
  for (const Probe& probe : detection.probes) {
    probes.push_back(json::object{{"place", probe.place},
                                  {"usable", probe.usable},
                                  {"chosen", probe.chosen},
                                  {"outcome", probe.outcome},
                                  {"advice", probe.advice}});
  }
  json::value engine = nullptr;
  if (detection.engine) {
    const EngineInfo& info = detection.engine->info();
    engine = json::object{{"kind", info.kind},
                          {"transport", info.transport},
                          {"endpoint", info.endpoint},
                          {"version", info.version},
                          {"api_version", info.api_version},
                          {"os", info.os},
                          {"architecture", info.architecture},
                          {"rootless", info.rootless},
                          {"remote", info.remote},
                          {"enforces", as_json(info.enforcement)}};
  }
  return {{"version", version},
          {"engine", std::move(engine)},
          {"probes", std::move(probes)},
          {"policy", policy},
          {"policy_files", layers}};
}

std::string as_text(const Detection& detection, const json::array& files, const std::string& policy,
                    const DiscoveryOptions& places) {
  std::string text = fmt::format("skillrun {}\n\nengines, in the order they are tried:\n", version);
  bool passed = false;
  bool answered = false;
  for (const Probe& probe : detection.probes) {
    passed = passed || probe.chosen;
    answered = answered || probe.usable;
    text += fmt::format("  {} {}: {}{}\n", probe.usable ? "+" : "-", printable(probe.place), printable(probe.outcome),
                        probe.chosen                        ? " (this one is used)"
                        : probe.usable && !detection.engine ? " (not used: another is asked for)"
                                                            : "");
    if (!probe.advice.empty() && !passed) text += fmt::format("      {}\n", printable(probe.advice));
  }
  if (!detection.engine) {
    text += answered ? "  the engine that is asked for does not answer: skills cannot run\n"
                     : "  no engine answers: skills cannot run\n";
  }
  if (detection.engine) {
    const std::string enforced = as_text(detection.engine->info().enforcement);
    if (!enforced.empty()) text += fmt::format("\nthe engine enforces: {}\n", enforced);
  }
  text += fmt::format("\npolicy: {}\n", policy);
  for (const json::value& file : files) text += fmt::format("  {}\n", printable(std::string(file.as_string())));
  text += "\nmanifests are looked for in:\n";
  for (const std::string& path : places.explicit_paths) text += fmt::format("  {} (-m)\n", printable(path));
  for (const std::string& path : places.environment_paths) {
    text += fmt::format("  {} (SKILLRUN_MANIFEST)\n", printable(path));
  }
  const std::string user =
      places.user_directory.empty() ? "nowhere: HOME is not set, and the accounts have none" : places.user_directory;
  text += fmt::format("  {} and the folders above it (project)\n  {} (user)\n  {} (system)\n  {} (installed)\n",
                      places.start_directory, user, places.system_directory, places.installed_directory);
  return text;
}

int run_doctor(const GlobalOptions& global, const NamesRequest& request) {
  const Console console(global);
  DetectionContext context = DetectionContext::current();
  context.selection = global.engine;
  const Detection detection = detect_engine(context, true);
  app::Warnings warnings;
  const auto policy = app::load_policy(global, warnings);
  console.warnings(warnings);
  json::array files;
  if (policy) {
    for (const PolicyInput& input : data_of(**policy).inputs) {
      if (input.source) files.emplace_back(input.source->name);
    }
  }
  const std::string policy_text = policy ? (*policy)->name() : policy.error().message;
  const bool written = console.print(request.format == OutputFormat::json
                                         ? pretty(as_json(detection, files, policy_text))
                                         : as_text(detection, files, policy_text, app::discovery_options(global)));
  return written && detection.engine && policy ? success : failed;
}

}  // namespace

Command doctor_command() {
  return Command(CommandParts<NamesRequest>{
      .name = "doctor",
      .help = "Show which engines and policies are in force, and what to fix",
      .place = 11,
      .declare = [](OptionSet& options, NamesRequest& request) { options.format(request.format); },
      .run = run_doctor});
}

}  // namespace skillrun::cli
