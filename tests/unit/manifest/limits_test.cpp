// What a document may hold, so that its size bounds the work that it makes.
#include <algorithm>

#include "manifest/limits.hpp"
#include "manifest/readers.hpp"
#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

/// A piece for each number, with the number in place of #.
std::string numbered(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    for (const char c : piece) text += c == '#' ? std::to_string(i) : std::string(1, c);
  }
  return text;
}

const std::string tool = "[skills.tool.docker]\nimage = \"a:1\"\n";

ManifestReading read(const std::string& text, ManifestFormat format = ManifestFormat::toml) {
  return read_manifest(source(text, format), format);
}

bool says(const ManifestReading& reading, std::string_view part) {
  return std::ranges::any_of(reading.findings, [&](const Finding& finding) {
    return finding.severity == Severity::error && finding.message.find(part) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("a list has as many entries as may be judged, and is refused with one more") {
  const auto with = [](std::size_t count) { return tool + "cap_add = [" + repeated("\"X\",", count) + "]\n"; };
  CHECK(good(parse_toml(with(max_entries))).skills[0].docker->cap_add->items.size() == max_entries);
  const Finding refused = only(parse_toml(with(max_entries + 1)));
  CHECK(refused.rule == syntax_error);
  CHECK(refused.message == "a list of more than 1000 entries");
  CHECK(refused.skill == "tool");
  CHECK(show(refused.span).starts_with("3:11"));
  CHECK(says(read("skills: {a: {docker: {image: x, cap_add: [" + repeated("X,", max_entries + 1) + "]}}}\n",
                  ManifestFormat::yaml),
             "a list of more than 1000 entries"));
  CHECK(says(read(tool + "[skills.tool.env]\n" + numbered("A#=\"1\"\n", max_entries + 1)), "a table of more than"));
}

TEST_CASE("the skills beside one that holds too much are read") {
  const ManifestReading reading =
      read(tool + "cap_add = [" + repeated("\"X\",", max_entries + 1) + "]\n[skills.other.docker]\nimage = \"b:1\"\n");
  CHECK_FALSE(reading.valid);
  REQUIRE(reading.manifest.skills.size() == 1);
  CHECK(reading.manifest.skills[0].name == "other");
}

TEST_CASE("a value and a key are bounded, wherever they stand") {
  const auto image = [](std::size_t size) { return "[skills.a.docker]\nimage = \"" + std::string(size, 'x') + "\"\n"; };
  CHECK(parse_toml(image(max_value_size)));
  CHECK(says(read(image(max_value_size + 1)), "a value of more than"));
  CHECK(says(read(tool + "[skills.tool.env]\n" + std::string(max_key_size + 1, 'K') + " = \"1\"\n"),
             "a key of more than"));
  CHECK(
      says(read("[skills." + std::string(max_key_size + 1, 'K') + ".docker]\nimage = \"a\"\n"), "a key of more than"));
  CHECK(says(read(tool + std::string(max_key_size + 1, 'K') + " = 1\n"), "a key of more than"));
}

TEST_CASE("instances count with what their skill holds") {
  const auto with = [](std::size_t values, std::size_t instances) {
    return tool + "cap_add = [" + repeated("\"X\",", values) + "]\n" +
           numbered("[skills.tool.instances.i#]\n", instances);
  };
  CHECK(parse_toml(with(10, 900)));
  CHECK(says(read(with(20, 900)), "each instance counted with those of its skill"));
}

TEST_CASE("skills are bounded by their number, and by what they hold together") {
  const auto skills = [](std::size_t count) { return numbered("[skills.s#.docker]\nimage = \"a:1\"\n", count); };
  CHECK(parse_toml(skills(3000)));
  const ManifestReading most = read(skills(max_top_entries));
  CHECK_FALSE(says(most, "entries"));
  CHECK(says(most, "values in the file"));
  CHECK(most.manifest.skills.size() > 3000);
  CHECK(says(read(skills(max_top_entries + 1)), "a table of more than 5000 entries"));
}

TEST_CASE("anchors within anchors are not kept without end") {
  std::string nested = "x-free: ";
  for (int i = 0; i < 25; ++i) nested += "&n" + std::to_string(i) + " [";
  nested += repeated("a, ", 900) + repeated("]", 25) + "\nskills: {}\n";
  CHECK_FALSE(says(read(nested, ManifestFormat::yaml), "anchors of values"));
  std::string wide = "skills: &s {";
  for (int i = 0; i < 300; ++i)
    wide += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated("x,", 300) + "],";
  CHECK(says(read(wide + "}\n", ManifestFormat::yaml), "anchors of values"));
}

TEST_CASE("waivers in comments are bounded") {
  const std::string waiver = "# skillrun: allow privileged until 2027-01-01 -- x\n";
  CHECK(good(parse_toml(tool + repeated(waiver, 1000))).directives->size() == 1000);
  CHECK(says(read(tool + repeated(waiver, 1001)), "more than 1000 waivers in comments"));
}

TEST_CASE("a text of nothing but quotes is looked at once") {
  // Counting every run of quotes to its end would take the square of its length: hours for this one.
  CHECK_FALSE(find_deep_toml(std::string(max_manifest_size, '"')));
  CHECK_FALSE(find_deep_toml(std::string(max_manifest_size, '\'')));
}

TEST_CASE("a message quotes a long value by its ends") {
  const Finding finding = only(parse_toml(tool + "memory = [\"" + std::string(20'000, 'x') + "\"]\n"));
  CHECK(finding.message.size() <= 1010);
  const Finding bad = only(parse_toml("[skills.\"" + std::string(900, '!') + "\".docker]\nimage = \"a\"\n"));
  CHECK(bad.message.size() <= 1010);
}
