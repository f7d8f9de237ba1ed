#include "engine/native/store/skopeo.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <array>

#include <fmt/ranges.h>

#include "engine/client_environment.hpp"
#include "engine/command.hpp"
#include "engine/failure.hpp"
#include "engine/log.hpp"
#include "engine/pull_failure.hpp"
#include "spec/scan.hpp"
#include "support/process/find_program.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

constexpr std::array words_of_absence{"manifest unknown"sv, "name unknown"sv, "repository name not known"sv,
                                      "manifest_unknown"sv, "name_unknown"sv};
constexpr std::array words_of_login{"unauthorized"sv, "authentication required"sv, "access denied"sv,
                                    "requested access to the resource is denied"sv};
constexpr std::array words_of_distance{"no such host"sv, "connection refused"sv, "network is unreachable"sv,
                                       "no route to host"sv};

/// The message of the last fatal line of a log in logrus's form (time="..." level=fatal msg="..."), otherwise all of
/// it.
std::string fatal_message(std::string_view words) {
  constexpr std::string_view mark = "level=fatal msg=\"";
  const std::size_t begin = words.rfind(mark);
  if (begin == std::string_view::npos) {
    while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.remove_suffix(1);
    return std::string(words);
  }
  std::string message;
  for (std::size_t at = begin + mark.size(); at < words.size() && words[at] != '"'; ++at) {
    if (words[at] == '\\' && at + 1 < words.size()) ++at;
    message.push_back(words[at]);
  }
  return message;
}

EngineResult<CommandResult> run_skopeo(const std::string& program, std::vector<std::string> words,
                                       const ProgressSink* progress, const CallWatch& watch) {
  if (log::writes(log::Level::debug)) log::debug("{} {}", program, fmt::join(words, " "));
  ProcessRequest request;
  request.program = program;
  request.arguments = std::move(words);
  request.environment = client_environment();
  auto done = run_command(request, watch.left(), {.progress = progress});
  if (done && done->status != 0) return std::unexpected(error_of_pull(skopeo_error(done->status, done->error)));
  return done;
}

}  // namespace

std::vector<std::string> registry_login_words() {
  const std::string folder = caller_variable("DOCKER_CONFIG");
  if (folder.empty() || !caller_variable("REGISTRY_AUTH_FILE").empty()) return {};
  const std::string file = folder + "/config.json";
  if (::access(file.c_str(), F_OK) != 0) return {};
  return {"--authfile=" + file};
}

std::string skopeo_name(const ImageReference& image) {
  // It takes a tag or a digest, not both; the digest says all.
  ImageReference name = image;
  if (!name.digest.empty()) name.tag.clear();
  return "docker://" + name.canonical();
}

bool is_loopback_registry(std::string_view registry) {
  const std::string host(registry.substr(0, registry.find(':')));
  if (host == "localhost") return true;
  in_addr address{};
  constexpr std::uint32_t loopback_net = 127;
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24U == loopback_net;
}

EngineError skopeo_error(int status, std::string_view words) {
  using Kind = EngineError::Kind;
  EngineError error{Kind::refused, fatal_message(words)};
  const std::string text = to_lower(error.message);
  if (contains_any(text, words_of_absence)) {
    error.kind = Kind::not_found;
  } else if (contains_any(text, words_of_login)) {
    error.message += "; log in to the registry (docker login, podman login or skopeo login)";
  } else if (contains_any(text, words_of_distance)) {
    error.kind = Kind::transient;
  }
  constexpr int signal_base = 128;
  if (error.message.empty()) {
    error.message = status > signal_base ? fmt::format("skopeo was killed by signal {}", status - signal_base)
                                         : fmt::format("skopeo ended with status {} and said nothing", status);
    error.kind = Kind::server;
  }
  return error;
}

EngineResult<Skopeo> Skopeo::find() {
  auto program = find_program("skopeo", caller_variable("PATH"));
  if (program) return Skopeo(std::move(*program));
  return failure(EngineError::Kind::unsupported,
                 "pulling images without an engine needs skopeo, which is not on PATH: install skopeo");
}

EngineResult<std::string> Skopeo::manifest(const ImageReference& image, const CallWatch& watch) const {
  std::vector<std::string> words{"inspect", "--raw"};
  if (is_loopback_registry(image.registry)) words.emplace_back("--tls-verify=false");
  for (std::string& word : registry_login_words()) words.push_back(std::move(word));
  words.push_back(skopeo_name(image));
  auto done = run_skopeo(program_, std::move(words), nullptr, watch);
  if (!done) return std::unexpected(done.error());
  return std::move(done->output);
}

EngineResult<void> Skopeo::copy(const ImageReference& image, const std::string& folder, const ProgressSink& progress,
                                const CallWatch& watch) const {
  std::vector<std::string> words{"copy", "--preserve-digests"};
  if (is_loopback_registry(image.registry)) words.emplace_back("--src-tls-verify=false");
  for (std::string& word : registry_login_words()) words.push_back(std::move(word));
  words.push_back(skopeo_name(image));
  words.push_back("dir:" + folder);
  const auto done = run_skopeo(program_, std::move(words), &progress, watch);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace skillrun::inline v0
