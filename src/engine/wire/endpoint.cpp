#include "engine/wire/endpoint.hpp"

#include <charconv>

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view unix_scheme = "unix://";
constexpr std::string_view tcp_scheme = "tcp://";
constexpr std::string_view ssh_scheme = "ssh://";

bool is_port(std::string_view text) noexcept {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 && number < 65536;
}

bool is_name(std::string_view text, std::string_view further) noexcept {
  if (text.empty() || text.front() == '-') return false;
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return text.find_first_not_of(std::string(letters).append(further)) == std::string_view::npos;
}

/// HOST[:PORT] or [IPV6][:PORT].
std::expected<void, std::string> read_host(std::string_view text, Endpoint& into) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::unexpected("has a [ without ]");
    into.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!is_name(into.host, ":%") || !into.host.contains(':')) {
      return std::unexpected("has something in brackets that is not an IPv6 address");
    }
  } else {
    const std::size_t colon = text.find(':');
    into.host = text.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (!is_name(into.host, "")) return std::unexpected("names no host");
  }
  if (port.empty()) return {};
  if (!port.starts_with(':') || !is_port(port.substr(1))) {
    return std::unexpected("has something after the host that is not :PORT");
  }
  into.port = port.substr(1);
  return {};
}

std::string in_brackets(const std::string& host) { return host.contains(':') ? "[" + host + "]" : host; }

}  // namespace

std::string Endpoint::address() const {
  switch (kind) {
    case Kind::socket: return std::string(unix_scheme) + path;
    case Kind::tcp: return fmt::format("{}{}:{}", tcp_scheme, in_brackets(host), port);
    case Kind::ssh:
      return fmt::format("{}{}{}{}{}", ssh_scheme, user.empty() ? "" : user + "@", in_brackets(host),
                         port.empty() ? "" : ":" + port, path);
  }
  return {};
}

std::expected<Endpoint, std::string> parse_endpoint(std::string_view address, const std::optional<TlsFiles>& tls) {
  Endpoint endpoint;
  if (address.starts_with(unix_scheme)) {
    endpoint.path = address.substr(unix_scheme.size());
    if (!endpoint.path.starts_with('/')) return std::unexpected("names no absolute path");
    return endpoint;
  }
  if (address.starts_with(tcp_scheme)) {
    endpoint.kind = Endpoint::Kind::tcp;
    if (auto read = read_host(address.substr(tcp_scheme.size()), endpoint); !read) return std::unexpected(read.error());
    if (endpoint.port.empty()) endpoint.port = tls ? "2376" : "2375";
    endpoint.tls = tls;
    return endpoint;
  }
  if (address.starts_with(ssh_scheme)) {
    endpoint.kind = Endpoint::Kind::ssh;
    std::string_view rest = address.substr(ssh_scheme.size());
    if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
      if (rest.size() > slash + 1) endpoint.path = rest.substr(slash);
      // A shell of that machine reads it.
      if (!endpoint.path.empty() && !is_name(endpoint.path, "/")) {
        return std::unexpected("has a path that is more than letters, digits, dots, dashes and underscores");
      }
      rest = rest.substr(0, slash);
    }
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
      endpoint.user = rest.substr(0, at);
      if (endpoint.user.contains(':')) return std::unexpected("holds a password; ssh asks its agent or keys");
      if (!is_name(endpoint.user, "")) return std::unexpected("names no user before the @");
      rest = rest.substr(at + 1);
    }
    if (auto read = read_host(rest, endpoint); !read) return std::unexpected(read.error());
    return endpoint;
  }
  return std::unexpected("does not begin with unix://, tcp:// or ssh://");
}

}  // namespace skillrun::inline v0
