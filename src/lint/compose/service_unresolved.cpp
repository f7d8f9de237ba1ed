// Values with variables that nobody knows while linting. What is known of them is judged: nobody does so later, because
// another program than this one runs the service.
#include <algorithm>

#include <fmt/format.h>

#include "lint/compose/interpolation.hpp"
#include "lint/compose/service_reader.hpp"
#include "policy/places/agent_sockets.hpp"
#include "policy/places/engine_sockets.hpp"
#include "spec/mount_checks.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view unknown_mark = "${";

/// A path in the container with its unknown parts below what is known: they may be nothing.
std::string known_target(std::string target) {
  for (std::size_t at = 0; (at = target.find(unknown_mark, at)) != std::string::npos; at += unknown_mark.size() + 1) {
    target.insert(at, at > 0 && target[at - 1] == '/' ? "" : "/");
  }
  return target;
}

/// True for settings that can take confinement away. A capability that is not dropped is one that was there before.
bool can_weaken(const SettingRow& row) {
  const auto has = [&](std::span<const SettingRow> rows) {
    return std::ranges::find(rows, row.member.name, [](const SettingRow& known) { return known.member.name; }) !=
           rows.end();
  };
  if (row.member.name == "cap_drop" || row.member.sense == Sense::declared) return false;
  return row.member.name == "network_mode" || has(isolation_settings()) || has(namespace_settings());
}

}  // namespace

void ServiceReader::unresolved_setting(const SettingRow& row, const Origin& origin) {
  if (!can_weaken(row)) return;
  builder_.problem("unresolved-setting", origin,
                   fmt::format("what `{}` gives is not known: a variable in it has no value here",
                               row.service.name.empty() ? row.member.name : row.service.name),
                   "give the variable a value for linting, or a default", Severity::info);
}

/// The path of the host that is judged in place of the source: a variable without a value is nothing to Compose, so
/// that
/// "/${FOLDER}" is the root. Nothing where the source begins with one, and may be any.
std::optional<std::string> ServiceReader::known_source(const WrittenText& source, std::string_view target,
                                                       const Origin& origin) {
  report_unresolved_source(builder_, origin);
  const std::string shown = with_unknown_variables(source);
  if (!shown.starts_with(unknown_mark)) return source.value;
  std::string somewhere = fmt::format("/{}", shown);
  const auto names_agent = [](const Expansion& variable) { return is_agent_variable(variable.variable); };
  if (is_engine_socket(somewhere) || std::ranges::any_of(source.expansions, names_agent)) return somewhere;
  if (is_engine_socket(target)) {
    builder_.problem("engine-socket", origin,
                     fmt::format("'{}' is where programs look for a container engine, and what is mounted there is not "
                                 "known here",
                                 printable(target)),
                     "remove the mount; a skill cannot be given an engine", Severity::info);
  }
  return std::nullopt;
}

/// SOURCE:TARGET[:MODE] as far as it is known. Of a source of which nothing is, the target is left, which is judged as
/// that of a volume.
std::string ServiceReader::unresolved_volume(const WrittenText& written, const Origin& origin) {
  const std::string shown = with_unknown_variables(written);
  const auto parts = split(shown, ':');
  if (parts.size() < 2) {
    report_unresolved_source(builder_, origin);
    return {};
  }
  std::string target = known_target(std::string(parts[1]));
  std::optional<std::string> source(parts[0]);
  if (source->contains(unknown_mark)) {
    WrittenText part = written;
    part.value.resize(std::min(written.value.find(':'), written.value.size()));
    source = known_source(part, target, origin);
    if (source && source->find_first_of("/.~") == std::string::npos) source.reset();  // the name of a volume
  }
  const bool has_mode = parts.size() == 3 && !parts[2].contains(unknown_mark);
  if (!source) return target;
  return fmt::format("{}:{}{}{}", *source, target, has_mode ? ":" : "", has_mode ? parts[2] : "");
}

/// The same for a mount that is a table; false where only its target was left to be judged, and is.
bool ServiceReader::resolve(MountTable& table, const Path& path) {
  if (table.target->undefined) {
    table.target->value = known_target(with_unknown_variables(*table.target));
    table.target->undefined = false;
  }
  if (!table.source || !table.source->undefined) return true;
  const Origin origin = origin_of(*table.source, path);
  auto source = known_source(*table.source, table.target->value, origin);
  if (!source) {
    find_setting("mounts")->set(builder_, table.target->value, origin);
    return false;
  }
  table.source->value = std::move(*source);
  table.source->undefined = false;
  return true;
}

}  // namespace skillrun::inline v0
