#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/lint.hpp>

#include "manifest/expand.hpp"
#include "manifest/node.hpp"
#include "manifest/reporter.hpp"
#include "manifest/skill_variables.hpp"
#include "spec/mount_tables.hpp"
#include "spec/schema.hpp"

namespace skillrun::inline v0 {

/// The tables at the top of Compose's files that services name entries of, each file's after that of the one before.
using ComposeTables = std::vector<const ValueNode*>;

/// What the services of a Compose file have in common.
struct ComposeFile {
  std::string project;      ///< stands before the names of the networks that Compose makes
  std::string root;         ///< below it lie the files of the repository; absolute
  bool is_overlay = false;  ///< Compose lays it over another file, which says the rest
  ComposeTables services;
  ComposeTables volumes;
  ComposeTables networks;
  ComposeTables secrets;
  ComposeTables configs;
};

/// A service whose network or mounts another one has, and where that is said.
struct ServiceJoin {
  std::string service;
  Origin origin;
  bool read_only = false;
};

struct ServiceJoins {
  std::optional<ServiceJoin> network;
  std::vector<ServiceJoin> volumes;
};

/// Reads a service into a spec by the setters of the table of settings. Each value has its own place and key.
class ServiceReader {
 public:
  /// `skill` has the file's source and comments, and the service's name. All others must outlive the reader, which
  /// tells `reporter` what is not written as Compose has it.
  ServiceReader(Reporter& reporter, const ComposeFile& file, ResolvedSkill skill, const Member& service,
                const LintContext& context);

  [[nodiscard]] ContainerSpec read();
  /// What the spec has of other services of the file, to be added when all are read.
  [[nodiscard]] const ServiceJoins& joins() const noexcept { return joins_; }

 private:
  void key(const Member& member, const Path& path);
  [[nodiscard]] bool special(std::string_view name, const ValueNode& node, const Path& path);
  void unknown(const Member& member, const Path& path);

  void scalar(const SettingRow& row, const ValueNode& node, const Path& path);
  void boolean(const SettingRow& row, const ValueNode& node, const Path& path);
  void list(const SettingRow& row, const ValueNode& node, const Path& path);
  /// Calls `take` with NAME and its value as one text, or NAME alone, which is the caller's variable.
  using TakePair = std::function<void(const std::string& pair, const ValueNode& value, const Path& path)>;
  void for_each_pair(char separator, const ValueNode& node, const Path& path, const TakePair& take);
  void files(const SettingRow& row, const ValueNode& node, const Path& path);
  void pairs(const SettingRow& row, char separator, const ValueNode& node, const Path& path);

  void build(const ValueNode& node, const Path& path);
  void build_args(const ValueNode& node, const Path& path);
  void build_agents(const ValueNode& node, const Path& path);
  void build_contexts(const ValueNode& node, const Path& path);
  void deploy(const ValueNode& node, const Path& path);
  void devices(const ValueNode& node, const Path& path);
  void entrypoint(const ValueNode& node, const Path& path);
  void gpus(const ValueNode& node, const Path& path);
  void gpu_request(const ValueNode& node, const Path& path);
  void image(const ValueNode& node, const Path& path);
  void hooks(const ValueNode& node, const Path& path);
  void privileged(const ValueNode& table, const Path& path);
  void logging(const ValueNode& node, const Path& path);
  void network_mode(const ValueNode& node, const Path& path);
  void networks(const ValueNode& node, const Path& path);
  void connect(const std::vector<ValueNode>& keys, const Path& path);
  [[nodiscard]] std::string name_of_network(const std::string& key) const;
  void links(const ValueNode& node, const Path& path);
  void ports(const ValueNode& node, const Path& path);
  void published(const std::string& port, const ValueNode& node, const Path& path);
  void joined_namespace(const SettingRow& row, const ValueNode& node, const Path& path);
  void volumes_from(const ValueNode& node, const Path& path);
  /// NAME of `service:NAME`.
  [[nodiscard]] static std::optional<std::string> joined_service(const std::string& value);
  void ulimits(const ValueNode& node, const Path& path);
  void granted(const ComposeTables& declared, std::string_view folder, const ValueNode& node, const Path& path);
  void api_socket(const ValueNode& node, const Path& path);
  void volumes(const ValueNode& node, const Path& path);
  void volume(const ValueNode& node, const Path& path);
  void declared_volume(Setting<Mount>& mount, const ValueNode& node, const Path& path);
  [[nodiscard]] std::optional<MountTable> mount(const std::string& type, const std::string& source,
                                                const std::string& target, const ValueNode& node, const Path& path);
  [[nodiscard]] std::optional<std::string> known_source(const WrittenText& source, std::string_view target,
                                                        const Origin& origin);
  [[nodiscard]] std::string unresolved_volume(const WrittenText& written, const Origin& origin);
  [[nodiscard]] bool resolve(MountTable& table, const Path& path);
  void unresolved_setting(const SettingRow& row, const Origin& origin);

  /// The value with its variables expanded, at the place of the node, which says how it is written.
  [[nodiscard]] WrittenText text(std::string_view value, const ValueNode& node, const Path& path);
  [[nodiscard]] static Origin origin_of(const WrittenText& text, const Path& path);
  /// The value alone, for a choice that depends on it; as it is written where a variable has no value.
  [[nodiscard]] std::string expanded(std::string_view value) const;
  /// True for a boolean as Compose reads it, with its variables expanded.
  [[nodiscard]] bool is_true(std::string_view value) const;
  /// One value of a setting, as the flag has it. Where a variable in it has no value, only a name before = is known.
  void set(const SettingRow& row, std::string_view value, const ValueNode& node, const Path& path);

  void not_understood(const ValueNode& node, const Path& path, std::string_view expected);
  void not_judged(const Member& member, const Path& path, std::string message, std::string remedy,
                  std::string evidence = {});
  [[nodiscard]] bool is_scalar(const ValueNode& node, const Path& path);

  Reporter& reporter_;
  const ComposeFile& file_;
  const Member& service_;
  ResolvedSkill skill_;
  SpecBuilder builder_;
  SkillVariables variables_;
  Reporter expansions_;
  TextExpander expander_;
  ServiceJoins joins_;
  bool has_image_ = false;
  bool has_network_ = false;
};

/// The text of a table's member; empty when there is none.
[[nodiscard]] std::string member_text(const ValueNode& table, std::string_view key);

/// The entry of a table; null when there is none, or no table. One without a value is not there, as Compose has it.
[[nodiscard]] const ValueNode* entry_of(const ValueNode* table, std::string_view name);

/// The entry of the first table that has it.
[[nodiscard]] const ValueNode* entry_of(const ComposeTables& tables, std::string_view name);

/// Reads what is written as one value or as a list of them.
template <class Read>
void for_each(const ValueNode& node, const Path& path, Read&& read) {
  if (node.kind != NodeKind::array) return read(node, path);
  for (std::size_t i = 0; i < node.items.size(); ++i) read(node.items[i], Path(path, i));
}

/// Reads what stands for the key of a table, if it is there.
template <class Read>
void within(const ValueNode& table, const Path& path, std::string_view key, Read&& read) {
  if (const ValueNode* node = entry_of(&table, key)) read(*node, Path(path, key));
}

}  // namespace skillrun::inline v0
