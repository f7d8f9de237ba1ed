// --fix changes files, --fix --dry-run says how as a patch; both leave alone what they cannot do.
#include <doctest/doctest.h>

#include "workplace.hpp"

namespace fs = std::filesystem;
using namespace skillrun::test;

namespace {

const std::string broken = skill("# why\nextra_args = [\n  \"--init\",  # reaps\n  \"--privileged\",\n]\n");
const std::string mended = skill("# why\nextra_args = [\n  \"--init\",  # reaps\n]\n");

}  // namespace

TEST_CASE("--fix fixes files in place, keeps their mode, and has nothing to do twice") {
  const Workplace place;
  place.write("a.toml", broken);
  place.write("b.yaml", "skills:\n  t:\n    docker:\n      image: x\n      extra_args: [--privileged, --init]\n");
  fs::permissions(place.at("a.toml"), fs::perms(0640));
  const auto outcome = place.lint({"--fix", "."});
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "skillrun: a.toml: 1 finding fixed\nskillrun: b.yaml: 1 finding fixed\n");
  CHECK(place.read("a.toml") == mended);
  CHECK(place.read("b.yaml").find("[--init]") != std::string::npos);
  CHECK(fs::status(place.at("a.toml")).permissions() == fs::perms(0640));
  const auto again = place.lint({"--fix", "."});
  CHECK(again.status == 0);
  CHECK(again.err.empty());
  CHECK(place.read("a.toml") == mended);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(place.at(""))) {
    if (entry.is_regular_file()) ++files;
  }
  CHECK(files == 2);
}

TEST_CASE("--fix through a link fixes the file and leaves the link") {
  const Workplace place;
  place.write("real/a.toml", broken);
  fs::create_symlink("real/a.toml", place.at("link.toml"));
  CHECK(place.lint({"--fix", "link.toml"}).status == 0);
  CHECK(fs::is_symlink(place.at("link.toml")));
  CHECK(place.read("real/a.toml") == mended);
}

TEST_CASE("--fix --dry-run prints a patch that patch -p0 applies, and changes nothing") {
  const Workplace place;
  place.write("a.toml", broken);
  place.write("with blanks/ä.toml", broken);
  place.write("no-newline.toml", broken.substr(0, broken.size() - 1));
  place.write("clean.toml", skill());
  const auto outcome = place.lint({"--fix", "--dry-run", "."});
  CHECK(outcome.status == 0);
  CHECK(place.read("a.toml") == broken);
  CHECK(place.read("with blanks/ä.toml") == broken);
  auto patch = place.command({});
  patch.argv = {"patch", "-p0", "--batch"};
  patch.input = outcome.out;
  const auto patched = integration::run(patch);
  CAPTURE(patched.out);
  CHECK(patched.status == 0);
  CHECK(place.read("a.toml") == mended);
  CHECK(place.read("with blanks/ä.toml") == mended);
  CHECK(place.read("no-newline.toml") == mended.substr(0, mended.size() - 1));
  CHECK(place.lint({"--fix", "--dry-run", "."}).out.empty());
}

TEST_CASE("--fix --dry-run says that there is more than it can mend") {
  const Workplace place;
  place.write("compose.yaml", "services: {a: {image: 'x:1', privileged: true}}\n");
  const auto outcome = place.lint({"--fix", "--dry-run", "compose.yaml"});
  CHECK(outcome.status == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "skillrun: there is more to mend than has one right fix: lint without --fix says what\n");
}

TEST_CASE("--fix --dry-run of standard input prints a patch") {
  const Workplace place;
  auto command = place.command({"lint", "--fix", "--dry-run", "-"});
  command.input = broken;
  const auto outcome = integration::run(command);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.starts_with("--- <stdin>\n+++ <stdin>\n@@ "));
}

TEST_CASE("a folder that cannot be written is told, and the file stays") {
  const Workplace place;
  place.write("locked/a.toml", broken);
  fs::permissions(place.at("locked"), fs::perms(0555));
  const auto outcome = integration::run(place.command_of_user({"lint", "--fix", "locked"}));
  fs::permissions(place.at("locked"), fs::perms(0755));
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "skillrun: cannot write 'locked/a.toml': Permission denied\n");
  CHECK(place.read("locked/a.toml") == broken);
}

TEST_CASE("--fix keeps the byte order mark that an editor wrote") {
  const Workplace place;
  const std::string mark = "\xef\xbb\xbf";
  place.write("a.toml", mark + broken);
  const auto patch = place.lint({"--fix", "--dry-run", "a.toml"});
  CHECK(patch.out.find("-" + mark) == std::string::npos);
  CHECK(place.lint({"--fix", "a.toml"}).status == 0);
  CHECK(place.read("a.toml") == mark + mended);
}
