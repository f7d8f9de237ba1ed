#include "run/recipe.hpp"

#include <cstdint>
#include <filesystem>

#include <fmt/format.h>

#include "support/read_file.hpp"

namespace skillrun {

namespace {

/// FNV-1a. Every part is closed by its length, so that two lists never read alike.
class Hash {
 public:
  void add(std::string_view part) {
    for (const char c : part) byte(static_cast<unsigned char>(c));
    for (std::uint64_t length = part.size(), i = 0; i < sizeof length; ++i, length >>= 8U) {
      byte(static_cast<unsigned char>(length & 0xFFU));
    }
  }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", value_); }

 private:
  void byte(unsigned char c) { value_ = (value_ ^ c) * 0x100000001b3ULL; }

  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace

EngineResult<std::string> fingerprint(const BuildRecipe& recipe, const std::optional<std::string>& platform) {
  Hash hash;
  hash.add(platform.value_or(""));
  if (recipe.packages) {
    hash.add("packages");
    hash.add(recipe.packages->suite);
    for (const std::string& package : recipe.packages->include) hash.add(package);
    return hash.text();
  }
  if (!recipe.context) {
    return std::unexpected(
        EngineError{EngineError::Kind::unsupported, "the build recipe holds neither packages nor a context"});
  }
  const ContextRecipe& context = *recipe.context;
  const std::string dockerfile = context.dockerfile.empty() ? "Dockerfile" : context.dockerfile;
  const auto path = std::filesystem::path(context.context) / dockerfile;
  constexpr std::size_t max_dockerfile = std::size_t{1} << 20;
  const auto content = read_file(path.string(), max_dockerfile);
  if (!content) {
    return std::unexpected(
        EngineError{EngineError::Kind::not_found, fmt::format("{}: {}", path.string(), content.error().message())});
  }
  hash.add("context");
  hash.add(context.context);
  hash.add(dockerfile);
  hash.add(*content);
  hash.add(context.target);
  for (const auto& argument : context.args) {
    hash.add(argument.value.key);
    hash.add(argument.value.value);
  }
  return hash.text();
}

}  // namespace skillrun
