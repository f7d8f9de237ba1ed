// What a document is, told by the keys at its top.
#include "manifest/document_kind.hpp"

#include <doctest/doctest.h>

using namespace skillrun;

namespace {

std::string yaml_kind(std::string_view text) {
  const auto kind = document_kind(text, ManifestFormat::yaml);
  if (!kind) return "none";
  return *kind == DocumentKind::manifest ? "manifest" : *kind == DocumentKind::policy ? "policy" : "compose";
}

bool is_toml_manifest(std::string_view text) {
  return document_kind(text, ManifestFormat::toml) == DocumentKind::manifest;
}

}  // namespace

TEST_CASE("a key at the top tells what a document is, and nothing below it") {
  CHECK(yaml_kind("version: '1'\nskills: {a: {}}\n") == "manifest");
  CHECK(yaml_kind("{\"skills\": {}}") == "manifest");
  CHECK(yaml_kind("\xEF\xBB\xBF# c\nskills: {}\n") == "manifest");
  CHECK(yaml_kind("apiVersion: skillrun.policy/v1\nname: x\n") == "policy");
  CHECK(yaml_kind("name: x\n'apiVersion': \"skillrun.policy/v9\"\n") == "policy");
  CHECK(yaml_kind("x-common: &c {services: 1}\nservices: {web: *c}\n") == "compose");
  CHECK(yaml_kind("include: [a.yaml]\n") == "compose");
  CHECK(yaml_kind("services: {web: {ports: !reset []}}\n") == "compose");
  for (const char* text :
       {"", "# skills: {}\n", "agent:\n  skills: [a]\n", "- skills: {}\n", "services: [a]\n",
        "apiVersion: v1\nkind: Pod\n", "apiVersion: 1\n", "text: |\n  skills:\n", "skills", "[skills"}) {
    CAPTURE(text);
    CHECK(yaml_kind(text) == "none");
  }
  CHECK(is_toml_manifest("[skills.a]\n"));
  CHECK(is_toml_manifest("skills = {}\n"));
  CHECK(is_toml_manifest("version = \"1\"\n  [ skills . a ]\n"));
  CHECK(is_toml_manifest("\"sk\\u0069lls\" = {}\n"));
  CHECK_FALSE(is_toml_manifest("[tool.x]\nskills = [1]\n"));
  CHECK_FALSE(is_toml_manifest("apiVersion = \"skillrun.policy/v1\"\n"));
}

TEST_CASE("what declares skills is a manifest before anything else") {
  CHECK(yaml_kind("services: {}\nskills: {}\n") == "manifest");
  CHECK(yaml_kind("apiVersion: skillrun.policy/v1\nservices: {}\nskills: 1\n") == "manifest");
  CHECK(yaml_kind("apiVersion: skillrun.policy/v1\nservices: {}\n") == "policy");
  CHECK(yaml_kind("a: &a {skills: {}}\n<<: *a\n") == "manifest");
  CHECK(yaml_kind("\"sk\\u0069lls\": {}\nservices: {}\n") == "manifest");
}

TEST_CASE("the lines tell where a document cannot be read") {
  CHECK(yaml_kind("skills: {a: [\n") == "manifest");
  CHECK(yaml_kind("apiVersion: skillrun.policy/v1\nrules: {\n") == "policy");
  CHECK(yaml_kind("services:\n  a: [\n") == "compose");
  CHECK(yaml_kind("name: [\n") == "none");
  CHECK(is_toml_manifest("[skills.a\n"));
  CHECK(yaml_kind("skills: \xff\n") == "manifest");
}
