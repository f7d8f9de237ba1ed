#include "lint/compose/known_keys.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "manifest/decode.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// The keys of one kind of table, separated by blanks. `*` in a place stands for any name, `[]` for each entry of a
/// list. A place that is not here has keys that are the author's own.
struct Table {
  std::string_view place;
  std::string_view keys;
};

constexpr std::string_view device = "capabilities count device_ids driver options";
constexpr std::string_view granted = "source target uid gid mode";
constexpr std::string_view rollout = "parallelism delay failure_action monitor max_failure_ratio order";

constexpr Table tables[] = {
    {"services.*.blkio_config",
     "device_read_bps device_read_iops device_write_bps device_write_iops weight weight_device"},
    {"services.*.build",
     "additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts "
     "isolation labels network no_cache no_cache_filter platforms privileged provenance pull sbom secrets shm_size ssh "
     "tags target ulimits"},
    {"services.*.build.secrets.[]", granted},
    {"services.*.configs.[]", granted},
    {"services.*.credential_spec", "config file registry"},
    {"services.*.depends_on.*", "condition required restart"},
    {"services.*.deploy",
     "endpoint_mode labels mode placement replicas resources restart_policy rollback_config update_config"},
    {"services.*.deploy.placement", "constraints max_replicas_per_node preferences"},
    {"services.*.deploy.resources", "limits reservations"},
    {"services.*.deploy.resources.limits", "cpus memory pids"},
    {"services.*.deploy.resources.reservations", "cpus memory generic_resources devices"},
    {"services.*.deploy.resources.reservations.devices.[]", device},
    {"services.*.deploy.restart_policy", "condition delay max_attempts window"},
    {"services.*.deploy.rollback_config", rollout},
    {"services.*.deploy.update_config", rollout},
    {"services.*.develop", "watch"},
    {"services.*.develop.watch.[]", "action exec ignore include initial_sync path target"},
    {"services.*.devices.[]", "source target permissions"},
    {"services.*.env_file.[]", "path required format"},
    {"services.*.extends", "service file"},
    {"services.*.gpus.[]", device},
    {"services.*.healthcheck", "disable interval retries start_interval start_period test timeout"},
    {"services.*.logging", "driver options"},
    {"services.*.models.*", "endpoint_var model_var"},
    {"services.*.networks.*",
     "aliases driver_opts gw_priority interface_name ipv4_address ipv6_address link_local_ips mac_address priority"},
    {"services.*.ports.[]", "app_protocol host_ip mode name protocol published target"},
    {"services.*.post_start.[]", "command environment privileged user working_dir"},
    {"services.*.pre_stop.[]", "command environment privileged user working_dir"},
    {"services.*.provider", "options type"},
    {"services.*.secrets.[]", granted},
    {"services.*.ulimits.*", "hard soft"},
    {"services.*.volumes.[]", "bind consistency image read_only source target tmpfs type volume"},
    {"services.*.volumes.[].bind", "create_host_path propagation recursive selinux"},
    {"services.*.volumes.[].image", "subpath"},
    {"services.*.volumes.[].tmpfs", "mode size"},
    {"services.*.volumes.[].volume", "labels nocopy subpath"},
    {"include.[]", "env_file path project_directory"},
    {"networks.*", "attachable driver driver_opts enable_ipv4 enable_ipv6 external internal ipam labels name"},
    {"networks.*.ipam", "config driver options"},
    {"networks.*.ipam.config.[]", "aux_addresses gateway ip_range subnet"},
    {"volumes.*", "driver driver_opts external labels name"},
    {"secrets.*", "driver driver_opts environment external file labels name template_driver"},
    {"configs.*", "content environment external file labels name template_driver"},
    {"models.*", "context_size model name runtime_flags"},
};

/// A table whose place begins with that of a node, which is `depth` segments deep: only such a node is looked into.
struct Candidate {
  const Table* table;
  std::string_view rest;  ///< of the table's place, below the node
};

using Candidates = std::vector<Candidate>;

Candidates below(const Candidates& candidates, std::string_view segment) {
  Candidates matching;
  for (const Candidate& candidate : candidates) {
    if (candidate.rest.empty()) continue;
    const std::size_t dot = candidate.rest.find('.');
    const std::string_view first = candidate.rest.substr(0, dot);
    if (first != segment && (first != "*" || segment == "[]")) continue;
    matching.push_back({candidate.table, dot == std::string_view::npos ? "" : candidate.rest.substr(dot + 1)});
  }
  return matching;
}

void check(Reporter& reporter, const ValueNode& node, const Path& path, const Candidates& candidates) {
  if (candidates.empty()) return;
  const auto own = std::ranges::find(candidates, std::string_view(), &Candidate::rest);
  const std::vector<std::string_view> known =
      own == candidates.end() ? std::vector<std::string_view>() : split(own->table->keys, ' ');
  for (const Member& member : node.members) {
    if (member.key.starts_with("x-")) continue;
    if (own != candidates.end() && std::ranges::find(known, member.key) == known.end()) {
      report_unknown_key(reporter, member, path, known);
    }
    check(reporter, member.value, Path(path, member.key), below(candidates, member.key));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    check(reporter, node.items[i], Path(path, i), below(candidates, "[]"));
  }
}

}  // namespace

void check_known_keys(Reporter& reporter, const ValueNode& root) {
  Candidates all;
  for (const Table& table : tables) all.push_back({&table, table.place});
  const Path path;
  for (const Member& member : root.members) {
    const Candidates candidates = below(all, member.key);
    const bool services = member.key == "services";
    for (const Member& entry : member.value.members) {
      if (services) reporter.enter_skill(entry.key);
      const Path at(path, member.key);
      check(reporter, entry.value, Path(at, entry.key), below(candidates, entry.key));
      reporter.leave_skill();
    }
    for (std::size_t i = 0; i < member.value.items.size(); ++i) {
      check(reporter, member.value.items[i], Path(Path(path, member.key), i), below(candidates, "[]"));
    }
  }
}

}  // namespace skillrun::inline v0
