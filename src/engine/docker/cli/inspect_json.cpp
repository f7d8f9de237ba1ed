#include "engine/docker/cli/inspect_json.hpp"

#include <fmt/format.h>

#include "engine/docker/inspect_fields.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

namespace {

std::unexpected<EngineError> unreadable(std::string_view what) {
  return std::unexpected(
      EngineError{EngineError::Kind::protocol, fmt::format("the engine's client gave no readable {}", what)});
}

std::optional<json::value> parsed(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  if (error) return std::nullopt;
  return value;
}

const json::object* member_object(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(std::string_view(value->get_string()));
}

bool truth_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<json::object> first_of_array(std::string_view text) {
  auto value = parsed(text);
  if (!value || !value->is_array() || value->get_array().empty()) return std::nullopt;
  json::value& first = value->get_array().front();
  if (!first.is_object()) return std::nullopt;
  return std::move(first.get_object());
}

}  // namespace

EngineResult<ContainerState> parse_container_inspect(std::string_view text) {
  const auto container = first_of_array(text);
  const json::object* state = container ? member_object(*container, "State") : nullptr;
  if (state == nullptr) return unreadable("container");
  ContainerState result;
  result.id = text_of(*container, "Id");
  result.image_id = image_id_of(text_of(*container, "Image"));
  result.status = text_of(*state, "Status");
  result.error = text_of(*state, "Error");
  result.out_of_memory = truth_of(*state, "OOMKilled");
  if (const json::value* code = state->if_contains("ExitCode"); code != nullptr && code->is_int64()) {
    result.exit_code = static_cast<int>(code->get_int64());
  }
  if (result.id.empty() || result.status.empty()) return unreadable("container");
  return result;
}

EngineResult<ImageInfo> parse_image_inspect(std::string_view text) {
  const auto image = first_of_array(text);
  if (!image) return unreadable("image");
  auto result = read_image(*image);
  if (!result) return unreadable("image");
  return std::move(*result);
}

EngineResult<VolumeInfo> parse_volume_inspect(std::string_view text) {
  const auto volume = first_of_array(text);
  if (!volume) return unreadable("volume");
  return read_volume(*volume);
}

EngineResult<VersionAnswer> parse_version(std::string_view text) {
  const auto value = parsed(text);
  const json::object* client = value && value->is_object() ? member_object(value->get_object(), "Client") : nullptr;
  if (client == nullptr) return unreadable("version");
  VersionAnswer result;
  // docker spells it ApiVersion.
  result.podman = client->contains("APIVersion");
  result.context = text_of(*client, "Context");
  const json::object* server = member_object(value->get_object(), "Server");
  result.has_server = server != nullptr;
  const json::object& who = server != nullptr ? *server : *client;
  result.version = text_of(who, "Version");
  result.api_version = text_of(who, result.podman ? "APIVersion" : "ApiVersion");
  result.os = text_of(who, "Os");
  result.architecture = text_of(who, "Arch");
  return result;
}

EngineResult<PodmanHost> parse_podman_info(std::string_view text) {
  const auto value = parsed(text);
  const json::object* host = value && value->is_object() ? member_object(value->get_object(), "host") : nullptr;
  if (host == nullptr) return unreadable("information");
  PodmanHost result;
  result.os = text_of(*host, "os");
  result.architecture = text_of(*host, "arch");
  result.remote = truth_of(*host, "serviceIsRemote");
  if (const json::object* security = member_object(*host, "security"); security != nullptr) {
    result.rootless = truth_of(*security, "rootless");
  }
  if (const json::object* socket = member_object(*host, "remoteSocket"); socket != nullptr) {
    result.socket = text_of(*socket, "path");
    constexpr std::string_view scheme = "unix://";
    if (result.socket.starts_with(scheme)) result.socket.erase(0, scheme.size());
  }
  return result;
}

bool names_rootless(std::string_view security_options) {
  const auto value = parsed(security_options);
  if (!value || !value->is_array()) return false;
  for (const json::value& option : value->get_array()) {
    if (option.is_string() && std::string_view(option.get_string()).find("name=rootless") != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace skillrun::inline v0
