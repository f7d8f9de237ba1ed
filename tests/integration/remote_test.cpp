// An engine on another machine: over TCP with TLS, and over ssh. The machine is this one, which skillrun does not know.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;

namespace {

/// A world whose engine is reached by an address.
class FarWorld : public World {
 public:
  [[nodiscard]] Outcome far(const std::string& address, const std::vector<std::string>& words,
                            const std::string& input = {}, const std::string& certificates = {}) const {
    Command full = command(words);
    full.argv[2] = address;
    full.environment["DOCKER_TLS_VERIFY"] = "1";
    full.environment["DOCKER_CERT_PATH"] = certificates.empty() ? variable("SKILLRUN_TEST_CERTIFICATES") : certificates;
    full.environment["PATH"] = (folder() / "bin").string() + ":" + variable("PATH");
    full.input = input;
    Outcome outcome = run(full);
    CHECK_FALSE(outcome.timed_out);
    return outcome;
  }

  /// A program in place of ssh, which goes nowhere and runs what it is to run there.
  void stand_in_for_ssh(const std::string& script) const {
    std::filesystem::create_directories(folder() / "bin");
    const auto path = folder() / "bin/ssh";
    std::ofstream(path) << "#!/bin/sh\necho \"$@\" >>" << (folder() / "ssh.log").string() << "\n" << script;
    ::chmod(path.c_str(), 0755);
  }

  [[nodiscard]] std::string ssh_log() const {
    std::ifstream file(folder() / "ssh.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

/// A world with a real ssh, whose keys are those of scripts/test-engines.
class SshWorld : public FarWorld {
 public:
  /// ssh knows the far machine by `known` and shows itself by `key`.
  void use_keys(const std::string& known, const std::string& key) const {
    const std::string keys = variable("SKILLRUN_TEST_SSH_KEYS") + "/";
    write_file(folder() / "ssh_config", "IdentityFile " + keys + key +
                                            "\nIdentitiesOnly yes\nIdentityAgent none\nUserKnownHostsFile " + keys +
                                            known + "\nGlobalKnownHostsFile /dev/null\nStrictHostKeyChecking yes\n");
    const std::string found = run(shell("command -v ssh")).out;
    stand_in_for_ssh("exec '" + found.substr(0, found.find('\n')) + "' -F '" + (folder() / "ssh_config").string() +
                     "' \"$@\"\n");
  }

  /// False, and says why, where there is no ssh server to test with.
  [[nodiscard]] static bool can_be_tested() {
    if (!variable("SKILLRUN_TEST_SSH").empty()) return true;
    CHECK_MESSAGE(variable("CI") != "true", "SKILLRUN_TEST_SSH is not set: openssh-server is not installed");
    MESSAGE("skipped: SKILLRUN_TEST_SSH is not set; scripts/test-engines sets it where openssh-server is installed");
    return false;
  }
};

constexpr const char* run_here = "while [ \"$1\" != -- ]; do shift; done; shift 2; exec \"$@\"\n";

/// What every way to an engine must keep: both streams, the input and its end, the exit status, signals' ends.
void check_streams(const FarWorld& world, const std::string& address) {
  const Outcome both = world.far(address, {"t", "--", "sh", "-c", "echo out; echo err >&2; exit 7"});
  CHECK(both.out == "out\n");
  CHECK(both.err == "err\n");
  CHECK(both.status == 7);
  std::string big;
  for (int i = 0; i < 200'000; ++i) big += std::to_string(i) + "\n";
  const Outcome echoed = world.far(address, {"t", "--", "cat"}, big);
  CHECK(echoed.out.size() == big.size());
  CHECK(echoed.out == big);
  // The output goes on after the input has ended.
  CHECK(world.far(address, {"t", "--", "sh", "-c", "cat >/dev/null; sleep 0.3; echo later"}, "x").out == "later\n");
  CHECK(world.far(address, {"t", "--timeout", "1s", "--", "sleep", "60"}).status == 124);
}

}  // namespace

TEST_SUITE_BEGIN("remote");

TEST_CASE_FIXTURE(FarWorld, "an engine over TLS is used like one at hand") {
  check_streams(*this, variable("SKILLRUN_TEST_DOCKER_TLS"));
}

TEST_CASE_FIXTURE(FarWorld, "an engine that shows a foreign certificate gets no request") {
  const Outcome outcome = far(variable("SKILLRUN_TEST_DOCKER_TLS"), {"t", "--", "true"}, {},
                              variable("SKILLRUN_TEST_FOREIGN_CERTIFICATES"));
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "certificate is not accepted"));
}

TEST_CASE_FIXTURE(FarWorld, "a certificate for another name is not accepted, although the authority is right") {
  const std::string address = variable("SKILLRUN_TEST_DOCKER_TLS");
  // The same machine by a name that is not in the certificate.
  const Outcome outcome = far("tcp://127.1" + address.substr(address.rfind(':')), {"t", "--", "true"});
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "certificate is not accepted"));
}

TEST_CASE_FIXTURE(FarWorld, "missing certificates are named") {
  const Outcome outcome =
      far(variable("SKILLRUN_TEST_DOCKER_TLS"), {"t", "--", "true"}, {}, (folder() / "nothing").string());
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "ca.pem, which is not there"));
}

TEST_CASE_FIXTURE(FarWorld, "a bind mount on another machine is a finding: the path is that machine's") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/w\"]"));
  const Outcome outcome = far(variable("SKILLRUN_TEST_DOCKER_TLS"), {"-v", "t", "--", "true"});
  CHECK(outcome.status == 0);
  CHECK(contains(outcome.err, "warning[remote-host-path]"));
}

TEST_CASE_FIXTURE(FarWorld, "a bind that holds the engine's data runs, although the engine adds a propagation to it") {
  const std::string engines = std::filesystem::path(variable("SKILLRUN_TEST_DOCKER_SOCKET")).parent_path();
  manifest(busybox_skill("volumes = [\"" + engines + ":/data:ro\"]"));
  const Outcome outcome =
      far(variable("SKILLRUN_TEST_DOCKER_TLS"), {"-p", "privileged", "t", "--", "test", "-d", "/data/docker"});
  CHECK_MESSAGE(outcome.status == 0, outcome.err);
}

TEST_CASE_FIXTURE(FarWorld, "an engine behind ssh is used like one at hand") {
  stand_in_for_ssh(run_here);
  check_streams(*this, "ssh://me@far.example:2222");
  CHECK(contains(ssh_log(), "-l me -p 2222 -- far.example docker system dial-stdio\n"));
}

TEST_CASE_FIXTURE(FarWorld, "what ssh says is said, and that nothing ran") {
  stand_in_for_ssh("echo 'me@far.example: Permission denied (publickey).' >&2; exit 255\n");
  const Outcome outcome = far("ssh://me@far.example", {"t", "--", "true"});
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "Permission denied (publickey)"));
}

TEST_CASE_FIXTURE(FarWorld, "what ssh says is said although it closes the connection long before") {
  stand_in_for_ssh("exec <&- >&-; sleep 0.5; echo 'the last words' >&2; exit 255\n");
  const Outcome outcome = far("ssh://me@far.example", {"t", "--", "true"});
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "the last words"));
}

TEST_CASE_FIXTURE(SshWorld, "an engine behind an ssh server is used like one at hand") {
  if (!can_be_tested()) return;
  use_keys("known-host", "key");
  const std::string address = variable("SKILLRUN_TEST_SSH");
  check_streams(*this, address);
  // The far docker's own choice of a socket, or one that the address names.
  CHECK(far(address + variable("SKILLRUN_TEST_DOCKER_SOCKET"), {"t", "--", "echo", "ran"}).out == "ran\n");
  const Outcome absent = far(address + "/nowhere/docker.sock", {"t", "--", "echo", "ran"});
  CHECK(absent.status == 125);
  CHECK(contains(absent.err, "/nowhere/docker.sock"));
}

TEST_CASE_FIXTURE(SshWorld, "an ssh server that shows a foreign key gets no request") {
  if (!can_be_tested()) return;
  use_keys("known-foreign-host", "key");
  const Outcome outcome = far(variable("SKILLRUN_TEST_SSH"), {"t", "--", "true"});
  CHECK(outcome.status == 125);
  // In ssh's own words, once.
  CHECK(contains(outcome.err, "ssh: Host key verification failed.\n"));
  CHECK(outcome.err.find("verification failed") == outcome.err.rfind("verification failed"));
  CHECK(contains(outcome.err, "see what this says: ssh -p "));
}

TEST_CASE_FIXTURE(SshWorld, "an ssh server that does not know the caller's key is an engine that cannot be used") {
  if (!can_be_tested()) return;
  use_keys("known-host", "foreign-key");
  const Outcome outcome = far(variable("SKILLRUN_TEST_SSH"), {"t", "--", "true"});
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "Permission denied (publickey)"));
}

TEST_SUITE_END();
