#include <algorithm>

#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// An image that is built here has no registry to move its tag, and no digest before it exists.
bool comes_from_registry(const ContainerSpec& spec) {
  return !spec.build && spec.image.value.id.empty() && !spec.image.value.repository.empty();
}

/// What the parser refused is in the problems already; while linting a variable may have no value yet. The image of a
/// Compose service that is built needs no name.
bool is_explained(const ContainerSpec& spec) {
  const auto about_image = [&](const Finding& problem) {
    return problem.field == spec.image.origin.field || problem.rule == "missing-field";
  };
  return spec.image.origin.field == spec.table || !spec.image.origin.expansions.empty() ||
         std::ranges::any_of(spec.problems, about_image);
}

void check_reference(const RuleContext& context, FindingSink& sink) {
  const auto& image = context.spec.image;
  if (image.value.id.empty() && image.value.repository.empty() && !is_explained(context.spec)) {
    sink.report(image.origin, "there is no image");
  }
}

void check_latest(const RuleContext& context, FindingSink& sink) {
  const auto& image = context.spec.image;
  if (!comes_from_registry(context.spec) || !image.value.digest.empty()) return;
  if (image.value.tag.empty()) {
    sink.report(image.origin, fmt::format("'{}' has no tag: latest is used", image.value.familiar()));
  } else if (image.value.tag == "latest") {
    sink.report(image.origin, fmt::format("'{}' is whatever was pushed last", image.value.familiar()));
  }
}

void check_pinned(const RuleContext& context, FindingSink& sink) {
  const auto& image = context.spec.image;
  if (comes_from_registry(context.spec) && image.value.digest.empty()) {
    sink.report(image.origin, fmt::format("'{}' is not pinned by a digest", image.value.familiar()));
  }
}

void check_id(const RuleContext& context, FindingSink& sink) {
  const auto& image = context.spec.image;
  if (!image.value.id.empty()) {
    sink.report(image.origin, fmt::format("the image is named by its id {:.12}", image.value.id));
  }
}

/// What the rule of that name says for others too.
constexpr std::string_view image_not_pinned_covers[] = {"image-latest"};

constexpr Rule rules[] = {
    {.info = {.id = "image-reference-invalid",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "an image name that is empty, begins with -, or does not follow the reference grammar",
              .why = "an engine could take such a name for an option, or the next word for the image",
              .remedy = "write [REGISTRY/]NAME[:TAG][@DIGEST]",
              .source = "own"},
     .check = check_reference},
    {.info = {.id = "image-credentials",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "credentials inside an image reference",
              .why = "they end up in logs and process lists, and no engine reads them",
              .remedy = "remove them, log in with the engine's own login command",
              .source = "own"}},
    {.info = {.id = "source-image-mismatch",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "source names another image than docker.image",
              .why = "readers and tools that look at source see an image that is not the one that runs",
              .remedy = "make both the same, or leave docker.image out",
              .source = "own"}},
    {.info = {.id = "image-latest",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "the tag latest, or no tag, and no digest",
              .why = "the skill changes whenever somebody pushes, without any change of the manifest",
              .remedy = "name a version's tag, or better a digest",
              .source = "CIS Docker 1.6.0 5.28"},
     .check = check_latest},
    {.info = {.id = "image-not-pinned",
              .privileged = info,
              .baseline = info,
              .restricted = error,
              .summary = "an image without a digest",
              .why = "a tag can be moved: what was reviewed may not be what runs tomorrow",
              .remedy = "append @sha256:... of the image that was reviewed",
              .source = "own",
              .covers = image_not_pinned_covers},
     .check = check_pinned},
    {.info = {.id = "image-id",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "an image given by its id",
              .why = "an id exists on one machine only and tells nothing of where the image came from",
              .remedy = "name the repository and its digest",
              .source = "own"},
     .check = check_id},
};

}  // namespace

std::span<const Rule> images_rules() { return rules; }

}  // namespace skillrun::rules
