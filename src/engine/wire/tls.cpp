#include "engine/wire/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <array>
#include <memory>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/quiet_thread.hpp"
#include "engine/wire/dial.hpp"
#include "engine/wire/tls_relay.hpp"
#include "support/process/pipe.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

/// The reason of the first thing that went wrong on this thread.
std::string openssl_words() {
  const unsigned long code = ::ERR_get_error();
  ::ERR_clear_error();
  const char* words = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  return words != nullptr ? words : "unknown error";
}

bool exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

EngineResult<Context> make_context(const TlsFiles& files) {
  Context context(::SSL_CTX_new(::TLS_client_method()));
  if (!context) return failure(Kind::unavailable, "TLS: " + openssl_words());
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const std::string ca = files.folder + "/ca.pem";
  const std::string certificate = files.folder + "/cert.pem";
  const std::string key = files.folder + "/key.pem";
  if (!exists(ca)) return failure(Kind::unavailable, fmt::format("TLS needs {}, which is not there", ca));
  if (::SSL_CTX_load_verify_locations(context.get(), ca.c_str(), nullptr) != 1) {
    return failure(Kind::unavailable, fmt::format("{}: {}", ca, openssl_words()));
  }
  if (!exists(certificate) && !exists(key)) return context;
  if (::SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return failure(Kind::unavailable, fmt::format("{}: {}", certificate, openssl_words()));
  }
  if (::SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      ::SSL_CTX_check_private_key(context.get()) != 1) {
    return failure(Kind::unavailable, fmt::format("{}: {}", key, openssl_words()));
  }
  return context;
}

/// Who must answer. Without it any certificate of the authority would do.
bool expect(SSL* tls, const std::string& host) {
  if (is_address(host)) return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(tls), host.c_str()) == 1;
  // What the macro SSL_set_tlsext_host_name does, without its old-style cast.
  std::string name = host;
  return ::SSL_set1_host(tls, host.c_str()) == 1 &&
         ::SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

}  // namespace

EngineResult<UniqueFd> start_tls(UniqueFd connected, const std::string& host, const TlsFiles& files) {
  auto context = make_context(files);
  if (!context) return std::unexpected(context.error());
  TlsSession session(::SSL_new(context->get()));
  if (!session || !expect(session.get(), host) || ::SSL_set_fd(session.get(), connected.get()) != 1) {
    return failure(Kind::unavailable, "TLS: " + openssl_words());
  }
  if (::SSL_connect(session.get()) != 1) {
    const long verdict = ::SSL_get_verify_result(session.get());
    if (verdict != X509_V_OK) {
      return failure(Kind::unavailable, fmt::format("the engine's certificate is not accepted: {}",
                                                    ::X509_verify_cert_error_string(verdict)));
    }
    return failure(Kind::unavailable, "no TLS connection: " + openssl_words());
  }
  auto pair = make_socket_pair();
  if (!pair) return std::unexpected(pair.error());
  set_nonblocking(connected.get());
  const auto relay = std::make_shared<TlsRelay>(std::move(session), std::move(connected), std::move(pair->second));
  run_in_background([relay] { relay->run(); });
  return std::move(pair->first);
}

}  // namespace skillrun::inline v0
