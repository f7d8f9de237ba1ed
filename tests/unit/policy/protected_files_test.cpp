#include <doctest/doctest.h>
#include <fmt/format.h>

#include <skillrun/host_view.hpp>

#include "policy/rules/support/protected_files.hpp"
#include "policy/rules/support/protected_places.hpp"
#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

/// A machine on which only what is listed is there.
struct Disk : FakeHost {
  explicit Disk(std::vector<std::string> all = {}) : on_disk(std::move(all)) {}
  std::vector<std::string> on_disk;  ///< folders
  std::vector<std::string> plain_files;
  std::optional<bool> exists(const std::string& path) const override {
    const auto holds = [](const std::vector<std::string>& list, std::string_view wanted) {
      return std::ranges::find(list, wanted) != list.end();
    };
    if (path.ends_with("/.")) return holds(on_disk, path.substr(0, path.size() - 2));
    return holds(on_disk, path) || holds(plain_files, path);
  }
};

/// The mounts that an admitted spec has beside the declared one, as "target mode name".
std::vector<std::string> masks(const Setting<Mount>& mount, const HostView& host, const Policy& policy = baseline(),
                               ContainerSpec spec = clean_spec()) {
  spec.mounts.push_back(mount);
  const auto approved = admit(policy, std::move(spec), host);
  REQUIRE(approved);
  std::vector<std::string> found;
  for (const auto& entry : approved->spec().mounts) {
    if (entry.value.type != MountType::bind || entry.value.target == mount.value.target) continue;
    CHECK(entry.origin.kind == OriginKind::policy_default);
    CHECK(entry.origin.field == policy.name());
    CHECK(entry.value.source.substr(mount.value.source.size()) == entry.value.target.substr(mount.value.target.size()));
    found.push_back(
        fmt::format("{} {} {}", entry.value.target, entry.value.read_only ? "ro" : "rw", entry.origin.text));
  }
  std::ranges::sort(found);
  return found;
}

/// Whether a line begins so.
bool holds(const std::vector<std::string>& found, std::string_view begin) {
  return std::ranges::any_of(found, [&](const std::string& line) { return line.starts_with(begin); });
}

std::shared_ptr<const Policy> with_params(const std::string& params) {
  const auto policy = Policy::parse(std::make_shared<const SourceText>(SourceText{
      .name = "p.yaml",
      .directory = {},
      .text = "apiVersion: skillrun.policy/v1\nname: p\nextends: [baseline]\nrules: {protected-file: {params: " +
              params + "}}\n"}));
  if (!policy) FAIL_CHECK(policy.error().front().message);
  REQUIRE(policy);
  return *policy;
}

Disk empty_project() { return Disk({"/srv/p"}); }

}  // namespace

TEST_CASE("in a writable folder the protected names are read-only, whether they are there or not") {
  const auto found = masks(bind_mount("/srv/p", "/w", false), empty_project());
  const std::vector<std::string> expected{
      "/w/.envrc ro .envrc",
      "/w/.git ro .git/",
      "/w/.skill-engine.toml ro .skill-engine.toml",
      "/w/.skillrun ro .skillrun/",
      "/w/.vscode ro .vscode/",
      "/w/HEAD ro HEAD",
      "/w/skill-engine.toml ro skill-engine.toml",
      "/w/skillrun.toml ro skillrun.toml",
      "/w/skillrun.yaml ro skillrun.yaml",
      "/w/skillrun.yml ro skillrun.yml",
  };
  CHECK(found == expected);
}

TEST_CASE("the folder above a protected name stays writable, and cannot be moved away with it") {
  Disk disk = empty_project();
  disk.on_disk.insert(disk.on_disk.end(), {"/srv/p/.vscode"});
  disk.plain_files = {"/srv/p/.vscode/tasks.json"};
  const auto found = masks(bind_mount("/srv/p", "/w", false), disk);
  CHECK(holds(found, "/w/.vscode rw .vscode/"));
  CHECK(holds(found, "/w/.vscode/tasks.json ro .vscode/tasks.json"));
}

TEST_CASE("a repository is read-only as a whole, and needs nothing else") {
  Disk disk = empty_project();
  disk.on_disk.insert(disk.on_disk.end(),
                      {"/srv/p/.git", "/srv/p/.git/hooks", "/srv/p/.git/objects", "/srv/p/.git/refs"});
  disk.plain_files = {"/srv/p/.git/HEAD", "/srv/p/.git/config"};
  disk.files["/srv/p/.git/config"] = "[core]\n\tbare = false\n";
  const auto found = masks(bind_mount("/srv/p", "/w", false), disk);
  CHECK(holds(found, "/w/.git ro .git/"));
  CHECK_FALSE(holds(found, "/w/.git/"));
  CHECK_FALSE(holds(found, "/w/HEAD"));
}

TEST_CASE("a folder without a repository cannot become one, and one that is one has its settings kept") {
  Disk disk = empty_project();
  disk.on_disk.insert(disk.on_disk.end(), {"/srv/p/.git", "/srv/p/.git/refs", "/srv/p/objects", "/srv/p/refs"});
  // A .git without all that makes a repository is none.
  CHECK(holds(masks(bind_mount("/srv/p", "/w", false), disk), "/w/HEAD ro HEAD"));
  disk.plain_files = {"/srv/p/HEAD", "/srv/p/config"};
  const auto found = masks(bind_mount("/srv/p", "/w", false), disk);
  for (const char* line : {"/w/HEAD ro HEAD", "/w/config ro config", "/w/hooks ro hooks/", "/w/commondir ro commondir",
                           "/w/config.worktree ro", "/w/modules ro modules/", "/w/worktrees ro worktrees/"}) {
    CAPTURE(line);
    CHECK(holds(found, line));
  }
}

TEST_CASE("submodules are kept as the repository above them is") {
  Disk disk = empty_project();
  disk.on_disk.insert(disk.on_disk.end(),
                      {"/srv/p/.git", "/srv/p/.git/objects", "/srv/p/.git/refs", "/srv/p/lib", "/srv/p/lib/one"});
  disk.plain_files = {"/srv/p/.git/HEAD", "/srv/p/.gitmodules", "/srv/p/lib/one/.git"};
  disk.files["/srv/p/lib/one/.git"] = "gitdir: ../../.git/modules/one\n";
  disk.files["/srv/p/.gitmodules"] =
      "[submodule \"one\"]\n\tpath = lib/one\n\turl = x\n[submodule \"no\"]\n path=../x\n";
  const auto found = masks(bind_mount("/srv/p", "/w", false), disk);
  CHECK(holds(found, "/w/.gitmodules ro .gitmodules"));
  CHECK(holds(found, "/w/lib rw lib/"));
  CHECK(holds(found, "/w/lib/one rw lib/one/"));
  CHECK(holds(found, "/w/lib/one/.git ro lib/one/.git"));
}

TEST_CASE("a repository with more submodules than can be kept is not mounted writable") {
  Disk disk = empty_project();
  disk.on_disk.insert(disk.on_disk.end(), {"/srv/p/.git", "/srv/p/.git/objects", "/srv/p/.git/refs"});
  disk.plain_files = {"/srv/p/.git/HEAD", "/srv/p/.gitmodules"};
  for (int i = 0; i < 65; ++i) disk.files["/srv/p/.gitmodules"] += "path = m" + std::to_string(i) + "\n";
  const auto found = protected_places("/srv/p", std::vector<std::string>{".git/"}, ContainerSpec(), disk);
  CHECK(std::ranges::any_of(found, [](const ProtectedPlace& place) {
    return place.kind == ProtectedPlace::Kind::unknown && place.name == "/srv/p";
  }));
}

TEST_CASE("submodules are kept that only the index knows, also those of a repository around the mounted folder") {
  Disk disk({"/srv", "/srv/.git", "/srv/.git/objects", "/srv/.git/refs", "/srv/p", "/srv/p/lib"});
  disk.plain_files = {"/srv/.git/HEAD", "/srv/.git/index"};
  // One entry of version 2: the mode 0160000, a hash, a name of five bytes, padded to 72.
  disk.files["/srv/.git/index"] = std::string("DIRC\0\0\0\2\0\0\0\1", 12) + std::string(24, '\0') +
                                  std::string("\0\0\xe0\0", 4) + std::string(32, '\0') +
                                  std::string("\0\5p/lib\0\0\0\0\0", 12) + std::string(20, '\0');
  CHECK(holds(masks(bind_mount("/srv", "/w", false), disk), "/w/p/lib/.git ro p/lib/.git/"));
  CHECK(holds(masks(bind_mount("/srv/p", "/w", false), disk), "/w/lib/.git ro lib/.git/"));

  disk.files["/srv/.git/index"] = "an index of later";
  const auto found = protected_places("/srv/p", std::vector<std::string>{".git/"}, ContainerSpec(), disk);
  CHECK(std::ranges::any_of(found, [](const ProtectedPlace& place) {
    return place.kind == ProtectedPlace::Kind::unknown && place.name == "/srv";
  }));
}

TEST_CASE("the repository that a .git names is kept as a whole, and the one that it shares with other trees") {
  Disk disk({"/srv", "/srv/p", "/srv/wt", "/srv/p/.git", "/srv/p/.git/objects", "/srv/p/.git/refs", "/srv/store"});
  disk.plain_files = {"/srv/wt/.git", "/srv/p/.git/worktrees/wt/commondir"};
  disk.files["/srv/wt/.git"] = "gitdir: /srv/p/.git/worktrees/wt\n";
  disk.files["/srv/p/.git/worktrees/wt/commondir"] = "../..\n";
  ContainerSpec spec = clean_spec();
  spec.standing = "/srv/wt";
  CHECK(holds(masks(bind_mount("/srv", "/w", false), disk, baseline(), spec), "/w/p/.git ro p/.git/"));

  // The caller stands in a tree outside of the mount.
  disk.files["/srv/wt/.git"] = "gitdir: ../store\n";
  CHECK(holds(masks(bind_mount("/srv", "/w", false), disk, baseline(), spec), "/w/store ro store/"));
  const auto inside = [&](const std::string& root) {
    const auto found = protected_places(root, std::vector<std::string>{".git/"}, spec, disk);
    return std::ranges::any_of(found, [](const auto& place) { return place.kind == ProtectedPlace::Kind::inside; });
  };
  CHECK(inside("/srv/store"));
  CHECK_FALSE(inside("/srv/p"));
}

TEST_CASE("nothing within a repository, and no single file that git reads, is mounted writable") {
  Disk disk({"/srv", "/srv/b.git", "/srv/b.git/objects", "/srv/b.git/refs", "/srv/b.git/hooks", "/srv/p", "/srv/p/.git",
             "/srv/p/.git/objects", "/srv/p/.git/refs", "/srv/p/src"});
  disk.plain_files = {"/srv/b.git/HEAD",  "/srv/b.git/config",  "/srv/p/.git/HEAD", "/srv/p/.git/config",
                      "/srv/p/gitconfig", "/srv/p/.gitmodules", "/srv/p/text"};
  disk.files["/srv/p/.git/config"] = "[include]\n\tpath = ../gitconfig\n[core]\n\thooksPath = src/hooks\n";
  disk.files["/srv/p/gitconfig"] = "[includeIf \"onbranch:x\"]\n\tpath = more\n";
  disk.files["/srv/p/.gitmodules"] = "";
  const auto inside = [&](const std::string& root) {
    const auto found = protected_places(root, std::vector<std::string>{".git/"}, ContainerSpec(), disk);
    return std::ranges::any_of(found, [](const auto& place) { return place.kind == ProtectedPlace::Kind::inside; });
  };
  for (const char* root : {"/srv/b.git/hooks", "/srv/b.git/config", "/srv/p/gitconfig", "/srv/p/.gitmodules"}) {
    CAPTURE(root);
    CHECK(inside(root));
  }
  CHECK_FALSE(inside("/srv/p/text"));
  CHECK_FALSE(inside("/srv/p/src"));
  const auto found = masks(bind_mount("/srv/p", "/w", false), disk);
  for (const char* line : {"/w/gitconfig ro gitconfig", "/w/more ro more", "/w/src/hooks ro src/hooks/"}) {
    CAPTURE(line);
    CHECK(holds(found, line));
  }
  // Below a home too, and not at all where it is not known whose.
  disk.home_folders = {"/srv"};
  disk.files["/srv/p/gitconfig"] = "[include]\n\tpath = ~/p/other\n";
  CHECK(holds(masks(bind_mount("/srv/p", "/w", false), disk), "/w/other ro other"));
  disk.files["/srv/p/gitconfig"] = "[include]\n\tpath = ~bob/other\n";
  CHECK(std::ranges::any_of(protected_places("/srv/p", std::vector<std::string>{".git/"}, ContainerSpec(), disk),
                            [](const auto& place) { return place.kind == ProtectedPlace::Kind::unknown; }));
  // As far as a configuration can be read.
  disk.files["/srv/p/gitconfig"].assign((std::size_t{1} << 20) + 1, ' ');
  const auto unread = protected_places("/srv/p", std::vector<std::string>{".git/"}, ContainerSpec(), disk);
  CHECK(std::ranges::any_of(unread, [](const auto& place) { return place.kind == ProtectedPlace::Kind::unknown; }));
}

TEST_CASE("a .git that is a file says where the repository is and is protected itself") {
  Disk disk = empty_project();
  disk.plain_files = {"/srv/p/.git"};
  disk.files["/srv/p/.git"] = "gitdir: /srv/.bare/worktrees/p\n";
  const auto found = masks(bind_mount("/srv/p", "/w", false), disk);
  CHECK(holds(found, "/w/.git ro .git"));
  CHECK_FALSE(holds(found, "/w/HEAD"));
}

TEST_CASE("a folder that is mounted by a part of a protected name is protected in what is left of the name") {
  const auto found = masks(bind_mount("/srv/p/.vscode", "/g", false), Disk({"/srv/p/.vscode"}));
  CHECK(holds(found, "/g/tasks.json ro tasks.json"));
}

TEST_CASE("nothing is protected where nothing can be written, and on another machine") {
  CHECK(masks(bind_mount("/srv/p", "/w", true), empty_project()).empty());
  Disk file = empty_project();
  file.on_disk.clear();
  file.plain_files = {"/srv/p"};
  CHECK(masks(bind_mount("/srv/p", "/w", false), file).empty());
}

TEST_CASE("a writable mount of a protected name is refused, wherever it lies") {
  for (const char* path : {"/srv/p/.skillrun", "/srv/p/.skillrun/tools", "/srv/p/skillrun.toml", "/srv/p/.git/hooks",
                           "/srv/p/.git/hooks/pre-commit", "/srv/p/.envrc", "/srv/.git/config", "/srv/p/.git"}) {
    CAPTURE(path);
    CHECK(has(judge_mount(bind_mount(path, "/w", false)), "protected-file", Severity::error));
    CHECK_FALSE(has(judge_mount(bind_mount(path, "/w", true)), "protected-file"));
  }
  for (const char* path : {"/srv/p/my.skillrun", "/srv/p/.github", "/srv/p/skillrun.toml.bak"}) {
    CAPTURE(path);
    CHECK_FALSE(has(judge_mount(bind_mount(path, "/w", false)), "protected-file"));
  }
}

TEST_CASE("a protected name that is a link cannot be protected") {
  Disk disk = empty_project();
  disk.links["/srv/p/.envrc"] = "/srv/p/env";
  CHECK(has(judge_mount(bind_mount("/srv/p", "/w", false), disk), "protected-file", Severity::error));
  disk.links = {{"/srv/p/.git", "/srv/git"}};
  CHECK(has(judge_mount(bind_mount("/srv/p", "/w", false), disk), "protected-file", Severity::error));
  CHECK_FALSE(has(judge_mount(bind_mount("/srv/p", "/w", true), disk), "protected-file"));
}

TEST_CASE("a policy adds and allows protected names") {
  const auto policy = with_params("{add: [.husky/, package.json], allow: [.git, .envrc]}");
  Disk disk = empty_project();
  disk.on_disk.insert(disk.on_disk.end(), {"/srv/p/.git", "/srv/p/.git/hooks"});
  const auto found = masks(bind_mount("/srv/p", "/w", false), disk, *policy);
  CHECK(holds(found, "/w/.husky ro .husky/"));
  CHECK(holds(found, "/w/package.json ro"));
  CHECK_FALSE(holds(found, "/w/.git"));
  CHECK_FALSE(holds(found, "/w/HEAD"));
  CHECK_FALSE(holds(found, "/w/.envrc"));
  CHECK(normalize_allowed_file(".git/"));
  CHECK(normalize_allowed_file(".vscode/tasks.json"));
  CHECK_FALSE(normalize_allowed_file(".git/config"));  // it would open nothing
  CHECK_FALSE(normalize_protected_file("../x"));
  CHECK_FALSE(normalize_protected_file("/x"));
  CHECK_FALSE(normalize_protected_file(""));
}

TEST_CASE("a policy that turns the rule off protects nothing") {
  CHECK(masks(bind_mount("/srv/p", "/w", false), empty_project(), privileged()).empty());
}

TEST_CASE("the manifest of the skill is protected wherever it lies below a writable folder") {
  Disk disk;
  disk.on_disk = {"/srv", "/srv/skills"};
  disk.plain_files = {"/srv/skills/skills.toml"};
  const auto found = masks(bind_mount("/srv", "/w", false), disk);
  CHECK(holds(found, "/w/skills rw skills/"));
  CHECK(holds(found, "/w/skills/skills.toml ro skills/skills.toml"));
  // Who works there uses the folder, too.
  CHECK(holds(found, "/w/skills/.envrc ro skills/.envrc"));
}

TEST_CASE("every folder from the mounted one down to where the caller stands has its names kept") {
  Disk disk({"/srv", "/srv/a", "/srv/a/b", "/srv/skills"});
  ContainerSpec spec = clean_spec();
  spec.standing = "/srv/a/b";
  const auto found = masks(bind_mount("/srv", "/w", false), disk, baseline(), spec);
  for (const char* line :
       {"/w/.envrc ro .envrc", "/w/a rw a/", "/w/a/.envrc ro a/.envrc", "/w/a/b rw a/b/", "/w/a/b/.git ro a/b/.git/",
        "/w/a/b/HEAD ro a/b/HEAD", "/w/a/b/.skillrun ro a/b/.skillrun/"}) {
    CAPTURE(line);
    CHECK(holds(found, line));
  }
  spec.standing = "/home/me";
  CHECK_FALSE(holds(masks(bind_mount("/srv", "/w", false), disk, baseline(), spec), "/w/a"));
}

TEST_CASE("what was read to decide is kept: files, whole folders, and what could be put where nothing was") {
  Disk disk({"/srv/p", "/srv/p/pol", "/srv/p/skills"});
  disk.plain_files = {"/srv/p/pol/base.yaml", "/srv/p/skills/a.toml"};
  ContainerSpec spec = clean_spec();
  spec.deciding = {"/srv/p/pol/base.yaml", "/srv/p/skills/", "/srv/p/skills/a.toml", "/srv/p/none.toml", "/srv/else"};
  const auto found = masks(bind_mount("/srv/p", "/w", false), disk, baseline(), spec);
  CHECK(holds(found, "/w/pol/base.yaml ro pol/base.yaml"));
  CHECK(holds(found, "/w/skills ro skills/"));
  CHECK_FALSE(holds(found, "/w/skills/"));
  CHECK(holds(found, "/w/none.toml ro none.toml"));
}

TEST_CASE("the recipe of an image is kept: the context as a whole, or what makes it one") {
  Disk disk({"/srv/p", "/srv/p/image", "/srv/p/image/files"});
  disk.plain_files = {"/srv/p/image/Dockerfile"};
  ContainerSpec spec = clean_spec();
  BuildRecipe recipe;
  recipe.context = ContextRecipe{.context = "/srv/p/image", .dockerfile = "Dockerfile", .target = {}, .args = {}};
  spec.build = set(recipe, "docker.build");
  spec.source = std::make_shared<const SourceText>(SourceText{.name = "m.toml", .directory = "/srv/p", .text = "x"});
  const auto whole = masks(bind_mount("/srv/p", "/w", false), disk, baseline(), spec);
  CHECK(holds(whole, "/w/image ro image/"));
  CHECK_FALSE(holds(whole, "/w/image/"));
  const auto inside = masks(bind_mount("/srv/p/image", "/w", false), disk, baseline(), spec);
  CHECK(holds(inside, "/w/Dockerfile ro Dockerfile"));
  CHECK(holds(inside, "/w/.dockerignore ro .dockerignore"));
}

TEST_CASE("a link that leads to a deciding document cannot be kept, nor can the document be mounted writable") {
  Disk disk({"/srv/p", "/srv/p/.skillrun"});
  disk.plain_files = {"/srv/real.yaml", "/srv/p/mine.toml"};
  disk.links["/srv/p/p.yaml"] = "/srv/real.yaml";
  disk.links["/srv/p/.skillrun/x.toml"] = "/srv/p/mine.toml";
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(bind_mount("/srv/p", "/w", false));
  spec.deciding = {"/srv/p/.skillrun/x.toml"};  // the folder of the link is kept
  CHECK_FALSE(has(evaluate(baseline(), spec, disk), "protected-file"));
  spec.deciding = {"/srv/p/p.yaml"};
  CHECK(has(evaluate(baseline(), spec, disk), "protected-file", Severity::error));
  spec.mounts.front().value.read_only = true;
  CHECK_FALSE(has(evaluate(baseline(), spec, disk), "protected-file"));
  spec.mounts = {bind_mount("/srv/p/mine.toml", "/w", false)};
  CHECK_FALSE(has(evaluate(baseline(), spec, disk), "protected-file"));
  spec.deciding = {"/srv/p/mine.toml"};
  CHECK(has(evaluate(baseline(), spec, disk), "protected-file", Severity::error));
}

TEST_CASE("another mount that lies over a protected name is judged for itself") {
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(bind_mount("/srv/p", "/w", false));
  spec.mounts.push_back(bind_mount("/srv/q", "/w/.git", true));
  const auto approved = admit(baseline(), std::move(spec), Disk({"/srv/p", "/srv/q"}));
  REQUIRE(approved);
  CHECK(std::ranges::count(approved->spec().mounts, "/w/.git", [](const auto& m) { return m.value.target; }) == 1);
}
