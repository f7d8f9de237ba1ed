// SHA256() of OpenSSL 3 first sets the whole library up, which takes longer than everything else that a short process
// does. These functions need no setting up. They are old, not weak: deprecated for not going through providers.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "support/sha256.hpp"

#include <openssl/sha.h>
#include <array>

#include <fmt/format.h>

namespace skillrun {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(digest.data(), &context);
  std::string text;
  for (const unsigned char byte : digest) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

}  // namespace skillrun
