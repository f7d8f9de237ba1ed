// Holds the key tables of docs/manifest.md against the field tables that the reader uses. Renew the document with
// SKILLRUN_UPDATE_GOLDENS=1.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "manifest/skill_fields.hpp"
#include "spec/docker_fields.hpp"

using namespace skillrun;

namespace {

const std::string document_path = SKILLRUN_SOURCE_DIR "/docs/manifest.md";

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class Table>
std::string key_table() {
  std::string text = "\n| key | meaning | example |\n|---|---|---|\n";
  for (const auto& field : fields_of<Table>()) {
    text += fmt::format("| `{}` | {} | `{}` |\n", field.key, field.description, field.example);
  }
  return text;
}

/// The document with the part between a section's markers replaced.
std::string with_section(std::string document, const std::string& section, const std::string& content) {
  const std::string begin = fmt::format("<!-- {} keys: begin -->", section);
  const std::string end = fmt::format("<!-- {} keys: end -->", section);
  const std::size_t from = document.find(begin);
  const std::size_t to = document.find(end);
  REQUIRE_MESSAGE(from != std::string::npos, begin);
  REQUIRE_MESSAGE(to != std::string::npos, end);
  return document.replace(from + begin.size(), to - from - begin.size(), content + "\n");
}

}  // namespace

TEST_CASE("docs/manifest.md lists every key that the reader knows, with its meaning") {
  const std::string document = read(document_path);
  std::string expected = with_section(document, "skill", key_table<SkillDefinition>());
  expected = with_section(expected, "instance", key_table<InstanceDefinition>());
  expected = with_section(expected, "capability", key_table<CapabilityTable>());
  expected = with_section(expected, "service", key_table<ServiceNeed>());
  expected = with_section(expected, "docker", key_table<DockerRuntimeConfig>());
  expected = with_section(expected, "mount", key_table<MountTable>());
  expected = with_section(expected, "build", key_table<BuildTable>());
  if (std::getenv("SKILLRUN_UPDATE_GOLDENS") != nullptr) std::ofstream(document_path, std::ios::binary) << expected;
  CHECK_MESSAGE(document == expected, "renew it with SKILLRUN_UPDATE_GOLDENS=1");
}
