#include "app/policy_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::app;
using skillrun::test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

/// A machine of its own: /etc, a home and a project two folders deep.
struct Machine {
  TemporaryFolder root;
  PolicyPlaces places{.system_folder = root.path() + "/etc",
                      .user_folder = root.path() + "/home",
                      .start_directory = root.path() + "/project/deep",
                      .uid = static_cast<std::uint32_t>(getuid())};

  Machine() {
    for (const char* folder : {"etc", "home", "project/.skillrun", "project/deep/.skillrun"}) {
      fs::create_directories(root.path() + "/" + folder);
    }
  }

  [[nodiscard]] std::vector<std::string> names(const std::vector<std::string>& named = {}) const {
    const auto found = find_policies(places, named);
    if (!found) FAIL_CHECK(found.error());
    REQUIRE(found);
    std::vector<std::string> all;
    for (const PolicyInput& input : found->inputs) {
      const std::string what = input.source ? input.source->name.substr(root.path().size()) : input.builtin;
      all.push_back(std::string(to_string(input.layer)) + " " + what);
    }
    return all;
  }
};

}  // namespace

TEST_CASE("layers come from the machine, the user, the project from outside in, and the caller, in this order") {
  const Machine machine;
  CHECK(machine.names().empty());
  (void)machine.root.write("project/deep/.skillrun/policy.yaml", "a");
  (void)machine.root.write("project/.skillrun/policy.yml", "b");
  (void)machine.root.write("home/policy.yaml", "c");
  (void)machine.root.write("etc/policy.yaml", "d");
  const std::string mine = machine.root.write("mine.yaml", "e");
  CHECK(machine.names({"restricted", mine}) ==
        std::vector<std::string>{"system /etc/policy.yaml", "user /home/policy.yaml",
                                 "project /project/.skillrun/policy.yml", "project /project/deep/.skillrun/policy.yaml",
                                 "option restricted", "option /mine.yaml"});
}

TEST_CASE("a layer that the caller names is the caller's policy alone, by whatever path it is named") {
  const Machine machine;
  const std::string own = machine.root.write("project/deep/.skillrun/policy.yaml", "a");
  (void)machine.root.write("etc/policy.yaml", "d");
  CHECK(machine.names({own}) ==
        std::vector<std::string>{"system /etc/policy.yaml", "option /project/deep/.skillrun/policy.yaml"});
  const std::string detour = machine.root.path() + "/project/../project/deep/.skillrun/policy.yaml";
  CHECK(machine.names({detour}).size() == 2);
  // The machine's floor stays one.
  CHECK(machine.names({machine.root.path() + "/etc/policy.yaml"}).size() == 3);
}

TEST_CASE("a policy that cannot be read is an error, never a gap") {
  const Machine machine;
  std::string_view expected = "cannot be read";
  CHECK_FALSE(find_policies(machine.places, {"no-such-policy"}));
  CHECK_FALSE(find_policies(machine.places, {machine.root.path()}));
  SUBCASE("a broken link") { fs::create_symlink("/nowhere/at/all", machine.root.path() + "/etc/policy.yaml"); }
  SUBCASE("a folder") { fs::create_directory(machine.root.path() + "/home/policy.yaml"); }
  SUBCASE("a pipe") { REQUIRE(::mkfifo((machine.root.path() + "/etc/policy.yaml").c_str(), 0600) == 0); }
  SUBCASE("too large") { (void)machine.root.write("etc/policy.yaml", std::string((1 << 20) + 1, ' ')); }
  SUBCASE("of the project") {
    fs::create_symlink("/nowhere", machine.root.path() + "/project/deep/.skillrun/policy.yaml");
    expected = "is a link that leads out of the project, or to nothing";
  }
  const auto found = find_policies(machine.places, {});
  REQUIRE_FALSE(found);
  CHECK(found.error().find(expected) != std::string::npos);
}

TEST_CASE("a stranger's policy in a project relaxes nothing, and its presence is said") {
  const Machine machine;
  const std::string path = machine.root.write("project/.skillrun/policy.yaml", "x");
  SUBCASE("writable by others") { REQUIRE(::chmod(path.c_str(), 0666) == 0); }
  SUBCASE("in a folder that others may write") {
    REQUIRE(::chmod((machine.root.path() + "/project/.skillrun").c_str(), 0777) == 0);
  }
  SUBCASE("in a project that others may write") {
    REQUIRE(::chmod((machine.root.path() + "/project").c_str(), 0777) == 0);
  }
  const auto found = find_policies(machine.places, {});
  REQUIRE(found);
  CHECK(found->inputs.empty());
  REQUIRE(found->warnings.size() == 1);
  CHECK(found->warnings.front().find(path) != std::string::npos);
  CHECK(found->warnings.front().find("writable by others") != std::string::npos);
}

TEST_CASE("a policy of another user is not the project's") {
  Machine machine;
  (void)machine.root.write("project/.skillrun/policy.yaml", "x");
  machine.places.uid += 1;
  const auto found = find_policies(machine.places, {});
  REQUIRE(found);
  CHECK(found->inputs.empty());
  REQUIRE(found->warnings.size() == 1);
  CHECK(found->warnings.front().find("another user") != std::string::npos);
}

TEST_CASE("what a policy extends is read from the file system") {
  const TemporaryFolder folder;
  (void)folder.write("base.yaml", "apiVersion: skillrun.policy/v1\nname: base\nrules: {gpu: {severity: error}}\n");
  const auto source = read_policy_file(
      folder.write("mine.yaml", "apiVersion: skillrun.policy/v1\nname: mine\nextends: [./base.yaml]\n"));
  REQUIRE(source);
  const LocalPolicyFiles files;
  const auto policy = Policy::parse(*source, &files);
  REQUIRE(policy);
  CHECK((*policy)->severity("gpu") == Severity::error);
}

TEST_CASE("a project's policy, and what it extends, lies in the project, links included") {
  const Machine machine;
  const std::string head = "apiVersion: skillrun.policy/v1\nname: mine\n";
  (void)machine.root.write("project/base.yaml", "apiVersion: skillrun.policy/v1\nname: base\n");
  (void)machine.root.write("tok", "hunter2: swordfish\n");
  fs::create_symlink("../tok", machine.root.path() + "/project/link.yaml");
  fs::create_symlink("..", machine.root.path() + "/project/up");
  const auto message = [&](const std::string& extends) -> std::string {
    (void)machine.root.write("project/.skillrun/policy.yaml", head + "extends: [" + extends + "]\n");
    const auto found = find_policies(machine.places, {});
    REQUIRE(found);
    const LocalPolicyFiles files(found->projects);
    const auto folded = Policy::fold(found->inputs, &files);
    if (folded) return {};
    for (const Finding& finding : folded.error()) {
      CHECK(finding.message.find("hunter2") == std::string::npos);
      CHECK(finding.source->text.find("hunter2") == std::string::npos);
    }
    return folded.error().front().message;
  };
  CHECK(message("../base.yaml").empty());
  CHECK(message("../../tok").ends_with("is outside of the project"));
  CHECK(message(machine.root.path() + "/tok").ends_with("is outside of the project"));
  CHECK(message("../link.yaml").ends_with("leads out of the project"));
  CHECK(message("../up/tok").ends_with("leads out of the project"));

  fs::remove(machine.root.path() + "/project/.skillrun/policy.yaml");
  fs::create_symlink("../../tok", machine.root.path() + "/project/.skillrun/policy.yaml");
  const auto linked = find_policies(machine.places, {});
  REQUIRE_FALSE(linked);
  CHECK(linked.error().find("leads out of the project") != std::string::npos);
}

TEST_CASE("the policies of the user extend what they like, and nothing is quoted of what is not a policy") {
  const Machine machine;
  (void)machine.root.write("base.yaml",
                           "apiVersion: skillrun.policy/v1\nname: base\nrules: {gpu: {severity: error}}\n");
  (void)machine.root.write("tok", "hunter2: swordfish\n");
  const auto fold = [&](const std::string& extends) {
    (void)machine.root.write("home/policy.yaml",
                             "apiVersion: skillrun.policy/v1\nname: mine\nextends: [" + extends + "]\n");
    const auto found = find_policies(machine.places, {});
    REQUIRE(found);
    const LocalPolicyFiles files(found->projects);
    return Policy::fold(found->inputs, &files);
  };
  CHECK(fold("../base.yaml"));
  const auto foreign = fold("../tok");
  REQUIRE_FALSE(foreign);
  REQUIRE(foreign.error().size() == 1);
  CHECK(foreign.error()[0].message.find("apiVersion: skillrun.policy/v1") != std::string::npos);
  CHECK(foreign.error()[0].source->text.empty());
  CHECK(foreign.error()[0].span.known());
}
