#include <doctest/doctest.h>
#include <skillrun/manifest.hpp>

using namespace skillrun;

namespace {

std::vector<Directive> directives(std::string text, ManifestFormat format) {
  const auto manifest = parse_manifest(
      std::make_shared<const SourceText>(SourceText{.name = "m", .directory = {}, .text = std::move(text)}), format);
  REQUIRE(manifest);
  return manifest->directives ? *manifest->directives : std::vector<Directive>();
}

std::vector<Directive> toml(const std::string& text) { return directives(text, ManifestFormat::toml); }
std::vector<Directive> yaml(const std::string& text) { return directives(text, ManifestFormat::yaml); }

}  // namespace

TEST_CASE("a comment belongs to its line, or standing alone to the next one, and to the skill there") {
  const auto found = toml(
      "[skills.a]\nruntime = \"docker\"\n[skills.a.docker]\nimage = \"x\"  # skillrun: one \r\n\n[skills.b.docker]\n"
      "# skillrun: two\n  #  skillrun:three\nimage = \"y\"\n# skillrun: four\n");
  REQUIRE(found.size() == 4);
  CHECK(found[0].text == "one");
  CHECK(found[0].line == 4);
  CHECK(found[0].skill == "a");
  CHECK(found[0].span == Span{{4, 14}, {4, 29}});
  CHECK(found[1].line == 9);
  CHECK(found[1].skill == "b");
  CHECK(found[2].text == "three");
  CHECK(found[2].line == 9);
  CHECK(found[3].line == 11);
  CHECK(found[3].skill.empty());
}

TEST_CASE("above the header of a table a comment is about the whole table, above a skill's about the whole skill") {
  const auto found = toml(
      "# skillrun: one\n[skills.a]\nruntime = \"docker\"\n# skillrun: two\n[skills.a.docker]\nimage = \"x\"\n\n"
      "# skillrun: three\n# skillrun: four\n[skills.a.docker.build.packages]\nsuite = \"bookworm\"\ninclude = [\n"
      "  \"jq\",\n]\n\n# skillrun: five\n[skills.b.docker]\nimage = \"y\"\n");
  REQUIRE(found.size() == 5);
  const std::uint32_t lines[][2] = {{0, UINT32_MAX}, {5, 14}, {10, 14}, {10, 14}, {17, 18}};
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].text);
    if (i < 4) CHECK(found[i].skill == "a");
    CHECK(found[i].line == lines[i][0]);
    CHECK(found[i].last_line == lines[i][1]);
  }
  CHECK(found[4].skill == "b");
}

TEST_CASE("in YAML the header of a table is its key, and an aliased table stays its first user's") {
  const auto found = yaml(
      "skills:\n  a:\n    # skillrun: one\n    docker: &base\n      image: x\n      mounts:\n        # skillrun: two\n"
      "        - source: /a\n          target: /b\n  # skillrun: three\n  b:\n    docker: *base\n"
      "  # skillrun: four\n  c: {docker: {image: y}}\n");
  REQUIRE(found.size() == 4);
  CHECK(found[0].line == 4);
  CHECK(found[0].last_line == 9);
  CHECK(found[0].skill == "a");
  CHECK(found[1].line == 8);
  CHECK(found[1].last_line == 9);
  CHECK(found[2].skill == "b");
  CHECK(found[2].covers(5));
  CHECK(found[3].skill == "c");
  CHECK(found[3].covers(14));
  CHECK_FALSE(found[3].covers(5));
}

TEST_CASE("inside a list a comment belongs to its item") {
  const auto found = toml(
      "[skills.a.docker]\nimage = \"x\"\nextra_args = [\n  \"--privileged\", # skillrun: one\n  # skillrun: two\n"
      "  \"--net=host\",\n]\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 4);
  CHECK(found[1].line == 6);
  CHECK(found[1].skill == "a");
}

TEST_CASE("a # within a string, a key or a block is not a comment") {
  CHECK(toml("[skills.a]\ndescription = \"x # skillrun: no\"\n[skills.a.docker]\nimage = \"x\"\nlabels = { \"# "
             "skillrun: no\" = '# skillrun: no' }\n")
            .empty());
  CHECK(toml("[skills.a]\ndescription = \"\"\"\n# skillrun: no\n\"\"\"\n[skills.a.docker]\nimage = '''x'''\n").empty());
  CHECK(yaml("skills:\n  a:\n    description: |\n      # skillrun: no\n      x # skillrun: no\n    docker: {image: "
             "'# skillrun: no'}\n")
            .empty());
  CHECK(yaml("skills:\n  a:\n    description: \"x\n      # skillrun: no\"\n    docker: {image: a#skillrun:no}\n")
            .empty());
  CHECK(yaml("skills:\n  a:\n    description: >-\n      folded\n\n      # skillrun: no\n    docker: {image: x}\n")
            .empty());
}

TEST_CASE("YAML comments are found beside plain, quoted and block values") {
  const auto found = yaml(
      "skills:\n  a:  # skillrun: one\n    docker:\n      image: x#y # skillrun: two\n      # skillrun: three\n"
      "      network: 'host' # skillrun: four\n      command: [a, # skillrun: five\n        b]\n");
  REQUIRE(found.size() == 5);
  const std::uint32_t lines[] = {2, 4, 6, 6, 7};
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].text);
    CHECK(found[i].line == lines[i]);
    CHECK(found[i].skill == "a");
  }
}

TEST_CASE("only a comment that begins with the word is a directive") {
  CHECK(toml("# see skillrun: no\n# skillrun\n[skills.a.docker]\nimage = \"x\" # a # skillrun: no\n").empty());
}

TEST_CASE("many comments cost no more than their number") {
  std::string text = "[skills.a.docker]\nimage = \"x\"\n";
  for (int i = 0; i < 1000; ++i) text += "# skillrun: x\n";
  while (text.size() < 900'000) text += "# skillruns: x\n";
  CHECK(toml(text).size() == 1000);
}
