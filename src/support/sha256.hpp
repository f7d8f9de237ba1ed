#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// SHA-256 of the bytes, in lower-case hexadecimal without a prefix.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void add(std::string_view bytes);
  /// A part of a list: closed by its length, so that two lists never read alike.
  void add_part(std::string_view part);
  /// Of everything that was added, in hexadecimal. Call it once, at the end.
  [[nodiscard]] std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace skillrun::inline v0
