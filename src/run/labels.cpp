#include "run/labels.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <skillrun/version.hpp>

#include "support/process_owner.hpp"

namespace skillrun {

namespace {

constexpr std::string_view keep_label = "skillrun.keep";

struct OwnerLabel {
  std::string_view name;
  std::string ProcessOwner::* member;
};

constexpr OwnerLabel owner_labels[] = {
    {"skillrun.machine", &ProcessOwner::machine},
    {"skillrun.boot", &ProcessOwner::boot},
    {"skillrun.pid-namespace", &ProcessOwner::pid_namespace},
    {"skillrun.pid", &ProcessOwner::pid},
    {"skillrun.start", &ProcessOwner::start},
};

std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace

RunLabels labels_of_run(const ContainerSpec& spec, const RunOptions& options) {
  RunLabels labels;
  auto& entries = labels.entries;
  entries.emplace_back(skill_label, spec.skill);
  if (spec.instance) entries.emplace_back("skillrun.instance", *spec.instance);
  entries.emplace_back(run_label, random_id());
  const ProcessOwner owner = ProcessOwner::current();
  for (const OwnerLabel& label : owner_labels) entries.emplace_back(label.name, owner.*label.member);
  if (!spec.removes_container()) entries.emplace_back(keep_label, "true");
  entries.emplace_back("skillrun.version", version);
  entries.insert(entries.end(), options.labels.begin(), options.labels.end());
  return labels;
}

std::string label_of(const Labels& labels, std::string_view name) {
  const auto found = std::ranges::find(labels, name, &Labels::value_type::first);
  return found == labels.end() ? std::string() : found->second;
}

ProcessOwner owner_of(const Labels& labels) {
  ProcessOwner owner;
  for (const OwnerLabel& label : owner_labels) owner.*label.member = label_of(labels, label.name);
  return owner;
}

bool is_kept(const Labels& labels) {
  return std::ranges::any_of(labels, [](const auto& label) { return label.first == keep_label; });
}

}  // namespace skillrun
