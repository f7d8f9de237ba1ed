#include <algorithm>
#include <random>

#include "manifest/readers.hpp"
#include "manifest/text_index.hpp"
#include "support.hpp"
#include "support/text.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

struct Ugly {
  std::string what;
  std::string text;
  std::string_view rule;
};

constexpr std::size_t many = 250'000;

}  // namespace

TEST_CASE("ugly TOML is refused with a place and a reason") {
  const std::vector<Ugly> inputs{
      {"a control character in a key", "[=\x02", "syntax-error"},
      {"no TOML at all", "\x01\x02", "syntax-error"},
      {"lists without end", "a = " + repeat("[", many), "syntax-error"},
      {"inline tables without end", "a = " + repeat("{a=", many), "syntax-error"},
      {"a key of very many parts", repeat("a.", many) + "a = 1", "syntax-error"},
      {"a key of very many quoted parts", repeat("'a' . ", many / 2) + "a = 1", "syntax-error"},
      {"a header of very many parts", "[" + repeat("a.", many) + "a]", "syntax-error"},
      {"a dotted key behind a tricky string", "x = \"\"\"a\"\"\"\"\"\n" + repeat("a.", many) + "a = 1", "syntax-error"},
      {"depth by dots and brackets together", "a = " + repeat("{a.a.a.a.a.a.a.a=", 30) + repeat("}", 30),
       "syntax-error"},
      {"a string without end", "a = \"x", "syntax-error"},
      {"a multi-line string without end", "a = \"\"\"x\n", "syntax-error"},
      {"a lone surrogate", "a = \"\\ud800\"", "syntax-error"},
      {"a NUL byte", std::string("a = 1\0", 6), "control-character"},
      {"invalid UTF-8", "a = \"\xff\"", "control-character"},
      {"overlong UTF-8", "a = \"\xc0\xaf\"", "control-character"},
      {"UTF-16",
       std::string("\xff\xfe"
                   "a\0",
                   4),
       "control-character"},
      {"more than a mebibyte", repeat(" ", max_manifest_size + 1), "syntax-error"},
      {"a lone carriage return", "a = 1\rb = 2", "syntax-error"},
      {"an integer that overflows", "a = 99999999999999999999", "syntax-error"},
      {"a date that is none", "a = 2024-13-01", "syntax-error"},
      {"a key without a value", "a =", "syntax-error"},
      {"two byte order marks",
       "\xEF\xBB\xBF\xEF\xBB\xBF"
       "a = 1",
       "syntax-error"},
      {"the root as a list", "[[skills]]", "invalid-value"},
      {"a dotted key into a value", "skills = {}\na = 1\na.b = 2", "duplicate-key"},
  };
  for (const Ugly& input : inputs) {
    CAPTURE(input.what);
    const auto result = parse_toml(input.text);
    REQUIRE_FALSE(result.has_value());
    const Finding& first = result.error().front();
    INFO(first.message);
    CHECK(first.rule == input.rule);
    CHECK(first.severity == Severity::error);
    CHECK(first.span.known());
    CHECK_FALSE(first.message.empty());
    CHECK_FALSE(find_control_character(first.message).has_value());
    CHECK(first.source != nullptr);
  }
}

TEST_CASE("ugly YAML is refused with a place and a reason") {
  std::string bomb = "skills: {}\na0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += fmt::format("a{0}: &a{0} [{1}]\n", i, repeat(fmt::format("*a{}, ", i - 1), 9));
  }
  std::string ladder = "a0: &a0 x\n";
  for (int i = 1; i < 100; ++i) ladder += fmt::format("a{0}: &a{0} [*a{1}]\n", i, i - 1);
  const std::vector<Ugly> inputs{
      {"an alias bomb", bomb, "duplicate-key"},
      {"a bomb of text", "skills: {}\na: &a " + repeat("x", 500'000) + "\nb: [" + repeat("*a,", 10'000) + "]\n",
       "duplicate-key"},
      {"depth by aliases", ladder, "syntax-error"},
      {"an alias into itself", "skills: {}\na: &a [*a]", "duplicate-key"},
      {"an unknown alias", "a: *b", "syntax-error"},
      {"an alias as a key", "a: &a b\n*a : c\n", "syntax-error"},
      {"lists without end", repeat("[", many), "syntax-error"},
      {"tables without end", repeat("{", many), "syntax-error"},
      {"block lists without end", repeat("- ", many), "syntax-error"},
      {"explicit keys without end", repeat("? ", many), "syntax-error"},
      {"compact keys without end", "a: " + repeat("{a: ", many), "syntax-error"},
      {"a list as a key", "? [a]\n: b\n", "syntax-error"},
      {"a table as a key", "{a: b}: c\n", "syntax-error"},
      {"an empty key", ": a\n", "syntax-error"},
      {"a null key", "~: a\n", "syntax-error"},
      {"a list at the root", "- a\n", "syntax-error"},
      {"a string at the root", "hello", "syntax-error"},
      {"a number at the root", "1", "syntax-error"},
      {"a merge key without a table", "<<: 1\n", "syntax-error"},
      {"a tag at the root", "!x {}\n", "duplicate-key"},
      {"a non-specific tag", "skills: {}\na: ! b\n", "duplicate-key"},
      {"a tag without a value", "skills: {}\na: !!str\n", "duplicate-key"},
      {"a tab as indentation", "skills:\n\tx: 1\n", "syntax-error"},
      {"a string without end", "a: \"x", "syntax-error"},
      {"a list that is not closed", "a: [x", "syntax-error"},
      {"wrong indentation", "a:\n   b: 1\n  c: 2\n", "syntax-error"},
      {"an unknown escape", "a: \"\\q\"", "syntax-error"},
      {"a second document", "skills: {}\n...\n---\nskills: {}\n", "duplicate-key"},
      {"an undeclared tag handle", "skills: {}\na: !e!x b\n", "duplicate-key"},
      {"a version of another YAML", "%YAML 9.9\n---\na: b\n", "syntax-error"},
      {"a NUL byte", std::string("a: 1\0", 5), "control-character"},
      {"invalid UTF-8", "a: \xff", "control-character"},
      {"UTF-16", std::string("\xfe\xff\0a", 4), "control-character"},
      {"more than a mebibyte", repeat(" ", max_manifest_size + 1), "syntax-error"},
  };
  for (const Ugly& input : inputs) {
    CAPTURE(input.what);
    const auto result = parse_yaml(input.text);
    REQUIRE_FALSE(result.has_value());
    const Finding& first = result.error().front();
    INFO(show(result.error()));
    INFO(first.message);
    CHECK(std::any_of(result.error().begin(), result.error().end(),
                      [&](const Finding& finding) { return finding.rule == input.rule; }));
    CHECK(first.severity == Severity::error);
    CHECK(first.span.known());
    CHECK_FALSE(first.message.empty());
    CHECK_FALSE(find_control_character(first.message).has_value());
  }
}

TEST_CASE("nesting beyond the limit is named as such in both formats") {
  for (const std::size_t depth : {33U, 100U, 1000U}) {
    const std::string lists = repeat("[", depth) + repeat("]", depth);
    CHECK(only(parse_toml("skills = " + lists)).message == "tables and lists are nested deeper than 32 levels");
    CHECK(only(parse_yaml("skills: " + lists)).message == "tables and lists are nested deeper than 32 levels");
  }
}

TEST_CASE("large manifests are read, or refused, in reasonable time") {
  // Each of these takes minutes if anything is quadratic.
  std::string lists = "skills: {x: {docker: {image: a, command: [";
  while (lists.size() < max_manifest_size - 10) lists += "é,";
  CHECK(only(parse_yaml(lists + "]}}}")).message == "a list of more than 1000 entries");
  std::string toml = "[skills.x.docker]\nimage = 'a'\ncommand = [";
  while (toml.size() < max_manifest_size - 10) toml += "'é',";
  CHECK(only(parse_toml(toml + "]\n")).message == "a list of more than 1000 entries");
  std::string skills;
  for (int i = 0; skills.size() < max_manifest_size - 64; ++i) {
    skills += fmt::format("[skills.s{}]\nsource='docker:a'\n", i);
  }
  CHECK(only(parse_toml(skills)).message == "a table of more than 5000 entries");
  std::string labels = "skills:\n  x:\n    docker:\n      image: a\n      labels:\n";
  for (int i = 0; labels.size() < max_manifest_size - 64; ++i) labels += fmt::format("        l{}: é\n", i);
  CHECK(only(parse_yaml(labels)).message == "a table of more than 1000 entries");
  std::string words;
  for (int i = 0; words.size() < max_manifest_size - 2'000; ++i) {
    words += fmt::format("[skills.s{}.docker]\nimage = 'a'\ncommand = ['{}']\n", i, repeat("é", 500));
  }
  CHECK(good(parse_toml(words)).skills.size() > 900);
}

TEST_CASE("strings and comments do not count as nesting") {
  CHECK_FALSE(find_deep_toml("a = \"" + repeat("[", 100) + "\" # " + repeat("[.", 100)).has_value());
  CHECK_FALSE(find_deep_toml("a = '''" + repeat("['a.\n", 100) + "'''").has_value());
  CHECK_FALSE(find_deep_toml("a = \"\"\"" + repeat("[\\\"\"", 100) + "\"\"\"").has_value());
  CHECK_FALSE(find_deep_toml("a = [" + repeat("1.5, ", 1000) + "]").has_value());
  CHECK_FALSE(find_deep_toml(repeat("[[a]]\nb.c.d = 1\n", 1000)).has_value());
  CHECK(find_deep_toml(repeat("[", 40)) == std::optional<std::size_t>(32));
  CHECK(find_deep_toml("a = \"\"\"x\"\"\"\"\"" + repeat("[", 40)).has_value());
  CHECK(find_deep_toml("a = [\"\"\"x\"\"\"\", " + repeat("[", 40)).has_value());
  CHECK(find_deep_toml("a = 'x\n" + repeat("[", 40)).has_value());
}

TEST_CASE("offsets and positions agree with a slow count, wherever blocks and lines meet") {
  std::mt19937 random(7);
  const std::string_view pieces[] = {"a", "é", "\n", "\xF0\x9F\x98\x80", "\r\n", " "};
  for (const std::size_t length : {0U, 1U, 255U, 256U, 257U, 1000U}) {
    std::string text;
    while (text.size() < length) text += pieces[random() % std::size(pieces)];
    const TextIndex index(text);
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
      REQUIRE(index.position(i) == position_at(text, i));
      REQUIRE(index.offset(index.position(i)) == i);
    }
    CHECK(index.offset({9999, 1}) == text.size());
  }
}
