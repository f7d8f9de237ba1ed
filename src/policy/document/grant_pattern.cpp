#include "policy/document/grant_pattern.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "policy/places/engine_sockets.hpp"
#include "policy/places/paths.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

bool is_path_kind(AskKind kind) noexcept { return kind == AskKind::mount || kind == AskKind::build_context; }

/// True when `path` lies at or below `pattern`, both absolute and clean.
bool path_matches(std::string_view path, std::string_view pattern) noexcept {
  for (;;) {
    if (pattern.empty()) return true;
    if (path.empty()) return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const std::string_view wanted = pattern.substr(0, pattern.find('/'));
    const std::string_view name = path.substr(0, path.find('/'));
    if (wanted == "*" ? name.empty() || name.front() == '.' : name != wanted) return false;
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(name.size());
  }
}

/// Ports of one protocol at one address; an empty address is every one that an ask may name.
struct Ports {
  std::string_view address = {};
  std::uint32_t first = 0;
  std::uint32_t last = 65535;
  std::string_view protocol = "tcp";
};

std::optional<std::uint32_t> parse_port(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > 65535) return std::nullopt;
  return number;
}

std::optional<Ports> read_ports(std::string_view text) {
  Ports ports;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    ports.protocol = text.substr(slash + 1);
    text = text.substr(0, slash);
    if (ports.protocol != "tcp" && ports.protocol != "udp" && ports.protocol != "sctp") return std::nullopt;
  }
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    ports.address = text.substr(0, colon);
    text = text.substr(colon + 1);
    if (ports.address.starts_with('[') && ports.address.ends_with(']')) {
      ports.address = ports.address.substr(1, ports.address.size() - 2);
    }
    if (ports.address.empty()) return std::nullopt;
  }
  if (text == "*") return ports;
  const std::size_t dash = text.find('-');
  const auto first = parse_port(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  ports.first = *first;
  ports.last = *last;
  return ports;
}

bool ports_match(std::string_view subject, std::string_view pattern) {
  const auto asked = read_ports(subject);
  const auto granted = read_ports(pattern);
  return asked && granted && (granted->address.empty() || granted->address == asked->address) &&
         granted->first <= asked->first && asked->last <= granted->last && granted->protocol == asked->protocol;
}

/// A pattern without a value is one of the key, whatever the value.
bool label_matches(std::string_view subject, std::string_view pattern) noexcept {
  if (pattern.find('=') != std::string_view::npos) return name_matches(pattern, subject);
  return name_matches(pattern, subject.substr(0, subject.find('=')));
}

std::expected<void, ParseError> check_path(std::string_view text) {
  const auto fault = [&](std::string_view why) {
    return std::unexpected(ParseError{.message = fmt::format("'{}' {}", printable(text), why)});
  };
  const bool at_home = text.starts_with("~/");
  const std::string_view path = at_home ? text.substr(1) : text;
  if (path == "/") return fault("cannot be granted: it holds everything");
  if (!is_clean(path)) {
    return fault(
        "is not an absolute, clean path: write it starting with / or ~/, without \".\", \"..\" or a slash at its end");
  }
  if (!at_home && path.substr(1).starts_with('*')) return fault("would be any folder: name the first one");
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const std::string_view name = path.substr(begin, path.find('/', begin) - begin);
    if (name.find('*') != std::string_view::npos && name != "*") {
      return fault("has a * within a name: in a path it stands for a whole name");
    }
    begin += name.size() + 1;
  }
  if (!at_home && is_engine_socket(path)) return fault("is the socket of an engine, which nobody can grant");
  return {};
}

}  // namespace

bool name_matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool covers(const GrantPattern& pattern, const Ask& ask, std::span<const std::string> homes) {
  if (pattern.kind != ask.kind || (ask.writes && !pattern.writes)) return false;
  switch (ask.kind) {
    case AskKind::mount:
    case AskKind::build_context:
      if (!is_clean(ask.subject) || ask.subject == "/" || is_engine_socket(ask.subject)) return false;
      if (!pattern.text.starts_with('~')) return path_matches(ask.subject, pattern.text);
      for (const std::string& home : homes) {
        if (is_clean(home) && home != "/" && path_matches(ask.subject, home + pattern.text.substr(1))) return true;
      }
      return false;
    case AskKind::port: return ports_match(ask.subject, pattern.text);
    case AskKind::label: return label_matches(ask.subject, pattern.text);
    default: return name_matches(pattern.text, ask.subject);
  }
}

std::expected<void, ParseError> check_grant_pattern(AskKind kind, std::string_view text) {
  if (is_path_kind(kind)) return check_path(text);
  if (kind == AskKind::port && !read_ports(text)) {
    return std::unexpected(ParseError{
        .message = fmt::format("'{}' is not a port: write [IP:]PORT[-PORT][/PROTOCOL], such as 8080, 8000-8099 or "
                               "127.0.0.1:53/udp",
                               printable(text))});
  }
  return {};
}

}  // namespace skillrun::inline v0
