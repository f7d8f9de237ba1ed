// What ApiEngine does with images.
#include <fmt/format.h>

#include "engine/docker/api/api_engine.hpp"
#include "engine/docker/api/message_stream.hpp"
#include "engine/docker/inspect_fields.hpp"
#include "engine/docker/json_fields.hpp"
#include "engine/failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

/// LABEL "key"="value" as the engine's parser of Dockerfile lines reads it back.
EngineResult<std::string> label_instruction(const std::string& key, const std::string& value, bool podman) {
  const std::string text = key + value;
  if (find_control_character(text)) {
    return failure(Kind::unsupported, fmt::format("label '{}' holds a control character", printable(key)));
  }
  // podman takes the quotes off and leaves the rest as it is; docker unescapes and expands variables.
  if (podman) {
    if (text.find_first_of("\"\\'") != std::string::npos || key.contains('=')) {
      return failure(Kind::unsupported, fmt::format("podman cannot give an image the label '{}' with this value", key));
    }
    return fmt::format("LABEL \"{}\"=\"{}\"", key, value);
  }
  const auto escaped = [](const std::string& part) {
    std::string out;
    for (const char c : part) {
      if (c == '"' || c == '\\' || c == '$') out += '\\';
      out += c;
    }
    return out;
  };
  return fmt::format("LABEL \"{}\"=\"{}\"", escaped(key), escaped(value));
}

/// Namespaces of their own for the commands of a Dockerfile. podman's service runs them in the network of the machine
/// unless it is told otherwise.
std::string own_namespaces() {
  json::array options;
  for (const char* name : {"network", "ipc", "uts", "pid"}) {
    options.push_back(json::object{{"Name", name}, {"Host", false}, {"Path", ""}});
  }
  return json::serialize(options);
}

std::string json_map(const std::vector<std::pair<std::string, std::string>>& entries) {
  json::object out;
  for (const auto& [key, value] : entries) out[key] = value;
  return json::serialize(out);
}

}  // namespace

EngineResult<void> ApiEngine::call_with_progress(HttpRequest request, const ByteSource* upload,
                                                 const ProgressSink& progress, CallLimits limits) {
  if (upload != nullptr) request.uploading("application/x-tar", *upload);
  MessageStream messages(progress);
  auto answer = client_.exchange(request, limits, [&messages](std::string_view bytes) { return messages.feed(bytes); });
  if (!answer) return std::unexpected(answer.error());
  if (!answer->head.success()) return std::unexpected(answer_error(answer->head.status, answer->body));
  return messages.end();
}

EngineResult<std::optional<ImageInfo>> ApiEngine::inspect_image(const std::string& reference, CallLimits limits) {
  auto text = call("GET", "/images/" + percent_encode(reference, "/:@") + "/json", limits);
  if (!text && text.error().kind == Kind::not_found) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  auto document = parse_object(*text, "image inspect");
  if (!document) return std::unexpected(document.error());
  auto image = read_image(*document);
  if (!image) return failure(Kind::protocol, "the answer to image inspect has no Id");
  return image;
}

EngineResult<void> ApiEngine::fetch_image(const ImageReference& image, const std::optional<std::string>& platform,
                                          const ProgressSink& progress, CallLimits limits) {
  if (!image.id.empty()) {
    return failure(Kind::not_found,
                   fmt::format("the engine has no image {}, and an image id cannot be pulled", image.id));
  }
  // Without a tag the API pulls every one there is.
  const std::string version = !image.digest.empty() ? image.digest : !image.tag.empty() ? image.tag : "latest";
  std::string rest =
      fmt::format("/images/create?fromImage={}&tag={}",
                  percent_encode(fmt::format("{}/{}", image.registry, image.repository)), percent_encode(version));
  if (platform) rest += "&platform=" + percent_encode(*platform);
  HttpRequest request("POST", path(rest));
  if (private_line_) {
    const auto login = credentials_.find(image.registry, limits);
    if (login) request.with_header("X-Registry-Auth", login->header());
  }
  return call_with_progress(std::move(request), nullptr, progress, limits);
}

EngineResult<void> ApiEngine::import_image(const ImportRequest& request, const ByteSource& archive, CallLimits limits) {
  // The tag stays within `repo`: podman ignores the parameter `tag`.
  std::string rest = "/images/create?fromSrc=-&repo=" + percent_encode(request.reference);
  for (const auto& [key, value] : request.labels) {
    auto instruction = label_instruction(key, value, is_podman());
    if (!instruction) return std::unexpected(instruction.error());
    rest += "&changes=" + percent_encode(*instruction);
  }
  return call_with_progress(HttpRequest("POST", path(rest)), &archive, {}, limits);
}

EngineResult<void> ApiEngine::build_image(const BuildRequest& request, const ByteSource& context,
                                          const ProgressSink& progress, CallLimits limits) {
  std::string rest = fmt::format("/build?rm=1&forcerm=1&t={}&dockerfile={}", percent_encode(request.reference),
                                 percent_encode(request.dockerfile));
  if (!request.target.empty()) rest += "&target=" + percent_encode(request.target);
  if (!request.args.empty()) rest += "&buildargs=" + percent_encode(json_map(request.args));
  if (!request.labels.empty()) rest += "&labels=" + percent_encode(json_map(request.labels));
  if (request.platform) rest += "&platform=" + percent_encode(*request.platform);
  std::string target;
  if (is_podman()) {
    // Its compatible API cannot say how the commands are kept apart, by which a user's podman gives them a network.
    rest += "&isolation=oci&outputformat=application%2Fvnd.docker.distribution.manifest.v2%2Bjson&nsoptions=";
    target = libpod_path(rest + percent_encode(own_namespaces()));
  } else {
    // Docker's builder has namespaces of its own and takes a word for the network alone.
    target = path(rest + "&networkmode=default");
  }
  HttpRequest call("POST", std::move(target));
  if (private_line_) {
    if (const auto logins = credentials_.all(limits); !logins.empty()) {
      call.with_header("X-Registry-Config", all_logins_header(logins));
    }
  }
  return call_with_progress(std::move(call), &context, progress, limits);
}

}  // namespace skillrun::inline v0
