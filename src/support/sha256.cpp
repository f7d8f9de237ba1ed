// SHA256() of OpenSSL 3 first sets the whole library up, which takes longer than everything else that a short process
// does. These functions need no setting up. They are old, not weak: deprecated for not going through providers.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "support/sha256.hpp"

#include <openssl/sha.h>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace skillrun::inline v0 {

struct Sha256::Context {
  SHA256_CTX state{};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { SHA256_Init(&context_->state); }
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) { SHA256_Update(&context_->state, bytes.data(), bytes.size()); }

void Sha256::add_part(std::string_view part) {
  std::array<char, sizeof(std::uint64_t)> length{};
  for (std::uint64_t rest = part.size(); char& byte : length) {
    byte = static_cast<char>(rest & 0xFFU);
    rest >>= 8U;
  }
  add({length.data(), length.size()});
  add(part);
}

std::string Sha256::finish() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256_Final(digest.data(), &context_->state);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

}  // namespace skillrun::inline v0
