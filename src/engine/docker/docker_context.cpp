#include "engine/docker/docker_context.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "support/json.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file = std::size_t{1} << 20;

/// The object in a file; nothing when there is no such file.
std::expected<std::optional<json::object>, std::string> read_object(const fs::path& path) {
  const auto text = read_file(path.string(), max_file);
  if (!text) {
    const std::error_code error = text.error();
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return std::nullopt;
    return std::unexpected(fmt::format("{}: {}", path.string(), error.message()));
  }
  boost::system::error_code parse_error;
  json::value document = json::parse(*text, parse_error);
  if (parse_error || !document.is_object()) {
    return std::unexpected(fmt::format("{}: not a JSON object", path.string()));
  }
  return std::move(document.get_object());
}

std::string text_member(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Endpoints.docker of a context's meta.json.
const json::object* docker_endpoint(const json::object& meta) {
  const json::value* endpoints = meta.if_contains("Endpoints");
  if (endpoints == nullptr || !endpoints->is_object()) return nullptr;
  const json::value* docker = endpoints->get_object().if_contains("docker");
  return docker != nullptr ? docker->if_object() : nullptr;
}

bool skips_verification(const json::object& endpoint) {
  const json::value* skip = endpoint.if_contains("SkipTLSVerify");
  return skip != nullptr && (!skip->is_bool() || skip->get_bool());
}

}  // namespace

std::expected<std::optional<std::string>, std::string> current_docker_context(const std::string& config_folder) {
  auto config = read_object(fs::path(config_folder) / "config.json");
  if (!config) return std::unexpected(config.error());
  if (!*config) return std::nullopt;
  std::string name = text_member(**config, "currentContext");
  if (name.empty() || name == "default") return std::nullopt;
  return name;
}

std::expected<DockerContext, std::string> find_docker_context(const std::string& config_folder,
                                                              const std::string& name) {
  // The folders are named by a hash of the context's name; the name itself is in the file.
  const fs::path contexts = fs::path(config_folder) / "contexts" / "meta";
  std::error_code error;
  for (fs::directory_iterator entry(contexts, error), end; !error && entry != end; entry.increment(error)) {
    auto meta = read_object(entry->path() / "meta.json");
    if (!meta) return std::unexpected(meta.error());
    if (!*meta || text_member(**meta, "Name") != name) continue;
    const json::object* endpoint = docker_endpoint(**meta);
    DockerContext context;
    if (endpoint != nullptr) context.host = text_member(*endpoint, "Host");
    if (context.host.empty()) {
      return std::unexpected(fmt::format("docker context '{}' has no docker endpoint", printable(name)));
    }
    if (skips_verification(*endpoint)) {
      return std::unexpected(
          fmt::format("docker context '{}' does not verify who answers (SkipTLSVerify)", printable(name)));
    }
    const fs::path tls = contexts.parent_path() / "tls" / entry->path().filename() / "docker";
    std::error_code missing;
    if (fs::is_directory(tls, missing)) context.tls_folder = tls.string();
    return context;
  }
  return std::unexpected(fmt::format("docker context '{}' is not defined in {}", printable(name), contexts.string()));
}

}  // namespace skillrun::inline v0
