#include <doctest/doctest.h>
#include <fmt/format.h>

#include "policy/protected_files.hpp"
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
std::vector<std::string> masks(const Setting<Mount>& mount, const HostView& host, const Policy& policy = baseline()) {
  ContainerSpec spec = clean_spec();
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
  const auto found = masks(bind("/srv/p", "/w", false), empty_project());
  const std::vector<std::string> expected{
      "/w/.envrc ro .envrc",
      "/w/.git ro .git/",
      "/w/.skill-engine.toml ro .skill-engine.toml",
      "/w/.skillrun ro .skillrun/",
      "/w/.vscode ro .vscode/",
      "/w/skill-engine.toml ro skill-engine.toml",
      "/w/skillrun.toml ro skillrun.toml",
      "/w/skillrun.yaml ro skillrun.yaml",
      "/w/skillrun.yml ro skillrun.yml",
  };
  CHECK(found == expected);
}

TEST_CASE("the folder above a protected name stays writable, and can not be moved away with it") {
  Disk disk = empty_project();
  disk.on_disk.insert(disk.on_disk.end(), {"/srv/p/.git", "/srv/p/.git/hooks"});
  disk.plain_files = {"/srv/p/.git/config"};
  const auto found = masks(bind("/srv/p", "/w", false), disk);
  const auto holds = [&](const char* line) { return std::ranges::find(found, line) != found.end(); };
  CHECK(holds("/w/.git rw .git/"));
  CHECK(holds("/w/.git/config ro .git/config"));
  CHECK(holds("/w/.git/hooks ro .git/hooks/"));
}

TEST_CASE("a .git that is a file says where the repository is and is protected itself") {
  Disk disk = empty_project();
  disk.plain_files = {"/srv/p/.git"};
  const auto found = masks(bind("/srv/p", "/w", false), disk);
  CHECK(std::ranges::find(found, "/w/.git ro .git") != found.end());
}

TEST_CASE("a folder that is mounted by a part of a protected name is protected in what is left of the name") {
  Disk disk;
  disk.on_disk = {"/srv/p/.git", "/srv/p/.git/hooks"};
  const auto found = masks(bind("/srv/p/.git", "/g", false), disk);
  const auto holds = [&](const char* line) { return std::ranges::find(found, line) != found.end(); };
  CHECK(holds("/g/hooks ro hooks/"));
  CHECK(holds("/g/config ro config"));
}

TEST_CASE("nothing is protected where nothing can be written, and on another machine") {
  CHECK(masks(bind("/srv/p", "/w", true), empty_project()).empty());
  Disk file = empty_project();
  file.on_disk.clear();
  file.plain_files = {"/srv/p"};
  CHECK(masks(bind("/srv/p", "/w", false), file).empty());
}

TEST_CASE("a writable mount of a protected name is refused, wherever it lies") {
  for (const char* path : {"/srv/p/.skillrun", "/srv/p/.skillrun/tools", "/srv/p/skillrun.toml", "/srv/p/.git/hooks",
                           "/srv/p/.git/hooks/pre-commit", "/srv/p/.envrc", "/srv/.git/config"}) {
    CAPTURE(path);
    CHECK(has(judge_mount(bind(path, "/w", false)), "protected-file", Severity::error));
    CHECK_FALSE(has(judge_mount(bind(path, "/w", true)), "protected-file"));
  }
  for (const char* path : {"/srv/p/my.skillrun", "/srv/p/.git", "/srv/p/.git/hooks.d", "/srv/p/skillrun.toml.bak"}) {
    CAPTURE(path);
    CHECK_FALSE(has(judge_mount(bind(path, "/w", false)), "protected-file"));
  }
}

TEST_CASE("a protected name that is a link can not be protected") {
  Disk disk = empty_project();
  disk.links["/srv/p/.envrc"] = "/srv/p/env";
  CHECK(has(judge_mount(bind("/srv/p", "/w", false), disk), "protected-file", Severity::error));
  disk.links = {{"/srv/p/.git", "/srv/git"}};
  CHECK(has(judge_mount(bind("/srv/p", "/w", false), disk), "protected-file", Severity::error));
  CHECK_FALSE(has(judge_mount(bind("/srv/p", "/w", true), disk), "protected-file"));
}

TEST_CASE("a policy adds and allows protected names") {
  const auto policy = with_params("{add: [.husky/, package.json], allow: [.git/config, .envrc]}");
  Disk disk = empty_project();
  disk.on_disk.insert(disk.on_disk.end(), {"/srv/p/.git", "/srv/p/.git/hooks"});
  const auto found = masks(bind("/srv/p", "/w", false), disk, *policy);
  const auto holds = [&](std::string_view target) {
    return std::ranges::any_of(found, [&](const std::string& line) { return line.starts_with(target); });
  };
  CHECK(holds("/w/.husky ro .husky/"));
  CHECK(holds("/w/package.json ro"));
  CHECK(holds("/w/.git/hooks ro"));
  CHECK_FALSE(holds("/w/.git/config"));
  CHECK_FALSE(holds("/w/.envrc"));
  CHECK_FALSE(normalize_protected_file("../x"));
  CHECK_FALSE(normalize_protected_file("/x"));
  CHECK_FALSE(normalize_protected_file(""));
}

TEST_CASE("a policy that turns the rule off protects nothing") {
  CHECK(masks(bind("/srv/p", "/w", false), empty_project(), privileged()).empty());
}

TEST_CASE("the manifest of the skill is protected wherever it lies below a writable folder") {
  Disk disk;
  disk.on_disk = {"/srv", "/srv/skills"};
  disk.plain_files = {"/srv/skills/skills.toml"};
  const auto found = masks(bind("/srv", "/w", false), disk);
  const auto holds = [&](const char* line) { return std::ranges::find(found, line) != found.end(); };
  CHECK(holds("/w/skills rw skills/"));
  CHECK(holds("/w/skills/skills.toml ro skills/skills.toml"));
}

TEST_CASE("another mount that lies over a protected name is judged for itself") {
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(bind("/srv/p", "/w", false));
  spec.mounts.push_back(bind("/srv/q", "/w/.git", true));
  const auto approved = admit(baseline(), std::move(spec), Disk({"/srv/p", "/srv/q"}));
  REQUIRE(approved);
  CHECK(std::ranges::count(approved->spec().mounts, "/w/.git", [](const auto& m) { return m.value.target; }) == 1);
}
