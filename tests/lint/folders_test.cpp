// What lint finds in folders, and what it leaves alone.
#include <sys/stat.h>

#include <algorithm>

#include <doctest/doctest.h>

#include "support/json.hpp"
#include "workplace.hpp"

namespace fs = std::filesystem;
using namespace skillrun::test;

namespace {

using Names = std::vector<std::string>;

/// The files with findings, sorted; every manifest of these cases has one.
Names files_of(const integration::Outcome& outcome) {
  CAPTURE(outcome.err);
  boost::system::error_code error;
  const auto document = skillrun::json::parse(outcome.out, error);
  REQUIRE_FALSE(error);
  Names names;
  for (const auto& finding : document.at("findings").as_array()) {
    names.emplace_back(finding.at("file").as_string());
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

Names found(const Workplace& place, Names words) {
  words.insert(words.begin(), {"lint", "--format", "json"});
  return files_of(integration::run(place.command(words)));
}

}  // namespace

TEST_CASE("without a path lint looks at what run would find") {
  const Workplace place;
  place.write("skillrun.toml", skill(privileged));
  place.write(".skillrun/more.yaml", "skills: {m: {docker: {image: x}}}\n");
  place.write("other.toml", skill(privileged, "other"));
  place.write("../home/.config/skillrun/manifests/own.toml", skill(privileged, "own"));
  const Names names = found(place, {});
  CHECK(std::ranges::count_if(names, [](const std::string& name) { return name.ends_with("skillrun.toml"); }) == 1);
  CHECK(std::ranges::count_if(names, [](const std::string& name) { return name.ends_with("/own.toml"); }) == 1);
  CHECK(std::ranges::none_of(names, [](const std::string& name) { return name.ends_with("other.toml"); }));
  CHECK(found(place, {"."}) == Names{".skillrun/more.yaml", "other.toml", "skillrun.toml"});
}

TEST_CASE("a link does not bring in a file from outside, because reports quote it") {
  const Workplace place;
  place.write("../outside.toml", skill(privileged));
  place.write("inside/real.toml", skill(privileged));
  fs::create_symlink("../outside.toml", place.at("skillrun.toml"));
  fs::create_symlink("/etc/passwd", place.at("passwd.toml"));
  fs::create_symlink("real.toml", place.at("inside/link.toml"));
  CHECK(found(place, {"."}) == Names{"inside/link.toml", "inside/real.toml"});
  // Who names it wants it.
  CHECK(found(place, {"skillrun.toml"}).size() == 1);
}

TEST_CASE("ignored files are left alone in folders, hidden and nested ones are not") {
  const Workplace place;
  place.write(".gitignore", "build/\n*.gen.toml\n!kept.gen.toml\n");
  place.write("sub/.gitignore", "/local.toml\n");
  for (const char* name : {"a.toml", "build/b.toml", "x.gen.toml", "kept.gen.toml", "sub/local.toml",
                           "sub/deep/local.toml", ".hidden/h.toml", "nested/n.toml", ".git/g.toml"}) {
    place.write(name, skill(privileged));
  }
  place.write("nested/.git/HEAD", "");
  place.write("Cargo.toml", "[package]\nname = \"x\"\n");
  CHECK(found(place, {"."}) ==
        Names{".hidden/h.toml", "a.toml", "kept.gen.toml", "nested/n.toml", "sub/deep/local.toml"});
  // What is named is linted, ignored or not.
  CHECK(found(place, {"build/b.toml"}) == Names{"build/b.toml"});
  CHECK(found(place, {"sub"}) == Names{"sub/deep/local.toml"});
}

TEST_CASE("what a run would find is linted although it is ignored: its author may have written .gitignore too") {
  const Workplace place;
  place.write(".gitignore", "*\n/.skillrun/\nskillrun.toml\n");
  for (const char* name : {"skillrun.toml", ".skillrun/tool.toml", "other.toml"}) place.write(name, skill(privileged));
  CHECK(found(place, {"."}) == Names{".skillrun/tool.toml", "skillrun.toml"});
}

TEST_CASE("links to files are followed, those to folders and to nowhere are not") {
  const Workplace place;
  place.write("real/a.toml", skill(privileged));
  fs::create_symlink("real/a.toml", place.at("link.toml"));
  fs::create_symlink("nowhere", place.at("broken.toml"));
  fs::create_symlink("nowhere", place.at("broken"));
  fs::create_symlink("self.toml", place.at("self.toml"));
  fs::create_directory_symlink("..", place.at("real/loop"));
  CHECK(found(place, {"."}) == Names{"link.toml", "real/a.toml"});
}

TEST_CASE("what would block or is too large is passed over in folders, and refused when it is named") {
  const Workplace place;
  place.write("a.toml", skill(privileged));
  REQUIRE(::mkfifo(place.at("pipe.toml").c_str(), 0600) == 0);
  place.write("large.toml", skill() + "# " + std::string(std::size_t{2} << 20, 'x') + "\n");
  place.write("just.toml", skill(privileged) + "# " + std::string(std::size_t{1} << 19, 'x') + "\n");
  CHECK(found(place, {"."}) == Names{"a.toml", "just.toml"});
  const auto pipe = place.lint({"pipe.toml"});
  CHECK(pipe.status == 2);
  CHECK(pipe.err == "skillrun: 'pipe.toml' is a pipe, not a file\n");
  const auto large = place.lint({"large.toml"});
  CHECK(large.status == 2);
  CHECK(large.err.find("'large.toml' is larger than") != std::string::npos);
}

TEST_CASE("a folder that cannot be read is told") {
  const Workplace place;
  place.write("a.toml", skill(privileged));
  place.write("locked/b.toml", skill(privileged));
  fs::permissions(place.at("locked"), fs::perms(0));
  const auto outcome = integration::run(place.command_of_user({"lint", "."}));
  fs::permissions(place.at("locked"), fs::perms(0755));
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "skillrun: 'locked' cannot be read: Permission denied\n");
}

TEST_CASE("a file is linted once, however many names it is given") {
  const Workplace place;
  place.write("pdf/SKILL.md", "---\nname: pdf\ndescription: x\nmetadata:\n  skillrun-manifest: own.toml\n---\n");
  place.write("pdf/own.toml", skill(privileged));
  const std::string twice = "2 files, 2 skills: 1 error, 0 warnings, 0 infos\n";
  CHECK(place.lint({"pdf/SKILL.md"}).out.ends_with(twice));
  CHECK(place.lint({"."}).out.ends_with(twice));
  CHECK(place.lint({".", "pdf", "./pdf/own.toml", "pdf/../pdf/own.toml", "pdf/SKILL.md"}).out.ends_with(twice));
}
