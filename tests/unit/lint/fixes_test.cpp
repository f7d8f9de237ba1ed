// Fixes: only what has exactly one right fix, with comments and layout kept.
#include <doctest/doctest.h>

#include "lint/fixes.hpp"
#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

std::string fixed_as(const std::string& text, ManifestFormat format) {
  const Context context;
  const auto lint = [&](const std::string& now) {
    return lint_manifest(source_of(now), format, "skills.toml", context.context);
  };
  return fix(lint(text), lint).text;
}

/// The lines after the skill's own ones.
std::string fixed(const std::string& lines) {
  return fixed_as(skill(lines), ManifestFormat::toml).substr(skill().size());
}

}  // namespace

TEST_CASE("a word that has to go goes, whatever stands around it") {
  CHECK(fixed("extra_args = [\"--privileged\"]\n") == "extra_args = []\n");
  CHECK(fixed("extra_args = [\"--privileged\", \"--init\"] # why\n") == "extra_args = [\"--init\"] # why\n");
  CHECK(fixed("extra_args = [\"--init\", \"--privileged\"]\n") == "extra_args = [\"--init\"]\n");
  CHECK(fixed("extra_args = [\"--init\", \"--pid\", \"host\", \"--tty\"]\n") ==
        "extra_args = [\"--init\", \"--tty\"]\n");
  CHECK(fixed("extra_args = [\n  \"--init\",  # reaps\n  \"--privileged\",\n  \"--tty\",\n]\n") ==
        "extra_args = [\n  \"--init\",  # reaps\n  \"--tty\",\n]\n");
  CHECK(fixed("extra_args = [\n  \"--init\",\n  \"--pid=host\"\n]\n") == "extra_args = [\n  \"--init\",\n]\n");
  CHECK(fixed("extra_args = [\"--pid=host\", \"--ipc=host\", \"--privileged\"]\n") == "extra_args = []\n");
}

TEST_CASE("a comment beside a word that goes stays") {
  CHECK(fixed("extra_args = [\n  \"--privileged\", # it asked for it\n  \"--init\",\n]\n") ==
        "extra_args = [\n  # it asked for it\n  \"--init\",\n]\n");
}

TEST_CASE("several flags in one word are left to people") {
  const std::string cluster = "extra_args = [\"-itd\"]\n";
  CHECK(fixed(cluster) == cluster);
}

TEST_CASE("entries of typed lists go too") {
  CHECK(fixed("cap_add = [\"SYS_ADMIN\", \"CHOWN\"]\n") == "cap_add = [\"CHOWN\"]\n");
}

TEST_CASE("a misspelt key is renamed where only one name is near and nobody has it") {
  CHECK(fixed("enviroment = [\"A=1\"]\n") == "environment = [\"A=1\"]\n");
  CHECK(fixed("\"working-dir\" = \"/work\"\n") == "working_dir = \"/work\"\n");
  const std::string taken = "memroy = \"1g\"\n";
  CHECK(fixed(taken) == taken);
  const std::string far = "frobnicate = 1\n";
  CHECK(fixed(far) == far);
}

TEST_CASE("a waiver that waives nothing goes") {
  CHECK(fixed("init = true # skillrun: allow host-pid until 2027-01-01 -- old\n") == "init = true\n");
  CHECK(fixed("# skillrun: allow host-pid until 2027-01-01 -- old\ninit = true\n") == "init = true\n");
}

TEST_CASE("what needs a decision is left alone") {
  for (const std::string text : {"volumes = [\"/etc:/x\"]\n", "environment = [\"TOKEN=swordfish-in-the-clear\"]\n",
                                 "network = \"host\"\n", "ports = [\"8080:80\"]\n"}) {
    CAPTURE(text);
    CHECK(fixed(text) == text);
  }
}

TEST_CASE("YAML is fixed like TOML, in both kinds of lists") {
  const std::string head =
      "skills:\n  tool:\n    docker:\n      image: debian:12@sha256:" + std::string(64, 'a') + "\n      memory: 64m\n";
  const auto yaml = [&](const std::string& lines) {
    return fixed_as(head + lines, ManifestFormat::yaml).substr(head.size());
  };
  CHECK(yaml("      extra_args: [--privileged, --init]\n") == "      extra_args: [--init]\n");
  CHECK(yaml("      extra_args:\n        - --init\n        - \"--privileged\"\n        # last\n        - --tty\n") ==
        "      extra_args:\n        - --init\n        # last\n        - --tty\n");
  // Without its only entry the key would have no value.
  const std::string alone = "      extra_args:\n        - --privileged\n";
  CHECK(yaml(alone) == alone);
  CHECK(yaml("      memroy_swap: 64m\n") == "      memory_swap: 64m\n");
}

TEST_CASE("a fix that would bring another fault is taken back") {
  const std::string text = "[skills.a.docker]\nimage = \"x:1\"\n[skills.b.docker]\nimagee = \"x:1\"\n";
  CHECK(fixed_as(text, ManifestFormat::toml).find("image = \"x:1\"\n[skills.b.docker]\nimage = ") != std::string::npos);
  CHECK(fixed_as("skills = not toml", ManifestFormat::toml) == "skills = not toml");
}

TEST_CASE("a diff is what diff -u writes") {
  CHECK(unified_diff("a\n", "a\n", "x") == "");
  CHECK(unified_diff("a\nb\nc\n", "a\nc\n", "x.toml") == "--- x.toml\n+++ x.toml\n@@ -1,3 +1,2 @@\n a\n-b\n c\n");
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nnine\n", "x") ==
        "--- x\n+++ x\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+nine\n");
  CHECK(unified_diff("a\n", "b\n", "x y").starts_with("--- x y\t\n+++ x y\t\n@@ "));
  CHECK(unified_diff("a", "b\n", "x") == "--- x\n+++ x\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n");
}

TEST_CASE("many fixes are made in a few looks, and one that does not help keeps back no other") {
  std::string text;
  for (int i = 0; i < 64; ++i) {
    text +=
        skill(i == 40 ? "enviroment = 5\n" : "extra_args = [\"--privileged\", \"--init\"]\n", "t" + std::to_string(i));
  }
  const Context context;
  std::size_t looks = 0;
  const auto lint = [&](const std::string& now) {
    ++looks;
    return lint_manifest(source_of(now), ManifestFormat::toml, "skills.toml", context.context);
  };
  const FixedText fixed = fix(lint(text), lint);
  CHECK(fixed.count == 63);
  CHECK_FALSE(fixed.text.contains("--privileged"));
  CHECK(looks < 24);
}

TEST_CASE("a text in which no fix helps is looked at a limited number of times") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += skill("extra_args = [\"--privileged\", \"--init\"]\n", "t" + std::to_string(i));
  const Context context;
  const LintedFile same = lint_manifest(source_of(text), ManifestFormat::toml, "skills.toml", context.context);
  std::size_t looks = 0;
  const FixedText fixed = fix(same, [&](const std::string&) {
    ++looks;
    return same;
  });
  CHECK(fixed.count == 0);
  CHECK(fixed.text == text);
  CHECK(looks < 80);
}
