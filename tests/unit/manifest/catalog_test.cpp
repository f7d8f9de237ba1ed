// One file holds many skills: what is wrong with one is no fault of another.
#include <unistd.h>

#include "support.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

constexpr std::string_view mixed = R"([skills.good]
source = "docker:good"
[skills.misspelt]
source = "docker:a"
[skills.misspelt.docker]
memry = "1g"
[skills.list]
docker = ["x"]
[skills]
number = 3
"two words" = { source = "docker:a" }
)";

SkillCatalog catalog_of(const TemporaryFolder& folder) {
  DiscoveryOptions options;
  options.explicit_paths = {folder.path()};
  options.uid = ::geteuid();
  auto found = discover_manifests(options);
  REQUIRE(found.has_value());
  return SkillCatalog(std::move(*found));
}

/// The findings that forbid the skill; none where it is found.
Findings faults_of(SkillCatalog& catalog, std::string_view skill) {
  const auto found = catalog.find(skill);
  return found ? Findings() : std::get<Findings>(found.error());
}

}  // namespace

TEST_CASE("a skill is found beside others of its file that are at fault") {
  const TemporaryFolder folder;
  (void)folder.write("1.toml", std::string(mixed));
  SkillCatalog catalog = catalog_of(folder);
  const auto good = catalog.find("good");
  REQUIRE(good.has_value());
  CHECK(good->skill->source->value == "docker:good");
  CHECK(good->manifest->source->name == folder.path() + "/1.toml");
}

TEST_CASE("a skill at fault is its own faults, and not the skill of that name in a later file") {
  const TemporaryFolder folder;
  (void)folder.write("1.toml", std::string(mixed));
  (void)folder.write("2.toml",
                     "[skills.misspelt]\nsource = \"docker:b\"\n[skills.list]\nsource = \"docker:b\"\n"
                     "[skills.number]\nsource = \"docker:b\"\n[skills.later]\nsource = \"docker:b\"\n");
  SkillCatalog catalog = catalog_of(folder);
  for (const char* skill : {"misspelt", "list", "number", "two words"}) {
    CAPTURE(skill);
    const Findings faults = faults_of(catalog, skill);
    REQUIRE_FALSE(faults.empty());
    for (const Finding& fault : faults) CHECK(fault.skill == skill);
  }
  CHECK(catalog.find("later").has_value());

  std::string listed;
  const SkillCatalog::Listing listing = catalog.list();
  for (const SkillCatalog::Entry& entry : listing.entries) listed += entry.found.skill->name + " ";
  CHECK(listed == "good later ");
  CHECK(listing.broken.size() >= 4);
}

TEST_CASE("a fault of the file as a whole is one of each skill in it, and of those looked for behind it") {
  for (const char* line : {"version = \"2\"\n", "limits = 1\n", "[defaults]\nmemory = \"1g\"\n", "[[\n"}) {
    CAPTURE(line);
    const TemporaryFolder folder;
    (void)folder.write("1.toml", std::string(line) + "[skills.good]\nsource = \"docker:a\"\n");
    (void)folder.write("2.toml", "[skills.other]\nsource = \"docker:b\"\n");
    SkillCatalog catalog = catalog_of(folder);
    CHECK_FALSE(faults_of(catalog, "good").empty());
    CHECK_FALSE(faults_of(catalog, "other").empty());
    CHECK(catalog.list().entries.size() == 1);
  }
}

TEST_CASE("no skill is whole where there were more faults than are listed") {
  const TemporaryFolder folder;
  std::string text;
  for (int skill = 0; skill < 40; ++skill) {
    text += fmt::format("[skills.s{}.docker]\nimage = \"a\"\n", skill);
    for (int key = 0; key < 30; ++key) text += fmt::format("wrong{} = 1\n", key);
  }
  (void)folder.write("1.toml", text + "[skills.good]\nsource = \"docker:a\"\n");
  SkillCatalog catalog = catalog_of(folder);
  CHECK_FALSE(faults_of(catalog, "s39").empty());
  CHECK_FALSE(faults_of(catalog, "good").empty());
}
