#include <fmt/format.h>

#include "policy/rule_support.hpp"
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
    text(spec_.image.value.registry, spec_.image.origin);
    text(spec_.image.value.repository, spec_.image.origin);
    text(spec_.image.value.tag, spec_.image.origin);
    text(spec_.image.value.digest, spec_.image.origin);
    text(spec_.image.value.id, spec_.image.origin);
    for (const auto* setting : {&spec_.platform, &spec_.entrypoint, &spec_.working_dir, &spec_.hostname,
                                &spec_.domainname, &spec_.stop_signal}) {
      if (*setting) text((*setting)->value, (*setting)->origin);
    }
    if (spec_.user) {
      text(spec_.user->value.user, spec_.user->origin);
      text(spec_.user->value.group, spec_.user->origin);
    }
    for (const auto* list : {&spec_.group_add, &spec_.cap_add, &spec_.cap_drop, &spec_.security_opt, &spec_.dns}) {
      for (const auto& entry : *list) text(entry.value, entry.origin);
    }
    // Scripts and filters span lines; words of a command end at NUL alone.
    for (const auto& word : spec_.command) text(word.value, word.origin, "\n\r\t");
    pairs(spec_.labels);
    pairs(spec_.sysctls);
    compound();
  }

 private:
  void pairs(const List<KeyValue>& list) {
    for (const auto& entry : list) {
      text(entry.value.key, entry.origin);
      text(entry.value.value, entry.origin, "\t");
    }
  }

  void compound() {
    for (const auto& entry : spec_.env) {
      text(entry.value.name, entry.origin);
      // What the caller's own variable or option holds may span lines, such as a certificate.
      const bool caller = entry.value.from_caller || entry.origin.kind == OriginKind::command_line;
      if (entry.value.value) text(*entry.value.value, entry.origin, caller ? "\n\r\t" : "\t");
    }
    for (const auto& mount : spec_.mounts) {
      for (const auto* part :
           {&mount.value.source, &mount.value.target, &mount.value.subpath, &mount.value.tmpfs_options}) {
        text(*part, mount.origin);
      }
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
    for (const auto& limit : spec_.ulimits) text(limit.value.name, limit.origin);
    if (spec_.network_mode) text(spec_.network_mode->value.name, spec_.network_mode->origin);
  }

  void text(std::string_view value, const Origin& origin, std::string_view allowed = {}) {
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
