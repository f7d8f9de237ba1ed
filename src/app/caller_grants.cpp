#include "app/caller_grants.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <skillrun/policy.hpp>

#include "engine/context_snapshot.hpp"
#include "spec/path.hpp"
#include "support/text.hpp"

namespace skillrun::app {

namespace fs = std::filesystem;

namespace {

std::expected<Grant, std::string> mount_grant(const std::string& word) {
  std::string path = word;
  const bool writes = path.ends_with(":rw");
  if (writes || path.ends_with(":ro")) path.resize(path.size() - 3);
  std::error_code error;
  const std::string cwd = fs::current_path(error).string();
  if (path.empty() || (error && !path.starts_with('/'))) {
    return std::unexpected(
        fmt::format("--allow-mount '{}' names no path; write PATH, PATH:ro or PATH:rw", printable(word)));
  }
  const std::string clean = clean_path(path.starts_with('/') ? path : fmt::format("{}/{}", cwd, path));
  // Where nothing can be resolved the engine may be elsewhere, and the path is one of that machine.
  return Grant{.kind = AskKind::mount,
               .subject = LocalHost().real_path(clean).value_or(clean),
               .writes = writes,
               .by = "--allow-mount " + word};
}

}  // namespace

std::expected<Grants, std::string> option_grants(const SkillRequest& request) {
  Grants grants;
  for (const std::string& word : request.allow_mounts) {
    auto grant = mount_grant(word);
    if (!grant) return std::unexpected(std::move(grant.error()));
    grants.push_back(std::move(*grant));
  }
  for (const std::string& word : request.overrides.environment) {
    // NAME=VALUE is a value of the command line's own: the caller's variable of that name stays where it is.
    if (word.find('=') != std::string::npos) continue;
    grants.push_back({.kind = AskKind::variable, .subject = word, .writes = false, .by = "--env " + word});
  }
  return grants;
}

std::expected<GrantRecord, std::string> record_for(const ResolvedSkill& skill, std::string day) {
  if (!skill.source || skill.source->directory.empty()) {
    return std::unexpected("the manifest is not a file, and what is granted is bound to one");
  }
  const std::string& name = skill.source->name;
  std::error_code error;
  const std::string path = fs::canonical(fs::path(skill.source->directory) / fs::path(name).filename(), error).string();
  if (error) {
    return std::unexpected(fmt::format("the manifest {} cannot be looked up: {}", printable(name), error.message()));
  }
  return GrantRecord{.skill = skill.name,
                     .instance = skill.instance,
                     .manifest = path,
                     .digest = manifest_digest(skill.source->text),
                     .day = std::move(day),
                     .asks = {}};
}

std::expected<void, std::string> bind_to_context(GrantRecord& record, const ContainerSpec& spec) {
  if (!spec.build || !spec.build->value.context) return {};
  const ContextRecipe& recipe = *spec.build->value.context;
  GrantedContext context{.folder = LocalHost().real_path(recipe.context).value_or(recipe.context),
                         .dockerfile = recipe.dockerfile,
                         .digest = {}};
  auto digest = digest_of_context(context);
  if (!digest) return std::unexpected(std::move(digest.error()));
  context.digest = std::move(*digest);
  record.context = std::move(context);
  return {};
}

std::expected<std::string, std::string> digest_of_context(const GrantedContext& context) {
  const auto digest = context_digest(context.folder, context.dockerfile);
  if (!digest) return std::unexpected(digest.error().message);
  return "sha256:" + *digest;
}

Recorded find_record(const GrantRecords& records, const GrantRecord& now) {
  const auto found = std::ranges::find_if(records, [&](const GrantRecord& record) { return record.is_about(now); });
  if (found == records.end()) return {};
  return {.record = *found, .holds = found->digest == now.digest && found->context == now.context};
}

}  // namespace skillrun::app
