// OpenSSL's functions for TLS, as its headers declare them, from a library that is loaded when the first of them is
// called: only engines that are reached by TLS need it. What a call gives when there is no such library is what OpenSSL
// gives for a failure, and ERR_reason_error_string() says which package is missing. A function that is not here is one
// that the program cannot be linked with: add it. Digests and base64 come from libcrypto.a and share no state with it.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <type_traits>

#include "linkage/delayed_library.hpp"

static_assert(OPENSSL_VERSION_MAJOR == 3, "the soname is that of OpenSSL 3");

namespace {

/// With libcrypto, which it needs.
const skillrun::linkage::DelayedLibrary& library() {
  static const skillrun::linkage::DelayedLibrary loaded("libssl.so.3", "libssl3");
  return loaded;
}

template <typename Result>
Result missing() {
  if constexpr (!std::is_void_v<Result>) return Result{};
}

}  // namespace

extern "C" unsigned long ERR_get_error() {
  static auto* const function = library().find<decltype(::ERR_get_error)>("ERR_get_error");
  return function == nullptr ? 1 : function();
}

extern "C" const char* ERR_reason_error_string(unsigned long code) {
  static auto* const function = library().find<decltype(::ERR_reason_error_string)>("ERR_reason_error_string");
  return function == nullptr ? library().error() : function(code);
}

SKILLRUN_DELAYED_0(ERR_clear_error)

SKILLRUN_DELAYED_0(TLS_client_method)
SKILLRUN_DELAYED_1(SSL_CTX_check_private_key)
SKILLRUN_DELAYED_4(SSL_CTX_ctrl)
SKILLRUN_DELAYED_1(SSL_CTX_free)
SKILLRUN_DELAYED_3(SSL_CTX_load_verify_locations)
SKILLRUN_DELAYED_1(SSL_CTX_new)
SKILLRUN_DELAYED_3(SSL_CTX_set_verify)
SKILLRUN_DELAYED_3(SSL_CTX_use_PrivateKey_file)
SKILLRUN_DELAYED_2(SSL_CTX_use_certificate_chain_file)

SKILLRUN_DELAYED_1(SSL_connect)
SKILLRUN_DELAYED_4(SSL_ctrl)
SKILLRUN_DELAYED_1(SSL_free)
SKILLRUN_DELAYED_1(SSL_get0_param)
SKILLRUN_DELAYED_2(SSL_get_error)
SKILLRUN_DELAYED_1(SSL_get_verify_result)
SKILLRUN_DELAYED_1(SSL_new)
SKILLRUN_DELAYED_3(SSL_read)
SKILLRUN_DELAYED_2(SSL_set1_host)
SKILLRUN_DELAYED_2(SSL_set_fd)
SKILLRUN_DELAYED_1(SSL_shutdown)
SKILLRUN_DELAYED_3(SSL_write)
SKILLRUN_DELAYED_2(X509_VERIFY_PARAM_set1_ip_asc)
SKILLRUN_DELAYED_1(X509_verify_cert_error_string)
