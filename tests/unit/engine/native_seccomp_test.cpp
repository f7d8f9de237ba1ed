// golden/seccomp_resolved.json holds what dockerd 20.10.24 gave its runtime for golden/seccomp_profile.json on amd64
// and Linux 6: with docker's capabilities, and with --cap-add SYS_ADMIN --cap-drop AUDIT_WRITE --cap-drop CHOWN.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "engine/native/bundle/default_seccomp.hpp"
#include "engine/native/bundle/seccomp_profile.hpp"
#include "support/read_file.hpp"

using namespace skillrun;

namespace native_seccomp_test {

std::string golden(const std::string& name) {
  return read_file(std::string(SKILLRUN_SOURCE_DIR) + "/tests/unit/engine/golden/" + name, std::size_t{1} << 20)
      .value();
}

const std::vector<std::string> usual{"CAP_CHOWN", "CAP_SYS_CHROOT", "CAP_AUDIT_WRITE"};
const std::vector<std::string> tweaked{"CAP_SYS_CHROOT", "CAP_SYS_ADMIN"};

EngineResult<json::object> resolved(std::string_view profile, const std::vector<std::string>& capabilities = usual,
                                    std::string kernel = "6.1.0-18-amd64", std::string architecture = "amd64") {
  return resolve_seccomp(
      profile, {.architecture = std::move(architecture), .capabilities = capabilities, .kernel = std::move(kernel)});
}

/// Why a profile is refused; empty when it is not.
std::string refusal(std::string_view profile) {
  const auto result = resolved(profile);
  if (result) return "";
  CHECK(result.error().kind == EngineError::Kind::refused);
  return result.error().message;
}

/// A profile of one entry with these members.
std::string entry(std::string_view members) {
  return R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW")" +
         std::string(members) + "}]}";
}

std::size_t count(std::string_view profile, const std::string& kernel = "6.1.0-18-amd64") {
  const auto result = resolved(profile, usual, kernel);
  REQUIRE(result);
  const auto* const syscalls = result->if_contains("syscalls");
  return syscalls == nullptr ? 0 : syscalls->as_array().size();
}

TEST_CASE("a profile is resolved as docker does") {
  const std::string profile = golden("seccomp_profile.json");
  const json::value theirs = json::parse(golden("seccomp_resolved.json"));
  for (const auto& [name, capabilities] : {std::pair{"usual", usual}, {"tweaked", tweaked}}) {
    CAPTURE(name);
    auto ours = resolved(profile, capabilities);
    REQUIRE_MESSAGE(ours, (ours ? "" : ours.error().message));
    CHECK(ours->erase("defaultErrnoRet") == 1);  // docker 20.10 does not know it
    CHECK(json::value(*ours) == theirs.at(name));
  }
}

TEST_CASE("architectures are this machine's and those that go with it") {
  const auto filter = resolved(golden("seccomp_profile.json"), usual, "6.1.0", "arm64");
  REQUIRE(filter);
  CHECK(json::serialize(filter->at("architectures")) == R"(["SCMP_ARCH_AARCH64","SCMP_ARCH_ARM"])");
  CHECK(refusal(R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"], "archMap": [{"architecture":
                "SCMP_ARCH_X86_64"}]})")
            .contains("either"));
}

TEST_CASE("an entry for later kernels is left out") {
  const std::string profile = entry(R"(, "includes": {"minKernel": "4.8"})");
  CHECK(count(profile) == 1);
  CHECK(count(profile, "4.8.0-53-generic") == 1);
  CHECK(count(profile, "4.7.9") == 0);
  CHECK(count(entry(R"(, "excludes": {"minKernel": "4.8"})"), "4.7.9") == 1);
}

TEST_CASE("the running kernel is asked where none is given") {
  const auto filter =
      resolve_seccomp(entry(R"(, "includes": {"minKernel": "2.0"})"), {.architecture = "amd64", .capabilities = usual});
  REQUIRE(filter);
  CHECK(filter->contains("syscalls"));
}

TEST_CASE("an error may have a name") {
  const auto filter = resolved(entry(R"(, "errno": "EPERM")"));
  REQUIRE(filter);
  CHECK(filter->at("syscalls").at(0).at("errnoRet") == 1);
  CHECK(refusal(entry(R"(, "errno": "EPERM", "errnoRet": 1)")).empty());
  CHECK(refusal(entry(R"(, "errno": "EPERM", "errnoRet": 2)")).contains("/syscalls/0/errno: EPERM is 1"));
  CHECK(refusal(entry(R"(, "errno": "NONE")")).contains("not the name of an error"));
  CHECK(refusal(entry(R"(, "errnoRet": 5000)")).contains("errnoRet"));
}

TEST_CASE("an old entry has one name") {
  const auto filter = resolved(R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"name": "read", "action":
      "SCMP_ACT_ALLOW"}]})");
  REQUIRE(filter);
  CHECK(json::serialize(filter->at("syscalls").at(0).at("names")) == R"(["read"])");
}

TEST_CASE("what is not understood in a profile is refused with its place") {
  CHECK(refusal("").contains("the seccomp profile"));
  CHECK(refusal("[]").contains("expected an object"));
  CHECK(refusal("{}").contains("/defaultAction"));
  CHECK(refusal(R"({"defaultAction": "SCMP_ACT_NOTIFY"})").contains("not an action"));
  CHECK(refusal(R"({"defaultAction": "SCMP_ACT_ALLOW", "defaultAction": "SCMP_ACT_ERRNO"})") != "");
  CHECK(refusal(R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/s"})").contains("listener"));
  CHECK(refusal(R"({"defaultAction": "SCMP_ACT_ALLOW", "flags": ["X"]})").contains("/flags"));
  CHECK(refusal(R"({"defaultAction": "SCMP_ACT_ALLOW", "other": 1})").contains("/other: a member that is not known"));
  CHECK(refusal(R"({"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "X"}]})")
            .contains("/archMap/0/architecture"));
  CHECK(refusal(entry(R"(, "args": [{"index": 6, "op": "SCMP_CMP_EQ"}])")).contains("/syscalls/0/args/0/index"));
  CHECK(refusal(entry(R"(, "args": [{"index": 0, "op": "EQ"}])")).contains("/syscalls/0/args/0/op"));
  CHECK(refusal(entry(R"(, "args": [{"index": 0, "value": -1, "op": "SCMP_CMP_EQ"}])")).contains("value"));
  CHECK(refusal(entry(R"(, "includes": {"kernels": []})")).contains("/syscalls/0/includes/kernels"));
  CHECK(refusal(entry(R"(, "excludes": {"minKernel": "new"})")).contains("minKernel"));
  CHECK(refusal(entry(R"(, "name": "write")")).contains("either name or names"));
  CHECK(refusal(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_LOG"}]})")
            .contains("no system call"));
}

/// What passes a filter, without regard to arguments.
std::set<std::string> passing(const json::object& filter) {
  std::set<std::string> names;
  for (const json::value& rule : filter.at("syscalls").as_array()) {
    if (rule.at("action").as_string() != "SCMP_ACT_ALLOW") continue;
    for (const json::value& name : rule.at("names").as_array()) names.emplace(name.as_string());
  }
  return names;
}

/// The default filter for these capabilities, of a profile that lets these calls pass.
json::object default_filter(const std::string& names, const std::vector<std::string>& capabilities) {
  auto filter = resolve_default_seccomp(
      R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"action": "SCMP_ACT_ALLOW", "names": [)" + names + "]}]}",
      {.architecture = "amd64", .capabilities = capabilities});
  REQUIRE(filter);
  return std::move(*filter);
}

TEST_CASE("the default filter withholds what docker's does, and from the same containers") {
  const std::string names = R"("read", "unshare", "mount", "setns", "keyctl", "syslog", "mbind", "clone3")";
  using Set = std::set<std::string>;
  CHECK(passing(default_filter(names, usual)) == Set{"read"});
  CHECK(passing(default_filter(names, {"CAP_SYSLOG"})) == Set{"read", "syslog"});
  CHECK(passing(default_filter(names, {"CAP_SYS_NICE"})) == Set{"mbind", "read"});
  CHECK(passing(default_filter(names, {"CAP_SYS_ADMIN"})) ==
        Set{"clone3", "mount", "read", "setns", "syslog", "unshare"});
}

TEST_CASE("what the default filter withholds fails as in docker's containers") {
  const json::object filter = default_filter(R"("unshare", "clone3")", usual);
  CHECK(json::serialize(filter.at("syscalls")) == R"([{"names":["clone3"],"action":"SCMP_ACT_ERRNO","errnoRet":38},)"
                                                  R"({"names":["unshare"],"action":"SCMP_ACT_ERRNO","errnoRet":1}])");
}

TEST_CASE("clone passes the default filter without flags for namespaces") {
  const auto clone_of = [](const std::vector<std::string>& capabilities) {
    return json::serialize(default_filter(R"("clone")", capabilities).at("syscalls").at(0));
  };
  CHECK(clone_of(usual) ==
        R"({"names":["clone"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":2114060288,"valueTwo":0,)"
        R"("op":"SCMP_CMP_MASKED_EQ"}]})");
  CHECK(clone_of({"CAP_SYS_ADMIN"}) == R"({"names":["clone"],"action":"SCMP_ACT_ALLOW"})");
}

TEST_CASE("a profile that the skill names is left as it is") {
  const auto filter = resolved(entry("").replace(entry("").find("read"), 4, "unshare"));
  REQUIRE(filter);
  CHECK(passing(*filter) == std::set<std::string>{"unshare"});
}

TEST_CASE("an entry that is left out is read all the same") {
  CHECK(refusal(entry(R"(, "includes": {"arches": ["arm"]}, "excludes": {"other": 1})")).contains("/excludes/other"));
}

}  // namespace native_seccomp_test
