// The build of a service: what is sent to the engine, and what its steps may do.
#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "support/text.hpp"

namespace skillrun {

void ServiceReader::build(const ValueNode& node, const Path& path) {
  BuildTable& table = docker_->build.emplace();
  table.span = node.span;
  if (node.kind != NodeKind::table) {
    if (is_scalar(node, path)) table.context = text(node.text, node, path);
    return;
  }
  table.context = text(".", node, path);
  for (const Member& member : node.members) {
    const Path at(path, member.key);
    const ValueNode& value = member.value;
    if (member.key == "context" && is_scalar(value, at)) table.context = text(value.text, value, at);
    if (member.key == "dockerfile" && is_scalar(value, at)) table.dockerfile = text(value.text, value, at);
    if (member.key == "target" && is_scalar(value, at)) table.target = text(value.text, value, at);
    if (member.key == "args") build_args(value, at);
    const bool privileged = member.key == "privileged" && value.text != "false";
    const bool entitled = member.key == "entitlements" && !value.items.empty();
    if (privileged || entitled) word("privileged", "true", value, at);
    if (member.key == "network" && value.text == "host") {
      word("network", "host", value, at);
      has_network_ = true;
    }
    // They read folders, secrets and agents of whoever builds.
    if (member.key == "ssh" || member.key == "secrets" || member.key == "additional_contexts") {
      not_judged(member.key_span, at, fmt::format("what `build.{}` gives to the build is not judged", member.key),
                 "leave it out");
    }
  }
}

/// A table, or a list of NAME=VALUE. A name alone takes its value from whoever builds.
void ServiceReader::build_args(const ValueNode& node, const Path& path) {
  TextMap& args = docker_->build->args.emplace();
  args.span = node.span;
  const auto add = [&](const std::string& name, Span name_span, const std::string* value, const ValueNode& place) {
    const Path at(path, name);
    if (value != nullptr) {
      args.entries.push_back({{.value = name, .span = name_span, .written = {}}, text(*value, place, at)});
      return;
    }
    reporter_.report(at, name_span,
                     {.rule = "environment-passthrough",
                      .message = fmt::format("{} is copied from whoever builds", printable(name)),
                      .evidence = name,
                      .remediation = "write NAME=value",
                      .severity = Severity::warning});
  };
  for (const Member& member : node.members) {
    const bool has_value = member.value.kind != NodeKind::null;
    if (has_value && !is_scalar(member.value, Path(path, member.key))) continue;
    add(member.key, member.key_span, has_value ? &member.value.text : nullptr, member.value);
  }
  for (const ValueNode& item : node.items) {
    if (!is_scalar(item, path)) continue;
    const std::size_t equals = item.text.find('=');
    const std::string value = equals == std::string::npos ? std::string() : item.text.substr(equals + 1);
    add(item.text.substr(0, equals), item.span, equals == std::string::npos ? nullptr : &value, item);
  }
}

}  // namespace skillrun
