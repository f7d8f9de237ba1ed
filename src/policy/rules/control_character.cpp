#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"
#include "policy/rules/support/seccomp_profile.hpp"
#include "support/text.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// Reads every text of a spec that reaches the engine. The parsers refuse such characters where they read a manifest;
/// this holds for specs that were made in another way, too.
class TextWalk {
 public:
  TextWalk(const ContainerSpec& spec, FindingSink& sink) : spec_(spec), sink_(sink) {}

  void all() {
    image();
    for (const auto* setting : {&spec_.name, &spec_.platform, &spec_.entrypoint, &spec_.working_dir, &spec_.hostname,
                                &spec_.domainname, &spec_.stop_signal, &spec_.log_driver, &spec_.runtime,
                                &spec_.isolation, &spec_.cgroup_parent, &spec_.volume_driver, &spec_.ipv4_address,
                                &spec_.ipv6_address, &spec_.mac_address, &spec_.cpuset_cpus, &spec_.cpuset_mems}) {
      if (*setting) text((*setting)->value, (*setting)->origin);
    }
    for (const auto* list :
         {&spec_.group_add, &spec_.cap_add, &spec_.cap_drop, &spec_.cdi_devices, &spec_.device_cgroup_rules,
          &spec_.volumes_from, &spec_.network_aliases, &spec_.link_local_ips, &spec_.exposed_ports, &spec_.dns,
          &spec_.dns_options, &spec_.dns_search}) {
      for (const auto& entry : *list) text(entry.value, entry.origin);
    }
    for (const auto& option : spec_.security_opt) {
      const auto profile = seccomp_profile(option.value);
      // The text of a file, which goes to the engine as JSON and is judged by its digest.
      if (!profile || !is_profile_text(*profile)) text(option.value, option.origin);
    }
    // Scripts and filters span lines; words of a command end at NUL alone.
    for (const auto& word : spec_.command) text(word.value, word.origin, "\n\r\t");
    for (const auto* list : {&spec_.labels, &spec_.sysctls, &spec_.log_options, &spec_.annotations,
                             &spec_.storage_options, &spec_.network_driver_options}) {
      for (const auto& entry : *list) pair(entry.value, entry.origin);
    }
    for (const auto* list : {&spec_.blkio_weight_devices, &spec_.device_read_bps, &spec_.device_read_iops,
                             &spec_.device_write_bps, &spec_.device_write_iops}) {
      for (const auto& rate : *list) text(rate.value.path, rate.origin);
    }
    settings_of_parts();
    lists_of_parts();
  }

 private:
  void pair(const KeyValue& entry, const Origin& origin) {
    text(entry.key, origin);
    text(entry.value, origin, "\t");
  }

  void image() {
    const ImageReference& image = spec_.image.value;
    for (const auto* part : {&image.registry, &image.repository, &image.tag, &image.digest, &image.id}) {
      text(*part, spec_.image.origin);
    }
  }

  void settings_of_parts() {
    if (spec_.user) {
      text(spec_.user->value.user, spec_.user->origin);
      text(spec_.user->value.group, spec_.user->origin);
    }
    for (const auto* setting :
         {&spec_.pid_mode, &spec_.ipc_mode, &spec_.uts_mode, &spec_.userns_mode, &spec_.cgroupns_mode}) {
      if (*setting) text((*setting)->value.name, (*setting)->origin);
    }
    if (spec_.network_mode) text(spec_.network_mode->value.name, spec_.network_mode->origin);
    if (spec_.restart_policy) text(spec_.restart_policy->value.name, spec_.restart_policy->origin);
    if (spec_.healthcheck) text(spec_.healthcheck->value.command, spec_.healthcheck->origin, "\n\r\t");
    if (spec_.gpus) {
      const GpuRequest& gpus = spec_.gpus->value;
      text(gpus.driver, spec_.gpus->origin);
      for (const auto* list : {&gpus.device_ids, &gpus.capabilities}) {
        for (const std::string& word : *list) text(word, spec_.gpus->origin);
      }
      for (const KeyValue& option : gpus.options) pair(option, spec_.gpus->origin);
    }
  }

  void lists_of_parts() {
    for (const auto& entry : spec_.env) {
      text(entry.value.name, entry.origin);
      // What the caller's own variable or option holds may span lines, such as a certificate.
      const bool caller = entry.value.from_caller || entry.origin.kind == OriginKind::command_line;
      if (entry.value.value) text(*entry.value.value, entry.origin, caller ? "\n\r\t" : "\t");
    }
    for (const auto& mount : spec_.mounts) {
      const Mount& value = mount.value;
      for (const auto* part : {&value.source, &value.target, &value.subpath, &value.tmpfs_options, &value.driver}) {
        text(*part, mount.origin);
      }
      for (const KeyValue& option : value.driver_options) pair(option, mount.origin);
      for (const KeyValue& label : value.labels) pair(label, mount.origin);
    }
    for (const auto& device : spec_.devices) {
      for (const auto* part : {&device.value.host, &device.value.container, &device.value.permissions}) {
        text(*part, device.origin);
      }
    }
    for (const auto& port : spec_.ports) {
      text(port.value.host_ip, port.origin);
      text(port.value.protocol, port.origin);
    }
    for (const auto& host : spec_.extra_hosts) {
      text(host.value.host, host.origin);
      text(host.value.address, host.origin);
    }
    for (const auto& link : spec_.links) {
      text(link.value.container, link.origin);
      text(link.value.alias, link.origin);
    }
    for (const auto& limit : spec_.ulimits) text(limit.value.name, limit.origin);
  }

  void text(std::string_view value, const Origin& origin, std::string_view allowed = {}) {
    if (is_printable_ascii(value)) return;
    if (find_invalid_utf8(value)) {
      sink_.report(origin, fmt::format("'{}' is not valid UTF-8", printable(value)));
    } else if (find_control_character(value, allowed)) {
      sink_.report(origin, fmt::format("'{}' holds a control character", printable(value)));
    }
  }

  const ContainerSpec& spec_;
  FindingSink& sink_;
};

void check(const RuleContext& context, FindingSink& sink) { TextWalk(context.spec, sink).all(); }

constexpr Rule rules[] = {
    {.info = {.id = "control-character",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary =
                  "NUL, line breaks, other control characters or invalid UTF-8 in a value that reaches the engine",
              .why = "a NUL cuts a value short after it was judged; line breaks forge log lines and entries",
              .remedy = "remove the character",
              .source = "own"},
     .check = check},
};

}  // namespace

std::span<const Rule> control_character_rules() { return rules; }

}  // namespace skillrun::rules
