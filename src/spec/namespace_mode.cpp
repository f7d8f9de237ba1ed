#include <algorithm>
#include <array>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

using enum NamespaceMode;

struct Word {
  NamespaceMode mode;
  std::string_view text;
};

constexpr std::array words = {Word{private_, "private"}, Word{host, "host"}, Word{shareable, "shareable"},
                              Word{none, "none"}};

struct Grammar {
  std::string_view what;
  std::array<NamespaceMode, 4> modes;  ///< padded with repeats
  bool joins_containers;
};

/// What docker's client and engine take between them; anything else one of the two rejects.
constexpr Grammar grammar_of(NamespaceKind kind) {
  switch (kind) {
    case NamespaceKind::pid: return {"PID", {host, host, host, host}, true};
    case NamespaceKind::ipc: return {"IPC", {private_, host, shareable, none}, true};
    case NamespaceKind::uts: return {"UTS", {host, host, host, host}, false};
    case NamespaceKind::user: return {"user", {host, host, host, host}, false};
    case NamespaceKind::cgroup: return {"cgroup", {private_, host, host, host}, false};
  }
  return {};
}

std::string expectation(const Grammar& grammar) {
  std::vector<std::string_view> accepted;
  for (const Word& word : words) {
    if (std::ranges::find(grammar.modes, word.mode) != grammar.modes.end()) accepted.push_back(word.text);
  }
  if (grammar.joins_containers) accepted.emplace_back("container:NAME");
  return fmt::format("a {} namespace as {}", grammar.what, fmt::join(accepted, ", "));
}

}  // namespace

std::string NamespaceSetting::text() const {
  if (mode == NamespaceMode::container) return "container:" + name;
  if (mode == NamespaceMode::path) return "ns:" + name;
  return std::string(std::ranges::find(words, mode, &Word::mode)->text);
}

std::expected<NamespaceSetting, ParseError> parse_namespace(NamespaceKind kind, std::string_view text) {
  const Grammar grammar = grammar_of(kind);
  if (auto error = find_unusable_text(text, expectation(grammar))) return std::unexpected(*error);
  for (const Word& word : words) {
    const bool known = std::ranges::find(grammar.modes, word.mode) != grammar.modes.end();
    if (known && text == word.text) return NamespaceSetting{.mode = word.mode, .name = {}};
  }
  const std::string_view rest = text.substr(text.find(':') + 1);
  if (grammar.joins_containers && text.starts_with("container:") && is_engine_name(rest)) {
    return NamespaceSetting{.mode = container, .name = std::string(rest)};
  }
  if (text.starts_with("ns:/")) return NamespaceSetting{.mode = path, .name = clean_path(rest)};
  return refuse(fmt::format("expected {}, found {}", expectation(grammar), quoted(text)));
}

}  // namespace skillrun::inline v0
