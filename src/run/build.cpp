#include "run/build.hpp"

#include <sys/utsname.h>

#include <fstream>

#include <fmt/format.h>

#include "engine/cli/child_environment.hpp"
#include "engine/cli/private_folder.hpp"
#include "engine/cli/process.hpp"
#include "run/package_archive.hpp"
#include "run/recipe.hpp"

namespace skillrun {

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

EngineResult<void> build_from_archive(Engine& engine, const std::string& mmdebstrap, const PackageRecipe& recipe,
                                      const ImportRequest& request, const ProgressSink& progress, CallLimits limits) {
  auto archive = PackageArchive::open(mmdebstrap, recipe, progress, limits);
  if (!archive) return std::unexpected(archive.error());
  return engine.import_image(request, [&] { return archive->next(); }, limits);
}

EngineResult<void> build_from_base_image(Engine& engine, const PackageRecipe& recipe, BuildRequest request,
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
  request.recipe.context = folder.path();
  request.recipe.dockerfile = "Dockerfile";
  return engine.build_image(request, progress, limits);
}

}  // namespace

EngineResult<void> build_by_recipe(Engine& engine, const ContainerSpec& spec, const std::string& fingerprint,
                                   const ProgressSink& progress, CallLimits limits) {
  const BuildRecipe& recipe = spec.build->value;
  const ImageReference& image = spec.image.value;
  if (!image.digest.empty() || !image.id.empty()) {
    return std::unexpected(EngineError{
        EngineError::Kind::unsupported,
        fmt::format("{} can not be built: name it by a tag, a digest is known only afterwards", image.familiar())});
  }
  const std::vector<std::pair<std::string, std::string>> labels{{std::string(recipe_label), fingerprint}};
  std::optional<std::string> platform;
  if (spec.platform) platform = spec.platform->value;
  BuildRequest build{.recipe = {}, .reference = engine.info().name_of(image), .platform = platform, .labels = labels};
  if (recipe.context) {
    build.recipe = *recipe.context;
    return engine.build_image(build, progress, limits);
  }
  const auto mmdebstrap = find_program("mmdebstrap", caller_variable("PATH"));
  if (mmdebstrap && !platform && engine_runs_on_this_architecture(engine.info())) {
    return build_from_archive(engine, *mmdebstrap, *recipe.packages, {engine.info().name_of(image), labels}, progress,
                              limits);
  }
  return build_from_base_image(engine, *recipe.packages, std::move(build), progress, limits);
}

}  // namespace skillrun
