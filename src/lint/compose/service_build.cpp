// The build of a service: what is sent to the engine, and what its steps may do.
#include <algorithm>

#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "spec/host_path.hpp"
#include "spec/normalize_build.hpp"
#include "support/path_within.hpp"
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
  // A folder of their own, so that they are beside what the service itself gets by the same names.
  within(node, path, "secrets",
         [&](const auto& secrets, const auto& at) { granted(file_.secrets, "/run/build-secrets/", secrets, at); });
  within(node, path, "ssh", [&](const auto& agents, const auto& at) { build_agents(agents, at); });
  within(node, path, "additional_contexts",
         [&](const auto& contexts, const auto& at) { build_contexts(contexts, at); });
}

/// The agent or the keys of whoever builds, by whatever name.
void ServiceReader::build_agents(const ValueNode& node, const Path& path) {
  for_each_pair('=', node, path, [&](const std::string& pair, const ValueNode& value, const Path& at) {
    builder_.problem("agent-socket", SpecBuilder::manifest_origin(value.span, at.text(), pair),
                     fmt::format("the build can act with the keys of whoever builds: '{}'", printable(pair)),
                     "copy what is fetched with them into the context", Severity::info);
  });
}

/// Folders beside the context. An image, or what another service builds, is what FROM may name as well.
void ServiceReader::build_contexts(const ValueNode& node, const Path& path) {
  for_each_pair('=', node, path, [&](const std::string& pair, const ValueNode& value, const Path& at) {
    const WrittenText read = text(pair, value, at);
    const Origin origin = origin_of(read, at);
    const std::string context = read.value.substr(std::min(read.value.find('='), read.value.size() - 1) + 1);
    if (read.undefined) return report_unresolved_source(builder_, origin);
    if (joined_service(context) || context.starts_with("docker-image://")) return;
    if (context.contains("://") || context.starts_with("git@") || context.starts_with("github.com/")) {
      return builder_.problem(invalid_value, origin,
                              fmt::format("'{}' is not a folder of this machine", printable(context)),
                              "fetch it first, look at it, and name the folder");
    }
    const auto folder = absolute_host_path(context, builder_.paths());
    if (!folder)
      return builder_.problem(invalid_value, origin, folder.error().message, "name a folder, such as ./image");
    if (is_within(*folder, file_.root)) return;
    builder_.problem("build-context-outside", origin,
                     fmt::format("'{}' is sent to the build, and does not lie in the repository", printable(*folder)),
                     "build from a folder beside the file", Severity::info);
  });
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
