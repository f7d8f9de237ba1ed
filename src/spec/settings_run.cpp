// How the container is run and what becomes of it.
#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Docker = DockerRuntimeConfig;

void set_tty(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (value == "auto") {
    builder.set(builder.spec.tty, TtyMode::automatic, origin);
  } else if (const auto on = parse_bool(value)) {
    builder.set(builder.spec.tty, *on ? TtyMode::on : TtyMode::off, origin);
  } else {
    builder.problem("invalid-value", origin, fmt::format("'{}' is not a terminal mode", printable(value)),
                    "write \"auto\", true or false");
  }
}

void set_tty_flag(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto on = read_switch(builder, value, origin);
  if (on) set_tty(builder, *on ? "true" : "false", origin);
}

constexpr SettingRow run_rows[] = {
    {.member = member<&Spec::detach>("detach", FieldType::boolean)
                   .meaning(Sense::untold, "skillrun passes on the output of every skill"),
     .flag = {.name = "detach", .shorthand = 'd', .arity = FlagArity::boolean},
     .set = set_switch<&Spec::detach>},
    {.member = member<&Spec::rm>("rm", FieldType::boolean).meaning(Sense::untold, "skillrun removes it itself"),
     .key = {"rm", &Docker::rm, "remove the container after the run (the default)", "true"},
     .flag = {.name = "rm", .arity = FlagArity::boolean},
     .set = set_switch<&Spec::rm>},
    {.member = member<&Spec::pull>("pull").meaning(Sense::untold, "when an image is pulled; no container knows it"),
     .key = {"pull", &Docker::pull, "when to pull the image: missing (the default), always or never", R"("missing")"},
     .flag = {.name = "pull"},
     .set = set_pull},
    {.member = member<&Spec::quiet>("quiet", FieldType::boolean)
                   .meaning(Sense::untold, "how a pull is shown; no container knows it"),
     .flag = {.name = "quiet", .shorthand = 'q', .arity = FlagArity::boolean},
     .set = set_switch<&Spec::quiet>},
    {.member = member<&Spec::timeout>("timeout", FieldType::duration).meaning(Sense::untold, "skillrun's own clock"),
     .key = {"timeout", &Docker::timeout, "longest run, with a unit", R"("10m")"},
     .set = set_timeout},
    {.member = member<&Spec::stdin_open>("stdin", FieldType::boolean)
                   .meaning(Sense::untold, "how streams are attached is decided for each run"),
     .key = {"stdin", &Docker::stdin_open, "pass standard input on (the default)", "true"},
     .flag = {.name = "interactive", .shorthand = 'i', .arity = FlagArity::boolean},
     .set = set_switch<&Spec::stdin_open>},
    {.member = member<&Spec::tty>("tty").meaning(Sense::untold, "how streams are attached is decided for each run"),
     .key = {"tty", &Docker::tty, "terminal: auto (the default), true or false", R"("auto")", Scalars::booleans},
     .flag = {.name = "tty", .shorthand = 't', .arity = FlagArity::boolean, .set = set_tty_flag},
     .set = set_tty},
    // Flags of docker run, read into the settings that they are about: fold_extra_args().
    {.key = {"extra_args", &Docker::extra_args, "flags of docker run, read into the same typed settings",
             R"(["--init"])"}},
};

}  // namespace

std::span<const SettingRow> run_settings() { return run_rows; }

void set_pull(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto pull = parse_pull_policy(value);
  if (!pull) {
    builder.problem("invalid-value", origin, pull.error().message, "write missing, always or never");
    return;
  }
  builder.set(builder.spec.pull, *pull, origin);
}

void set_timeout(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const auto duration = parse_duration(value);
  if (!duration || duration->count() == 0) {
    builder.problem("invalid-value", origin,
                    duration ? std::string("a timeout of 0 would end the skill at once") : duration.error().message,
                    "write a time with its unit, such as 90s or 5m");
    return;
  }
  builder.set(builder.spec.timeout, *duration, origin);
}

}  // namespace skillrun::inline v0
