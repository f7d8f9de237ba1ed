#include "statistics.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "shell_words.hpp"

namespace differential {

namespace {

std::string objections_text(const std::vector<Objection>& objections) {
  if (objections.empty()) return "allows";
  std::string out = "refuses:";
  for (const Objection& objection : objections) out += fmt::format("\n      {}: {}", objection.rule, objection.message);
  return out;
}

/// Faults of one kind about the same flags and fields are told once.
std::string group_of(const Fault& fault, const std::vector<std::string>& words) {
  std::string key = std::string(to_string(fault.kind));
  for (const std::string& word : words) {
    if (word.starts_with("--"))
      key += " " + word.substr(0, word.find('='));
    else if (word.starts_with("-"))
      key += " " + word.substr(0, 2);
  }
  std::set<std::string> fields;
  for (const std::string& detail : fault.details) fields.insert(detail.substr(0, detail.find_first_of(":. /")));
  for (const std::string& field : fields) key += " " + field;
  return key;
}

}  // namespace

void Statistics::count(const Case& which, const std::vector<Objection>& objections,
                       std::map<std::string, Refused>& table) {
  std::set<std::string> rules;
  for (const Objection& objection : objections) {
    if (!rules.insert(objection.rule).second) continue;
    Refused& entry = table[objection.rule];
    const std::string example = shell_quoted(which.words);
    if (entry.count++ == 0 || example.size() < entry.example.size()) {
      entry.example = example;
      entry.message = objection.message;
    }
  }
}

void Statistics::add(const Case& which, const Comparison& comparison) {
  const std::lock_guard lock(mutex_);
  ++cases_;
  if (comparison.docker_accepts) ++docker_accepts_;
  if (comparison.skillrun.baseline.empty()) ++skillrun_allows_;
  if (comparison.skillrun.privileged.empty()) ++skillrun_understands_;
  if (comparison.docker_accepts && comparison.skillrun.privileged.empty()) ++compared_;
  if (comparison.request_read) ++requests_read_;
  if (comparison.docker_accepts) count(which, comparison.skillrun.privileged, not_understood_);
  if (!comparison.docker_accepts || !comparison.harms.empty()) return;
  ++harmless_;
  if (comparison.skillrun.baseline.empty()) return;
  ++harmless_refused_;
  count(which, comparison.skillrun.baseline, refused_);
}

void Statistics::add_fault(const Case& which, const Comparison& comparison, const std::vector<std::string>& minimal) {
  std::string text = fmt::format(
      "{}\n  {}, API {}{}\n  words:     {}\n  minimised: {}\n", to_string(comparison.fault->kind), which.name,
      which.api_version, which.round_trip ? ", round trip" : "", shell_quoted(which.words), shell_quoted(minimal));
  for (const std::string& detail : comparison.fault->details) text += fmt::format("    {}\n", detail);
  text +=
      comparison.docker_accepts ? "  docker accepts\n" : fmt::format("  docker rejects: {}\n", comparison.docker_says);
  text += fmt::format("  skillrun, baseline {}\n  skillrun, privileged {}\n",
                      objections_text(comparison.skillrun.baseline), objections_text(comparison.skillrun.privileged));
  if (comparison.fault->kind == FaultKind::words_differ) {
    text += fmt::format("  skillrun's words: {}\n", shell_quoted(comparison.skillrun.words));
  }
  const std::lock_guard lock(mutex_);
  ++faults_;
  Group& group = groups_[group_of(*comparison.fault, minimal)];
  const std::size_t length = shell_quoted(minimal).size();
  if (group.count++ == 0 || length < group.length) {
    group.text = std::move(text);
    group.length = length;
  }
}

bool Statistics::is_unlisted(const std::string& rule) const { return !intended_.empty() && !intended_.contains(rule); }

std::uint64_t Statistics::all_faults() const {
  const auto unlisted = std::ranges::count_if(not_understood_, [&](const auto& row) { return is_unlisted(row.first); });
  return faults_ + static_cast<std::uint64_t>(unlisted);
}

std::uint64_t Statistics::faults() const {
  const std::lock_guard lock(mutex_);
  return all_faults();
}

void Statistics::print(const std::map<std::string, Refused>& table, const char* title) {
  if (table.empty()) return;
  std::vector<std::pair<std::string, Refused>> rows(table.begin(), table.end());
  std::ranges::stable_sort(rows, [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  fmt::print("\n  {}:\n", title);
  for (const auto& [rule, entry] : rows) {
    fmt::print("  {:>7}  {:<26} {}\n           {:<26} {}\n", entry.count, rule, entry.example, "", entry.message);
  }
}

void Statistics::print(std::uint64_t seed) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, group] : groups_) {
    fmt::print("\n{}", group.text);
    if (group.count > 1) fmt::print("  and {} more like it\n", group.count - 1);
  }
  fmt::print("\nseed {}: {} cases\n", seed, cases_);
  fmt::print("  accepted by docker                     {}\n", docker_accepts_);
  fmt::print("  understood by skillrun (privileged)    {}\n", skillrun_understands_);
  fmt::print("  compared field by field                {}\n", compared_);
  fmt::print("  docker's request read by skillrun      {}\n", requests_read_);
  fmt::print("  allowed by skillrun (baseline)         {}\n", skillrun_allows_);
  fmt::print("  harmless by the independent look       {}\n", harmless_);
  fmt::print("  harmless, and refused under baseline   {}\n", harmless_refused_);
  print(refused_, "what refused the harmless ones");
  print(not_understood_, "what refused under every policy what docker accepts");
  for (const auto& [rule, entry] : not_understood_) {
    if (is_unlisted(rule))
      fmt::print("\nNOT LISTED: docs/extra-args.md has no difference by {}: {}\n", rule, entry.example);
  }
  fmt::print("\n{} faults\n", all_faults());
}

}  // namespace differential
