#include "app/load_policy.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "app/doubted_documents.hpp"
#include "app/failure.hpp"
#include "app/places.hpp"
#include "app/policy_files.hpp"
#include "support/text.hpp"

namespace skillrun::app {

std::expected<std::shared_ptr<const Policy>, RunResult> load_policy(const Selection& selection, Warnings& warnings) {
  const auto folder = working_folder();  // a project's policy may be above it
  if (!folder) return failure(outcome::Failed{RunFailure::refused}, folder.error());
  const auto found = find_policies({.system_folder = "/etc/skillrun",
                                    .user_folder = user_config_directory(),
                                    .start_directory = *folder,
                                    .uid = static_cast<std::uint32_t>(getuid())},
                                   selection.policies);
  if (!found) return failure(outcome::Failed{RunFailure::refused}, found.error() + "; without it nothing passes");
  warnings.insert(warnings.end(), found->warnings.begin(), found->warnings.end());
  const LocalPolicyFiles files(found->projects);
  auto policy = Policy::fold(found->inputs, &files);
  if (!policy) {
    const SourcePtr& source = policy.error().front().source;
    return failure(
        outcome::Failed{RunFailure::refused},
        fmt::format("the policy '{}' is not valid; without it nothing passes", source ? printable(source->name) : ""),
        std::move(policy.error()));
  }
  if (auto doubt = why_doubted(**policy)) return failure(outcome::Failed{RunFailure::refused}, std::move(*doubt));
  return *policy;
}

}  // namespace skillrun::app
