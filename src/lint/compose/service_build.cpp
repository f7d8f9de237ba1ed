// The build of a service: what is sent to the engine, and what its steps may do.
#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "spec/normalize_build.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

void ServiceReader::build(const ValueNode& node, const Path& path) {
  BuildTable& table = skill_.docker.build.emplace();
  table.span = node.span;
  const bool is_table = node.kind == NodeKind::table;
  if (is_table || is_scalar(node, path)) table.context = text(is_table ? "." : node.text, node, path);
  const auto read = [&](std::string_view key, std::optional<WrittenText>& slot) {
    within(node, path, key, [&](const ValueNode& value, const Path& at) {
      if (is_scalar(value, at)) slot = text(value.text, value, at);
    });
  };
  read("context", table.context);
  read("dockerfile", table.dockerfile);
  read("target", table.target);
  within(node, path, "args", [&](const auto& args, const auto& at) { build_args(args, at); });
  read_build(builder_);
  privileged(node, path);
  within(node, path, "entitlements", [&](const ValueNode& entitlements, const Path& at) {
    if (!entitlements.items.empty()) set(*find_setting("privileged"), "true", entitlements, at);
  });
  within(node, path, "network", [&](const ValueNode& network, const Path& at) {
    if (network.text == "host") network_mode(network, at);
  });
  // They read folders, secrets and agents of whoever builds.
  for (const Member& member : node.members) {
    if (member.key != "ssh" && member.key != "secrets" && member.key != "additional_contexts") continue;
    not_judged(member, Path(path, member.key),
               fmt::format("what `build.{}` gives to the build is not judged", member.key), "leave it out");
  }
}

/// A name alone takes its value from whoever builds.
void ServiceReader::build_args(const ValueNode& node, const Path& path) {
  WrittenMap& args = skill_.docker.build->args.emplace();
  args.span = node.span;
  for_each_pair('=', node, path, [&](const std::string& pair, const ValueNode& value, const Path& /*at*/) {
    const std::size_t equals = pair.find('=');
    const std::string name = pair.substr(0, equals);
    const Path at(path, name);
    if (equals != std::string::npos) {
      args.entries.push_back(
          {{.value = name, .span = value.span, .written = {}}, text(pair.substr(equals + 1), value, at)});
      return;
    }
    reporter_.report(at, value.span,
                     {.rule = "environment-passthrough",
                      .message = fmt::format("{} is copied from whoever builds", printable(name)),
                      .evidence = name,
                      .remediation = "write NAME=value",
                      .severity = Severity::warning});
  });
}

}  // namespace skillrun::inline v0
