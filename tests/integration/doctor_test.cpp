// What skillrun says on machines without a usable engine. A machine is a mount namespace with a /run of its own, so
// that the usual places can be what a case wants.
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

constexpr const char* nobody = "65534";
constexpr gid_t some_group = 1;

/// The socket of a docker daemon, which has stopped unless it listens.
class Daemon {
 public:
  Daemon(const fs::path& path, bool listens) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    if (listens) REQUIRE(::listen(socket_, 1) == 0);
    REQUIRE(::chmod(path.c_str(), 0660) == 0);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() { ::close(socket_); }

 private:
  int socket_;
};

class Machine : public World {
 public:
  Machine() {
    fs::create_directories(folder() / "run");
    fs::create_directories(folder() / "bin");
    write_file(folder() / "skillrun", "");
  }

  [[nodiscard]] fs::path docker_socket() const { return folder() / "run/docker.sock"; }
  /// docker's own client is installed.
  void install_docker_client() const {
    const std::string found = run(shell("command -v docker")).out;
    fs::create_symlink(found.substr(0, found.find('\n')), folder() / "bin/docker");
  }

  [[nodiscard]] Outcome doctor(const char* user = "0") const { return on_machine({"doctor"}, user); }
  [[nodiscard]] Outcome run_skill(const char* user = "0") const { return on_machine({"t", "--", "true"}, user); }

 private:
  /// skillrun with nothing in its environment but a home and a PATH.
  [[nodiscard]] Outcome on_machine(const std::vector<std::string>& words, const char* user) const {
    constexpr const char* enter =
        "folder=$1 program=$2 user=$3; shift 3; mount --bind \"$folder/run\" /run && "
        "mount --bind \"$program\" \"$folder/skillrun\" && exec setpriv --reuid=\"$user\" --regid=\"$user\" "
        "--clear-groups env -i PATH=\"$folder/bin\" HOME=\"$folder/home\" \"$folder/skillrun\" -m "
        "\"$folder/skills.toml\" \"$@\"";
    std::vector<std::string> arguments{folder(), command({}).argv.front(), user};
    arguments.insert(arguments.end(), words.begin(), words.end());
    Command inside = shell(enter, arguments);
    inside.argv.insert(inside.argv.begin(), {"unshare", "--mount"});
    inside.directory = work();
    Outcome outcome = run(inside);
    CHECK_FALSE(outcome.timed_out);
    return outcome;
  }
};

/// A doctor and a run say the same about the engines, each in its own words about the end of it.
void check_said(const Machine& machine, const char* user, const std::vector<std::string>& said,
                const std::vector<std::string>& not_said) {
  const Outcome doctor = machine.doctor(user);
  CHECK(doctor.status == 125);
  CHECK(contains(doctor.out, "no engine answers: skills cannot run"));
  CHECK(doctor.err == "");
  const Outcome skill = machine.run_skill(user);
  CHECK(skill.status == 125);
  CHECK(skill.out == "");
  CHECK(contains(skill.err, "no container engine answered; tried:"));
  for (const std::string& text : {doctor.out, skill.err}) {
    CAPTURE(text);
    for (const std::string& words : said) CHECK_MESSAGE(contains(text, words), words);
    for (const std::string& words : not_said) CHECK_MESSAGE(!contains(text, words), words);
  }
}

}  // namespace

TEST_SUITE_BEGIN("doctor");

TEST_CASE_FIXTURE(Machine, "where no engine is installed the advice is to install one") {
  check_said(*this, "0",
             {"unix:///var/run/docker.sock (Docker Engine API): no such socket", "docker (program): not installed",
              "install docker", "podman (program): not installed", "install podman"},
             {"systemctl", "sudo", "group"});
}

TEST_CASE_FIXTURE(Machine, "where docker has stopped the advice is to start it, not to install anything") {
  {
    const Daemon stopped(docker_socket(), false);
  }
  REQUIRE(fs::is_socket(docker_socket()));
  check_said(*this, "0",
             {"unix:///var/run/docker.sock (Docker Engine API): nothing listens on it: the daemon is not running",
              "start it with: systemctl start docker"},
             {"install docker", "install podman", "sudo", "group"});
  install_docker_client();
  check_said(*this, "0", {"docker (program): Cannot connect to the Docker daemon", "systemctl start docker"},
             {"install podman", "sudo", "group"});
}

TEST_CASE_FIXTURE(Machine, "where docker is not for this user the advice is how to become one of its users") {
  const Daemon daemon(docker_socket(), true);
  const std::string outcome = "unix:///var/run/docker.sock (Docker Engine API): permission denied";
  // Root's group is nothing to be added to.
  check_said(*this, nobody, {outcome, "use sudo, rootless docker or podman"},
             {"install docker", "install podman", "systemctl", "group"});
  REQUIRE(::chown(docker_socket().c_str(), 0, some_group) == 0);
  const group* owner = ::getgrgid(some_group);
  REQUIRE(owner != nullptr);
  const std::string advice = "add your user to the group " + std::string(owner->gr_name) + " and log in again, or use ";
  check_said(*this, nobody, {outcome, advice + "sudo"}, {"install docker", "install podman", "systemctl"});
  install_docker_client();
  check_said(*this, nobody, {"docker (program): permission denied", advice}, {"install podman", "systemctl"});
}

TEST_CASE_FIXTURE(World, "doctor says that an engine is used only where a run would use it") {
  const auto with_docker_host = [&](const std::string& address, const std::vector<std::string>& words) {
    Command call = command(words);
    std::ranges::replace(call.argv, std::string("unix://" + variable("SKILLRUN_TEST_DOCKER_SOCKET")),
                         std::string("auto"));
    call.environment["DOCKER_HOST"] = address;
    return run(call);
  };
  const std::string elsewhere = "unix:///nonexistent/docker.sock";
  const Outcome lost = with_docker_host(elsewhere, {"doctor"});
  CHECK(lost.status == 125);
  CHECK(contains(lost.out, "podman (program): podman "));
  CHECK(contains(lost.out, " (not used: another is asked for)"));
  CHECK_FALSE(contains(lost.out, "(this one is used)"));
  CHECK(contains(lost.out, "the engine that is asked for does not answer: skills cannot run"));
  CHECK(with_docker_host(elsewhere, {"t", "--", "true"}).status == 125);
  const Outcome found = with_docker_host("unix://" + variable("SKILLRUN_TEST_DOCKER_SOCKET"), {"doctor"});
  CHECK(found.status == 0);
  CHECK(contains(found.out, "(this one is used)"));
}

TEST_SUITE_END();
