// What a service has of another: its namespaces, its mounts, a name for it.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "lint/compose/joins.hpp"
#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "spec/finding_at.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

class Joining {
 public:
  Joining(std::vector<ContainerSpec>& specs, const std::vector<ServiceJoins>& joins) : specs_(specs), joins_(joins) {}

  void settle() {
    for (std::size_t i = 0; i < specs_.size(); ++i) settle(i);
  }

 private:
  enum class State : std::uint8_t { untouched, at_work, done };

  /// What it joins is settled first.
  void settle(std::size_t index) {
    if (states_[index] != State::untouched) return;
    states_[index] = State::at_work;
    ContainerSpec& spec = specs_[index];
    const ServiceJoins& own = joins_[index];
    if (const ContainerSpec* other = target(spec, own.network)) spec.network_mode = other->network_mode;
    if (own.network && spec.network_mode) spec.network_mode->origin = own.network->origin;
    for (const ServiceJoin& join : own.volumes) add_mounts(spec, join);
    states_[index] = State::done;
  }

  const ContainerSpec* target(ContainerSpec& spec, const std::optional<ServiceJoin>& join) {
    return join ? target(spec, *join) : nullptr;
  }

  const ContainerSpec* target(ContainerSpec& spec, const ServiceJoin& join) {
    const auto found = std::ranges::find(specs_, join.service, &ContainerSpec::skill);
    const auto fault = [&](std::string message) {
      spec.problems.push_back(finding_at(spec, join.origin, invalid_value, Severity::error, std::move(message),
                                         "name another service of the file"));
      return nullptr;
    };
    if (found == specs_.end()) return fault(fmt::format("there is no service '{}'", printable(join.service)));
    const auto index = static_cast<std::size_t>(found - specs_.begin());
    settle(index);
    if (states_[index] == State::at_work) {
      return fault(fmt::format("the service '{}' joins this one", printable(join.service)));
    }
    return &*found;
  }

  /// Each mount of the other service, but where this one has its own.
  void add_mounts(ContainerSpec& spec, const ServiceJoin& join) {
    const ContainerSpec* other = target(spec, join);
    if (other == nullptr) return;
    for (const Setting<Mount>& mount : other->mounts) {
      const auto same = [&](const Setting<Mount>& own) { return own.value.target == mount.value.target; };
      if (std::ranges::any_of(spec.mounts, same)) continue;
      Setting<Mount>& added = spec.mounts.emplace_back(mount.value, join.origin);
      added.value.read_only = added.value.read_only || join.read_only;
    }
  }

  std::vector<ContainerSpec>& specs_;
  const std::vector<ServiceJoins>& joins_;
  std::vector<State> states_ = std::vector<State>(specs_.size(), State::untouched);
};

}  // namespace

void settle_joins(std::vector<ContainerSpec>& specs, const std::vector<ServiceJoins>& joins) {
  Joining(specs, joins).settle();
}

std::optional<std::string> ServiceReader::joined_service(const std::string& value) {
  constexpr std::string_view service = "service:";
  return value.starts_with(service) ? std::optional(value.substr(service.size())) : std::nullopt;
}

/// The namespace of another service is what that one says, and otherwise one that only services of the file share.
void ServiceReader::joined_namespace(const SettingRow& row, const ValueNode& node, const Path& path) {
  if (!is_scalar(node, path)) return;
  std::set<std::string> seen{service_.key};
  std::string value = expanded(node.text);
  while (const auto service = joined_service(value)) {
    const ValueNode* other = entry_of(file_.services, *service);
    if (other == nullptr || !seen.insert(*service).second) {
      return builder_.problem(invalid_value, SpecBuilder::manifest_origin(node.span, path.text(), node.text),
                              fmt::format("there is no service '{}' to join from here", printable(*service)),
                              "name another service of the file");
    }
    const ValueNode* theirs = entry_of(other, row.service.name);
    if (theirs == nullptr) return;
    value = expanded(theirs->text);
  }
  if (!value.empty()) set(row, value, node, path);
}

/// SERVICE[:MODE], or container:NAME[:MODE] for one that is not of the file.
void ServiceReader::volumes_from(const ValueNode& node, const Path& path) {
  constexpr std::string_view container = "container:";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const Path at(path, i);
    if (!is_scalar(item, at)) continue;
    const WrittenText read = text(item.text, item, at);
    if (read.undefined) continue;
    if (read.value.starts_with(container)) {
      set(*find_setting("volumes_from"), read.value.substr(container.size()), item, at);
      continue;
    }
    const std::size_t colon = read.value.find(':');
    joins_.volumes.push_back({.service = read.value.substr(0, colon),
                              .origin = origin_of(read, at),
                              .read_only = colon != std::string::npos && read.value.substr(colon + 1) == "ro"});
  }
}

/// A link to a service of the file is one more name for it: Compose makes no other link.
void ServiceReader::links(const ValueNode& node, const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const ValueNode& item = node.items[i];
    const Path at(path, i);
    if (!is_scalar(item, at)) continue;
    const std::string service = item.text.substr(0, item.text.find(':'));
    const auto has = [&](const ValueNode* table) { return find_member(*table, service) != nullptr; };
    if (std::ranges::none_of(file_.services, has)) set(*find_setting("links"), item.text, item, at);
  }
}

}  // namespace skillrun::inline v0
