#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <skillrun/lint.hpp>

#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr int format_version = 1;

std::optional<std::string> text_at(const json::object& entry, std::string_view key) {
  const json::value* value = entry.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

}  // namespace

struct Baseline::Entry {
  std::string fingerprint;
  std::string file;
  std::string skill;
  std::string rule;
};

Baseline::Baseline(std::vector<Entry> entries)
    : entries_(std::make_shared<const std::vector<Entry>>(std::move(entries))) {}

Baseline::Baseline() : Baseline(std::vector<Entry>()) {}

std::size_t Baseline::size() const noexcept { return entries_->size(); }

Baseline Baseline::of(const LintReport& report) {
  std::vector<Entry> entries;
  for (const LintedFile& file : report.files) {
    for (const Finding& finding : file.findings) {
      if (finding.waived) continue;
      entries.push_back(
          {.fingerprint = finding.fingerprint, .file = file.path, .skill = finding.skill, .rule = finding.rule});
    }
  }
  std::ranges::sort(
      entries, {}, [](const Entry& entry) { return std::tie(entry.file, entry.skill, entry.rule, entry.fingerprint); });
  return Baseline(std::move(entries));
}

std::expected<Baseline, std::string> Baseline::parse(std::string_view text) {
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  if (error) return std::unexpected(fmt::format("is not JSON: {}", error.message()));
  const json::object* object = document.if_object();
  const json::value* version = object != nullptr ? object->if_contains("version") : nullptr;
  if (version == nullptr || *version != format_version) {
    return std::unexpected(fmt::format("is not a baseline of version {}", format_version));
  }
  const json::value* findings = object->if_contains("findings");
  if (findings == nullptr || !findings->is_array()) return std::unexpected("has no list `findings`");
  std::vector<Entry> entries;
  for (const json::value& element : findings->get_array()) {
    const json::object* entry = element.if_object();
    if (entry == nullptr) return std::unexpected("holds something that is not a finding");
    auto fingerprint = text_at(*entry, "fingerprint");
    auto file = text_at(*entry, "file");
    auto skill = text_at(*entry, "skill");
    auto rule = text_at(*entry, "rule");
    if (!fingerprint || !file || !skill || !rule) {
      return std::unexpected("holds a finding without fingerprint, file, skill or rule");
    }
    entries.push_back({std::move(*fingerprint), std::move(*file), std::move(*skill), std::move(*rule)});
  }
  return Baseline(std::move(entries));
}

std::string Baseline::text() const {
  std::string text = fmt::format("{{\"version\": {}, \"findings\": [", format_version);
  for (const Entry& entry : *entries_) {
    const json::object line{{"file", valid_utf8(entry.file)},
                            {"skill", valid_utf8(entry.skill)},
                            {"rule", entry.rule},
                            {"fingerprint", entry.fingerprint}};
    text += &entry == &entries_->front() ? "\n" : ",\n";
    text += json::serialize(line);
  }
  return text + "\n]}\n";
}

void Baseline::apply(LintReport& report) const {
  std::set<std::string_view> known;
  for (const Entry& entry : *entries_) known.insert(entry.fingerprint);
  for (LintedFile& file : report.files) {
    report.baselined += std::erase_if(
        file.findings, [&](const Finding& finding) { return !finding.waived && known.contains(finding.fingerprint); });
  }
}

}  // namespace skillrun::inline v0
