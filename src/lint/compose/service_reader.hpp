#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/manifest.hpp>

#include "manifest/node.hpp"
#include "manifest/reporter.hpp"

namespace skillrun {

/// What stands at a place of a Compose file.
struct ComposeValue {
  std::string field;     ///< "services.web.pid"
  std::string evidence;  ///< the value as written
};

/// Of a service, by the begin and end of the value: services that share an anchor have values at the same place.
using ComposeValues = std::map<std::string, std::map<std::pair<Position, Position>, ComposeValue>, std::less<>>;

/// The tables at the top of a Compose file that services name entries of; null where the file has none.
struct ComposeTables {
  const ValueNode* volumes = nullptr;
  const ValueNode* networks = nullptr;
  const ValueNode* secrets = nullptr;
  const ValueNode* configs = nullptr;
};

/// Reads a service into a skill: what a flag of `docker run` says goes to extra_args as one word --flag=value, which
/// can not be taken for another, mounts to the keys for mounts. Values keep their places.
class ServiceReader {
 public:
  /// `project` stands before the names of the networks that Compose makes.
  ServiceReader(Reporter& reporter, const ComposeTables& tables, std::string_view project, ComposeValues& values)
      : reporter_(reporter), tables_(tables), project_(project), values_(values) {}

  void read(const Member& service, SkillDefinition& skill);

 private:
  void key(const Member& member, const Path& path);
  [[nodiscard]] bool special(const Member& member, const Path& path);

  void scalar(std::string_view flag, const ValueNode& node, const Path& path);
  void boolean(std::string_view flag, const ValueNode& node, const Path& path);
  void list(std::string_view flag, const ValueNode& node, const Path& path);
  void pairs(std::string_view flag, char separator, const ValueNode& node, const Path& path);

  void build(const ValueNode& node, const Path& path);
  void build_args(const ValueNode& node, const Path& path);
  void deploy(const ValueNode& node, const Path& path);
  void entrypoint(const ValueNode& node, const Path& path);
  void env_file(const ValueNode& node, const Path& path);
  void gpus(const ValueNode& node, const Path& path);
  void image(const ValueNode& node, const Path& path);
  void hooks(const ValueNode& node, const Path& path);
  void logging(const ValueNode& node, const Path& path);
  void network_mode(const ValueNode& node, const Path& path);
  void networks(const ValueNode& node, const Path& path);
  void connect(const std::vector<std::pair<std::string, Span>>& networks, const Path& path);
  [[nodiscard]] std::string name_of_network(const std::string& key) const;
  void ports(const ValueNode& node, const Path& path);
  void ulimits(const ValueNode& node, const Path& path);
  void granted(const ValueNode* declared, std::string_view folder, const ValueNode& node, const Path& path);
  void volumes(const ValueNode& node, const Path& path);
  void volume(const ValueNode& node, const Path& path);
  [[nodiscard]] bool declared_volume(const std::string& name, const std::string& target, const ValueNode& node,
                                     const Path& path);

  /// The value as a text with its place, which findings will name.
  [[nodiscard]] Text text(std::string_view value, const ValueNode& node, const Path& path);
  void word(std::string_view flag, std::string_view value, const ValueNode& node, const Path& path);
  void not_understood(const ValueNode& node, const Path& path, std::string_view expected);
  void not_judged(Span span, const Path& path, std::string message, std::string remedy);
  [[nodiscard]] bool is_scalar(const ValueNode& node, const Path& path);

  Reporter& reporter_;
  const ComposeTables& tables_;
  std::string_view project_;
  ComposeValues& values_;
  ComposeValues::mapped_type* places_ = nullptr;  ///< of the service that is read
  DockerRuntimeConfig* docker_ = nullptr;
  bool has_network_ = false;
};

/// Compose's $NAME as ${NAME}, which is all that manifests know.
[[nodiscard]] std::string with_braces(std::string_view text);

}  // namespace skillrun
