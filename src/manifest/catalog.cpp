#include <algorithm>
#include <map>
#include <vector>

#include <skillrun/manifest.hpp>

#include "support/text.hpp"

namespace skillrun {

SkillCatalog::SkillCatalog(Discovery discovery)
    : discovery_(std::move(discovery)), loaded_(discovery_.candidates.size()) {}

std::expected<std::shared_ptr<const Manifest>, Findings> SkillCatalog::manifest(std::size_t index) {
  auto& slot = loaded_[index];
  if (!slot) {
    auto loaded = load_manifest(discovery_.candidates[index].path);
    if (loaded) {
      slot.emplace(std::make_shared<const Manifest>(std::move(*loaded)));
    } else {
      slot.emplace(std::unexpected(std::move(loaded.error())));
    }
  }
  return *slot;
}

std::expected<FoundSkill, std::variant<NoSuchSkill, DoubtedManifest, Findings>> SkillCatalog::find(
    std::string_view name) {
  using Failure = std::variant<NoSuchSkill, DoubtedManifest, Findings>;
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < discovery_.candidates.size(); ++i) {
    const ManifestCandidate& candidate = discovery_.candidates[i];
    if (!candidate.doubt.empty()) return std::unexpected(Failure(DoubtedManifest{candidate.path, candidate.doubt}));
    auto loaded = manifest(i);
    if (!loaded) return std::unexpected(Failure(std::move(loaded.error())));
    if (const SkillDefinition* skill = (*loaded)->find_skill(name)) {
      return FoundSkill{*loaded, skill, candidate.tier};
    }
    for (const SkillDefinition& skill : (*loaded)->skills) known.push_back(skill.name);
  }
  return std::unexpected(Failure(NoSuchSkill{std::string(name), closest(name, known), discovery_.searched}));
}

SkillCatalog::Listing SkillCatalog::list() {
  Listing listing;
  std::map<std::string_view, Entry> entries;
  for (std::size_t i = 0; i < discovery_.candidates.size(); ++i) {
    if (!discovery_.candidates[i].doubt.empty()) continue;
    auto loaded = manifest(i);
    if (!loaded) {
      listing.broken.insert(listing.broken.end(), loaded.error().begin(), loaded.error().end());
      continue;
    }
    for (const SkillDefinition& skill : (*loaded)->skills) {
      const auto [entry, added] =
          entries.try_emplace(skill.name, Entry{{*loaded, &skill, discovery_.candidates[i].tier}, {}});
      if (!added) entry->second.shadows.push_back(discovery_.candidates[i].path);
    }
  }
  listing.entries.reserve(entries.size());
  for (auto& [name, entry] : entries) listing.entries.push_back(std::move(entry));
  return listing;
}

}  // namespace skillrun
