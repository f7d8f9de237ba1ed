#include "app/doubted_documents.hpp"

#include <filesystem>

#include "unit/environment.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::app;
using skillrun::test::Environment;
using skillrun::test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

/// A user whose skill could write one folder, once.
struct Desk {
  TemporaryFolder folder;
  std::string root = fs::canonical(folder.path()).string();
  Environment state{"XDG_STATE_HOME", root + "/state"};
  WriteRecord record{root + "/state/skillrun"};

  Desk() {
    for (const char* name : {"/work", "/work/.skillrun", "/own"}) fs::create_directory(root + name);
  }

  /// What `act` does counts as the skill's work.
  template <class Act>
  void as_skill(Act act) const {
    const auto begun =
        record.begin({.skill = "s", .engine = "e", .run = "r", .roots = {root + "/work"}, .stand_ins = {}});
    REQUIRE(begun);
    act();
    REQUIRE_FALSE(record.end("r", *begun));
  }
};

}  // namespace

TEST_CASE("a document is in doubt for itself, for what it links to and for each link on the way to it") {
  const Desk desk;
  (void)desk.folder.write("own/mine", "x");
  (void)desk.folder.write("work/before", "x");
  fs::create_directory_symlink(desk.root + "/work", desk.root + "/own/way");
  timespec tick{0, 20'000'000};
  ::nanosleep(&tick, nullptr);
  desk.as_skill([&] {
    (void)desk.folder.write("work/planted", "x");
    fs::create_symlink("../own/mine", desk.root + "/work/link");
    fs::create_directory_symlink("../own", desk.root + "/work/folder");
  });
  (void)desk.folder.write("work/after", "x");
  fs::create_symlink("../work/planted", desk.root + "/own/to_planted");
  const WrittenDocuments written;
  for (const char* path : {"/work/planted", "/work/link", "/work/folder/mine", "/own/to_planted", "/own/way/planted"}) {
    CAPTURE(path);
    CHECK(written.doubt(desk.root + path).value_or("").contains("touch"));
  }
  for (const char* path : {"/work/before", "/work/after", "/own/mine", "/own/way/before", "/work/none"}) {
    CAPTURE(path);
    CHECK_FALSE(written.doubt(desk.root + path));
  }
}

TEST_CASE("a manifest in doubt ends the search for a skill, and is not listed") {
  const Desk desk;
  std::string planted;
  desk.as_skill([&] { planted = desk.folder.write("work/planted.toml", "x"); });
  const std::string text = "[skills.t.docker]\nimage = \"busybox\"\n";
  const std::string fine = desk.folder.write("own/fine.toml", text);
  Discovery discovery;
  discovery.candidates = {{planted, "user", {}}, {fine, "user", {}}};
  mark_doubted(discovery);
  CHECK_FALSE(discovery.candidates.front().doubt.empty());
  CHECK(discovery.candidates.back().doubt.empty());
  SkillCatalog catalog(discovery);
  const auto found = catalog.find("t");
  REQUIRE_FALSE(found);
  REQUIRE(std::holds_alternative<DoubtedManifest>(found.error()));
  CHECK(std::get<DoubtedManifest>(found.error()).path == planted);
  CHECK(catalog.list().entries.size() == 1);
  CHECK(catalog.list().broken.empty());

  // What a nearer manifest has is found before.
  std::ranges::reverse(discovery.candidates);
  CHECK(SkillCatalog(discovery).find("t"));
}

TEST_CASE("a policy is in doubt with any document that it extends") {
  const Desk desk;
  const std::string base = "apiVersion: skillrun.policy/v1\nname: base\nextends: [baseline]\n";
  desk.as_skill([&] { (void)desk.folder.write("work/base.yaml", base); });
  class Files final : public PolicyFiles {
   public:
    explicit Files(std::string root) : root_(std::move(root)) {}
    [[nodiscard]] std::expected<SourcePtr, std::string> read(const std::string& path) const override {
      return std::make_shared<const SourceText>(
          SourceText{.name = path,
                     .directory = root_ + "/work",
                     .text = "apiVersion: skillrun.policy/v1\nname: base\nextends: [baseline]\n"});
    }

   private:
    std::string root_;
  };
  const auto source = [&](const std::string& extends) {
    return std::make_shared<const SourceText>(
        SourceText{.name = "mine.yaml",
                   .directory = desk.root + "/own",
                   .text = "apiVersion: skillrun.policy/v1\nname: mine\nextends: [" + extends + "]\n"});
  };
  const Files files(desk.root);
  const auto extending = Policy::parse(source("../work/base.yaml"), &files);
  const auto alone = Policy::parse(source("baseline"), &files);
  REQUIRE(extending);
  REQUIRE(alone);
  CHECK(why_doubted(**extending).value_or("").contains("base.yaml"));
  CHECK_FALSE(why_doubted(**alone));
}

TEST_CASE("a record that cannot be read puts everything in doubt, and says what to do") {
  const Desk desk;
  fs::create_directories(desk.root + "/state/skillrun");
  (void)desk.folder.write("state/skillrun/writes.json", "damaged");
  const std::string fine = desk.folder.write("own/fine.toml", "x");
  CHECK(WrittenDocuments().doubt(fine).value_or("").contains("remove it"));
}

TEST_CASE("a folder of manifests that was named decides as a whole, and a file that is not there too") {
  const Desk desk;
  DiscoveryOptions options;
  options.explicit_paths = {desk.root + "/own"};
  options.environment_paths = {desk.root + "/work/none.toml"};
  Discovery discovery;
  discovery.candidates = {{desk.root + "/own/a.toml", "option", {}}};
  CHECK(deciding_documents(options, discovery) ==
        std::vector<std::string>{desk.root + "/own/", desk.root + "/work/none.toml", desk.root + "/own/a.toml"});
}
