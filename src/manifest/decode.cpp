#include "manifest/decode.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <vector>

#include <fmt/format.h>

#include "manifest/names.hpp"
#include "manifest/skill_fields.hpp"
#include "spec/docker_fields.hpp"
#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

struct Rules {
  Scalars scalars = Scalars::strings;
  Keys keys = Keys::any;
};

void report_expected(Reporter& reporter, const ValueNode& node, const Path& path, std::string_view expected,
                     std::string remediation) {
  if (node.kind == NodeKind::null) remediation = "give it a value or remove the key";
  const bool scalar = node.kind != NodeKind::table && node.kind != NodeKind::array && node.kind != NodeKind::null;
  std::string found(describe(node));
  if (scalar) found += fmt::format(" ({})", printable(node.text.substr(0, 80)));
  reporter.report(path, node.span,
                  {.rule = invalid_value,
                   .message = fmt::format("expected {}, found {}", expected, found),
                   .evidence = scalar ? node.text : std::string(),
                   .remediation = std::move(remediation)});
}

/// Digits, at most one point, an optional minus: what reads the same in every place a number may go to.
bool is_plain_decimal(std::string_view spelling) noexcept {
  if (spelling.starts_with('-')) spelling.remove_prefix(1);
  const auto digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const std::size_t point = spelling.find('.');
  return digits(spelling.substr(0, point)) && (point == std::string_view::npos || digits(spelling.substr(point + 1)));
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules rules, WrittenText& out) {
  const bool number = node.kind == NodeKind::integer || node.kind == NodeKind::floating;
  if (number && rules.scalars == Scalars::numbers && !is_plain_decimal(node.text)) {
    report_expected(reporter, node, path, "a string or a number in plain decimal digits",
                    "write the number in plain digits, or the value in quotes");
    return false;
  }
  const bool taken = node.kind == NodeKind::string || (number && rules.scalars == Scalars::numbers) ||
                     (node.kind == NodeKind::boolean && rules.scalars == Scalars::booleans);
  if (!taken) {
    const bool nested = node.kind == NodeKind::table || node.kind == NodeKind::array;
    report_expected(reporter, node, path, rules.scalars == Scalars::numbers ? "a string or a number" : "a string",
                    nested ? "write one string" : fmt::format("write it in quotes: \"{}\"", printable(node.text)));
    return false;
  }
  out.value = node.text;
  out.span = node.span;
  return true;
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules /*rules*/, Located<bool>& out) {
  const bool readable = node.kind == NodeKind::boolean || (node.kind == NodeKind::string && node.plain);
  if (!readable || (node.text != "true" && node.text != "false")) {
    report_expected(reporter, node, path, "true or false",
                    node.text == "true" || node.text == "false" ? "write it without quotes" : "write true or false");
    return false;
  }
  out = {node.text == "true", node.span};
  return true;
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules rules, WrittenList& out) {
  if (node.kind != NodeKind::array) {
    report_expected(reporter, node, path, "a list of strings",
                    node.kind == NodeKind::table ? "write the entries as strings in [ ]"
                                                 : fmt::format("write it as a list: [\"{}\"]", printable(node.text)));
    return false;
  }
  out.span = node.span;
  out.items.reserve(node.items.size());
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    WrittenText text;
    if (decode(reporter, node.items[i], Path(path, i), rules, text)) out.items.push_back(std::move(text));
  }
  return true;
}

void check_key(Reporter& reporter, const Member& member, const Path& path, Keys keys) {
  const auto report = [&](std::string_view rule, std::string message, std::string remediation) {
    reporter.report(
        path, member.key_span,
        {.rule = rule, .message = std::move(message), .evidence = member.key, .remediation = std::move(remediation)});
  };
  if (find_control_character(member.key)) {
    report("control-character", fmt::format("control character in the key \"{}\"", printable(member.key)), "remove it");
  } else if (member.key.empty()) {
    report(invalid_value, "an empty key", "name it");
  } else if (keys == Keys::environment && !is_environment_name(member.key)) {
    report(invalid_value, fmt::format("\"{}\" cannot be the name of a variable", printable(member.key)),
           "use letters, digits, '_', '.' and '-', and begin with a letter or '_'");
  }
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules rules, WrittenMap& out) {
  if (!require_table(reporter, node, path)) return false;
  out.span = node.span;
  out.entries.reserve(node.members.size());
  for (const Member& member : node.members) {
    const Path entry_path(path, member.key);
    check_key(reporter, member, entry_path, rules.keys);
    WrittenText value;
    if (!decode(reporter, member.value, entry_path, rules, value)) continue;
    out.entries.push_back(
        {{.value = member.key, .span = member.key_span, .written = {}, .expansions = {}}, std::move(value)});
  }
  return true;
}

template <class Table>
bool decode_table(Reporter& reporter, const ValueNode& node, const Path& path, Table& out) {
  if (!require_table(reporter, node, path)) return false;
  out.span = node.span;
  decode_fields<Table>(reporter, node, path, fields_of<Table>(), {}, out);
  return true;
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules /*rules*/, PackageBuild& out) {
  return decode_table(reporter, node, path, out);
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules /*rules*/, BuildTable& out) {
  if (!decode_table(reporter, node, path, out)) return false;
  const auto rejects = [&](const char* message, std::string_view rule, Span span) {
    reporter.report(path, span,
                    {.rule = rule,
                     .message = message,
                     .evidence = {},
                     .remediation = "give either context (a folder with a Dockerfile) or packages"});
  };
  const bool packages = find_member(node, "packages") != nullptr;
  const bool context = find_member(node, "context") != nullptr;
  if (packages && context) rejects("context and packages exclude each other", invalid_value, node.span);
  if (!packages && !context) rejects("neither context nor packages is given", missing_field, node.span);
  return true;
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules /*rules*/, DockerRuntimeConfig& out) {
  return decode_table(reporter, node, path, out);
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules /*rules*/, MountTables& out) {
  if (node.kind != NodeKind::array) {
    report_expected(reporter, node, path, "a list of tables",
                    "write [{ source = \"./data\", target = \"/data\" }], or use volumes for short forms");
    return false;
  }
  out.span = node.span;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    MountTable mount;
    if (decode_table(reporter, node.items[i], Path(path, i), mount)) out.items.push_back(std::move(mount));
  }
  return true;
}

bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules /*rules*/, CapabilityTable& out) {
  return decode_table(reporter, node, path, out);
}

/// A name by itself stands for a table with nothing else.
bool decode(Reporter& reporter, const ValueNode& node, const Path& path, Rules /*rules*/, ServiceNeeds& out) {
  if (node.kind != NodeKind::array) {
    report_expected(reporter, node, path, "a list of names or tables", "write [{ name = \"postgres\" }]");
    return false;
  }
  out.span = node.span;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const Path item_path(path, i);
    ServiceNeed& need = out.items.emplace_back();
    if (item.kind != NodeKind::table) {
      WrittenText name;
      if (decode(reporter, item, item_path, {}, name)) need.name = std::move(name);
    } else if (decode_table(reporter, item, item_path, need) && find_member(item, "name") == nullptr) {
      reporter.report(item_path, item.span,
                      {.rule = missing_field,
                       .message = "a service without a name",
                       .evidence = {},
                       .remediation = "add name = \"...\""});
    }
  }
  return true;
}

}  // namespace

bool require_table(Reporter& reporter, const ValueNode& node, const Path& path) {
  if (node.kind == NodeKind::table) return true;
  report_expected(reporter, node, path, "a table", "write keys and values");
  return false;
}

const Member* find_member(const ValueNode& node, std::string_view key) noexcept {
  const auto found =
      std::find_if(node.members.begin(), node.members.end(), [&](const Member& member) { return member.key == key; });
  return found == node.members.end() ? nullptr : &*found;
}

void report_unknown_key(Reporter& reporter, const Member& member, const Path& path,
                        std::span<const std::string_view> known, const ValueNode* table, const std::string& spelling) {
  std::string word = member.key;
  std::replace(word.begin(), word.end(), '-', '_');
  std::optional<TextEdit> fix;
  const std::vector<std::string> near = closest(word, known, 2);
  if (table != nullptr && near.size() == 1 && find_member(*table, near.front()) == nullptr) {
    fix = TextEdit{.span = member.key_span, .replacement = near.front()};
  }
  reporter.report(Path(path, member.key), member.key_span,
                  {.rule = unknown_key,
                   .message = fmt::format("unknown key \"{}\"", printable(member.key)),
                   .evidence = member.key,
                   .remediation = near.empty() && !spelling.empty() ? fmt::format("write {} instead", spelling)
                                                                    : suggest(word, known),
                   .fix = std::move(fix)});
}

template <class Table>
void decode_fields(Reporter& reporter, const ValueNode& node, const Path& path, std::span<const Field<Table>> fields,
                   std::span<const std::string_view> nested, Table& out) {
  for (const Member& member : node.members) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field<Table>& candidate) { return candidate.key == member.key; });
    if (field != fields.end()) {
      const Path field_path(path, member.key);
      std::visit(
          [&](auto pointer) {
            auto& slot = (out.*pointer).emplace();
            const Rules rules{field->scalars, field->keys};
            if (!decode(reporter, member.value, field_path, rules, slot)) (out.*pointer).reset();
          },
          field->member);
    } else if (std::find(nested.begin(), nested.end(), member.key) == nested.end()) {
      std::vector<std::string_view> known(nested.begin(), nested.end());
      for (const Field<Table>& candidate : fields) known.push_back(candidate.key);
      std::string spelling;
      if constexpr (std::same_as<Table, DockerRuntimeConfig>) spelling = manifest_spelling(member.key);
      report_unknown_key(reporter, member, path, known, &node, spelling);
    }
  }
}

template void decode_fields(Reporter&, const ValueNode&, const Path&, std::span<const Field<SkillDefinition>>,
                            std::span<const std::string_view>, SkillDefinition&);
template void decode_fields(Reporter&, const ValueNode&, const Path&, std::span<const Field<InstanceDefinition>>,
                            std::span<const std::string_view>, InstanceDefinition&);
template void decode_fields(Reporter&, const ValueNode&, const Path&, std::span<const Field<CapabilityTable>>,
                            std::span<const std::string_view>, CapabilityTable&);

std::optional<WrittenMap> decode_environment(Reporter& reporter, const ValueNode& node, const Path& path) {
  WrittenMap map;
  if (!decode(reporter, node, path, {Scalars::numbers, Keys::environment}, map)) return std::nullopt;
  return map;
}

}  // namespace skillrun::inline v0
