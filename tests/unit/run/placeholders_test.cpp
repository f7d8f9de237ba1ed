#include "run/placeholders.hpp"

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

bool is_stand_in(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && is_placeholder(status);
}

}  // namespace

TEST_CASE("what is missing is there while it is held, and gone afterwards") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  {
    const auto made = Placeholders::make(with_masks(root, {".skillrun/", ".envrc"}));
    REQUIRE(made);
    CHECK(fs::is_directory(root + "/.skillrun"));
    CHECK(fs::is_regular_file(root + "/.envrc"));
    CHECK(is_stand_in(root + "/.skillrun"));
    CHECK(is_stand_in(root + "/.envrc"));
  }
  CHECK(fs::is_empty(root));
}

TEST_CASE("what was there before stays, and what somebody wrote meanwhile") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  (void)folder.write("there", "");
  fs::create_directory(root + "/empty");
  {
    const auto made = Placeholders::make(with_masks(root, {"there", "empty/", "file", "folder/"}));
    REQUIRE(made);
    fs::permissions(root + "/file", fs::perms::owner_all);
    (void)folder.write("file", "mine");
    fs::permissions(root + "/folder", fs::perms::owner_all);
    (void)folder.write("folder/file", "mine");
  }
  for (const char* name : {"/there", "/empty", "/file", "/folder/file"}) CHECK(fs::exists(root + name));
}

TEST_CASE("the last of several runs takes it away, also what a killed one has left") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  const ContainerSpec spec = with_masks(root, {".git/"});
  REQUIRE(::mkdir((root + "/.git").c_str(), placeholder_folder_mode) == 0);
  auto first = Placeholders::make(spec);
  auto second = Placeholders::make(spec);
  REQUIRE(first);
  REQUIRE(second);
  first->remove();
  CHECK(is_stand_in(root + "/.git"));
  second->remove();
  CHECK(fs::is_empty(root));
}

TEST_CASE("a name that can not be made is refused") {
  const auto made = Placeholders::make(with_masks("/proc", {".skillrun/"}));
  REQUIRE_FALSE(made);
  CHECK(made.error().front().rule == "protected-file");
}

TEST_CASE("a declared mount is never made") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  ContainerSpec spec = with_masks(root, {"data/"});
  spec.mounts.front().origin.kind = OriginKind::manifest;
  REQUIRE(Placeholders::make(spec));
  CHECK(fs::is_empty(root));
}
