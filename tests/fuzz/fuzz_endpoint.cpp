// An engine's address says the same again when it is written out, and brings nothing along that ssh or a shell would
// read; text that is base64 is what its bytes are written as.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/wire/endpoint.hpp"
#include "support/base64.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_address(const std::string& text, const std::optional<skillrun::TlsFiles>& tls) {
  using skillrun::Endpoint;
  const auto endpoint = skillrun::parse_endpoint(text, tls);
  if (!endpoint) return require(!endpoint.error().empty());
  const auto again = skillrun::parse_endpoint(endpoint->address(), tls);
  require(again && again->kind == endpoint->kind && again->path == endpoint->path && again->host == endpoint->host &&
          again->port == endpoint->port && again->user == endpoint->user);
  if (endpoint->kind == Endpoint::Kind::socket) return;
  constexpr std::string_view dangerous = " \t\r\n;&|$`'\"\\<>(){}*?!#~";
  for (const std::string& word : {endpoint->host, endpoint->user, endpoint->port, endpoint->path}) {
    require(!word.starts_with('-') && word.find_first_of(dangerous) == std::string::npos);
    require(word.find('\0') == std::string::npos);
  }
  require(!endpoint->host.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  check_address(text, std::nullopt);
  check_address(text, skillrun::TlsFiles{"/certificates"});
  require(skillrun::base64_decode(skillrun::base64_encode(text)) == text);
  require(skillrun::base64url_encode(text).find_first_of("+/") == std::string::npos);
  if (const auto bytes = skillrun::base64_decode(text)) {
    require(skillrun::base64_encode(*bytes).size() == text.size());
  }
  return 0;
}
