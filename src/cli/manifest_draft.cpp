#include "cli/manifest_draft.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include <skillrun/engine.hpp>

#include "cli/shell_words.hpp"
#include "engine/client_program.hpp"
#include "manifest/names.hpp"
#include "spec/extra_args.hpp"
#include "spec/schema.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

/// The setting that a flag is about; null where it is about none of a manifest's keys.
const SettingRow* row_of(std::string_view flag) {
  const auto row = std::ranges::find(schema(), flag, [](const SettingRow& one) { return one.flag.name; });
  return row == schema().end() || row->key.key.empty() ? nullptr : &*row;
}

template <class T>
bool holds(const SettingRow& row) {
  return std::holds_alternative<std::optional<T> DockerRuntimeConfig::*>(row.key.member);
}

/// Where a key stands in a docker table: in the order of the settings, `image` first.
std::size_t place_of(std::string_view key) {
  if (key == "image") return 0;
  const auto row = std::ranges::find(schema(), key, [](const SettingRow& one) { return one.key.key; });
  return static_cast<std::size_t>(row - schema().begin()) + 1;
}

constexpr std::string_view on = "true";

/// "--name=value" as one word, which cannot be taken for another flag.
std::string as_word(const FlagUse& use) {
  if (use.flag->arity == FlagArity::boolean && use.value == on) return fmt::format("--{}", use.flag->name);
  return fmt::format("--{}={}", use.flag->name, use.value);
}

void take_flag(ManifestDraft& draft, const FlagUse& use) {
  const std::string_view name = use.flag->name;
  const bool is_on = use.value == on;
  if (name == "rm" || name == "interactive" || name == "tty") {
    if (!is_on) draft.add("extra_args", as_word(use));
    return;
  }
  if (name == "name") return;
  if (name == "user" && use.value == "${UID}:${GID}" && !draft.has("user")) return draft.set("user", "host");
  const SettingRow* row = row_of(name);
  if (row != nullptr && holds<Located<bool>>(*row) && is_on) return draft.set(row->key.key, true);
  if (row != nullptr && holds<WrittenList>(*row)) return draft.add(row->key.key, use.value);
  // A second value stays visible: the policy says that two are given.
  const bool as_key = row != nullptr && holds<WrittenText>(*row) && !draft.has(row->key.key);
  if (!as_key) return draft.add("extra_args", as_word(use));
  draft.set(row->key.key, json::value(use.value));
}

/// The words after `docker run`; nothing when the line is not such a call.
std::optional<std::span<const std::string>> words_of_run(std::span<const std::string> words) {
  const auto skip = [&](std::string_view word) {
    const bool there = !words.empty() && words.front() == word;
    if (there) words = words.subspan(1);
    return there;
  };
  skip("$$");  // a prompt that was copied along
  skip("sudo");
  if (words.empty()) return std::nullopt;
  const std::string program = words.front().substr(words.front().rfind('/') + 1);
  if (!is_client_program(program)) return std::nullopt;
  words = words.subspan(1);
  skip("container");
  if (!skip("run")) return std::nullopt;
  return words;
}

std::string quoted(const std::string& text) { return json::serialize(json::value(text)); }

/// A string, boolean or list of strings, in a form that TOML and YAML have in common.
std::string written(const json::value& value) {
  if (!value.is_array()) return json::serialize(value);
  std::string text;
  for (const json::value& item : value.get_array()) text += (text.empty() ? "" : ", ") + json::serialize(item);
  return fmt::format("[{}]", text);
}

std::string invalid_name(std::string_view name) {
  return fmt::format(
      "'{}' cannot be the name of a skill (1 to 64 letters, digits, '.', '_' and '-'); give one: `skillrun init NAME "
      "...`",
      printable(name.substr(0, 80)));
}

}  // namespace

void ManifestDraft::set(std::string_view key, json::value value) {
  const auto entry = std::ranges::find(docker, key, &std::pair<std::string, json::value>::first);
  if (entry == docker.end()) {
    docker.emplace_back(key, std::move(value));
  } else {
    entry->second = std::move(value);
  }
}

void ManifestDraft::add(std::string_view key, const std::string& value) {
  auto entry = std::ranges::find(docker, key, &std::pair<std::string, json::value>::first);
  if (entry == docker.end()) entry = docker.insert(docker.end(), {std::string(key), json::array()});
  entry->second.get_array().emplace_back(value);
}

bool ManifestDraft::has(std::string_view key) const {
  return std::ranges::find(docker, key, &std::pair<std::string, json::value>::first) != docker.end();
}

std::string name_from_image(std::string_view image) {
  image = image.substr(0, image.find('@'));
  image = image.substr(image.rfind('/') + 1);
  image = image.substr(0, image.find(':'));
  return std::string(image);
}

ManifestDraft draft_for_image(std::string name, const std::string& image) {
  ManifestDraft draft;
  draft.skill = std::move(name);
  draft.description = "what it does, in one line";
  draft.set("image", json::value(image));
  draft.add("volumes", "${SKILL_WORKDIR}:/workdir");
  draft.set("working_dir", "/workdir");
  draft.set("user", "host");
  draft.set("memory", "512m");
  draft.set("cpus", "1");
  draft.set("pids_limit", "256");
  draft.set("read_only", true);
  draft.add("tmpfs", "/tmp:size=64m");
  draft.add("cap_drop", "ALL");
  draft.add("security_opt", "no-new-privileges");
  draft.set("timeout", "10m");
  return draft;
}

std::expected<ManifestDraft, std::string> draft_from_run(std::string_view line, std::string name) {
  const auto words = split_shell_line(line);
  if (!words) return std::unexpected(words.error());
  const auto run = words_of_run(*words);
  if (!run)
    return std::unexpected(
        "it does not begin with `docker run`; give the whole line in quotes, as in 'docker run --rm alpine:3.20 ls'");
  std::vector<WrittenText> texts;
  for (const std::string& word : *run) texts.push_back({.value = word, .span = {}, .written = {}});
  const ParsedWords parsed = parse_extra_args(texts);
  // The first word that is neither a flag nor a value is the image; what follows is the skill's.
  std::size_t image = texts.size();
  for (const WordProblem& problem : parsed.problems) {
    const bool positional = !texts[problem.word].value.starts_with('-') || texts[problem.word].value == "-";
    if (positional) image = std::min(image, problem.word);
  }
  for (const WordProblem& problem : parsed.problems) {
    if (problem.word < image && problem.word + 1 < texts.size()) {
      return std::unexpected(fmt::format("{}: {}", printable(texts[problem.word].value), problem.message));
    }
  }
  if (image == texts.size()) return std::unexpected("it names no image, the word after all flags");

  ManifestDraft draft;
  draft.set("image", json::value(texts[image].value));
  for (const FlagUse& use : parsed.flags) {
    if (use.word >= image) break;
    if (use.flag->name == "name" && name.empty()) name = use.value;
    if (use.flag->name == "name" && name != use.value) {
      draft.remarks.push_back(fmt::format("its container was named {}; containers of skills have no names", use.value));
    }
    take_flag(draft, use);
  }
  for (std::size_t i = image + 1; i < texts.size(); ++i) draft.add("command", texts[i].value);
  draft.skill = name.empty() ? name_from_image(texts[image].value) : std::move(name);
  if (!is_valid_name(draft.skill)) return std::unexpected(invalid_name(draft.skill));
  if (draft.has("ports") && !draft.has("network")) draft.set("network", "bridge");
  if (!draft.has("network")) {
    draft.remarks.emplace_back(
        "docker would connect it to a network; a skill has none unless it asks: network = \"bridge\"");
  }
  return draft;
}

std::string write_manifest(const ManifestDraft& draft, ManifestFormat format) {
  const bool toml = format == ManifestFormat::toml;
  std::string text = toml ? "version = \"1\"\n\n" : "version: \"1\"\n\n";
  for (const std::string& remark : draft.remarks) text += fmt::format("# {}\n", printable(remark));
  // What is not a bare key of TOML is quoted; a name with a dot would even be two keys.
  const bool bare = !draft.skill.empty() && std::ranges::all_of(draft.skill, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  const std::string name = bare && toml ? draft.skill : quoted(draft.skill);
  if (toml) {
    if (!draft.description.empty()) {
      text += fmt::format("[skills.{}]\ndescription = {}\n\n", name, quoted(draft.description));
    }
    text += fmt::format("[skills.{}.docker]\n", name);
  } else {
    text += fmt::format("skills:\n  {}:\n", name);
    if (!draft.description.empty()) text += fmt::format("    description: {}\n", quoted(draft.description));
    text += "    docker:\n";
  }
  auto entries = draft.docker;
  std::ranges::stable_sort(entries, {}, [](const auto& entry) { return place_of(entry.first); });
  for (const auto& [key, value] : entries) {
    text += toml ? fmt::format("{} = {}\n", key, written(value)) : fmt::format("      {}: {}\n", key, written(value));
  }
  return text;
}

}  // namespace skillrun::cli
