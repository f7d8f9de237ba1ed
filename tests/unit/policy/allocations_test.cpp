// Judging a spec that no rule objects to takes no memory. Every operator new of this program is counted.
#include <atomic>
#include <cstdlib>
#include <new>

#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "policy_texts.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

std::atomic<std::size_t> allocations{0};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): operator new

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): what replaces operator new uses malloc
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}

// All forms, because a sanitizer would otherwise see memory of one end in another.
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return operator new(size, std::nothrow); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)

namespace {

std::size_t allocations_of(const Policy& policy, const ContainerSpec& spec, const HostView& host = LexicalHost()) {
  const std::size_t before = allocations;
  const Findings findings = evaluate(policy, spec, host);
  const std::size_t after = allocations;
  for (const Finding& finding : findings) FAIL_CHECK(finding.rule, ": ", finding.message);
  return after - before;
}

/// A spec with something in most places that rules look at, and nothing that the restricted policy objects to.
ContainerSpec busy_spec() {
  ContainerSpec spec = clean_spec();
  spec.workdir = "/srv/project";
  spec.working_dir = set(std::string("/a/working/directory/of/some/length"), "docker.working_dir");
  spec.hostname = set(std::string("a-host-name-of-some-length"), "docker.hostname");
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    spec.env.push_back(set(
        EnvironmentEntry{
            .name = "SETTING_" + number, .value = "a value of some length, " + number, .from_caller = false},
        "docker.environment[" + number + "]"));
    spec.labels.push_back(
        set(KeyValue{.key = "org.opencontainers.image." + number, .value = "the value of a label " + number},
            "docker.labels.l" + number));
    spec.command.push_back(set(std::string("--an-option-of-some-length=") + number, "docker.command[" + number + "]"));
    Setting<Mount> mount = bind_mount("/srv/project/data/" + number, "/data/" + number);
    mount.origin.text = "${SKILL_WORKDIR}/data/" + number + ":/data/" + number;
    mount.value.caller_workdir = true;
    spec.mounts.push_back(std::move(mount));
  }
  Mount scratch;
  scratch.type = MountType::tmpfs;
  scratch.target = "/scratch";
  scratch.tmpfs_size = std::int64_t{1} << 20;
  scratch.tmpfs_options = "nodev,noexec,nosuid";
  spec.mounts.push_back(set(scratch, "docker.tmpfs[0]"));
  Mount volume;
  volume.type = MountType::volume;
  volume.source = "a-named-volume-of-some-length";
  volume.target = "/volume";
  spec.mounts.push_back(set(volume, "docker.volumes[9]"));
  spec.sysctls.push_back(
      set(KeyValue{.key = "net.ipv4.ip_unprivileged_port_start", .value = "1024"}, "docker.sysctls.x"));
  spec.ulimits.push_back(set(Ulimit{.name = "nofile", .soft = 64, .hard = 128}, "docker.ulimits.nofile"));
  spec.stop_signal = set(std::string("SIGTERM"), "docker.stop_signal");
  spec.shm_size = set(std::int64_t{64} << 20, "docker.shm_size");
  return spec;
}

constexpr const char* own_rules = R"(extends: [restricted]
rules:
  image-registry: {severity: error, params: {allow: ['docker.io/library/*'], deny: ['docker.io/evil/**']}}
  sensitive-mount: {params: {add: [/opt/secrets]}}
  memory-invalid: {params: {max: 1g}}
custom:
  - {id: a, severity: error, message: m, assert: {field: image.repository, matches: 'docker\.io/library/[a-z]+'}}
  - {id: b, severity: error, message: m, assert: {all: {field: 'mounts[*].target', path_under: [/data, /scratch, /volume]}}}
  - {id: c, severity: error, message: m, when: {field: 'labels["acme.label.3"]', exists: true}, assert: {all: [
      {field: memory, lte: 1g, gte: 1m}, {none: {field: 'env[*].name', in: [A, B]}}, {not: {field: image, equals: x}}]}}
  - {id: d, severity: error, message: m, assert: {none: {field: 'mounts[*]', where: {all: [
      {field: type, equals: bind}, {field: read_only, equals: false}]}}}}
waivers:
  - {rule: network-not-none, skill: another, reason: r, owner: o, expires: 2027-01-31}
)";

}  // namespace

TEST_CASE("the counter counts") {
  const std::size_t before = allocations;
  const auto text = std::make_unique<std::string>(100, 'x');
  CHECK(allocations - before == 2);
  ContainerSpec spec = clean_spec();
  spec.privileged = set(true, "docker.extra_args[0]");
  const std::size_t earlier = allocations;
  CHECK_FALSE(evaluate(restricted(), spec, LexicalHost()).empty());
  CHECK(allocations > earlier);
}

TEST_CASE("judging a spec without a finding allocates nothing") {
  for (const ContainerSpec& spec : {clean_spec(), busy_spec()}) {
    CHECK(allocations_of(restricted(), spec) == 0);
  }
}

TEST_CASE("nor do params, rules of one's own and waivers, once their patterns have been used") {
  const auto own = policy(own_rules);
  const ContainerSpec spec = busy_spec();
  (void)evaluate(*own, spec, LexicalHost());  // patterns are compiled as far as they are needed, when they are
  CHECK(allocations_of(*own, spec) == 0);
}
