#include "spec/expanded_texts.hpp"

#include <string>
#include <variant>

#include <fmt/format.h>

#include "spec/docker_fields.hpp"

namespace skillrun::inline v0 {

namespace {

/// Visits each kind of member that a table of fields can have.
class Notes {
 public:
  explicit Notes(SpecBuilder& builder) : builder_(builder) {}

  void note(const WrittenText& text, const std::string& field) {
    if (text.expansions.empty()) return;
    Origin origin = SpecBuilder::manifest_origin(text, field);
    if (field.starts_with("docker.extra_args")) origin.kind = OriginKind::extra_args;
    builder_.spec.expanded.push_back({.origin = std::move(origin), .text = text.value});
  }
  void note(const WrittenList& list, const std::string& field) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      if (!list.items[i].expansions.empty()) note(list.items[i], fmt::format("{}[{}]", field, i));
    }
  }
  void note(const WrittenMap& map, const std::string& field) {
    for (const WrittenEntry& entry : map.entries) {
      if (!entry.value.expansions.empty()) note(entry.value, fmt::format("{}.{}", field, entry.key.value));
    }
  }
  void note(const MountTables& tables, const std::string& field) {
    for (std::size_t i = 0; i < tables.items.size(); ++i) note_fields(tables.items[i], fmt::format("{}[{}]", field, i));
  }
  void note(const PackageBuild& table, const std::string& field) { note_fields(table, field); }
  void note(const BuildTable& table, const std::string& field) { note_fields(table, field); }
  void note(const DockerRuntimeConfig& table, const std::string& field) { note_fields(table, field); }
  void note(const Located<bool>& /*flag*/, const std::string& /*field*/) {}

 private:
  template <class Table>
  void note_fields(const Table& table, const std::string& field) {
    for (const Field<Table>& entry : fields_of<Table>()) {
      std::visit(
          [&](auto member) {
            if constexpr (requires { note(*(table.*member), field); }) {
              if (table.*member) note(*(table.*member), fmt::format("{}.{}", field, entry.key));
            }
          },
          entry.member);
    }
  }

  SpecBuilder& builder_;
};

}  // namespace

void note_expanded_texts(SpecBuilder& builder) {
  const ResolvedSkill& skill = builder.skill();
  Notes notes(builder);
  notes.note(skill.docker, "docker");
  notes.note(skill.env, "env");
  if (skill.source_image && !skill.docker.image) notes.note(*skill.source_image, "source");
}

}  // namespace skillrun::inline v0
