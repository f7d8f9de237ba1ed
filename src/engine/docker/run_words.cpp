#include "engine/docker/run_words.hpp"

#include <algorithm>
#include <unordered_map>

#include <skillrun/engine_request.hpp>

#include "engine/docker/codec.hpp"
#include "engine/docker/gaps.hpp"
#include "spec/schema.hpp"

namespace skillrun::inline v0 {

namespace {

/// The flag of a setting, with each of its values.
void add_flags(std::string_view setting, const ContainerSpec& spec, ClientWords& words) {
  const SettingRow* row = find_setting(setting);
  for (const SpecField& field : fields_of_setting(*row, spec)) words.add(row->flag.name, field.text());
}

/// A name without a value takes an image's variable away, as over the API: the caller has none. podman reads patterns
/// there.
void add_variables(const ContainerSpec& spec, const Dialect& dialect, RunWords& into) {
  auto& all = into.variables;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto& entry : spec.env) {
    if (!entry.value.value) {
      if (!dialect.podman) into.flags.push_back(fmt::format("--env={}", entry.value.name));
      continue;
    }
    const auto [place, is_new] = places.emplace(entry.value.name, all.size());
    if (is_new) {
      all.emplace_back(entry.value.name, *entry.value.value);
    } else {
      all[place->second].second = *entry.value.value;
    }
  }
}

}  // namespace

RunWords run_words(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                   const Dialect& dialect) {
  RunWords result;
  ClientWords words{result.flags, dialect};
  // Proxies of the caller are not part of the spec; podman would hand them over.
  if (dialect.podman) words.add("http-proxy", "false");
  words.add("interactive", options.standard_input ? "true" : "false");
  words.add("tty", options.tty ? "true" : "false");
  for (const CodecRow& row : codec()) {
    if (row.words != nullptr) {
      row.words(spec, words);
    } else {
      add_flags(row.setting, spec, words);
    }
  }
  for (const auto& [key, value] : labels.entries) words.add("label", fmt::format("{}={}", key, value));
  add_variables(spec, dialect, result);

  result.tail.emplace_back("--");
  result.tail.push_back(options.image.empty() ? image_word(image_name_for(spec.image.value, dialect), dialect)
                                              : options.image);
  for (const auto& word : spec.command) result.tail.push_back(word.value);
  return result;
}

std::string image_word(const std::string& reference, const Dialect& dialect) {
  const std::size_t digest = reference.find('@');
  if (!dialect.podman || digest == std::string::npos) return reference;
  const std::string name = reference.substr(0, digest);
  const std::size_t colon = name.rfind(':');
  const std::size_t slash = name.rfind('/');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return (tagged ? name.substr(0, colon) : name) + reference.substr(digest);
}

CommandLine docker_run_command(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                               const EngineInfo& engine) {
  Dialect dialect = dialect_of(engine);
  dialect.client = true;
  RunWords rendered = run_words(spec, labels, options, dialect);
  std::vector<std::string> words{dialect.podman ? "podman" : "docker", "run"};
  words.emplace_back(spec.removes_container() ? "--rm=true" : "--rm=false");
  if (spec.pull) words.push_back(fmt::format("--pull={}", to_string(spec.pull->value)));
  words.insert(words.end(), rendered.flags.begin(), rendered.flags.end());
  for (const auto& [name, value] : rendered.variables) words.push_back(fmt::format("--env={}={}", name, value));
  words.insert(words.end(), rendered.tail.begin(), rendered.tail.end());
  CommandLine line{.words = std::move(words), .gaps = {}};
  for (const EngineGap& gap : find_gaps(spec, dialect)) {
    if (!gap.gives_way) line.gaps.push_back(gap.text());
  }
  return line;
}

}  // namespace skillrun::inline v0
