// What runs, as whom, and how it ends.
#include <algorithm>
#include <set>

#include <skillrun/parsing.hpp>

#include "engine/docker/codec.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

void read_name(const ApiPlace& /*place*/, const InspectAnswer& answer, ObservedContainer& made) {
  std::string name = answer.document.text("Name");
  if (name.starts_with('/')) name.erase(0, 1);
  if (!name.empty()) made.spec.name = Setting{std::move(name), Origin()};
}

void write_entrypoint(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  if (spec.entrypoint) place.in(request)[place.key] = list_of(json::string(spec.entrypoint->value));
}

/// podman reads a JSON array here; the spec means one word.
void entrypoint_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (spec.entrypoint && dialect.podman && dialect.client && spec.entrypoint->value.starts_with('[')) {
    gaps.differs(spec.entrypoint->origin, "podman reads an entrypoint that begins with '[' as a list");
  }
  if (spec.entrypoint && dialect.podman && spec.entrypoint->value.empty() && spec.command.empty()) {
    gaps.differs(spec.entrypoint->origin, "without a command podman runs the image's own");
  }
}

/// Of entries with one name the last one counts, at its own place. A name without a value takes an image's variable of
/// that name away on docker; podman would drop the entry.
void write_environment(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  std::set<std::string_view> seen;
  json::array list;
  for (auto entry = spec.env.rbegin(); entry != spec.env.rend(); ++entry) {
    const EnvironmentEntry& variable = entry->value;
    if (!seen.insert(variable.name).second) continue;
    list.emplace_back(variable.value ? fmt::format("{}={}", variable.name, *variable.value) : variable.name);
  }
  std::ranges::reverse(list);
  if (!list.empty()) place.in(request)[place.key] = std::move(list);
}

void read_environment(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  for (const std::string& text : place.in(answer).texts(place.key)) {
    const std::size_t sign = std::min(text.find('='), text.size());
    made.spec.env.push_back(
        {EnvironmentEntry{.name = text.substr(0, sign), .value = text.substr(std::min(sign + 1, text.size()))},
         Origin()});
  }
}

/// rootless podman gives the caller its own number in the container.
bool keeps_id(const Spec& spec, const Dialect& dialect) {
  return spec.user && spec.user->value.host && dialect.podman && dialect.rootless;
}

void write_user(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  if (spec.user) place.in(request)[place.key] = spec.user->value.text();
  if (keeps_id(spec, request.dialect)) request.host["UsernsMode"] = "keep-id";
}

/// As the engine writes it: an image's may be anything.
void read_user(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  std::string text = place.in(answer).text(place.key);
  if (!text.empty()) made.spec.user = Setting{UserSpec{.user = std::move(text), .group = {}, .uid = {}, .gid = {}}, {}};
}

void user_words(const Spec& spec, ClientWords& words) {
  if (!spec.user) return;
  if (keeps_id(spec, words.dialect)) words.add("userns", "keep-id");
  words.add("user", spec.user->value.text());
}

void user_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (!spec.user || !spec.user->value.host || dialect.podman || !dialect.rootless) return;
  gaps.lacks(spec.user->origin,
             "rootless docker has no way to give the container the caller's own uid; use podman, or user = \"0:0\", "
             "which is the caller there");
}

void domainname_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (spec.domainname && dialect.podman) gaps.differs(spec.domainname->origin, "podman has no domain name");
}

/// podman's init is a package of its own.
bool lacks_init(const Spec& spec, const Dialect& dialect) {
  return spec.init && spec.init->value && dialect.podman && dialect.client && !dialect.has_init;
}

void init_words(const Spec& spec, ClientWords& words) {
  if (!spec.init || lacks_init(spec, words.dialect)) return;
  words.add("init", spec.init->value ? "true" : "false");
  if (spec.init->value && !words.dialect.init_path.empty()) words.add("init-path", words.dialect.init_path);
}

void init_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (lacks_init(spec, dialect)) {
    gaps.lacks(spec.init->origin, "podman has no init program: install catatonit or tini, or set init to false");
  }
}

/// podman writes a number.
void read_stop_signal(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  std::string text = place.in(answer).text_or_number(place.key);
  if (text.empty()) return;
  made.spec.stop_signal = Setting{parse_signal(text).value_or(text), Origin()};
}

void read_stop_timeout(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  if (const auto seconds = place.in(answer).number_if_present(place.key)) {
    made.spec.stop_timeout = Setting{std::chrono::seconds(*seconds), Origin()};
  }
}

void write_healthcheck(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  if (!spec.healthcheck) return;
  const Healthcheck& check = spec.healthcheck->value;
  json::object health;
  if (check.disabled) {
    health["Test"] = list_of("NONE");
  } else if (!check.command.empty()) {
    json::array test{"CMD-SHELL", json::string(check.command)};
    health["Test"] = std::move(test);
  }
  const auto time = [&](std::string_view name, std::chrono::nanoseconds span) {
    if (span.count() != 0) health[name] = span.count();
  };
  time("Interval", check.interval);
  time("Timeout", check.timeout);
  time("StartPeriod", check.start_period);
  time("StartInterval", check.start_interval);
  if (check.retries != 0) health["Retries"] = check.retries;
  place.in(request)[place.key] = std::move(health);
}

void read_healthcheck(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const auto check = place.in(answer).object(place.key);
  if (!check) return;
  const auto time = [&](std::string_view key) { return std::chrono::nanoseconds(check->number(key)); };
  const std::vector<std::string> test = check->texts("Test");
  made.spec.healthcheck =
      Setting{Healthcheck{.disabled = test == std::vector<std::string>{"NONE"},
                          .command = test.size() == 2 && test.front() == "CMD-SHELL" ? test.back() : "",
                          .interval = time("Interval"),
                          .timeout = time("Timeout"),
                          .start_period = time("StartPeriod"),
                          .start_interval = time("StartInterval"),
                          .retries = check->number("Retries")},
              Origin()};
}

void healthcheck_words(const Spec& spec, ClientWords& words) {
  if (!spec.healthcheck) return;
  const Healthcheck& check = spec.healthcheck->value;
  const auto time = [&](std::string_view name, std::chrono::nanoseconds span) {
    if (span.count() != 0) words.add(name, fmt::format("{}ns", span.count()));
  };
  if (check.disabled) return words.add("no-healthcheck", "true");
  if (!check.command.empty()) words.add("health-cmd", check.command);
  time("health-interval", check.interval);
  time("health-timeout", check.timeout);
  time("health-start-period", check.start_period);
  time("health-start-interval", check.start_interval);
  if (check.retries != 0) words.add("health-retries", fmt::format("{}", check.retries));
}

void healthcheck_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (spec.healthcheck && spec.healthcheck->value.start_interval.count() != 0 && !dialect.knows(44)) {
    gaps.differs(spec.healthcheck->origin, "a start interval needs an engine of API 1.44");
  }
}

void write_restart_policy(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  if (!spec.restart_policy) return;
  const RestartPolicy& policy = spec.restart_policy->value;
  place.in(request)[place.key] = json::object{{"Name", policy.name}, {"MaximumRetryCount", policy.maximum_retries}};
}

void read_restart_policy(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const auto policy = place.in(answer).object(place.key);
  if (!policy) return;
  RestartPolicy read{policy->text("Name"), policy->number("MaximumRetryCount")};
  if (read.name.empty()) read.name = "no";
  if (read.name == "no" && read.maximum_retries == 0 && !answer.asked.spec.restart_policy) return;
  made.spec.restart_policy = Setting{std::move(read), Origin()};
}

void restart_policy_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (dialect.podman && spec.restart_policy && spec.restart_policy->value.name != "no") {
    gaps.differs(spec.restart_policy->origin, "skillrun does not hand it to podman; use docker");
  }
}

/// Nobody reads the log of a container that goes, so it has none unless the manifest asks for one.
bool needs_no_log(const Spec& spec) { return !spec.log_driver && spec.log_options.empty() && spec.removes_container(); }

void write_log(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  if (needs_no_log(spec)) {
    place.in(request)[place.key] = json::object{{"Type", "none"}, {"Config", json::object()}};
  } else if (spec.log_driver || !spec.log_options.empty()) {
    json::object options;
    for (const auto& entry : spec.log_options) options[entry.value.key] = entry.value.value;
    place.in(request)[place.key] =
        json::object{{"Type", spec.log_driver ? spec.log_driver->value : ""}, {"Config", std::move(options)}};
  }
}

void read_log_driver(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const auto log = place.in(answer).object(place.key);
  if (!log) return;
  if (std::string driver = log->text("Type"); !driver.empty()) made.spec.log_driver = Setting{std::move(driver), {}};
}

void read_log_options(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const auto log = place.in(answer).object(place.key);
  if (!log) return;
  for (const auto& [key, value] : log->pairs("Config")) made.spec.log_options.push_back({KeyValue{key, value}, {}});
}

void log_words(const Spec& spec, ClientWords& words) {
  if (needs_no_log(spec)) words.add("log-driver", "none");
  if (spec.log_driver) words.add("log-driver", spec.log_driver->value);
}

void log_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (dialect.podman && spec.log_driver && spec.log_driver->value != "none") {
    gaps.differs(spec.log_driver->origin, "skillrun does not hand it to podman; use docker");
  }
}

/// skillrun removes the container itself, after it has read how it ended: an engine that did so would lose the answer.
void write_removal(const ApiPlace& place, const Spec& /*spec*/, CreateRequest& request) {
  place.in(request)[place.key] = false;
}

void read_removal(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  if (place.in(answer).flag(place.key)) made.foreign.push_back({"rm", "removal by the engine"});
}

constexpr CodecRow process_rows[] = {
    {.setting = "name", .read = read_name},
    // A parameter of the request, not a part of it.
    {.setting = "platform", .since = 41},
    {.setting = "entrypoint",
     .place = top("Entrypoint"),
     .write = write_entrypoint,
     .receive = receive_entrypoint,
     .gaps = entrypoint_gaps},
    // What is executed is read from other members: observe().
    same<&Spec::command>("command", top("Cmd")).with_read(nullptr).with_receive(receive_command).with_words(no_words),
    {.setting = "env",
     .place = top("Env"),
     .write = write_environment,
     .read = read_environment,
     .receive = receive_environment,
     .words = no_words},
    same<&Spec::labels>("labels", top("Labels")),
    same<&Spec::working_dir>("working_dir", top("WorkingDir")),
    {.setting = "user",
     .place = top("User"),
     .write = write_user,
     .read = read_user,
     .receive = receive_text,
     .words = user_words,
     .gaps = user_gaps},
    same<&Spec::group_add>("group_add", host("GroupAdd")),
    same<&Spec::hostname>("hostname", top("Hostname")),
    same<&Spec::domainname>("domainname", top("Domainname")).with_gaps(domainname_gaps),
    same<&Spec::init>("init", host("Init"))
        .with_receive(receive_stated_flag)
        .with_words(init_words)
        .with_gaps(init_gaps),
    same<&Spec::stop_signal>("stop_signal", top("StopSignal")).with_read(read_stop_signal),
    same<&Spec::stop_timeout>("stop_timeout", top("StopTimeout"))
        .with_read(read_stop_timeout)
        .with_receive(receive_stated_number),
    {.setting = "healthcheck",
     .place = top("Healthcheck"),
     .write = write_healthcheck,
     .read = read_healthcheck,
     .receive = receive_healthcheck,
     .words = healthcheck_words,
     .podman = false,
     .gaps = healthcheck_gaps},
    {.setting = "restart_policy",
     .place = host("RestartPolicy"),
     .write = write_restart_policy,
     .read = read_restart_policy,
     .receive = receive_restart_policy,
     .gaps = restart_policy_gaps},
    {.setting = "log_driver",
     .place = host("LogConfig"),
     .write = write_log,
     .read = read_log_driver,
     .receive = receive_log,
     .words = log_words,
     .gaps = log_gaps},
    {.setting = "log_options", .place = host("LogConfig"), .read = read_log_options, .podman = false},
    {.setting = "rm",
     .place = host("AutoRemove"),
     .write = write_removal,
     .read = read_removal,
     .receive = receive_removal,
     .words = no_words},
};

}  // namespace

std::span<const CodecRow> process_codec() { return process_rows; }

}  // namespace skillrun::inline v0
