#include "engine/docker/registry_credentials.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/client_environment.hpp"
#include "engine/command.hpp"
#include "engine/log.hpp"
#include "support/base64.hpp"
#include "support/process/find_program.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_file = std::size_t{1} << 20;
constexpr std::chrono::seconds helper_deadline{30};
/// Docker's own registry goes by this name in every configuration.
constexpr std::string_view docker_server = "https://index.docker.io/v1/";

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::object* object_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

std::string server_of(const std::string& registry) {
  return registry == "docker.io" ? std::string(docker_server) : registry;
}

/// "https://ghcr.io/v2/" and "ghcr.io" are one server to docker.
std::string_view host_of(std::string_view server) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (server.starts_with(scheme)) server.remove_prefix(scheme.size());
  }
  return server.substr(0, server.find('/'));
}

/// The entry for a server: by its own name, otherwise by its host.
const json::value* entry_for(const json::object& table, const std::string& server) {
  if (const json::value* exact = table.if_contains(server)) return exact;
  for (const auto& [name, value] : table) {
    if (host_of(name) == host_of(server)) return &value;
  }
  return nullptr;
}

/// A helper's name becomes part of a program's name.
bool is_helper_name(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.find_first_not_of(letters) == std::string_view::npos;
}

std::optional<RegistryCredential> from_entry(const json::object& entry, const std::string& server) {
  RegistryCredential login{.server = server, .username = {}, .password = {}, .identity_token = {}};
  login.identity_token = text_of(entry, "identitytoken");
  if (const std::string packed = text_of(entry, "auth"); !packed.empty()) {
    const auto pair = base64_decode(packed);
    const std::size_t colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos) {
      log::warn("docker's login for {} is not readable: log in again", printable(server));
      return std::nullopt;
    }
    login.username = pair->substr(0, colon);
    login.password = pair->substr(colon + 1);
    login.password.erase(login.password.find_last_not_of('\0') + 1);  // as docker does
  } else {
    login.username = text_of(entry, "username");
    login.password = text_of(entry, "password");
  }
  if (!login.identity_token.empty()) login.password.clear();
  if (login.identity_token.empty() && login.username.empty()) return std::nullopt;
  return login;
}

json::object as_json(const RegistryCredential& login) {
  json::object object{{"serveraddress", login.server}};
  if (login.identity_token.empty()) {
    object["username"] = login.username;
    object["password"] = login.password;
  } else {
    object["identitytoken"] = login.identity_token;
  }
  return object;
}

}  // namespace

std::string RegistryCredential::header() const { return base64url_encode(json::serialize(as_json(*this))); }

std::string all_logins_header(const std::vector<RegistryCredential>& logins) {
  json::object object;
  for (const RegistryCredential& login : logins) object[login.server] = as_json(login);
  return base64url_encode(json::serialize(object));
}

std::optional<json::object> RegistryCredentials::configuration() const {
  if (folder_.empty()) return std::nullopt;
  const std::string file = folder_ + "/config.json";
  const auto text = read_file(file, max_file);
  if (!text) {
    if (text.error() != std::errc::no_such_file_or_directory) {
      log::warn("{}: {}; images are pulled without a login", file, text.error().message());
    }
    return std::nullopt;
  }
  boost::system::error_code error;
  json::value document = json::parse(*text, error);
  if (error || !document.is_object()) {
    log::warn("{} is not a JSON object; images are pulled without a login", file);
    return std::nullopt;
  }
  return std::move(document.get_object());
}

std::optional<RegistryCredential> RegistryCredentials::ask_helper(const std::string& helper, const std::string& server,
                                                                  CallLimits limits) const {
  const auto program =
      is_helper_name(helper) ? find_program("docker-credential-" + helper, path_) : std::optional<std::string>();
  if (!program) {
    log::warn("docker-credential-{}, which docker's configuration names for {}, is not installed", printable(helper),
              printable(server));
    return std::nullopt;
  }
  ProcessRequest request;
  request.program = *program;
  request.arguments = {"get"};
  request.environment = client_environment();
  bool given = false;
  const ByteSource input = [&]() -> EngineResult<std::string> {
    return std::exchange(given, true) ? std::string() : server;
  };
  limits.deadline = std::min<std::chrono::milliseconds>(limits.deadline, helper_deadline);
  const auto answer = run_command(request, limits, {.input = &input, .progress = nullptr});
  if (!answer) {
    log::warn("docker-credential-{}: {}", helper, answer.error().message);
    return std::nullopt;
  }
  if (answer->status != 0) {
    // It says so on its standard output.
    const bool none = answer->output.contains("credentials not found");
    if (!none) log::warn("docker-credential-{} failed for {}", helper, printable(server));
    return std::nullopt;
  }
  boost::system::error_code error;
  const json::value document = json::parse(answer->output, error);
  const json::object* object = error ? nullptr : document.if_object();
  if (object == nullptr) {
    log::warn("docker-credential-{} gave no JSON object for {}", helper, printable(server));
    return std::nullopt;
  }
  const std::string username = text_of(*object, "Username");
  const std::string secret = text_of(*object, "Secret");
  if (secret.empty()) return std::nullopt;
  if (username == "<token>") {
    return RegistryCredential{.server = server, .username = {}, .password = {}, .identity_token = secret};
  }
  return RegistryCredential{.server = server, .username = username, .password = secret, .identity_token = {}};
}

std::optional<RegistryCredential> RegistryCredentials::ask(const json::object& config, const std::string& server,
                                                           CallLimits limits) const {
  std::string helper;
  if (const json::object* helpers = object_of(config, "credHelpers")) {
    // Helpers are named by the registry's host; docker's own by its long name.
    const json::value* name = entry_for(*helpers, server);
    if (name != nullptr && name->is_string()) helper = name->get_string();
  }
  if (helper.empty()) helper = text_of(config, "credsStore");
  if (!helper.empty()) {
    if (auto login = ask_helper(helper, server, limits)) return login;
  }
  const json::object* logins = object_of(config, "auths");
  const json::value* entry = logins != nullptr ? entry_for(*logins, server) : nullptr;
  return entry != nullptr && entry->is_object() ? from_entry(entry->get_object(), server) : std::nullopt;
}

std::optional<RegistryCredential> RegistryCredentials::find(const std::string& registry, CallLimits limits) const {
  const auto config = configuration();
  return config ? ask(*config, server_of(registry), limits) : std::nullopt;
}

std::vector<RegistryCredential> RegistryCredentials::all(CallLimits limits) const {
  std::vector<RegistryCredential> logins;
  const auto config = configuration();
  if (!config) return logins;
  std::set<std::string> servers;
  for (const std::string_view table : {"auths", "credHelpers"}) {
    const json::object* entries = object_of(*config, table);
    if (entries == nullptr) continue;
    for (const auto& entry : *entries) servers.emplace(entry.key());
  }
  for (const std::string& server : servers) {
    if (auto login = ask(*config, server, limits)) logins.push_back(std::move(*login));
  }
  return logins;
}

}  // namespace skillrun::inline v0
