// What runs: image, command, environment, user.
#include <array>

#include "run/comparison.hpp"
#include "run/recipe.hpp"
#include "run/signal_number.hpp"
#include "spec/reserved.hpp"

namespace skillrun {

namespace {

using namespace std::string_view_literals;

std::vector<std::string> values_of(const List<std::string>& list) {
  std::vector<std::string> out;
  for (const auto& entry : list) out.push_back(entry.value);
  return out;
}

std::string words_of(const std::vector<std::string>& words) { return fmt::format("[{}]", fmt::join(words, ", ")); }

void compare_image(Comparison& c) {
  if (c.made.image_id == c.order.image.id) return;
  c.differ(c.spec.image.origin, c.order.image.id, c.made.image_id);
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
  if (c.made.argv == expected) return;
  const Origin& origin = entrypoint                ? entrypoint->origin
                         : !c.spec.command.empty() ? c.spec.command.front().origin
                                                   : c.spec.image.origin;
  c.differ(origin, words_of(expected), words_of(c.made.argv));
}

std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

/// What takes the effect of an image's variable away stands over it, once.
void compare_defused(Comparison& c) {
  for (const auto& [name, value] : c.order.environment) {
    const auto names_it = [&](const std::string& text) { return name_of(text) == name; };
    const auto found = std::ranges::find_if(c.made.env, names_it);
    const bool once = found != c.made.env.end() && std::none_of(found + 1, c.made.env.end(), names_it);
    if (!once || *found != fmt::format("{}={}", name, value)) {
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
    const auto found = std::ranges::find(c.made.env, wanted.name, [](const auto& text) { return name_of(text); });
    if (found == c.made.env.end()) {
      c.differ(entry->origin, wanted.name, "none");
    } else if (*found != wanted.name + "=" + *wanted.value) {
      c.differ(entry->origin, wanted.name, wanted.name + " with another value");
    }
  }
}

/// Labels beside these come from the image or the engine's configuration, where those of skillrun have no business.
void compare_labels(Comparison& c) {
  const auto compare = [&](const Origin& origin, const std::string& key, const std::string& value) {
    const auto found = std::ranges::find(c.made.labels, key, [](const auto& label) { return label.first; });
    if (found == c.made.labels.end() || found->second != value) {
      c.differ(origin, fmt::format("{}={}", key, value),
               found == c.made.labels.end() ? "none" : fmt::format("{}={}", key, found->second));
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
  for (const auto& [key, value] : c.made.labels) {
    const bool recipe = key == recipe_label &&
                        std::ranges::find(c.order.image.labels, std::pair(key, value)) != c.order.image.labels.end();
    if (!is_reserved_label(key) || recipe || std::ranges::find(own, key, own_key) != own.end()) continue;
    c.differ({}, "none", fmt::format("{}={}", key, value));
  }
}

void compare_working_dir(Comparison& c) {
  const std::string made = c.made.working_dir.empty() ? "/" : clean_path(c.made.working_dir);
  const std::string& wanted = c.spec.working_dir ? c.spec.working_dir->value : c.order.image.working_dir;
  const std::string expected = wanted.starts_with('/') ? clean_path(wanted) : "/" + wanted;
  if (made != (expected == "/" ? "/" : clean_path(expected))) {
    c.differ(c.spec.working_dir ? c.spec.working_dir->origin : c.spec.image.origin, expected, made);
  }
}

void compare_user(Comparison& c) {
  const std::string expected = c.spec.user ? c.spec.user->value.text() : c.order.image.user;
  if (c.made.user == expected) return;
  c.differ(c.spec.user ? c.spec.user->origin : c.spec.image.origin, expected.empty() ? "the image's" : expected,
           c.made.user.empty() ? "the image's" : c.made.user);
}

void compare_groups(Comparison& c) { c.same_list(c.spec.group_add, c.made.group_add); }

void compare_hostname(Comparison& c) {
  if (!c.spec.hostname || c.spec.hostname->value == c.made.hostname) return;
  c.differ(c.spec.hostname->origin, c.spec.hostname->value, c.made.hostname);
}

void compare_domainname(Comparison& c) {
  if (!c.spec.domainname || c.spec.domainname->value == c.made.domainname) return;
  c.differ(c.spec.domainname->origin, c.spec.domainname->value, c.made.domainname);
}

void compare_stop_signal(Comparison& c) {
  if (!c.spec.stop_signal) return;
  const auto made = parse_signal(c.made.stop_signal);
  if (made && signal_number(*made) == signal_number(c.spec.stop_signal->value)) return;
  c.differ(c.spec.stop_signal->origin, c.spec.stop_signal->value, c.made.stop_signal);
}

void compare_stop_timeout(Comparison& c) {
  if (!c.spec.stop_timeout || c.spec.stop_timeout->value.count() == c.made.stop_timeout) return;
  c.differ(c.spec.stop_timeout->origin, fmt::format("{} s", c.spec.stop_timeout->value.count()),
           c.made.stop_timeout ? fmt::format("{} s", *c.made.stop_timeout) : "none");
}

void compare_init(Comparison& c) {
  if (c.spec.init && c.spec.init->value && !c.made.init) c.unenforced(c.spec.init->origin, "true", "false");
}

/// skillrun reads how the container ended and removes it then: an engine that did so itself would lose the answer.
void compare_removal(Comparison& c) {
  if (c.made.auto_remove) c.added("removal by the engine");
}

/// Nobody reads the log of a container that goes, so it has none unless the spec asks for one.
void compare_log_driver(Comparison& c) {
  const auto& approved = c.spec.log_driver;
  if (approved) {
    if (c.made.log_driver != approved->value) c.differ(approved->origin, approved->value, c.made.log_driver);
  } else if (c.spec.removes_container() && c.spec.log_options.empty() && c.made.log_driver != "none") {
    c.differ({}, "none", c.made.log_driver);
  }
}

/// Those that nobody declared come from the engine's configuration.
void compare_log_options(Comparison& c) {
  if (!c.spec.log_options.empty()) c.same_pairs(c.spec.log_options, c.made.log_options);
}

std::string text_of(const RestartPolicy& policy) {
  if (policy.name.empty()) return "no";
  return policy.maximum_retries == 0 ? policy.name : fmt::format("{}:{}", policy.name, policy.maximum_retries);
}

void compare_restart_policy(Comparison& c) {
  const auto& approved = c.spec.restart_policy;
  const std::string made = text_of(c.made.restart_policy);
  if (made == (approved ? text_of(approved->value) : "no")) return;
  if (approved) return c.differ(approved->origin, text_of(approved->value), made);
  c.added(made);
}

void compare_name(Comparison& c) {
  if (c.spec.name && c.spec.name->value != c.made.name) c.differ(c.spec.name->origin, c.spec.name->value, c.made.name);
}

/// The image's own members fill the gaps.
void compare_healthcheck(Comparison& c) {
  if (!c.spec.healthcheck) return;
  const Healthcheck& approved = c.spec.healthcheck->value;
  const Healthcheck made = c.made.healthcheck.value_or(Healthcheck());
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

constexpr FieldComparison process_rows[] = {
    {"name", compare_name, {}},
    {"image", compare_image, {}},
    {"platform", nullptr, "the image's id, which is compared, decides"},
    {"build", nullptr, "the image's id, which is compared, decides"},
    {"entrypoint", compare_command, {}},
    {"command", nullptr, "compared together with entrypoint"},
    {"env", compare_environment, {}},
    {"labels", compare_labels, {}},
    {"working_dir", compare_working_dir, {}},
    {"user", compare_user, {}},
    {"group_add", compare_groups, {}},
    {"hostname", compare_hostname, {}},
    {"domainname", compare_domainname, {}},
    {"stop_signal", compare_stop_signal, {}},
    {"stop_timeout", compare_stop_timeout, {}},
    {"init", compare_init, {}},
    {"healthcheck", compare_healthcheck, {}},
    {"restart_policy", compare_restart_policy, {}},
    {"log_driver", compare_log_driver, {}},
    {"log_options", compare_log_options, {}},
    {"rm", compare_removal, {}},
    {"pull", nullptr, "when an image is pulled; no container knows it"},
    {"quiet", nullptr, "how a pull is shown; no container knows it"},
    {"detach", nullptr, "skillrun passes on the output of every skill"},
    {"timeout", nullptr, "skillrun's own clock"},
    {"stdin", nullptr, "how streams are attached is decided for each run"},
    {"tty", nullptr, "how streams are attached is decided for each run"},
};

}  // namespace

std::span<const FieldComparison> process_comparisons() { return process_rows; }

bool is_engine_variable(std::string_view name) noexcept {
  constexpr std::array known{"PATH"sv,       "HOSTNAME"sv,    "HOME"sv,      "TERM"sv,     "container"sv,
                             "HTTP_PROXY"sv, "HTTPS_PROXY"sv, "FTP_PROXY"sv, "NO_PROXY"sv, "ALL_PROXY"sv,
                             "http_proxy"sv, "https_proxy"sv, "ftp_proxy"sv, "no_proxy"sv, "all_proxy"sv};
  return std::ranges::find(known, name) != known.end();
}

}  // namespace skillrun
