#include "lint/compose/service_reader.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "lint/compose/interpolation.hpp"
#include "manifest/decode.hpp"
#include "spec/host_path.hpp"
#include "spec/scan.hpp"
#include "spec/settings.hpp"
#include "support/path_within.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// The keys of a service that are of no consequence for what its container may do.
constexpr auto unjudged_keys = std::to_array<std::string_view>(
    {"attach", "blkio_config", "command", "cpu_count", "cpu_percent", "depends_on", "develop", "healthcheck", "models",
     "profiles", "pull_policy", "pull_refresh_after", "scale", "stdin_open", "stop_grace_period", "tty"});

/// A boolean as Compose reads it, after https://yaml.org/type/bool.html.
std::optional<bool> read_boolean(std::string_view text) {
  static constexpr auto yes = std::to_array<std::string_view>({"true", "yes", "on", "y"});
  static constexpr auto no = std::to_array<std::string_view>({"false", "no", "off", "n"});
  const std::string word = to_lower(text);
  if (std::ranges::find(yes, word) != yes.end()) return true;
  return std::ranges::find(no, word) != no.end() ? std::optional(false) : std::nullopt;
}

}  // namespace

std::string member_text(const ValueNode& table, std::string_view key) {
  const ValueNode* node = entry_of(&table, key);
  return node == nullptr ? std::string() : node->text;
}

const ValueNode* entry_of(const ValueNode* table, std::string_view name) {
  const Member* member = table == nullptr ? nullptr : find_member(*table, name);
  return member == nullptr || member->value.kind == NodeKind::null ? nullptr : &member->value;
}

const ValueNode* entry_of(const ComposeTables& tables, std::string_view name) {
  for (const ValueNode* table : tables) {
    if (const ValueNode* entry = entry_of(table, name)) return entry;
  }
  return nullptr;
}

ServiceReader::ServiceReader(Reporter& reporter, const ComposeFile& file, ResolvedSkill skill, const Member& service,
                             const LintContext& context)
    : reporter_(reporter),
      file_(file),
      service_(service),
      skill_(std::move(skill)),
      builder_(skill_, context.caller, context.variables),
      variables_(context.caller, service.key, skill_.source->base(), context.variables),
      expansions_(skill_.source),
      expander_(expansions_, variables_, UndefinedVariables::warning) {
  expansions_.enter_skill(service.key);
}

ContainerSpec ServiceReader::read() {
  const Path root;
  const Path services(root, "services");
  const Path path(services, service_.key);
  ContainerSpec& spec = builder_.spec;
  spec.table = path.text();
  spec.runner = Runner::compose;
  spec.image.origin = SpecBuilder::manifest_origin(service_.key_span, spec.table, {});
  if (require_table(reporter_, service_.value, path)) {
    for (const Member& member : service_.value.members) key(member, Path(path, member.key));
  }
  if (!has_image_ && !file_.is_overlay && find_member(service_.value, "build") == nullptr) {
    builder_.problem(missing_field, SpecBuilder::manifest_origin(service_.key_span, spec.table + ".image", {}),
                     fmt::format("no image for the service \"{}\"", printable(service_.key)),
                     "set image or build; where another file does so, put compose.yaml beside this one");
  }
  if (!has_network_) connect({string_node("default", service_.key_span)}, path);
  settle(builder_);
  std::ranges::move(expansions_.take(), std::back_inserter(spec.problems));
  return std::move(spec);
}

void ServiceReader::key(const Member& member, const Path& path) {
  const ValueNode& node = member.value;
  if (member.key.starts_with("x-") || node.kind == NodeKind::null) return;
  if (special(member.key, node, path) || std::ranges::find(unjudged_keys, member.key) != unjudged_keys.end()) return;
  const std::string_view name = member.key == "external_links" ? "links" : std::string_view(member.key);
  const auto row = std::ranges::find(schema(), name, [](const SettingRow& known) { return known.service.name; });
  if (row == schema().end()) return unknown(member, path);
  if (name == "pid" || name == "ipc") return joined_namespace(*row, node, path);
  switch (row->service.shape) {
    case ServiceShape::scalar: return scalar(*row, node, path);
    case ServiceShape::boolean: return boolean(*row, node, path);
    case ServiceShape::list: return list(*row, node, path);
    case ServiceShape::pairs: return pairs(*row, '=', node, path);
    case ServiceShape::hosts: return pairs(*row, ':', node, path);
    case ServiceShape::files: return files(*row, node, path);
  }
}

void ServiceReader::unknown(const Member& member, const Path& path) {
  if (member.key == "credential_spec") {
    return not_judged(member, path, fmt::format("what `{}` does is not judged", member.key), "leave it out");
  }
  std::vector<std::string_view> keys(unjudged_keys.begin(), unjudged_keys.end());
  for (const SettingRow& row : schema()) {
    if (!row.service.name.empty()) keys.push_back(row.service.name);
  }
  not_judged(member, path, fmt::format("unknown key \"{}\": what it does is not judged", printable(member.key)),
             suggest(member.key, keys), member.key);
}

/// Keys that are more than one value of one setting. True for one of them.
bool ServiceReader::special(std::string_view name, const ValueNode& node, const Path& path) {
  struct Special {
    std::string_view key;
    void (ServiceReader::*read)(const ValueNode&, const Path&);
  };
  using Reader = ServiceReader;
  static constexpr Special readers[] = {{"build", &Reader::build},
                                        {"deploy", &Reader::deploy},
                                        {"devices", &Reader::devices},
                                        {"gpus", &Reader::gpus},
                                        {"entrypoint", &Reader::entrypoint},
                                        {"image", &Reader::image},
                                        {"links", &Reader::links},
                                        {"logging", &Reader::logging},
                                        {"network_mode", &Reader::network_mode},
                                        {"networks", &Reader::networks},
                                        {"ports", &Reader::ports},
                                        {"post_start", &Reader::hooks},
                                        {"pre_stop", &Reader::hooks},
                                        {"ulimits", &Reader::ulimits},
                                        {"use_api_socket", &Reader::api_socket},
                                        {"volumes", &Reader::volumes},
                                        {"volumes_from", &Reader::volumes_from}};
  const auto* found = std::ranges::find(readers, name, &Special::key);
  if (found != std::end(readers)) {
    (this->*found->read)(node, path);
  } else if (name == "secrets") {
    granted(file_.secrets, "/run/secrets/", node, path);
  } else if (name == "configs") {
    granted(file_.configs, "/", node, path);
  } else {
    return false;
  }
  return true;
}

WrittenText ServiceReader::text(std::string_view value, const ValueNode& node, const Path& path) {
  WrittenText text{.value = as_manifest_text(value, variables_), .span = node.span, .written = node.text};
  expander_.expand(text, path);
  if (!text.expansions.empty()) builder_.spec.expanded.push_back({.origin = origin_of(text, path), .text = text.value});
  return text;
}

std::string ServiceReader::expanded(std::string_view value) const {
  const auto text = expand_variables(as_manifest_text(value, variables_), variables_);
  return text ? *text : std::string(value);
}

bool ServiceReader::is_true(std::string_view value) const { return read_boolean(expanded(value)).value_or(false); }

Origin ServiceReader::origin_of(const WrittenText& text, const Path& path) {
  Origin origin = SpecBuilder::manifest_origin(text.span, path.text(), text.written);
  origin.expansions = text.expansions;
  return origin;
}

void ServiceReader::set(const SettingRow& row, std::string_view value, const ValueNode& node, const Path& path) {
  const WrittenText read = text(value, node, path);
  const Origin origin = origin_of(read, path);
  if (!read.undefined || (row.service.shape == ServiceShape::pairs && knows_variable(read))) {
    find_docker_run_flag(row.flag.name)->set(builder_, read.value, origin);
  } else {
    unresolved_setting(row, origin);
  }
}

void ServiceReader::not_understood(const ValueNode& node, const Path& path, std::string_view expected) {
  reporter_.report(path, node.span,
                   {.rule = invalid_value,
                    .message = fmt::format("expected {}, found {}", expected, describe(node)),
                    .evidence = node.text,
                    .remediation = "write it as the Compose specification has it"});
}

void ServiceReader::not_judged(const Member& member, const Path& path, std::string message, std::string remedy,
                               std::string evidence) {
  reporter_.report(path, member.key_span,
                   {.rule = unknown_key,
                    .message = std::move(message),
                    .evidence = std::move(evidence),
                    .remediation = std::move(remedy)});
}

bool ServiceReader::is_scalar(const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::table && node.kind != NodeKind::array && node.kind != NodeKind::null) return true;
  not_understood(node, path, "one value");
  return false;
}

/// An empty value is none.
void ServiceReader::scalar(const SettingRow& row, const ValueNode& node, const Path& path) {
  if (is_scalar(node, path) && !expanded(node.text).empty()) set(row, node.text, node, path);
}

void ServiceReader::boolean(const SettingRow& row, const ValueNode& node, const Path& path) {
  if (!is_scalar(node, path)) return;
  const WrittenText read = text(node.text, node, path);
  const Origin origin = origin_of(read, path);
  if (read.undefined) return unresolved_setting(row, origin);
  const auto on = read_boolean(read.value);
  if (!on) return not_understood(node, path, "true or false");
  find_docker_run_flag(row.flag.name)->set(builder_, *on ? "true" : "false", origin);
}

void ServiceReader::list(const SettingRow& row, const ValueNode& node, const Path& path) {
  for_each(node, path, [&](const ValueNode& item, const Path& at) { scalar(row, item, at); });
}

/// Compose reads variables from files of the project, which are the author's as this one is.
void ServiceReader::files(const SettingRow& row, const ValueNode& node, const Path& path) {
  for_each(node, path, [&](const ValueNode& entry, const Path& at) {
    const Member* named = find_member(entry, "path");
    const ValueNode& file = named != nullptr ? named->value : entry;
    const auto absolute = absolute_host_path(expanded(file.text), builder_.paths());
    const bool own = row.service.name == "env_file" && absolute && is_within(*absolute, file_.root);
    if (!own) scalar(row, file, at);
  });
}

void ServiceReader::pairs(const SettingRow& row, char separator, const ValueNode& node, const Path& path) {
  for_each_pair(separator, node, path,
                [&](const std::string& pair, const ValueNode& value, const Path& at) { set(row, pair, value, at); });
}

void ServiceReader::for_each_pair(char separator, const ValueNode& node, const Path& path, const TakePair& take) {
  if (node.kind != NodeKind::table) {
    return for_each(node, path, [&](const ValueNode& item, const Path& at) {
      if (is_scalar(item, at)) take(item.text, item, at);
    });
  }
  for (const Member& member : node.members) {
    const Path entry(path, member.key);
    if (member.value.kind == NodeKind::null) {
      take(member.key, string_node(member.key, member.key_span), entry);
      continue;
    }
    for_each(member.value, entry, [&](const ValueNode& value, const Path& /*at*/) {
      if (is_scalar(value, entry)) take(fmt::format("{}{}{}", member.key, separator, value.text), value, entry);
    });
  }
}

void ServiceReader::deploy(const ValueNode& node, const Path& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> settings{
      {{"cpus", "nano_cpus"}, {"memory", "memory"}, {"pids", "pids_limit"}}};
  within(node, path, "labels",
         [&](const auto& labels, const auto& at) { pairs(*find_setting("labels"), '=', labels, at); });
  within(node, path, "resources", [&](const ValueNode& resources, const Path& below) {
    within(resources, below, "limits", [&](const ValueNode& limits, const Path& at) {
      for (const auto& setting : settings) {
        within(limits, at, setting.first,
               [&](const auto& limit, const auto& where) { scalar(*find_setting(setting.second), limit, where); });
      }
    });
    within(resources, below, "reservations", [&](const ValueNode& reserved, const Path& at) {
      within(reserved, at, "devices", [&](const auto& devices, const auto& where) { gpus(devices, where); });
    });
  });
}

/// The program that takes the image's place; its words are the service's own business.
void ServiceReader::entrypoint(const ValueNode& node, const Path& path) {
  if (node.kind == NodeKind::array && node.items.empty()) return;  // the image's is not run, and nothing in its place
  scalar(*find_setting("entrypoint"), node.kind == NodeKind::array ? node.items.front() : node, path);
}

void ServiceReader::image(const ValueNode& node, const Path& path) {
  if (!is_scalar(node, path)) return;
  has_image_ = true;
  const WrittenText image = text(node.text, node, path);
  const Origin origin = origin_of(image, path);
  builder_.spec.image.origin = origin;
  if (!image.undefined) set_image(builder_, image.value, origin);
}

void ServiceReader::hooks(const ValueNode& node, const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) privileged(node.items[i], Path(path, i));
}

/// Commands beside the container's own that get all rights, unless it is plain that they do not.
void ServiceReader::privileged(const ValueNode& table, const Path& path) {
  within(table, path, "privileged", [&](const ValueNode& node, const Path& at) {
    if (read_boolean(expanded(node.text)).value_or(true)) set(*find_setting("privileged"), "true", node, at);
  });
}

void ServiceReader::logging(const ValueNode& node, const Path& path) {
  within(node, path, "driver",
         [&](const auto& driver, const auto& at) { scalar(*find_setting("log_driver"), driver, at); });
  within(node, path, "options",
         [&](const auto& options, const auto& at) { pairs(*find_setting("log_options"), '=', options, at); });
}

void ServiceReader::ulimits(const ValueNode& node, const Path& path) {
  for (const Member& member : node.members) {
    const ValueNode& limit = member.value;
    const Path at(path, member.key);
    if (limit.kind != NodeKind::table && !is_scalar(limit, at)) continue;
    const std::string bounds = limit.kind == NodeKind::table
                                   ? fmt::format("{}:{}", member_text(limit, "soft"), member_text(limit, "hard"))
                                   : limit.text;
    set(*find_setting("ulimits"), fmt::format("{}={}", member.key, bounds), limit, at);
  }
}

}  // namespace skillrun::inline v0
