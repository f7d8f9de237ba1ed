#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/image_glob.hpp"
#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check(const RuleContext& context, FindingSink& sink) {
  const auto* allow = context.params.find<std::vector<std::string>>("allow");
  const std::span<const std::string> deny = context.params.words("deny");
  const auto& image = context.spec.image;
  if (allow == nullptr && deny.empty()) return;
  if (!image.value.id.empty()) {
    sink.report(image.origin, "nobody can tell where an image given by its id comes from",
                "name the image by its registry and repository");
    return;
  }
  if (context.spec.build && allow != nullptr && image.value.registry != "localhost") {
    sink.report(image.origin, "the image is built here, and bears the name of a registry that it does not come from",
                "name it localhost/NAME, and allow that name");
    return;
  }
  if (image.value.repository.empty()) return;  // no image at all, or one that does not parse: reported already
  fmt::memory_buffer text;                     // a judgement without a finding takes no memory
  fmt::format_to(std::back_inserter(text), "{}/{}", image.value.registry, image.value.repository);
  const std::string_view name(text.data(), text.size());
  const auto matches = [&](const std::string& glob) { return image_glob_matches(glob, name); };
  if (const auto denied = std::ranges::find_if(deny, matches); denied != deny.end()) {
    sink.report(image.origin, fmt::format("images from {} are denied by '{}'", name, *denied));
  } else if (allow != nullptr && std::ranges::none_of(*allow, matches)) {
    sink.report(image.origin, fmt::format("images from {} are not on the policy's list", name));
  }
}

constexpr RuleParam params[] = {
    {.name = "allow",
     .type = ParamType::images,
     .effect = ParamEffect::narrow,
     .description = "the images that pass; all when unset"},
    {.name = "deny",
     .type = ParamType::images,
     .effect = ParamEffect::add,
     .description = "images that do not pass, whatever is allowed"},
};

constexpr Rule rules[] = {
    {.info = {.id = "image-registry",
              .privileged = info,
              .baseline = off,
              .restricted = error,
              .summary = "a registry or repository that is not on the policy's list; without a list everything passes",
              .why = "an image is a program by whoever may push to its repository",
              .remedy = "use an image from a repository that the policy allows",
              .source = "own",
              .params = params},
     .check = check},
};

}  // namespace

std::span<const Rule> image_registry_rules() { return rules; }

}  // namespace skillrun::rules
