// What a request runs, and how it ends.
#include "engine/docker/codec.hpp"
#include "engine/docker/received_settings.hpp"
#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

void add_word(SpecBuilder& builder, const std::string& word, const Origin& origin) {
  if (builder.clean(word, origin, Allowed::lines)) builder.spec.command.push_back({word, origin});
}

}  // namespace

/// A spec has one word here. Further ones are the first of the command, which is what is executed either way: beside an
/// entrypoint of its own a container never gets the image's command.
void receive_entrypoint(const CodecRow& row, ReceivedRequest& request) {
  const auto value = row.place.in(request).member(row.place.key);
  if (!value) return;
  const auto words = value->texts();
  if (words.empty() && value->value().is_array()) {
    value->invalid("an empty list takes the image's entrypoint away, for which there is no setting",
                   "send [\"\"] for none, name the program, or send null for the image's own");
  } else if (words.size() > 1 && words.front().first.empty()) {
    value->invalid("a program without a name", "name the program as the first word");
    return;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& [word, origin] = words[i];
    if (i == 0) {
      set_by_flag(request.builder, "entrypoint", word, origin);
    } else {
      add_word(request.builder, word, origin);
    }
  }
}

void receive_command(const CodecRow& row, ReceivedRequest& request) {
  const auto value = row.place.in(request).member(row.place.key);
  if (!value) return;
  for (const auto& [word, origin] : value->texts()) add_word(request.builder, word, origin);
}

/// A value may be a secret: neither an origin nor a message shows it.
void receive_environment(const CodecRow& row, ReceivedRequest& request) {
  for (const ReceivedValue& entry : row.place.in(request).list(row.place.key)) {
    const auto text = entry.text();
    if (!text) continue;
    Origin origin = entry.origin();
    origin.text = printable(text->substr(0, text->find('=')));
    if (find_control_character(*text)) {
      request.builder.problem("control-character", origin,
                              fmt::format("the variable {} holds a control character", quoted(origin.text)),
                              "remove it; line breaks too are read as something else by some programs");
    } else {
      set_by_flag(request.builder, "env", *text, origin);
    }
  }
}

void receive_healthcheck(const CodecRow& row, ReceivedRequest& request) {
  const auto check = row.place.in(request).object(row.place.key);
  if (!check) return;
  SpecBuilder& builder = request.builder;
  if (const auto test = check->member("Test")) {
    const auto words = test->texts();
    if (words.size() == 1 && words.front().first == "NONE") {
      set_by_flag(builder, "no-healthcheck", "true", test->origin());
    } else if (words.size() == 2 && words.front().first == "CMD-SHELL") {
      set_by_flag(builder, "health-cmd", words.back().first, test->origin());
    } else if (!words.empty()) {
      test->invalid("a health check is a command for the image's shell, and no other form is supported",
                    R"(send ["CMD-SHELL", "COMMAND"], or ["NONE"])");
    }
  }
  const auto time = [&](std::string_view key, std::string_view flag) {
    const std::int64_t span = check->number(key);
    if (span != 0) set_by_flag(builder, flag, fmt::format("{}ns", span), check->origin_of(key));
  };
  time("Interval", "health-interval");
  time("Timeout", "health-timeout");
  time("StartPeriod", "health-start-period");
  time("StartInterval", "health-start-interval");
  if (const std::int64_t retries = check->number("Retries"); retries != 0) {
    set_by_flag(builder, "health-retries", std::to_string(retries), check->origin_of("Retries"));
  }
}

void receive_restart_policy(const CodecRow& row, ReceivedRequest& request) {
  const auto policy = row.place.in(request).object(row.place.key);
  if (!policy) return;
  std::string text = policy->text("Name");
  if (const std::int64_t retries = policy->number("MaximumRetryCount"); retries != 0) {
    text += fmt::format(":{}", retries);
  }
  if (!text.empty()) set_by_flag(request.builder, "restart", text, row.place.in(request).origin_of(row.place.key));
}

void receive_log(const CodecRow& row, ReceivedRequest& request) {
  const auto log = row.place.in(request).object(row.place.key);
  if (!log) return;
  if (const std::string driver = log->text("Type"); !driver.empty()) {
    set_by_flag(request.builder, "log-driver", driver, log->origin_of("Type"));
  }
  const auto options = log->object("Config");
  if (!options) return;
  for (const auto& [pair, origin] : options->pairs()) set_by_flag(request.builder, "log-opt", pair, origin);
}

/// A spec that does not say is one whose container is removed; a request that does not say is one whose container
/// stays.
void receive_removal(const CodecRow& row, ReceivedRequest& request) {
  const ReceivedObject& object = row.place.in(request);
  set_by_flag(request.builder, "rm", object.flag(row.place.key) ? "true" : "false", object.origin_of(row.place.key));
}

}  // namespace skillrun::inline v0
