#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include <skillrun/manifest.hpp>

#include "support/text.hpp"

namespace skillrun::inline v0 {

struct SkillCatalog::State {
  Discovery discovery;
  std::vector<std::shared_ptr<const ManifestReading>> readings{discovery.candidates.size()};

  [[nodiscard]] const ManifestReading& reading(std::size_t index) {
    auto& slot = readings[index];
    if (!slot) slot = std::make_shared<const ManifestReading>(read_manifest_file(discovery.candidates[index].path));
    return *slot;
  }

  /// The manifest, which keeps the whole reading.
  [[nodiscard]] std::shared_ptr<const Manifest> manifest(std::size_t index) const {
    return {readings[index], &readings[index]->manifest};
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
    const ManifestReading& reading = state_->reading(i);
    if (Findings faults = reading.faults_of(name); !faults.empty()) return std::unexpected(Failure(std::move(faults)));
    if (const SkillDefinition* skill = reading.manifest.find_skill(name)) {
      return FoundSkill{state_->manifest(i), skill, candidate.tier};
    }
    for (const SkillDefinition& skill : reading.manifest.skills) known.push_back(skill.name);
  }
  return std::unexpected(Failure(NoSuchSkill{std::string(name), closest(name, known), discovery.searched}));
}

SkillCatalog::Listing SkillCatalog::list() {
  Listing listing;
  const Discovery& discovery = state_->discovery;
  std::map<std::string_view, Entry> entries;
  std::set<std::string_view> at_fault;
  for (std::size_t i = 0; i < discovery.candidates.size(); ++i) {
    if (!discovery.candidates[i].doubt.empty()) continue;
    const ManifestReading& reading = state_->reading(i);
    const auto is_error = [](const Finding& finding) { return finding.severity == Severity::error; };
    std::ranges::copy_if(reading.findings, std::back_inserter(listing.broken), is_error);
    if (!reading.faults_of({}).empty()) continue;
    for (const Finding& finding : reading.findings) {
      if (is_error(finding) && !entries.contains(finding.skill)) at_fault.insert(finding.skill);
    }
    for (const SkillDefinition& skill : reading.manifest.skills) {
      if (at_fault.contains(skill.name)) continue;
      const auto [entry, added] =
          entries.try_emplace(skill.name, Entry{{state_->manifest(i), &skill, discovery.candidates[i].tier}, {}});
      if (!added) entry->second.shadows.push_back(discovery.candidates[i].path);
    }
  }
  listing.entries.reserve(entries.size());
  for (auto& [name, entry] : entries) listing.entries.push_back(std::move(entry));
  return listing;
}

}  // namespace skillrun::inline v0
