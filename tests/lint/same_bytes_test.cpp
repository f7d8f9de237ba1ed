// The same manifests give the same bytes in every format, however and wherever lint is called.
#include <algorithm>

#include <doctest/doctest.h>

#include "workplace.hpp"

using namespace skillrun::test;

namespace {

/// Enough files for several threads, of all kinds, with names that locales sort in other ways.
class Repository : public Workplace {
 public:
  Repository() {
    write("policy.yaml",
          "apiVersion: skillrun.policy/v1\nname: acme\nwaivers:\n"
          "  - {rule: host-pid, skill: t7, reason: none, owner: x, expires: 2100-01-31}\n");
    const std::vector<std::string> names = {"a", "B", "Ä", "z", "I", "i", "ı", "_", "a b", "a-b", "ä"};
    for (int i = 0; i < 60; ++i) {
      const std::string number = std::to_string(i);
      paths.push_back(names[static_cast<std::size_t>(i) % names.size()] + number + (i % 3 == 0 ? "/x.toml" : ".toml"));
      write(paths.back(), skill(i % 2 == 0 ? privileged + warned : "memory_swap = \"0.5g\"\n", "t" + number) +
                              "[skills.b" + number + ".docker]\nimage = \"x\"\ncpus = \"1.5\"\n");
    }
    write("pdf/SKILL.md", "---\nname: pdf\ndescription: x\nmetadata:\n  skillrun-manifest: own.yaml\n---\n");
    write("pdf/own.yaml", "skills:\n  own:\n    docker:\n      image: x\n      network: host\n");
    paths.emplace_back("pdf/SKILL.md");
    paths.emplace_back("pdf/own.yaml");
  }

  /// The report as this command gives it; `paths` follow the words.
  [[nodiscard]] std::string report(const std::string& format, integration::Command command,
                                   const std::vector<std::string>& more) const {
    for (const std::string& word :
         {std::string("-p"), at("policy.yaml").string(), std::string("lint"), std::string("--format"), format}) {
      command.argv.push_back(word);
    }
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    const integration::Outcome outcome = integration::run(command);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 1);
    CHECK(outcome.out.size() > 1000);
    return outcome.out;
  }

  std::vector<std::string> paths;
};

}  // namespace

TEST_CASE("the order of the paths and names given twice change nothing") {
  const Repository place;
  std::vector<std::string> reversed(place.paths.rbegin(), place.paths.rend());
  std::vector<std::string> twice = place.paths;
  std::ranges::rotate(twice, twice.begin() + 17);
  twice.insert(twice.end(), place.paths.begin(), place.paths.end());
  for (const std::string& format : every_format) {
    CAPTURE(format);
    const std::string expected = place.report(format, place.command({}), place.paths);
    CHECK(place.report(format, place.command({}), reversed) == expected);
    CHECK(place.report(format, place.command({}), twice) == expected);
  }
}

TEST_CASE("processors, locales and time zones change nothing") {
  const Repository place;
  for (const std::string& format : every_format) {
    CAPTURE(format);
    const std::string expected = place.report(format, place.command({}), {"."});
    CHECK(place.report(format, place.command({}, {"taskset", "-c", "0"}), {"."}) == expected);
    // Locales that are not there count as C; on a machine that has them they sort, fold and write numbers their way.
    for (const std::string locale : {"C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "tr_TR"}) {
      CAPTURE(locale);
      auto command = place.command({});
      command.environment.insert({{"LC_ALL", locale}, {"LANG", locale}, {"LANGUAGE", "de"}});
      CHECK(place.report(format, command, {"."}) == expected);
    }
    for (const std::string zone : {"Pacific/Kiritimati", "<-12>12", "Europe/Berlin"}) {
      auto command = place.command({});
      command.environment.insert({"TZ", zone});
      CHECK(place.report(format, command, {"."}) == expected);
    }
  }
}

TEST_CASE("it does not matter where the repository was checked out") {
  const auto linted = [](const Workplace& place, const std::string& format) {
    place.write("deep/skillrun.toml",
                "[skills.t.docker]\nimage = \"x\"\nvolumes = [\"./data:/d\", \"../up:/u\", \"${SKILL_DIR}/own:/o\"]\n");
    place.write("deep/compose.yaml",
                "include: [parts/more.yaml]\nservices:\n  a:\n    image: x\n    volumes: [\"./data:/d\"]\n"
                "    extends: {file: parts/more.yaml, service: b}\n");
    place.write("deep/parts/more.yaml", "services:\n  b:\n    image: x\n    volumes: [\"./own:/o\"]\n    build: ..\n");
    std::string reports;
    for (const std::vector<std::string>& files :
         {std::vector<std::string>{"deep/skillrun.toml"}, {"--as", "compose", "deep/compose.yaml"}}) {
      std::vector<std::string> words{"lint", "--fail-on", "never", "--format", format};
      words.insert(words.end(), files.begin(), files.end());
      const integration::Outcome outcome = integration::run(place.command(words));
      CHECK(outcome.status == 0);
      CHECK(outcome.out.contains("/home/user/repository/deep/data"));
      CHECK_FALSE(outcome.out.contains(place.at("").string()));
      reports += outcome.out;
    }
    return reports;
  };
  for (const std::string format : {"text", "json", "github"}) {
    CAPTURE(format);
    const Workplace here;
    const Workplace there;
    CHECK(linted(here, format) == linted(there, format));
  }
}

TEST_CASE("what CI reads names paths from the repository's root, wherever lint is called") {
  const Repository place;
  place.write("deep/er/x", "");
  for (const std::string format : {"sarif", "github", "gitlab", "junit", "checkstyle"}) {
    CAPTURE(format);
    const std::string expected = place.report(format, place.command({}), {"."});
    CHECK(expected.find(place.at("").parent_path().string()) == std::string::npos);
    for (const std::string path : {"../..", ""}) {
      auto command = place.command({});
      command.directory = place.at("deep/er");
      CHECK(place.report(format, command, {path.empty() ? place.at("").parent_path().string() : path}) == expected);
    }
    auto outside = place.command({});
    outside.directory = "/";
    CHECK(place.report(format, outside, {place.at("").string()}) == expected);
  }
}
