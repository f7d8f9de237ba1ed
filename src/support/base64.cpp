#include "support/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace skillrun::inline v0 {

namespace {

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that it writes
  text.resize(static_cast<std::size_t>(::EVP_EncodeBlock(octets(text), octets(bytes), static_cast<int>(bytes.size()))));
  return text;
}

std::string base64url_encode(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string_view padded = text;
  while (text.ends_with('=') && padded.size() - text.size() < 2) text.remove_suffix(1);
  if (padded.size() % 4 != 0 || text.find_first_not_of(letters) != std::string_view::npos) return std::nullopt;
  std::string bytes(padded.size() / 4 * 3, '\0');
  // The decoder counts the padding as bytes.
  if (::EVP_DecodeBlock(octets(bytes), octets(padded), static_cast<int>(padded.size())) < 0) return std::nullopt;
  bytes.resize(bytes.size() - (padded.size() - text.size()));
  return bytes;
}

}  // namespace skillrun::inline v0
