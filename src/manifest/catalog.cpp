#include <algorithm>
#include <map>
#include <vector>

#include <skillrun/manifest.hpp>

#include "support/text.hpp"

namespace skillrun::inline v0 {

struct SkillCatalog::State {
  using Loaded = std::expected<std::shared_ptr<const Manifest>, Findings>;

  Discovery discovery;
  std::vector<std::optional<Loaded>> loaded = std::vector<std::optional<Loaded>>(discovery.candidates.size());

  [[nodiscard]] const Loaded& manifest(std::size_t index) {
    auto& slot = loaded[index];
    if (!slot) {
      auto read = load_manifest(discovery.candidates[index].path);
      if (read) {
        slot.emplace(std::make_shared<const Manifest>(std::move(*read)));
      } else {
        slot.emplace(std::unexpected(std::move(read.error())));
      }
    }
    return *slot;
  }
};

SkillCatalog::SkillCatalog(Discovery discovery) : state_(std::make_unique<State>(std::move(discovery))) {}

SkillCatalog::SkillCatalog(SkillCatalog&&) noexcept = default;

SkillCatalog& SkillCatalog::operator=(SkillCatalog&&) noexcept = default;

SkillCatalog::~SkillCatalog() = default;

const Discovery& SkillCatalog::discovery() const noexcept { return state_->discovery; }

std::expected<FoundSkill, std::variant<NoSuchSkill, DoubtedManifest, Findings>> SkillCatalog::find(
    std::string_view name) {
  using Failure = std::variant<NoSuchSkill, DoubtedManifest, Findings>;
  const Discovery& discovery = state_->discovery;
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < discovery.candidates.size(); ++i) {
    const ManifestCandidate& candidate = discovery.candidates[i];
    if (!candidate.doubt.empty()) return std::unexpected(Failure(DoubtedManifest{candidate.path, candidate.doubt}));
    const auto& loaded = state_->manifest(i);
    if (!loaded) return std::unexpected(Failure(loaded.error()));
    if (const SkillDefinition* skill = (*loaded)->find_skill(name)) {
      return FoundSkill{*loaded, skill, candidate.tier};
    }
    for (const SkillDefinition& skill : (*loaded)->skills) known.push_back(skill.name);
  }
  return std::unexpected(Failure(NoSuchSkill{std::string(name), closest(name, known), discovery.searched}));
}

SkillCatalog::Listing SkillCatalog::list() {
  Listing listing;
  const Discovery& discovery = state_->discovery;
  std::map<std::string_view, Entry> entries;
  for (std::size_t i = 0; i < discovery.candidates.size(); ++i) {
    if (!discovery.candidates[i].doubt.empty()) continue;
    const auto& loaded = state_->manifest(i);
    if (!loaded) {
      listing.broken.insert(listing.broken.end(), loaded.error().begin(), loaded.error().end());
      continue;
    }
    for (const SkillDefinition& skill : (*loaded)->skills) {
      const auto [entry, added] =
          entries.try_emplace(skill.name, Entry{{*loaded, &skill, discovery.candidates[i].tier}, {}});
      if (!added) entry->second.shadows.push_back(discovery.candidates[i].path);
    }
  }
  listing.entries.reserve(entries.size());
  for (auto& [name, entry] : entries) listing.entries.push_back(std::move(entry));
  return listing;
}

}  // namespace skillrun::inline v0
