#include "run/recipe.hpp"

#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>

#include "engine/context_snapshot.hpp"
#include "run/package_archive.hpp"
#include "spec/reserved.hpp"
#include "support/sha256.hpp"

namespace skillrun::inline v0 {

namespace {

std::unexpected<EngineError> no_recipe() {
  return std::unexpected(
      EngineError{EngineError::Kind::unsupported, "the build recipe holds neither packages nor a context"});
}

/// A name by a digest would promise what cannot be known before it is built.
EngineResult<void> check_alias(const ImageReference& alias) {
  if (alias.digest.empty() && alias.id.empty()) return {};
  return std::unexpected(EngineError{
      EngineError::Kind::unsupported,
      fmt::format("{} cannot be built: name it by a tag, a digest is known only afterwards", alias.familiar())});
}

/// Changed when a digest comes to mean something else.
constexpr std::string_view format_name = "skillrun image recipe 1";

std::string real_name(const SourceText& source) {
  if (source.directory.empty()) return source.name;
  const auto path = std::filesystem::path(source.directory) / std::filesystem::path(source.name).filename();
  std::error_code error;
  const auto real = std::filesystem::weakly_canonical(path, error);
  return error ? path.string() : real.string();
}

/// Whose recipe it is. Skills of one manifest have one author, and share what has one recipe.
void add_identity(Sha256& hash, const ContainerSpec& spec) {
  hash.add_part(spec.source ? real_name(*spec.source) : "");
  hash.add_part(std::to_string(::getuid()));
  hash.add_part(spec.platform ? spec.platform->value : "");
}

EngineResult<std::string> package_digest(const ContainerSpec& spec, const PackageRecipe& packages) {
  // In both ways in which it may be built.
  const auto words = mmdebstrap_words(packages);
  if (!words) return std::unexpected(words.error());
  const auto dockerfile = package_dockerfile(packages);
  if (!dockerfile) return std::unexpected(dockerfile.error());
  Sha256 hash;
  hash.add_part(format_name);
  add_identity(hash, spec);
  hash.add_part("packages");
  for (const std::string& word : *words) hash.add_part(word);
  hash.add_part(*dockerfile);
  return hash.finish();
}

}  // namespace

EngineResult<std::string> recipe_digest(const ContainerSpec& spec, const Cancellation* cancellation) {
  if (!spec.build) return no_recipe();
  if (auto checked = check_alias(spec.image.value); !checked) return std::unexpected(checked.error());
  const BuildRecipe& recipe = spec.build->value;
  if (recipe.packages) return package_digest(spec, *recipe.packages);
  if (!recipe.context) return no_recipe();
  const auto context =
      context_digest(recipe.context->context, recipe.context->dockerfile, {.cancellation = cancellation});
  if (!context) return std::unexpected(context.error());
  return recipe_digest(spec, *context);
}

EngineResult<std::string> recipe_digest(const ContainerSpec& spec, const std::string& context_digest) {
  if (!spec.build || !spec.build->value.context) return no_recipe();
  if (auto checked = check_alias(spec.image.value); !checked) return std::unexpected(checked.error());
  const ContextRecipe& context = *spec.build->value.context;
  Sha256 hash;
  hash.add_part(format_name);
  add_identity(hash, spec);
  hash.add_part("context");
  hash.add_part(context_digest);
  hash.add_part(context.dockerfile);
  hash.add_part(context.target);
  for (const auto& argument : context.args) {
    hash.add_part(argument.value.key);
    hash.add_part(argument.value.value);
  }
  return hash.finish();
}

std::string private_image_name(const ImageReference& alias, const std::string& recipe_digest) {
  // Only for who reads a list of images; the digest makes the difference. Registry and name have a common limit.
  constexpr std::size_t longest = 100;
  std::string name = alias.repository.substr(alias.repository.rfind('/') + 1).substr(0, longest);
  while (!name.empty() && std::string_view("._-").contains(name.back())) name.pop_back();
  return fmt::format("{}/built/{}:{}", reserved_registry, name, recipe_digest);
}

}  // namespace skillrun::inline v0
