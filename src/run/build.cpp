#include "run/build.hpp"

#include <sys/utsname.h>

#include <fstream>

#include <fmt/format.h>

#include "engine/client_environment.hpp"
#include "engine/context_snapshot.hpp"
#include "run/package_archive.hpp"
#include "run/recipe.hpp"
#include "support/process/find_program.hpp"
#include "support/process/private_folder.hpp"

namespace skillrun::inline v0 {

namespace {

/// mmdebstrap makes what this machine runs; another architecture is the engine's business.
bool engine_runs_on_this_architecture(const EngineInfo& engine) {
  utsname machine{};
  if (engine.architecture.empty() || ::uname(&machine) != 0) return true;
  const std::string_view name = machine.machine;
  if (name == "x86_64") return engine.architecture == "amd64" || engine.architecture == "x86_64";
  if (name == "aarch64") return engine.architecture == "arm64" || engine.architecture == "aarch64";
  return engine.architecture == name;
}

EngineResult<void> build_from_archive(ImageStore& images, const std::string& mmdebstrap, const PackageRecipe& recipe,
                                      const ImportRequest& request, const ProgressSink& progress, CallLimits limits) {
  auto archive = PackageArchive::open(mmdebstrap, recipe, progress, limits);
  if (!archive) return std::unexpected(archive.error());
  return images.import_image(request, [&] { return archive->next(); }, limits);
}

EngineResult<void> build_from_base_image(ImageStore& images, const PackageRecipe& recipe, BuildRequest request,
                                         const ProgressSink& progress, CallLimits limits) {
  const auto dockerfile = package_dockerfile(recipe);
  if (!dockerfile) return std::unexpected(dockerfile.error());
  const PrivateFolder folder;
  std::ofstream file(folder.path() + "/Dockerfile", std::ios::binary);
  file << *dockerfile;
  file.close();
  if (folder.path().empty() || !file) {
    return std::unexpected(EngineError{EngineError::Kind::server, "no temporary folder for a Dockerfile can be made"});
  }
  const auto context = ContextSnapshot::take(folder.path(), "Dockerfile");
  if (!context) return std::unexpected(context.error());
  request.dockerfile = context->dockerfile();
  return images.build_image(request, context->bytes(), progress, limits);
}

using Labels = std::vector<std::pair<std::string, std::string>>;

Labels labels_of(const BuiltImage& image) { return {{std::string(recipe_label), image.recipe}}; }

std::optional<std::string> platform_of(const ContainerSpec& spec) {
  return spec.platform ? std::optional(spec.platform->value) : std::nullopt;
}

EngineResult<BuiltImage> build_from_context(ImageStore& images, const ContainerSpec& spec, const ContextRecipe& recipe,
                                            const ProgressSink& progress, CallLimits limits) {
  const auto context = ContextSnapshot::take(recipe.context, recipe.dockerfile, {.cancellation = limits.cancellation});
  if (!context) return std::unexpected(context.error());
  const auto digest = recipe_digest(spec, context->digest());
  if (!digest) return std::unexpected(digest.error());
  BuiltImage image{.name = private_image_name(spec.image.value, *digest), .recipe = *digest};
  BuildRequest request{.dockerfile = context->dockerfile(),
                       .target = recipe.target,
                       .args = {},
                       .reference = image.name,
                       .platform = platform_of(spec),
                       .labels = labels_of(image)};
  for (const auto& argument : recipe.args) request.args.emplace_back(argument.value.key, argument.value.value);
  if (auto built = images.build_image(request, context->bytes(), progress, limits); !built)
    return std::unexpected(built.error());
  return image;
}

EngineResult<BuiltImage> build_from_packages(Engine& engine, const ContainerSpec& spec, const PackageRecipe& recipe,
                                             const ProgressSink& progress, CallLimits limits) {
  const auto digest = recipe_digest(spec, limits.cancellation);
  if (!digest) return std::unexpected(digest.error());
  BuiltImage image{.name = private_image_name(spec.image.value, *digest), .recipe = *digest};
  const auto mmdebstrap = find_program("mmdebstrap", caller_variable("PATH"));
  EngineResult<void> built;
  if (mmdebstrap && !spec.platform && engine_runs_on_this_architecture(engine.info())) {
    built = build_from_archive(engine.images(), *mmdebstrap, recipe, {image.name, labels_of(image)}, progress, limits);
  } else {
    const BuildRequest request{.dockerfile = {},
                               .target = {},
                               .args = {},
                               .reference = image.name,
                               .platform = platform_of(spec),
                               .labels = labels_of(image)};
    built = build_from_base_image(engine.images(), recipe, request, progress, limits);
  }
  if (!built) return std::unexpected(built.error());
  return image;
}

}  // namespace

EngineResult<BuiltImage> build_by_recipe(Engine& engine, const ContainerSpec& spec, const ProgressSink& progress,
                                         CallLimits limits) {
  const BuildRecipe& recipe = spec.build->value;
  if (recipe.context) return build_from_context(engine.images(), spec, *recipe.context, progress, limits);
  return build_from_packages(engine, spec, *recipe.packages, progress, limits);
}

}  // namespace skillrun::inline v0
