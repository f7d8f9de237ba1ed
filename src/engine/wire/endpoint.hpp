#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// The files that a TLS connection to an engine needs, as docker names them.
struct TlsFiles {
  std::string folder;  ///< holds ca.pem, cert.pem and key.pem
};

/// Where an engine listens.
struct Endpoint {
  enum class Kind : std::uint8_t { socket, tcp, ssh };

  Endpoint() = default;
  /// A unix socket of this machine.
  Endpoint(std::string socket_path) : path(std::move(socket_path)) {}  // NOLINT(google-explicit-constructor)

  Kind kind = Kind::socket;
  std::string path;             ///< of the socket; for ssh: of the one on that machine, empty for its docker's choice
  std::string host;             ///< a name or an address, IPv6 without brackets
  std::string port;             ///< empty: ssh's own choice
  std::string user;             ///< of ssh; empty: ssh's own choice
  std::optional<TlsFiles> tls;  ///< for tcp; without it nothing is encrypted

  /// For people, and for docker: "unix:///run/docker.sock", "tcp://host:2376", "ssh://me@host".
  [[nodiscard]] std::string address() const;
  [[nodiscard]] bool is_remote() const noexcept { return kind != Kind::socket; }
};

/// Reads unix:///PATH, tcp://HOST[:PORT] and ssh://[USER@]HOST[:PORT][/SOCKET], as docker does; the port of tcp is
/// 2375, with TLS 2376. The error says what is wrong with the address, as half a sentence.
[[nodiscard]] std::expected<Endpoint, std::string> parse_endpoint(std::string_view address,
                                                                  const std::optional<TlsFiles>& tls);

}  // namespace skillrun::inline v0
