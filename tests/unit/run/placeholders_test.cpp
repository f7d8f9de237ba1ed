#include "run/placeholders.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>

#include "../temporary_folder.hpp"
#include "support/placeholder.hpp"

using namespace skillrun;
using namespace skillrun::test;
namespace fs = std::filesystem;

namespace {

ContainerSpec with_masks(const std::string& folder, const std::vector<std::string>& names) {
  ContainerSpec spec;
  for (const std::string& name : names) {
    Mount mask;
    mask.source = folder + "/" + (name.ends_with('/') ? name.substr(0, name.size() - 1) : name);
    mask.target = "/w";
    mask.read_only = true;
    spec.mounts.push_back(
        {mask, Origin{.kind = OriginKind::policy_default, .field = "baseline", .span = {}, .text = name}});
  }
  return spec;
}

constexpr CallLimits limits{std::chrono::seconds{20}, nullptr};

Placeholders make(const ContainerSpec& spec) {
  Placeholders made;
  const Findings findings = made.make(spec, limits);
  CHECK(findings.empty());
  return made;
}

bool is_stand_in(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && is_placeholder(status);
}

}  // namespace

TEST_CASE("what is missing is there until it is removed, and whoever dies leaves it") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  const ContainerSpec spec = with_masks(root, {".skillrun/", ".envrc"});
  const std::vector<std::string> needed{root + "/.skillrun", root + "/.envrc"};
  CHECK(needed_placeholders(spec) == needed);
  {
    const Placeholders made = make(spec);
  }
  CHECK(fs::is_directory(root + "/.skillrun"));
  CHECK(fs::is_regular_file(root + "/.envrc"));
  CHECK(is_stand_in(root + "/.skillrun"));
  CHECK(is_stand_in(root + "/.envrc"));
  CHECK(needed_placeholders(spec) == needed);
  make(spec).remove({});
  CHECK(fs::is_empty(root));
}

TEST_CASE("a stand-in stays while a record of another run that lists it is open") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  const ContainerSpec spec = with_masks(root, {".envrc"});
  std::vector<WrittenPlace> places(1);
  places.front().root = root;
  places.front().stand_ins = {root + "/.envrc"};
  make(spec).remove(places);
  CHECK(is_stand_in(root + "/.envrc"));
  remove_placeholders(places.front().stand_ins, places);
  CHECK(is_stand_in(root + "/.envrc"));
  places.front().end = WallTime{};
  const std::string mine = folder.write("mine", "x");
  remove_placeholders(std::vector<std::string>{root + "/.envrc", mine, root + "/none/x"}, places);
  CHECK_FALSE(fs::exists(root + "/.envrc"));
  CHECK(fs::exists(mine));
}

TEST_CASE("a lock that somebody else holds is waited for with an end, and a cancellation is one") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  const ContainerSpec spec = with_masks(root, {".envrc"});
  make(spec);
  const UniqueFd held(::open((root + "/.envrc").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::flock(held.get(), LOCK_EX) == 0);
  Placeholders late;
  const Findings findings = late.make(spec, {std::chrono::milliseconds{60}, nullptr});
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().message.contains("another process holds a lock"));
  Cancellation cancellation;
  cancellation.cancel();
  CHECK_FALSE(late.make(spec, {std::chrono::hours{1}, &cancellation}).empty());
}

TEST_CASE("what was there before stays, and what somebody wrote meanwhile") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  (void)folder.write("there", "");
  fs::create_directory(root + "/empty");
  {
    Placeholders made = make(with_masks(root, {"there", "empty/", "file", "folder/"}));
    fs::permissions(root + "/file", fs::perms::owner_all);
    (void)folder.write("file", "mine");
    fs::permissions(root + "/folder", fs::perms::owner_all);
    (void)folder.write("folder/file", "mine");
    made.remove({});
  }
  for (const char* name : {"/there", "/empty", "/file", "/folder/file"}) CHECK(fs::exists(root + name));
}

TEST_CASE("the last of several runs takes it away, also what a killed one has left") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  const ContainerSpec spec = with_masks(root, {".git/"});
  REQUIRE(::mkdir((root + "/.git").c_str(), placeholder_folder_mode) == 0);
  Placeholders first = make(spec);
  Placeholders second = make(spec);
  first.remove({});
  CHECK(is_stand_in(root + "/.git"));
  second.remove({});
  CHECK(fs::is_empty(root));
}

TEST_CASE("a name that cannot be made is refused") {
  Placeholders none;
  const Findings findings = none.make(with_masks("/proc", {".skillrun/"}), limits);
  REQUIRE_FALSE(findings.empty());
  CHECK(findings.front().rule == "protected-file");
}

TEST_CASE("a declared mount is never made") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  ContainerSpec spec = with_masks(root, {"data/"});
  spec.mounts.front().origin.kind = OriginKind::manifest;
  CHECK(needed_placeholders(spec).empty());
  make(spec);
  CHECK(fs::is_empty(root));
}
