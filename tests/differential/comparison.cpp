#include "comparison.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "judge.hpp"

namespace differential {

namespace {

std::optional<json::object> parsed(const std::string& body) {
  boost::system::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object()) return std::nullopt;
  return value.as_object();
}

/// A log driver that nobody named is skillrun's own choice.
void drop_own_log(json::object& request, const json::object& docker) {
  const auto driver = [](const json::object& body) {
    const json::value* host = body.if_contains("HostConfig");
    if (host == nullptr || !host->is_object()) return std::string();
    const json::value* log = host->as_object().if_contains("LogConfig");
    if (log == nullptr || !log->is_object()) return std::string();
    const json::value* type = log->as_object().if_contains("Type");
    return type == nullptr || !type->is_string() ? std::string() : std::string(type->as_string());
  };
  if (driver(docker).empty() && driver(request) == "none") request["HostConfig"].as_object().erase("LogConfig");
}

/// The members that a run decides by itself, where only what reaches the container counts.
void drop_own_members(json::object& request) {
  request.erase("OpenStdin");
  request.erase("Tty");
  if (json::value* host = request.if_contains("HostConfig"); host != nullptr && host->is_object()) {
    host->as_object().erase("AutoRemove");
    host->as_object().erase("LogConfig");
  }
}

std::vector<std::string> command_line(std::vector<std::string> words) {
  words.emplace_back(asked_image);
  words.insert(words.end(), asked_command().begin(), asked_command().end());
  return words;
}

bool holds_nul(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const std::string& word) { return word.find('\0') != std::string::npos; });
}

/// The platform that was asked for. Where skillrun leaves the architecture to the engine, docker's is left out.
std::string platform_as_asked(const std::string& platform, const SkillrunAnswer& skillrun) {
  const bool system_only = !skillrun.platform.empty() && skillrun.platform.find('/') == std::string::npos;
  return system_only ? platform.substr(0, platform.find('/')) : platform;
}

std::string platform_of(const Request& create, const SkillrunAnswer& skillrun) {
  return platform_as_asked(query_value(create.query, "platform"), skillrun);
}

/// The first line that says what is wrong.
std::string reason_of(const DockerAnswer& answer) {
  if (answer.status == -1) return "no answer within the time limit";
  return answer.output.substr(0, std::min<std::size_t>(answer.output.find("\n\n"), 400));
}

}  // namespace

std::string_view to_string(FaultKind kind) noexcept {
  switch (kind) {
    case FaultKind::unsound: return "UNSOUND: baseline allows what is not harmless";
    case FaultKind::accepted: return "ACCEPTED: skillrun understands what docker rejects";
    case FaultKind::different: return "DIFFERENT: the requests differ (docker | skillrun)";
    case FaultKind::words_differ: return "WORDS DIFFER: skillrun's own words read by docker (docker | skillrun)";
    case FaultKind::misread: return "MISREAD: docker's request is not read as its words are (request | words)";
    case FaultKind::not_understood: return "NO ANSWER: the client's answer cannot be used";
  }
  return "";
}

namespace {

/// What a client rejects although the engine would do it: the words are read alike, so nothing is to be learnt.
bool is_excused(std::string_view docker_says, bool older_client) {
  const auto says = [&](std::string_view words) { return docker_says.find(words) != std::string_view::npos; };
  // docker 28 writes the address into the endpoint alone; API 1.41 has it in the container, where skillrun puts it.
  if (says("\"specify mac-address per network\" requires API version")) return true;
  // What came after this client. A run with the newest one shows whether skillrun made it up.
  return older_client && (says("unknown flag: ") || says("unknown shorthand flag: ") || says("invalid field key ") ||
                          says("unexpected key '") || says("bad format for add-host") ||
                          says("invalid IP address in add-host"));  // since docker 25 with '=' and brackets
}

}  // namespace

bool Comparer::older_client() {
  constexpr const char* newest = "1.47";
  return docker_.agreed_version(newest) != newest;
}

std::optional<Fault> Comparer::judge(Comparison& comparison, const std::optional<Request>& create) {
  const SkillrunAnswer& skillrun = comparison.skillrun;
  if (!create) {
    if (!skillrun.privileged.empty() || is_excused(comparison.docker_says, older_client())) return std::nullopt;
    return Fault{FaultKind::accepted, {"docker says: " + comparison.docker_says}};
  }
  auto request = parsed(create->body);
  if (!request) return Fault{FaultKind::not_understood, {create->body}};
  comparison.harms = harms(*request, places_);
  json::array command;
  for (const std::string& word : asked_command()) command.emplace_back(word);
  if ((*request)["Image"] != asked_image)
    comparison.harms.push_back("another image: " + json::serialize((*request)["Image"]));
  if ((*request)["Cmd"] != command)
    comparison.harms.push_back("another command: " + json::serialize((*request)["Cmd"]));
  if (skillrun.baseline.empty() && !comparison.harms.empty()) return Fault{FaultKind::unsound, comparison.harms};
  if (!skillrun.privileged.empty()) return std::nullopt;

  json::object ours = skillrun.request;
  drop_own_log(ours, *request);
  Fields left = canonical(*request, places_);
  Fields right = canonical(ours, places_);
  left["?platform"] = platform_of(*create, skillrun);
  right["?platform"] = skillrun.platform;
  auto found = differences(left, right);
  if (found.empty()) return std::nullopt;
  return Fault{FaultKind::different, std::move(found)};
}

namespace {

/// Where a request means less than its words: what is refused for that is not a fault of its reader.
bool is_left_to_engine(const Objection& objection, bool older_client) {
  const auto says = [&](std::string_view words) { return objection.message.find(words) != std::string::npos; };
  if (objection.rule != "invalid-mount") return false;
  // No docker expands ~, and 20.10 sends ./x as it is: the engine, which knows neither folder, refuses both.
  return says("starts at the home directory") || (older_client && says("there is no folder to start from"));
}

/// The rules for which a policy refuses.
std::set<std::string> rules_of(const std::vector<Objection>& objections) {
  std::set<std::string> names;
  for (const Objection& objection : objections) names.insert(objection.rule);
  return names;
}

}  // namespace

std::optional<Fault> Comparer::judge_reading(Comparison& comparison, const Request& create,
                                             const std::string& api_version) {
  const auto docker = parsed(create.body);
  if (!docker) return std::nullopt;
  comparison.request_read = true;
  SkillrunAnswer read = read_request_with_skillrun(create, docker_.agreed_version(api_version), places_);
  std::vector<std::string> found;
  for (const Objection& objection : read.privileged) {
    if (is_left_to_engine(objection, older_client())) continue;
    found.push_back(fmt::format("refused: {}: {}", objection.rule, objection.message));
  }
  if (!found.empty()) return Fault{FaultKind::misread, std::move(found)};
  if (!read.privileged.empty()) return std::nullopt;
  json::object ours = comparison.skillrun.request;
  drop_own_log(ours, *docker);
  drop_own_log(read.request, *docker);
  found = differences(canonical(read.request, places_), canonical(ours, places_));
  if (platform_as_asked(read.platform, comparison.skillrun) != comparison.skillrun.platform) {
    found.push_back(fmt::format("?platform: {} | {}", read.platform, comparison.skillrun.platform));
  }
  const auto asked = rules_of(read.baseline);
  auto worded = rules_of(comparison.skillrun.baseline);
  if (!asked.contains("unlimited")) worded.erase("unlimited");  // a limit of 0 is none that a request declares
  if (asked != worded) {
    found.push_back(fmt::format("baseline refuses for: {} | {}", fmt::join(asked, " "), fmt::join(worded, " ")));
  }
  if (found.empty()) return std::nullopt;
  return Fault{FaultKind::misread, std::move(found)};
}

std::optional<Fault> Comparer::judge_words(const Comparison& comparison, const std::string& api_version) {
  const DockerAnswer answer = docker_.run(comparison.skillrun.words, api_version);
  if (!answer.create) {
    std::string reason = reason_of(answer);
    if (is_excused(reason, older_client())) return std::nullopt;
    return Fault{FaultKind::words_differ, {"docker says: " + std::move(reason)}};
  }
  auto request = parsed(answer.create->body);
  if (!request) return Fault{FaultKind::not_understood, {answer.create->body}};
  json::object ours = comparison.skillrun.sent;
  drop_own_members(*request);
  drop_own_members(ours);
  auto found = differences(canonical(*request, places_), canonical(ours, places_));
  if (platform_of(*answer.create, comparison.skillrun) != comparison.skillrun.platform) {
    found.push_back(fmt::format("?platform: {} | {}", answer.create->query, comparison.skillrun.platform));
  }
  if (found.empty()) return std::nullopt;
  return Fault{FaultKind::words_differ, std::move(found)};
}

Comparison Comparer::compare(const std::vector<std::string>& words, const std::string& api_version, bool round_trip) {
  Comparison comparison;
  comparison.skillrun = read_with_skillrun(words, docker_.agreed_version(api_version), places_, environment_);
  if (holds_nul(words)) {
    comparison.docker_says = "a word with a NUL cannot be given to a program";
    comparison.fault = judge(comparison, std::nullopt);
    return comparison;
  }
  const DockerAnswer answer = docker_.run(command_line(words), api_version);
  comparison.docker_accepts = answer.create.has_value();
  if (!answer.create) comparison.docker_says = reason_of(answer);
  comparison.fault = judge(comparison, answer.create);
  if (!comparison.fault && comparison.docker_accepts && comparison.skillrun.privileged.empty()) {
    comparison.fault = judge_reading(comparison, *answer.create, api_version);
  }
  if (!comparison.fault && round_trip && comparison.docker_accepts && !comparison.skillrun.words.empty()) {
    comparison.fault = judge_words(comparison, api_version);
  }
  return comparison;
}

std::vector<std::string> Comparer::minimised(std::vector<std::string> words, const std::string& api_version,
                                             bool round_trip, FaultKind kind) {
  for (std::size_t length = std::min<std::size_t>(2, words.size()); length > 0; --length) {
    for (std::size_t at = 0; at + length <= words.size();) {
      std::vector<std::string> fewer = words;
      const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(first, first + static_cast<std::ptrdiff_t>(length));
      const Comparison comparison = compare(fewer, api_version, round_trip);
      if (comparison.fault && comparison.fault->kind == kind) {
        words = std::move(fewer);
      } else {
        ++at;
      }
    }
  }
  return words;
}

}  // namespace differential
