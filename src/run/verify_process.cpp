// What runs: image, command, environment, user.
#include <array>

#include <skillrun/parsing.hpp>

#include "run/comparison.hpp"
#include "run/recipe.hpp"
#include "spec/reserved.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

std::string words_of(const std::vector<std::string>& words) { return fmt::format("[{}]", fmt::join(words, ", ")); }

void compare_image(Comparison& c) {
  if (c.observed.image_id == c.order.image.id) return;
  c.differ(c.spec.image.origin, c.order.image.id, c.observed.image_id);
}

void compare_command(Comparison& c) {
  const auto& entrypoint = c.spec.entrypoint;
  std::vector<std::string> expected;
  if (!entrypoint) {
    expected = c.order.image.entrypoint;
  } else if (!entrypoint->value.empty()) {
    expected.push_back(entrypoint->value);
  }
  // An entrypoint of the spec's own takes the image's command away with the image's entrypoint.
  const bool own_command = !c.spec.command.empty() || entrypoint.has_value();
  const std::vector<std::string> command = own_command ? values_of(c.spec.command) : c.order.image.command;
  expected.insert(expected.end(), command.begin(), command.end());
  if (c.observed.argv == expected) return;
  const Origin& origin = entrypoint                ? entrypoint->origin
                         : !c.spec.command.empty() ? c.spec.command.front().origin
                                                   : c.spec.image.origin;
  c.differ(origin, words_of(expected), words_of(c.observed.argv));
}

std::string_view value_of(const Setting<EnvironmentEntry>& entry) {
  return entry.value.value ? std::string_view(*entry.value.value) : std::string_view();
}

/// What takes the effect of an image's variable away stands over it, once.
void compare_defused(Comparison& c) {
  for (const auto& [name, value] : c.order.environment) {
    const auto names_it = [&](const Setting<EnvironmentEntry>& made) { return made.value.name == name; };
    const auto found = std::ranges::find_if(c.made.env, names_it);
    const bool once = found != c.made.env.end() && std::none_of(found + 1, c.made.env.end(), names_it);
    if (!once || value_of(*found) != value) {
      c.differ(c.spec.image.origin, fmt::format("{}={}", name, value), "something else");
    }
  }
}

/// Values stay out of messages: they may be secret.
void compare_environment(Comparison& c) {
  compare_defused(c);
  for (auto entry = c.spec.env.rbegin(); entry != c.spec.env.rend(); ++entry) {
    const EnvironmentEntry& wanted = entry->value;
    const auto names_it = [&](const Setting<EnvironmentEntry>& other) { return other.value.name == wanted.name; };
    if (!wanted.value || std::any_of(c.spec.env.rbegin(), entry, names_it)) continue;
    const auto found = std::ranges::find_if(c.made.env, names_it);
    if (found == c.made.env.end()) {
      c.differ(entry->origin, wanted.name, "none");
    } else if (value_of(*found) != *wanted.value) {
      c.differ(entry->origin, wanted.name, wanted.name + " with another value");
    }
  }
}

/// Labels beside these come from the image or the engine's configuration, where those of skillrun have no business.
void compare_labels(Comparison& c) {
  const auto compare = [&](const Origin& origin, const std::string& key, const std::string& value) {
    const auto found = std::ranges::find(c.made.labels, key, [](const auto& label) { return label.value.key; });
    if (found == c.made.labels.end() || found->value.value != value) {
      c.differ(origin, fmt::format("{}={}", key, value),
               found == c.made.labels.end() ? "none" : fmt::format("{}={}", key, found->value.value));
    }
  };
  const auto& own = c.order.labels.entries;
  const auto last_of = [](const auto& list, const auto& entry, auto key) {
    return std::none_of(&entry + 1, list.data() + list.size(),
                        [&](const auto& later) { return key(later) == key(entry); });
  };
  const auto own_key = [](const auto& label) { return label.first; };
  const auto spec_key = [](const Setting<KeyValue>& label) { return label.value.key; };
  for (const auto& label : own) {
    if (last_of(own, label, own_key)) compare({}, label.first, label.second);
  }
  for (const auto& label : c.spec.labels) {
    if (std::ranges::find(own, label.value.key, own_key) != own.end()) continue;
    if (last_of(c.spec.labels, label, spec_key)) compare(label.origin, label.value.key, label.value.value);
  }
  for (const auto& label : c.made.labels) {
    const auto& [key, value] = label.value;
    const bool recipe = key == recipe_label &&
                        std::ranges::find(c.order.image.labels, std::pair(key, value)) != c.order.image.labels.end();
    if (!is_reserved_label(key) || recipe || std::ranges::find(own, key, own_key) != own.end()) continue;
    c.differ({}, "none", fmt::format("{}={}", key, value));
  }
}

void compare_working_dir(Comparison& c) {
  const std::string told = c.made.working_dir ? c.made.working_dir->value : "";
  const std::string made = told.starts_with('/') ? clean_path(told) : "/" + told;
  const std::string& wanted = c.spec.working_dir ? c.spec.working_dir->value : c.order.image.working_dir;
  const std::string expected = wanted.starts_with('/') ? clean_path(wanted) : "/" + wanted;
  if (made != (expected == "/" ? "/" : clean_path(expected))) {
    c.differ(c.spec.working_dir ? c.spec.working_dir->origin : c.spec.image.origin, expected, made);
  }
}

void compare_user(Comparison& c) {
  const std::string expected = c.spec.user ? c.spec.user->value.text() : c.order.image.user;
  const std::string made = c.made.user ? c.made.user->value.text() : "";
  if (made == expected) return;
  c.differ(c.spec.user ? c.spec.user->origin : c.spec.image.origin, expected.empty() ? "the image's" : expected,
           made.empty() ? "the image's" : made);
}

/// Nobody reads the log of a container that goes, so it has none unless the spec asks for one.
void compare_log_driver(Comparison& c) {
  const auto& approved = c.spec.log_driver;
  const std::string made = c.made.log_driver ? c.made.log_driver->value : "";
  if (approved) {
    if (made != approved->value) c.differ(approved->origin, approved->value, made);
  } else if (c.spec.removes_container() && c.spec.log_options.empty() && made != "none") {
    c.differ({}, "none", made);
  }
}

/// The image's own members fill the gaps.
void compare_healthcheck(Comparison& c) {
  if (!c.spec.healthcheck) return;
  const Healthcheck& approved = c.spec.healthcheck->value;
  const Healthcheck made = c.made.healthcheck ? c.made.healthcheck->value : Healthcheck();
  const auto check = [&](std::string_view what, const auto& wanted, const auto& found) {
    using Value = std::remove_cvref_t<decltype(wanted)>;
    if (wanted == Value() || wanted == found) return;
    if constexpr (std::is_same_v<Value, std::chrono::nanoseconds>) {
      c.differ(c.spec.healthcheck->origin, fmt::format("{} {}ns", what, wanted.count()),
               fmt::format("{}ns", found.count()));
    } else {
      c.differ(c.spec.healthcheck->origin, fmt::format("{} {}", what, wanted), fmt::format("{}", found));
    }
  };
  check("disabled", approved.disabled, made.disabled);
  check("command", approved.command, made.command);
  check("interval", approved.interval, made.interval);
  check("timeout", approved.timeout, made.timeout);
  check("start period", approved.start_period, made.start_period);
  check("start interval", approved.start_interval, made.start_interval);
  check("retries", approved.retries, made.retries);
}

// Whether an engine removes it by itself ("rm") only an engine says: skillrun always does so.
constexpr PartsComparison process_rows[] = {
    {"image", compare_image},           {"entrypoint", compare_command},      {"env", compare_environment},
    {"labels", compare_labels},         {"working_dir", compare_working_dir}, {"user", compare_user},
    {"log_driver", compare_log_driver}, {"healthcheck", compare_healthcheck},
};

}  // namespace

std::span<const PartsComparison> process_comparisons() { return process_rows; }

bool is_engine_variable(std::string_view name) noexcept {
  constexpr std::array known{"PATH"sv,       "HOSTNAME"sv,    "HOME"sv,      "TERM"sv,     "container"sv,
                             "HTTP_PROXY"sv, "HTTPS_PROXY"sv, "FTP_PROXY"sv, "NO_PROXY"sv, "ALL_PROXY"sv,
                             "http_proxy"sv, "https_proxy"sv, "ftp_proxy"sv, "no_proxy"sv, "all_proxy"sv};
  return std::ranges::find(known, name) != known.end();
}

}  // namespace skillrun::inline v0
