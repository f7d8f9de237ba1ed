// The images and volumes of an engine behind its client.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "engine/context_folder.hpp"
#include "engine/docker/cli/cli_engine.hpp"
#include "engine/docker/cli/inspect_json.hpp"
#include "engine/docker/run_words.hpp"
#include "engine/variable_transport.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Whether a label may stand in a LABEL instruction unquoted: the clients disagree about quotes.
bool plain_label(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._:/@+-").contains(static_cast<char>(c));
  };
  return !text.empty() && std::ranges::all_of(text, plain);
}

}  // namespace

EngineResult<std::optional<ImageInfo>> CliEngine::inspect_image(const std::string& reference, CallLimits limits) {
  auto text = client_.run({"image", "inspect", "--", image_word(reference, dialect_)}, limits);
  if (!text && text.error().kind == EngineError::Kind::not_found) return std::optional<ImageInfo>();
  if (!text) return std::unexpected(text.error());
  auto image = parse_image_inspect(*text);
  if (!image) return std::unexpected(image.error());
  return std::optional(std::move(*image));
}

EngineResult<void> CliEngine::fetch_image(const ImageReference& image, const std::optional<std::string>& platform,
                                          const ProgressSink& progress, CallLimits limits) {
  if (!image.id.empty()) return unsupported("an image named by its id cannot be pulled");
  std::vector<std::string> words{"pull"};
  if (platform) words.push_back("--platform=" + *platform);
  words.emplace_back("--");
  // podman would try the registries of its configuration for a short name; the spec names one.
  words.push_back(image_word(name_of(image), dialect_));
  return run(std::move(words), limits, {.progress = &progress});
}

EngineResult<void> CliEngine::import_image(const ImportRequest& request, const ByteSource& archive, CallLimits limits) {
  std::vector<std::string> words{"import"};
  for (const auto& [key, value] : request.labels) {
    if (!plain_label(key) || !plain_label(value)) return unsupported(fmt::format("label {} of an imported image", key));
    words.push_back(fmt::format("--change=LABEL {}={}", key, value));
  }
  words.insert(words.end(), {"--", "-", request.reference});
  return run(std::move(words), limits, {.input = &archive});
}

EngineResult<void> CliEngine::build_image(const BuildRequest& request, const ByteSource& context,
                                          const ProgressSink& progress, CallLimits limits) {
  const auto folder = ContextFolder::unpack(context);
  if (!folder) return std::unexpected(folder.error());
  const auto file = (*folder)->file(request.dockerfile);
  if (!file) return std::unexpected(file.error());
  std::vector<std::string> words{"build", "--tag=" + request.reference, "--file=" + *file};
  if (!request.target.empty()) words.push_back("--target=" + request.target);
  if (request.platform) words.push_back("--platform=" + *request.platform);
  for (const auto& [name, value] : request.args) {
    if (!fits_the_environment(name, value)) {
      return unsupported(fmt::format("{} cannot be given the value of build argument {}", info_.endpoint, name));
    }
    // A name alone takes its value from the client's environment: arguments can be read by every user of the machine.
    words.push_back("--build-arg=" + name);
  }
  for (const auto& [key, value] : request.labels) words.push_back(fmt::format("--label={}={}", key, value));
  // What a client's configuration says of them does not count.
  if (dialect_.podman) {
    words.emplace_back(info_.rootless ? "--isolation=rootless" : "--isolation=oci");
    words.insert(words.end(), {"--network=private", "--ipc=private", "--uts=private", "--pid=private"});
  } else {
    words.emplace_back("--network=default");
  }
  words.insert(words.end(), {"--", (*folder)->path()});
  ProcessRequest command = client_.request(std::move(words));
  for (const auto& [name, value] : request.args) command.environment.push_back(fmt::format("{}={}", name, value));
  if (auto built = client_.run(command, limits, {.progress = &progress}); !built) return std::unexpected(built.error());
  return {};
}

EngineResult<std::optional<VolumeInfo>> CliEngine::inspect_volume(const std::string& name, CallLimits limits) {
  auto text = client_.run({"volume", "inspect", "--", name}, limits);
  if (!text && text.error().kind == EngineError::Kind::not_found) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  auto volume = parse_volume_inspect(*text);
  if (!volume) return std::unexpected(volume.error());
  return std::optional(std::move(*volume));
}

EngineResult<void> CliEngine::create_volume(const VolumeRequest& request, CallLimits limits) {
  std::vector<std::string> words{"volume", "create"};
  if (!request.driver.empty()) words.push_back("--driver=" + request.driver);
  for (const auto& [key, value] : request.options) words.push_back(fmt::format("--opt={}={}", key, value));
  for (const auto& [key, value] : request.labels) words.push_back(fmt::format("--label={}={}", key, value));
  words.insert(words.end(), {"--", request.name});
  return run(std::move(words), limits);
}

}  // namespace skillrun::inline v0
