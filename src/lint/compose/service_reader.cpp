#include "lint/compose/service_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "lint/compose/service_table.hpp"
#include "manifest/decode.hpp"
#include "spec/schema.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr std::string_view host = "host";

bool is_true(const ValueNode& node) { return node.text == "true"; }

/// A member's value when it is a scalar; empty when there is none.
std::string text_of(const ValueNode& table, std::string_view key) {
  const Member* member = find_member(table, key);
  return member == nullptr ? std::string() : member->value.text;
}

/// The entry of a top-level table.
const ValueNode* entry_of(const ValueNode* table, std::string_view name) {
  if (table == nullptr || table->kind != NodeKind::table) return nullptr;
  const Member* member = find_member(*table, name);
  return member == nullptr ? nullptr : &member->value;
}

}  // namespace

std::string with_braces(std::string_view text) {
  const auto begins_name = [](char c) { return c == '_' || std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto in_name = [&](char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] != '$' || i + 1 == text.size()) continue;
    if (text[i + 1] == '$') {
      result += text[++i];
    } else if (begins_name(text[i + 1])) {
      const std::size_t begin = i + 1;
      while (i + 1 < text.size() && in_name(text[i + 1])) ++i;
      result += fmt::format("{{{}}}", text.substr(begin, i + 1 - begin));
    }
  }
  return result;
}

void ServiceReader::read(const Member& service, SkillDefinition& skill) {
  skill.name = service.key;
  skill.span = service.key_span;
  places_ = &values_[service.key];
  docker_ = &skill.docker.emplace();
  docker_->span = service.key_span;
  docker_->extra_args.emplace().span = service.key_span;
  has_network_ = false;
  const Path root;
  const Path services(root, "services");
  const Path path(services, service.key);
  if (!require_table(reporter_, service.value, path)) return;
  for (const Member& member : service.value.members) key(member, Path(path, member.key));
  if (!docker_->image) {
    const Member* build = find_member(service.value, "build");
    if (build == nullptr) {
      reporter_.report(path, service.key_span,
                       {.rule = missing_field,
                        .message = fmt::format("no image for the service \"{}\"", printable(service.key)),
                        .evidence = {},
                        .remediation = "set image or build"});
    }
    // What is built gets the service's name.
    docker_->image = Text{.value = "compose/built:here", .span = service.key_span, .written = {}};
  }
  if (!has_network_) connect({{"default", service.key_span}}, path);
}

void ServiceReader::key(const Member& member, const Path& path) {
  if (member.key.starts_with("x-") || member.value.kind == NodeKind::null) return;
  if (special(member, path)) return;
  if (std::ranges::find(unjudged_service_keys, member.key) != unjudged_service_keys.end()) return;
  const std::string_view name = member.key == "external_links" ? "links" : std::string_view(member.key);
  const auto known = std::ranges::find(schema(), name, [](const SettingRow& row) { return row.service.name; });
  if (known == schema().end()) {
    std::vector<std::string_view> keys(unjudged_service_keys.begin(), unjudged_service_keys.end());
    for (const SettingRow& row : schema()) {
      if (!row.service.name.empty()) keys.push_back(row.service.name);
    }
    reporter_.report(path, member.key_span,
                     {.rule = unknown_key,
                      .message = fmt::format("unknown key \"{}\": what it does is not judged", printable(member.key)),
                      .evidence = member.key,
                      .remediation = suggest(member.key, keys)});
    return;
  }
  const std::string_view flag = known->flag.name;
  switch (known->service.shape) {
    case ServiceShape::scalar: return scalar(flag, member.value, path);
    case ServiceShape::boolean: return boolean(flag, member.value, path);
    case ServiceShape::list: return list(flag, member.value, path);
    case ServiceShape::pairs: return pairs(flag, '=', member.value, path);
    case ServiceShape::hosts: return pairs(flag, ':', member.value, path);
  }
}

/// Keys that are more than one flag, or bring in what stands elsewhere. True for one of them.
bool ServiceReader::special(const Member& member, const Path& path) {
  const ValueNode& node = member.value;
  struct Special {
    std::string_view key;
    void (ServiceReader::*read)(const ValueNode&, const Path&);
  };
  static constexpr std::array readers{Special{"build", &ServiceReader::build},
                                      Special{"deploy", &ServiceReader::deploy},
                                      Special{"entrypoint", &ServiceReader::entrypoint},
                                      Special{"env_file", &ServiceReader::env_file},
                                      Special{"gpus", &ServiceReader::gpus},
                                      Special{"image", &ServiceReader::image},
                                      Special{"label_file", &ServiceReader::env_file},
                                      Special{"logging", &ServiceReader::logging},
                                      Special{"network_mode", &ServiceReader::network_mode},
                                      Special{"networks", &ServiceReader::networks},
                                      Special{"ports", &ServiceReader::ports},
                                      Special{"post_start", &ServiceReader::hooks},
                                      Special{"pre_stop", &ServiceReader::hooks},
                                      Special{"ulimits", &ServiceReader::ulimits},
                                      Special{"volumes", &ServiceReader::volumes}};
  const auto* found = std::ranges::find(readers, member.key, &Special::key);
  if (found != readers.end()) {
    (this->*found->read)(node, path);
    return true;
  }
  if (member.key == "secrets") {
    granted(tables_.secrets, "/run/secrets/", node, path);
  } else if (member.key == "configs") {
    granted(tables_.configs, "/", node, path);
  } else if (member.key == "use_api_socket") {
    if (!is_true(node)) return true;
    if (!docker_->volumes) docker_->volumes.emplace();
    docker_->volumes->items.push_back(text("/var/run/docker.sock:/var/run/docker.sock", node, path));
  } else if (member.key == "extends") {
    not_judged(member.key_span, path, "what `extends` brings in is not judged",
               "write it out, or lint what `docker compose config` prints");
  } else if (member.key == "provider" || member.key == "develop" || member.key == "credential_spec") {
    not_judged(member.key_span, path, fmt::format("what `{}` does is not judged", member.key), "leave it out");
  } else {
    return false;
  }
  return true;
}

Text ServiceReader::text(std::string_view value, const ValueNode& node, const Path& path) {
  const bool plain = node.kind != NodeKind::table && node.kind != NodeKind::array;
  places_->insert_or_assign({node.span.begin, node.span.end},
                            ComposeValue{.field = path.text(), .evidence = plain ? node.text : std::string()});
  return {.value = with_braces(value), .span = node.span, .written = {}};
}

void ServiceReader::word(std::string_view flag, std::string_view value, const ValueNode& node, const Path& path) {
  docker_->extra_args->items.push_back(text(fmt::format("--{}={}", flag, value), node, path));
}

void ServiceReader::not_understood(const ValueNode& node, const Path& path, std::string_view expected) {
  reporter_.report(path, node.span,
                   {.rule = invalid_value,
                    .message = fmt::format("expected {}, found {}", expected, describe(node)),
                    .evidence = node.text,
                    .remediation = "write it as the Compose specification has it"});
}

void ServiceReader::not_judged(Span span, const Path& path, std::string message, std::string remedy) {
  reporter_.report(
      path, span,
      {.rule = unknown_key, .message = std::move(message), .evidence = {}, .remediation = std::move(remedy)});
}

bool ServiceReader::is_scalar(const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::table && node.kind != NodeKind::array && node.kind != NodeKind::null) return true;
  not_understood(node, path, "one value");
  return false;
}

void ServiceReader::scalar(std::string_view flag, const ValueNode& node, const Path& path) {
  if (!is_scalar(node, path)) return;
  word(flag, node.text, node, path);
}

void ServiceReader::boolean(std::string_view flag, const ValueNode& node, const Path& path) {
  if (!is_scalar(node, path)) return;
  if (node.text.starts_with('$')) return word(flag, node.text, node, path);
  if (node.text != "true" && node.text != "false") return not_understood(node, path, "true or false");
  word(flag, node.text, node, path);
}

void ServiceReader::list(std::string_view flag, const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::array) return scalar(flag, node, path);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Path item(path, i);
    if (is_scalar(node.items[i], item)) word(flag, node.items[i].text, node.items[i], item);
  }
}

void ServiceReader::pairs(std::string_view flag, char separator, const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::table) return list(flag, node, path);
  for (const Member& member : node.members) {
    const Path entry(path, member.key);
    if (member.value.kind == NodeKind::null) {
      // Without a value a variable is the caller's.
      ValueNode name = member.value;
      name.span = member.key_span;
      name.text = member.key;
      word(flag, member.key, name, entry);
    } else if (member.value.kind == NodeKind::array) {
      for (const ValueNode& item : member.value.items) {
        if (is_scalar(item, entry)) word(flag, fmt::format("{}{}{}", member.key, separator, item.text), item, entry);
      }
    } else if (is_scalar(member.value, entry)) {
      word(flag, fmt::format("{}{}{}", member.key, separator, member.value.text), member.value, entry);
    }
  }
}

void ServiceReader::deploy(const ValueNode& node, const Path& path) {
  const Member* resources = find_member(node, "resources");
  if (resources == nullptr) return;
  const Path resources_path(path, "resources");
  if (const Member* limits = find_member(resources->value, "limits")) {
    const Path limits_path(resources_path, "limits");
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> flags{
        {{"cpus", "cpus"}, {"memory", "memory"}, {"pids", "pids-limit"}}};
    for (const auto& [name, flag] : flags) {
      const Member* limit = find_member(limits->value, name);
      if (limit != nullptr) scalar(flag, limit->value, Path(limits_path, name));
    }
  }
  const Member* reservations = find_member(resources->value, "reservations");
  if (reservations == nullptr) return;
  if (const Member* devices = find_member(reservations->value, "devices")) {
    const Path reservations_path(resources_path, "reservations");
    gpus(devices->value, Path(reservations_path, "devices"));
  }
}

/// The program that takes the image's place; its words are the service's own business.
void ServiceReader::entrypoint(const ValueNode& node, const Path& path) {
  const bool listed = node.kind == NodeKind::array && !node.items.empty();
  const ValueNode& program = listed ? node.items.front() : node;
  if (is_scalar(program, path)) docker_->entrypoint = text(program.text, program, path);
}

void ServiceReader::env_file(const ValueNode& node, const Path& path) {
  const auto one = [&](const ValueNode& file, const Path& at) {
    const Member* named = find_member(file, "path");
    const ValueNode& value = named != nullptr ? named->value : file;
    if (is_scalar(value, at)) word("env-file", value.text, value, at);
  };
  if (node.kind != NodeKind::array) return one(node, path);
  for (std::size_t i = 0; i < node.items.size(); ++i) one(node.items[i], Path(path, i));
}

void ServiceReader::image(const ValueNode& node, const Path& path) {
  if (is_scalar(node, path)) docker_->image = text(node.text, node, path);
}

void ServiceReader::gpus(const ValueNode& node, const Path& path) { word("gpus", "all", node, path); }

void ServiceReader::hooks(const ValueNode& node, const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Path hook(path, i);
    const Member* privileged = find_member(node.items[i], "privileged");
    if (privileged != nullptr && privileged->value.text != "false") {
      word("privileged", "true", privileged->value, Path(hook, "privileged"));
    }
  }
}

void ServiceReader::logging(const ValueNode& node, const Path& path) {
  if (const Member* driver = find_member(node, "driver")) scalar("log-driver", driver->value, Path(path, "driver"));
  if (const Member* options = find_member(node, "options")) {
    pairs("log-opt", '=', options->value, Path(path, "options"));
  }
}

void ServiceReader::network_mode(const ValueNode& node, const Path& path) {
  if (!is_scalar(node, path)) return;
  constexpr std::string_view service = "service:";
  // The namespace of another service is that of another container.
  const std::string mode = node.text.starts_with(service)
                               ? fmt::format("container:{}", std::string_view(node.text).substr(service.size()))
                               : node.text;
  word("network", mode, node, path);
  has_network_ = true;
}

/// What the engine calls a network of the file: Compose puts the project before the names of those that it makes.
std::string ServiceReader::name_of_network(const std::string& key) const {
  const ValueNode* declared = entry_of(tables_.networks, key);
  if (declared == nullptr) return fmt::format("{}_{}", project_, key);
  if (text_of(*declared, "driver") == host) return std::string(host);
  const std::string name = text_of(*declared, "name");
  if (!name.empty()) return name;
  const Member* external = find_member(*declared, "external");
  const bool is_external = external != nullptr && external->value.text != "false";
  return is_external ? key : fmt::format("{}_{}", project_, key);
}

/// Of several networks the one that reaches furthest is judged.
void ServiceReader::connect(const std::vector<std::pair<std::string, Span>>& networks, const Path& path) {
  has_network_ = true;
  std::size_t furthest = 0;
  std::string reached;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    std::string name = name_of_network(networks[i].first);
    if (i > 0 && reached != "none" && name != host) continue;
    reached = std::move(name);
    furthest = i;
    if (reached == host) break;
  }
  ValueNode place;
  place.kind = NodeKind::string;
  place.text = networks[furthest].first;
  place.span = networks[furthest].second;
  word("network", reached, place, path);
}

void ServiceReader::networks(const ValueNode& node, const Path& path) {
  std::vector<std::pair<std::string, Span>> networks;
  for (const ValueNode& item : node.items) networks.emplace_back(item.text, item.span);
  for (const Member& member : node.members) networks.emplace_back(member.key, member.key_span);
  if (!networks.empty()) connect(networks, path);
}

void ServiceReader::ports(const ValueNode& node, const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const Path at(path, i);
    if (item.kind != NodeKind::table) {
      if (is_scalar(item, at)) word("publish", item.text, item, at);
      continue;
    }
    std::string published = text_of(item, "published");
    const std::string address = text_of(item, "host_ip");
    if (!address.empty()) published = fmt::format("{}:{}", address, published);
    const std::string protocol = text_of(item, "protocol");
    word("publish",
         fmt::format("{}{}{}{}{}", published, published.empty() ? "" : ":", text_of(item, "target"),
                     protocol.empty() ? "" : "/", protocol),
         item, at);
  }
}

void ServiceReader::ulimits(const ValueNode& node, const Path& path) {
  for (const Member& member : node.members) {
    const Path at(path, member.key);
    if (member.value.kind == NodeKind::table) {
      word("ulimit", fmt::format("{}={}:{}", member.key, text_of(member.value, "soft"), text_of(member.value, "hard")),
           member.value, at);
    } else if (is_scalar(member.value, at)) {
      word("ulimit", fmt::format("{}={}", member.key, member.value.text), member.value, at);
    }
  }
}

/// Secrets and configs that are files of the host are mounts of them, which nobody can write.
void ServiceReader::granted(const ValueNode* declared, std::string_view folder, const ValueNode& node,
                            const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const std::string name = item.kind == NodeKind::table ? text_of(item, "source") : item.text;
    const ValueNode* entry = entry_of(declared, name);
    const std::string file = entry == nullptr ? std::string() : text_of(*entry, "file");
    if (file.empty()) continue;
    const Path at(path, i);
    MountTable mount;
    mount.span = item.span;
    mount.type = text("bind", item, at);
    mount.source = text(file, item, at);
    mount.target = text(fmt::format("{}{}", folder, name), item, at);
    mount.read_only = Located<bool>{.value = true, .span = item.span};
    if (!docker_->mounts) docker_->mounts.emplace();
    docker_->mounts->items.push_back(std::move(mount));
  }
}

}  // namespace skillrun
