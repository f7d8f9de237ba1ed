#include "run/recipe.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

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
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) {
    return std::unexpected(
        EngineError{EngineError::Kind::not_found,
                    fmt::format("{}: {}", path.string(), std::strerror(errno != 0 ? errno : ENOENT))});
  }
  hash.add("context");
  hash.add(context.context);
  hash.add(dockerfile);
  hash.add(content);
  hash.add(context.target);
  for (const auto& argument : context.args) {
    hash.add(argument.key);
    hash.add(argument.value);
  }
  return hash.text();
}

}  // namespace skillrun
