#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace fs = std::filesystem;

namespace {

/// A folder that is removed again.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "skillrun-manifest-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = fs::canonical(name);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string at(std::string_view name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string root() const { return path_.string(); }

  std::string write(std::string_view name, std::string_view text = "") const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return at(name);
  }

  /// The candidates' paths relative to this folder, with their tiers.
  [[nodiscard]] std::string show(const Discovery& found) const {
    std::string text;
    for (const ManifestCandidate& candidate : found.candidates) {
      text += candidate.tier + " " + fs::path(candidate.path).lexically_relative(path_).string() + "\n";
    }
    return text;
  }

 private:
  fs::path path_;
};

std::string skill(std::string_view name, std::string_view image) {
  return fmt::format("[skills.{}]\nsource = \"docker:{}\"\n", name, image);
}

DiscoveryOptions explicitly(std::vector<std::string> paths) {
  DiscoveryOptions options;
  options.explicit_paths = std::move(paths);
  options.uid = ::geteuid();
  return options;
}

DiscoveryOptions project(std::string start) {
  DiscoveryOptions options;
  options.start_directory = std::move(start);
  options.uid = ::geteuid();
  return options;
}

Discovery discover(const DiscoveryOptions& options) {
  auto found = discover_manifests(options);
  REQUIRE(found.has_value());
  return std::move(*found);
}

bool mentions(const std::vector<std::string>& lines, std::string_view a, std::string_view b) {
  for (const std::string& line : lines) {
    if (line.find(a) != std::string::npos && line.find(b) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("manifests are found in the documented order") {
  const Folder folder;
  folder.write("option.toml");
  folder.write("dir/b.yml");
  folder.write("dir/a.toml");
  folder.write("dir/readme.md");
  folder.write("env.yaml");
  folder.write("project/.skillrun/z.toml");
  folder.write("project/.skillrun/b.yaml");
  folder.write("project/.skillrun/policy.yaml");
  folder.write("project/skillrun.toml");
  folder.write("project/skillrun.yaml");
  folder.write("project/.skill-engine.toml");
  folder.write("project/skill-engine.toml");
  folder.write("project/deep/er/skillrun.toml");
  folder.write("user/u.toml");
  folder.write("system/s.yaml");
  folder.write("installed/i.toml");
  const Discovery found = discover({.explicit_paths = {folder.at("option.toml"), folder.at("dir")},
                                    .environment_paths = {folder.at("env.yaml"), ""},
                                    .start_directory = folder.at("project/deep/er"),
                                    .user_directory = folder.at("user"),
                                    .system_directory = folder.at("system"),
                                    .installed_directory = folder.at("installed"),
                                    .uid = ::geteuid()});
  CHECK(folder.show(found) ==
        "option option.toml\n"
        "option dir/a.toml\n"
        "option dir/b.yml\n"
        "environment env.yaml\n"
        "project project/deep/er/skillrun.toml\n"
        "project project/.skillrun/b.yaml\n"
        "project project/.skillrun/z.toml\n"
        "project project/skillrun.toml\n"
        "project project/skillrun.yaml\n"
        "project project/.skill-engine.toml\n"
        "project project/skill-engine.toml\n"
        "user user/u.toml\n"
        "system system/s.yaml\n"
        "installed installed/i.toml\n");
  CHECK(found.searched.front() == folder.at("option.toml"));
  CHECK(found.searched.back() == folder.at("installed"));
}

TEST_CASE("a path given with -m must exist; other places may be missing") {
  const Folder folder;
  const auto missing = discover_manifests(explicitly({folder.at("none.toml")}));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().find(folder.at("none.toml")) != std::string::npos);
  DiscoveryOptions options = project(folder.at("nowhere"));
  options.environment_paths = {folder.at("gone.toml")};
  options.user_directory = folder.at("user");
  const Discovery found = discover(options);
  CHECK(found.candidates.empty());
  CHECK(mentions(found.warnings, "gone.toml", "SKILLRUN_MANIFEST"));
  CHECK(mentions(found.warnings, "nowhere", "project search"));
}

TEST_CASE("the project search stops at a file-system boundary") {
  // /proc is a file system of its own on every Linux.
  CHECK(discover(project("/proc")).searched == std::vector<std::string>{"/proc"});
  const Folder folder;
  CHECK(discover(project(folder.root())).searched.size() > 1);
}

TEST_CASE("a file that is found twice is listed once") {
  const Folder folder;
  folder.write("skillrun.toml");
  DiscoveryOptions both = explicitly({folder.at("skillrun.toml")});
  both.start_directory = folder.root();
  CHECK(folder.show(discover(both)) == "option skillrun.toml\n");
}

TEST_CASE("project files that others can write are ignored, and said so") {
  const Folder folder;
  folder.write("skillrun.toml");
  folder.write("skill-engine.toml");
  folder.write(".skillrun/a.toml");
  folder.write(".skillrun/b.toml");
  REQUIRE(::chmod(folder.at("skillrun.toml").c_str(), 0666) == 0);
  REQUIRE(::chmod(folder.at(".skillrun/a.toml").c_str(), 0602) == 0);
  const Discovery found = discover(project(folder.root()));
  CHECK(folder.show(found) == "project .skillrun/b.toml\nproject skill-engine.toml\n");
  CHECK(mentions(found.warnings, folder.at("skillrun.toml"), "writable by others"));
  CHECK(mentions(found.warnings, folder.at(".skillrun/a.toml"), "writable by others"));
  // The caller's own choice is taken as it is.
  CHECK(folder.show(discover(explicitly({folder.at("skillrun.toml")}))) == "option skillrun.toml\n");
}

TEST_CASE("a project folder that others can write is walked through, its files are ignored") {
  const Folder folder;
  folder.write("skillrun.toml");
  folder.write("open/skillrun.toml");
  folder.write("open/.skillrun/a.toml");
  folder.write("open/mine/skillrun.toml");
  REQUIRE(::chmod(folder.at("open").c_str(), 01777) == 0);
  const Discovery found = discover(project(folder.at("open/mine")));
  CHECK(folder.show(found) == "project open/mine/skillrun.toml\nproject skillrun.toml\n");
  CHECK(mentions(found.warnings, folder.at("open/skillrun.toml"), "its folder is writable by others"));
  CHECK(mentions(found.warnings, folder.at("open/.skillrun"), "its folder is writable by others"));
  REQUIRE(::chmod(folder.at("open").c_str(), 0755) == 0);
  REQUIRE(::chmod(folder.at("open/.skillrun").c_str(), 0777) == 0);
  CHECK(mentions(discover(project(folder.at("open"))).warnings, folder.at("open/.skillrun"), "writable by others"));
}

TEST_CASE("project files of another user are ignored, and said so") {
  const Folder folder;
  folder.write("skillrun.toml");
  folder.write(".skillrun/a.toml");
  DiscoveryOptions options = project(folder.root());
  options.uid = ::geteuid() + 1;
  const auto found = discover_manifests(options);
  REQUIRE(found.has_value());
  CHECK(found->candidates.empty());
  CHECK(mentions(found->warnings, folder.at("skillrun.toml"), "owned by another user"));
  CHECK(mentions(found->warnings, folder.at(".skillrun"), "owned by another user"));
  if (::geteuid() == 0) {
    REQUIRE(::chown(folder.at("skillrun.toml").c_str(), 12345, 12345) == 0);
    REQUIRE(::symlink(folder.at("skillrun.toml").c_str(), folder.at("skill-engine.toml").c_str()) == 0);
    const Discovery as_root = discover(project(folder.root()));
    CHECK(folder.show(as_root) == "project .skillrun/a.toml\n");
    CHECK(mentions(as_root.warnings, folder.at("skill-engine.toml"), "owned by another user (uid 12345)"));
  }
}

TEST_CASE("what is not a file is passed over in a folder, and refused when it is read") {
  const Folder folder;
  folder.write("a.toml");
  fs::create_directory(folder.at("dir.toml"));
  REQUIRE(::mkfifo(folder.at("pipe.toml").c_str(), 0600) == 0);
  REQUIRE(::symlink("nowhere", folder.at("dangling.toml").c_str()) == 0);
  const Discovery found = discover(explicitly({folder.root()}));
  CHECK(folder.show(found) == "option a.toml\n");
  CHECK(found.warnings.size() == 3);
  CHECK(only(load_manifest(folder.at("dir.toml"))).message.find("is a folder, not a file") != std::string::npos);
  CHECK(only(load_manifest(folder.at("pipe.toml"))).message.find("is a pipe, not a file") != std::string::npos);
  CHECK(only(load_manifest(folder.at("dangling.toml"))).message.find("No such file") != std::string::npos);
  CHECK(only(load_manifest(folder.at("a.json"))).message.find("suffix") != std::string::npos);
  REQUIRE(::symlink("/dev/zero", folder.at("zero.toml").c_str()) == 0);
  CHECK(only(load_manifest(folder.at("zero.toml"))).message.find("is a device, not a file") != std::string::npos);
}

TEST_CASE("a file of a hundred megabytes is refused without being read") {
  const Folder folder;
  const std::string path = folder.write("huge.yaml", "skills: {}\n");
  fs::resize_file(path, 100'000'000);
  const Finding finding = only(load_manifest(path));
  CHECK(finding.message.find("larger than 1048576 bytes") != std::string::npos);
  CHECK(finding.source->name == path);
}

TEST_CASE("a loaded manifest knows its name and its absolute folder") {
  const Folder folder;
  const std::string path = folder.write("sub/x.yaml", "skills: {x: {source: 'docker:a'}}");
  const Manifest manifest = good(load_manifest(path));
  CHECK(manifest.source->name == path);
  CHECK(manifest.source->directory == folder.at("sub"));
  const std::string relative = fs::path(path).lexically_relative(fs::current_path()).string();
  CHECK(good(load_manifest(relative)).source->directory == folder.at("sub"));
}

TEST_CASE("the catalog gives the first skill of a name and reads no further") {
  const Folder folder;
  folder.write("1.toml", skill("a", "first"));
  folder.write("2.toml", skill("a", "second") + skill("b", "second"));
  folder.write("3.toml", "not toml");
  folder.write("4.toml", skill("c", "fourth"));
  SkillCatalog catalog(discover(explicitly({folder.root()})));
  const auto a = catalog.find("a");
  REQUIRE(a.has_value());
  CHECK(a->skill->source->value == "docker:first");
  CHECK(a->tier == "option");
  CHECK(a->manifest->source->name == folder.at("1.toml"));
  CHECK(catalog.find("b").has_value());
  const auto c = catalog.find("c");
  REQUIRE_FALSE(c.has_value());
  CHECK(std::get<Findings>(c.error()).at(0).source->name == folder.at("3.toml"));

  const SkillCatalog::Listing listing = catalog.list();
  REQUIRE(listing.entries.size() == 3);
  CHECK(listing.entries[0].found.skill->name == "a");
  CHECK(listing.entries[0].shadows == std::vector<std::string>{folder.at("2.toml")});
  CHECK(listing.entries[1].shadows.empty());
  CHECK(listing.entries[2].found.skill->name == "c");
  CHECK(listing.broken.size() == 1);
}

TEST_CASE("a skill that nobody has comes with the closest names and the places searched") {
  const Folder folder;
  folder.write("1.toml", skill("ffmpeg", "a") + skill("pandoc", "a"));
  SkillCatalog catalog(discover(explicitly({folder.root()})));
  const auto missing = catalog.find("ffmepg");
  REQUIRE_FALSE(missing.has_value());
  const auto& none = std::get<NoSuchSkill>(missing.error());
  CHECK(none.name == "ffmepg");
  CHECK(none.closest == std::vector<std::string>{"ffmpeg"});
  CHECK(none.searched == std::vector<std::string>{folder.root()});
}

TEST_CASE("a project's manifest that is a link out of the project is not followed") {
  const Folder folder;
  (void)folder.write("secrets/token.toml", skill("other", "x"));
  (void)folder.write("project/tools/own.toml", skill("own", "x"));
  fs::create_directories(folder.at("project/.skillrun"));
  fs::create_symlink("../tools/own.toml", folder.at("project/.skillrun/inside.toml"));
  fs::create_symlink("../../secrets/token.toml", folder.at("project/.skillrun/outside.toml"));
  fs::create_symlink("../secrets/token.toml", folder.at("project/skillrun.toml"));
  DiscoveryOptions options;
  options.start_directory = folder.at("project");
  options.uid = static_cast<std::uint32_t>(::getuid());
  const auto found = discover_manifests(options);
  REQUIRE(found);
  CHECK(folder.show(*found) == "project project/.skillrun/inside.toml\n");
  REQUIRE(found->warnings.size() == 2);
  for (const std::string& warning : found->warnings) CHECK(warning.ends_with("a link that leads out of the project"));
  // Within a repository a link may lead to all of it.
  fs::create_directories(folder.at(".git"));
  CHECK(discover_manifests(options)->warnings.empty());
}
