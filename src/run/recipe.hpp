#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// The label that tells by which recipe an image was built.
inline constexpr std::string_view recipe_label = "skillrun.recipe";

/// SHA-256 over everything that decides what is built: the context's archive or the packages, Dockerfile, target,
/// arguments, platform; and over whose it is: the manifest and the user. Two recipes that differ in any of it have
/// different digests, also for one who tries. For an image that is found by this digest nothing else has to be
/// believed. A base image counts as it is named: by its digest where the Dockerfile pins it. Reads the whole context;
/// `cancellation` may be null.
[[nodiscard]] EngineResult<std::string> recipe_digest(const ContainerSpec& spec, const Cancellation* cancellation);

/// The same for a context whose digest (see ContextSnapshot) is known.
[[nodiscard]] EngineResult<std::string> recipe_digest(const ContainerSpec& spec, const std::string& context_digest);

/// What the engine calls the image of a recipe. No manifest can name it (see spec/reserved.hpp), no registry has it.
[[nodiscard]] std::string private_image_name(const ImageReference& alias, const std::string& recipe_digest);

}  // namespace skillrun::inline v0
