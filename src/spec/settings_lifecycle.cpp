// How a container is watched, logged and started again.
#include <algorithm>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/mount_checks.hpp"
#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

/// The health check, made by the first flag that mentions it.
Healthcheck& healthcheck(SpecBuilder& builder, const Origin& origin) {
  if (!builder.spec.healthcheck) builder.spec.healthcheck = Setting<Healthcheck>{Healthcheck{}, origin};
  return builder.spec.healthcheck->value;
}

void report_repeat(SpecBuilder& builder, const Origin& origin) {
  builder.problem("ambiguous-value", origin,
                  fmt::format("{} sets what was already set; the last one wins", origin.field), "keep one of them",
                  Severity::warning);
}

void set_health_time(SpecBuilder& builder, std::chrono::nanoseconds Healthcheck::* part, const std::string& value,
                     const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const auto duration = parse_duration(value);
  constexpr auto least = std::chrono::milliseconds(1);
  if (!duration || *duration < least) {
    builder.problem("invalid-value", origin,
                    duration ? std::string("engines refuse a time below 1ms") : duration.error().message,
                    "write a time with its unit, such as 30s");
    return;
  }
  std::chrono::nanoseconds& slot = healthcheck(builder, origin).*part;
  if (slot.count() != 0) report_repeat(builder, origin);
  slot = *duration;
}

void add_log_option(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  add_pair(builder, builder.spec.log_options, value, origin, false);
}

void set_health_command(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (value.empty()) {
    builder.problem("invalid-value", origin, "the health command is empty", "write a command, or --no-healthcheck");
    return;
  }
  Healthcheck& check = healthcheck(builder, origin);
  if (!check.command.empty()) report_repeat(builder, origin);
  check.command = value;
}

void set_health_retries(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  const auto retries = parse_decimal(value, INT32_MAX);
  if (!retries || *retries == 0) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is not a number of retries", printable(value)),
                    "write a positive whole number");
    return;
  }
  Healthcheck& check = healthcheck(builder, origin);
  if (check.retries != 0) report_repeat(builder, origin);
  check.retries = static_cast<std::int64_t>(*retries);
}

void set_no_healthcheck(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto off = read_switch(builder, value, origin);
  if (off && (*off || builder.spec.healthcheck)) healthcheck(builder, origin).disabled = *off;
}

template <std::chrono::nanoseconds Healthcheck::* part>
void set_time(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  set_health_time(builder, part, value, origin);
}

constexpr SettingRow lifecycle_rows[] = {
    {.member = member<&Spec::healthcheck>("healthcheck").meaning(Sense::parts),
     .flag = {.name = "health-cmd"},
     .set = set_health_command},
    {.flag = {.name = "health-interval"}, .set = set_time<&Healthcheck::interval>},
    {.flag = {.name = "health-timeout"}, .set = set_time<&Healthcheck::timeout>},
    {.flag = {.name = "health-start-period"}, .set = set_time<&Healthcheck::start_period>},
    {.flag = {.name = "health-start-interval"}, .set = set_time<&Healthcheck::start_interval>},
    {.flag = {.name = "health-retries"}, .set = set_health_retries},
    {.flag = {.name = "no-healthcheck", .arity = FlagArity::boolean}, .set = set_no_healthcheck},
    {.member = member<&Spec::restart_policy>("restart_policy"),
     .flag = {.name = "restart"},
     .service = {"restart"},
     .set = set_parsed<&Spec::restart_policy, parse_restart_policy, "remove it; a skill runs once">},
    {.member = member<&Spec::log_driver>("log_driver").meaning(Sense::parts),
     .flag = {.name = "log-driver"},
     .set = set_text<&Spec::log_driver, is_driver_name, "a log driver",
                     "remove it, or name one such as none, local or json-file">},
    {.member = member<&Spec::log_options>("log_options").meaning(Sense::declared),
     .flag = {.name = "log-opt", .arity = FlagArity::list},
     .set = add_log_option},
};

}  // namespace

std::span<const SettingRow> lifecycle_settings() { return lifecycle_rows; }

void add_pair(SpecBuilder& builder, SettingList<KeyValue>& list, const std::string& value, const Origin& origin,
              bool needs_value) {
  if (!builder.clean(value, origin)) return;
  const std::size_t equals = value.find('=');
  KeyValue pair{.key = value.substr(0, equals), .value = equals == std::string::npos ? "" : value.substr(equals + 1)};
  if (pair.key.empty() || (needs_value && equals == std::string::npos)) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is not KEY=VALUE", printable(value)), "write KEY=VALUE");
    return;
  }
  const auto same = std::ranges::find(list, pair.key, [](const Setting<KeyValue>& entry) { return entry.value.key; });
  if (same != list.end()) {
    report_repeat(builder, origin);
    list.erase(same);
  }
  list.push_back({std::move(pair), origin});
}

void check_lifecycle(SpecBuilder& builder) {
  const ContainerSpec& spec = builder.spec;
  if (spec.healthcheck && spec.healthcheck->value.disabled) {
    const Healthcheck& check = spec.healthcheck->value;
    const bool described = !check.command.empty() || check.retries != 0 || check.interval.count() != 0 ||
                           check.timeout.count() != 0 || check.start_period.count() != 0 ||
                           check.start_interval.count() != 0;
    if (described) {
      builder.problem("invalid-value", spec.healthcheck->origin, "the health check is described and switched off",
                      "keep --no-healthcheck or the other --health flags");
    }
  }
  if (spec.log_driver && spec.log_driver->value == "none" && !spec.log_options.empty()) {
    builder.problem("invalid-value", spec.log_options.front().origin, "the log driver none takes no options",
                    "remove the options");
  }
  // As docker refuses --rm with --restart. Compose removes no container that ends.
  if (spec.runner == Runner::skillrun && spec.restart_policy && spec.restart_policy->value.name != "no" &&
      spec.removes_container()) {
    builder.problem("restart-policy", spec.restart_policy->origin,
                    "a container that is removed after its run cannot be started again",
                    "remove it; a skill runs once");
  }
}

}  // namespace skillrun::inline v0
