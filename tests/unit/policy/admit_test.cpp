#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "support.hpp"
#include "support/sha256.hpp"

using namespace skillrun;
using namespace skillrun::test;

TEST_CASE("a clean spec is approved") {
  const auto approved = admit(restricted(), clean_spec(), FakeHost());
  REQUIRE(approved);
  CHECK(approved->policy() == "restricted");
  CHECK(approved->spec().skill == "tool");
}

TEST_CASE("a spec with nothing in it is refused under every policy") {
  for (const char* name : {"privileged", "baseline", "restricted"}) {
    const auto result = admit(*Policy::builtin(name), ContainerSpec{}, LexicalHost());
    REQUIRE_FALSE(result);
    CHECK(result.error().policy == name);
    CHECK(has(result.error().findings, "image-reference-invalid", Severity::error));
  }
}

TEST_CASE("an error refuses, warnings and information go along") {
  ContainerSpec spec = clean_spec();
  spec.image.value.digest.clear();
  const auto approved = admit(baseline(), spec, FakeHost());
  REQUIRE(approved);
  CHECK(has(approved->findings(), "image-not-pinned"));
  const auto refused = admit(restricted(), spec, FakeHost());
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().findings, "image-not-pinned", Severity::error));
}

TEST_CASE("the real path of a bind is judged and pinned") {
  FakeHost host;
  host.links["/srv/current"] = "/srv/release-7";
  host.links["/srv/innocent"] = "/etc";
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(bind_mount("/srv/current"));
  const auto approved = admit(baseline(), spec, host);
  REQUIRE(approved);
  CHECK(approved->spec().mounts.front().value.source == "/srv/release-7");
  CHECK(has(approved->findings(), "symlink-mount", Severity::warning));

  spec.mounts.front() = bind_mount("/srv/innocent");
  const auto refused = admit(baseline(), spec, host);
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().findings, "sensitive-mount", Severity::error));
  CHECK(refused.error().spec.mounts.front().value.source == "/srv/innocent");
}

namespace {

constexpr const char* strict_profile = R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []})";
constexpr const char* open_profile = R"({"defaultAction": "SCMP_ACT_ALLOW"})";

std::shared_ptr<const Policy> allowing_profiles(const std::string& path, std::initializer_list<const char*> texts) {
  std::string text =
      "apiVersion: skillrun.policy/v1\nname: p\nextends: [baseline]\nrules: {seccomp-custom-profile: {params: {allow: "
      "[";
  for (const char* profile : texts) text += path + "@sha256:" + sha256(profile) + ", ";
  const auto policy = Policy::parse(
      std::make_shared<const SourceText>(SourceText{.name = "p.yaml", .directory = {}, .text = text + "]}}}\n"}));
  REQUIRE(policy);
  return *policy;
}

ContainerSpec with_profile(std::string option) {
  ContainerSpec spec = clean_spec();
  spec.security_opt.push_back(set(option, "docker.security_opt[0]", option));
  return spec;
}

}  // namespace

TEST_CASE("a seccomp profile passes by its path and digest, and its text is pinned") {
  FakeHost host;
  host.files = {{"/srv/strict.json", strict_profile}, {"/srv/open.json", open_profile}};
  const auto policy = allowing_profiles("/srv/strict.json", {strict_profile});
  const auto approved = admit(*policy, with_profile("seccomp=/srv/strict.json"), host);
  REQUIRE(approved);
  CHECK(approved->spec().security_opt.front().value == "seccomp=" + std::string(strict_profile));
  // What an engine made of it carries the text.
  CHECK_FALSE(has_errors(approved->judge_again(approved->spec(), host)));
  CHECK(admit(*policy, with_profile("seccomp:/srv/strict.json"), host));

  CHECK_FALSE(admit(baseline(), with_profile("seccomp=/srv/strict.json"), host));
  CHECK_FALSE(admit(*policy, with_profile("seccomp=/srv/open.json"), host));
  host.files["/srv/strict.json"] += " ";
  CHECK_FALSE(admit(*policy, with_profile("seccomp=/srv/strict.json"), host));
  host.files.clear();
  CHECK_FALSE(admit(*policy, with_profile("seccomp=/srv/strict.json"), host));
  // While linting the file is not read, and its path decides.
  CHECK_FALSE(has_errors(evaluate(*policy, with_profile("seccomp=/srv/strict.json"), LexicalHost())));
  CHECK(has_errors(evaluate(*policy, with_profile("seccomp=/srv/other.json"), LexicalHost())));
}

TEST_CASE("a seccomp profile is a file under every policy: text in its place is not run") {
  const std::string inline_text = "seccomp=" + std::string(strict_profile);
  for (const std::string& option : {inline_text, std::string("seccomp=profile.json"), std::string("seccomp=/a/../b")}) {
    CAPTURE(option);
    CHECK_FALSE(admit(*Policy::builtin("privileged"), with_profile(option), FakeHost()));
    CHECK_FALSE(admit(*allowing_profiles("/srv/a.json", {strict_profile}), with_profile(option), FakeHost()));
  }
}

TEST_CASE("a seccomp profile that allows by default is refused although a policy lists it") {
  FakeHost host;
  host.files = {{"/srv/a.json", open_profile}, {"/srv/b.json", "no profile at all {"}};
  CHECK_FALSE(admit(*allowing_profiles("/srv/a.json", {open_profile}), with_profile("seccomp=/srv/a.json"), host));
  CHECK_FALSE(
      admit(*allowing_profiles("/srv/b.json", {"no profile at all {"}), with_profile("seccomp=/srv/b.json"), host));
}

TEST_CASE("a path that this machine cannot resolve is refused") {
  FakeHost host;
  host.unreadable.push_back("/home/other/locked");
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(bind_mount("/home/other/locked"));
  CHECK_FALSE(admit(baseline(), spec, host));
  CHECK(admit(baseline(), spec, LexicalHost()));
}

TEST_CASE("defaults fill gaps and name the policy as their origin") {
  ContainerSpec spec;
  spec.memory = set(std::int64_t{64} << 20, "docker.memory");
  spec = with_defaults(baseline(), std::move(spec));
  REQUIRE(spec.network_mode);
  CHECK(spec.network_mode->value.kind == NetworkKind::none);
  CHECK(spec.network_mode->origin.kind == OriginKind::policy_default);
  CHECK(spec.network_mode->origin.field == "baseline");
  CHECK(spec.no_new_privileges->value);
  CHECK(spec.init->value);
  CHECK(spec.pids_limit->value == 1024);
  CHECK(spec.memory_swap->value == spec.memory->value);
  REQUIRE(spec.cap_drop.size() == 1);
  CHECK(spec.cap_drop.front().value == "MKNOD");
  CHECK_FALSE(spec.readonly_rootfs);
  CHECK_FALSE(spec.user);

  spec = with_defaults(restricted(), ContainerSpec{});
  CHECK(spec.cap_drop.front().value == "ALL");
  CHECK(spec.readonly_rootfs->value);
  CHECK(spec.user->value.host);
  REQUIRE(spec.mounts.size() == 1);
  CHECK(spec.mounts.front().value.target == "/tmp");
  CHECK(spec.mounts.front().value.type == MountType::tmpfs);
  CHECK_FALSE(spec.memory_swap);

  spec = with_defaults(privileged(), ContainerSpec{});
  CHECK(spec.network_mode->value.kind == NetworkKind::none);
  CHECK(spec.network_mode->origin.kind == OriginKind::builtin);
  CHECK_FALSE(spec.init);
}

TEST_CASE("defaults never replace what the manifest says, and applying them twice changes nothing") {
  ContainerSpec spec = clean_spec();
  spec.network_mode = set(NetworkMode{.kind = NetworkKind::bridge, .name = {}}, "docker.network");
  spec.init = set(false, "docker.init");
  spec.memory_swap = set(std::int64_t{-1}, "docker.memory_swap");
  spec.cap_drop = {set(std::string("MKNOD"), "docker.cap_drop[0]")};
  spec.mounts.push_back(bind_mount("/srv/x", "/tmp"));
  const ContainerSpec once = with_defaults(restricted(), spec);
  CHECK(once.network_mode->value.kind == NetworkKind::bridge);
  CHECK_FALSE(once.init->value);
  CHECK(once.memory_swap->value == -1);
  CHECK(once.cap_drop.size() == 1);
  CHECK(once.mounts.size() == 1);
  const ContainerSpec filled = with_defaults(restricted(), ContainerSpec{});
  CHECK(with_defaults(restricted(), filled).mounts.size() == filled.mounts.size());
  CHECK(with_defaults(restricted(), filled).cap_drop.size() == 1);
}

TEST_CASE("a default of the caller's user becomes the caller's number, or a refusal") {
  ContainerSpec spec = clean_spec();
  spec.user.reset();
  FakeHost host;
  const auto approved = admit(restricted(), spec, host);
  REQUIRE(approved);
  CHECK(approved->spec().user->value.uid == 1000U);
  CHECK(approved->spec().user->value.gid == 1000U);

  host.user = 0;
  const auto root = admit(restricted(), spec, host);
  REQUIRE_FALSE(root);
  CHECK(has(root.error().findings, "root-user", Severity::error));
  CHECK_FALSE(admit(restricted(), spec, LexicalHost()));
}
