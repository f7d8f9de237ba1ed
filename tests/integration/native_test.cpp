// What only skillrun's own engine promises: that nothing outlives it, that what was judged is what is mounted, and that
// a runtime which makes something else is found out.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "world.hpp"

using namespace integration;

namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;

/// A World of the native engine.
class Native : public World {
 public:
  /// A run that waits, once it does.
  [[nodiscard]] std::unique_ptr<Process> waiting() const {
    auto process = std::make_unique<Process>(command({"t", "--", "sh", "-c", "echo ready; exec sleep 4711"}));
    REQUIRE(process->wait_for_output("ready"));
    return process;
  }
  /// A world where the runtime is a script, which may call the real one as `real`.
  [[nodiscard]] Outcome with_runtime(const std::string& script, const std::vector<std::string>& words) const {
    const fs::path program = folder() / "runtime";
    const std::string name = engine_path().name.substr(engine_path().name.find('-') + 1);
    const Outcome found = run(shell("command -v " + name));
    write_file(program, "#!/bin/bash\nreal=" + found.out + script + "\nexec $real \"$@\"\n");
    fs::permissions(program, fs::perms(0755));
    Command full = command(words);
    full.argv[2] = "native:" + program.string();
    return run(full);
  }
};

bool within(std::chrono::milliseconds patience, const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

/// The processes whose command line holds the text.
std::vector<pid_t> processes_with(const std::string& text) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "cmdline");
    std::stringstream words;
    words << file.rdbuf();
    if (words.str().find(text) != std::string::npos) found.push_back(std::stoi(name));
  }
  return found;
}

/// What there is of containers on this machine.
std::string traces() {
  return run(shell("ls /run/skillrun/native; ls \"$SKILLRUN_STORE/containers\"; ls -d /sys/fs/cgroup/skillrun-* "
                   "/sys/fs/cgroup/*/skillrun-????????????????; grep skillrun/native /proc/self/mountinfo"))
      .out;
}

/// Edits config.json before the container is made, by sed.
std::string edits(const std::string& expression) {
  return "case \" $* \" in *' create '*) sed -i '" + expression + "' config.json;; esac";
}

}  // namespace

TEST_SUITE_BEGIN("native");

TEST_CASE_FIXTURE(Native, "a skillrun that is killed takes its container with it, and everything of it, at once") {
  const auto process = waiting();
  REQUIRE(processes_with("4711").size() >= 1);
  ::kill(process->id(), SIGKILL);
  CHECK(within(5s, [] { return processes_with("4711").empty(); }));
  CHECK_MESSAGE(within(5s, [] { return traces().empty(); }), traces());
}

TEST_CASE_FIXTURE(Native, "a keeper that is killed takes its container with it, and the run says so") {
  const auto process = waiting();
  for (const pid_t keeper : processes_with("skillrun-keeper")) ::kill(keeper, SIGKILL);
  const Outcome outcome = process->finish();
  CHECK_FALSE(outcome.timed_out);
  CHECK(within(5s, [] { return processes_with("4711").empty(); }));
  CHECK(outcome.status != 0);
  CHECK_MESSAGE(traces().empty(), traces());
}

TEST_CASE_FIXTURE(Native, "what two kills left is removed by gc") {
  const auto process = waiting();
  const auto keepers = processes_with("skillrun-keeper");
  ::kill(process->id(), SIGSTOP);
  for (const pid_t keeper : keepers) ::kill(keeper, SIGKILL);
  ::kill(process->id(), SIGKILL);
  CHECK(within(5s, [] { return processes_with("4711").empty(); }));
  CHECK_FALSE(traces().empty());
  const Outcome collected = skillrun({"gc"});
  CHECK_MESSAGE(collected.status == 0, collected.err);
  CHECK_MESSAGE(traces().empty(), traces());
}

TEST_CASE_FIXTURE(Native, "many runs at a time leave no process, mount, control group or file") {
  std::vector<std::unique_ptr<Process>> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(std::make_unique<Process>(command({"t", "--", "sh", "-c", "echo x >/tmp/x; exit 3"})));
  }
  for (const auto& process : all) {
    const Outcome outcome = process->finish();
    CHECK_MESSAGE(outcome.status == 3, outcome.err);
  }
  CHECK_MESSAGE(traces().empty(), traces());
}

TEST_CASE_FIXTURE(Native, "a bind source that is exchanged all the time is never another than was judged") {
  fs::create_directories(work() / "judged");
  write_file(work() / "judged/hostname", "judged\n");
  manifest(busybox_skill("volumes = [\"./work/place:/place:ro\"]"));
  fs::rename(work() / "judged", work() / "place");
  std::atomic<bool> over = false;
  std::thread swapper([&] {
    while (!over) {
      std::error_code ignored;
      std::this_thread::sleep_for(2ms);
      fs::rename(work() / "place", work() / "judged", ignored);
      fs::create_symlink("/etc", work() / "place", ignored);
      fs::remove(work() / "place", ignored);
      fs::rename(work() / "judged", work() / "place", ignored);
    }
  });
  int judged = 0;
  for (int i = 0; i < 40; ++i) {
    const Outcome outcome = script("cat /place/hostname");
    CAPTURE(outcome.err);
    CHECK((outcome.out == "judged\n" || outcome.out.empty()));
    CHECK(outcome.out.empty() == (outcome.status != 0));
    judged += outcome.out.empty() ? 0 : 1;
  }
  MESSAGE("ran ", judged, " times of 40");
  over = true;
  swapper.join();
}

TEST_CASE_FIXTURE(Native, "a runtime that makes another container than was approved is found out, and nothing runs") {
  const std::vector<std::string> words{"t", "--", "echo", "ran"};
  CHECK(with_runtime("", words).out == "ran\n");
  for (const auto& [what, edit] : {
           std::pair{"nano_cpus", R"(s/"quota":100000/"quota":200000/)"},
           {"SYS_ADMIN", R"(s/"CAP_CHOWN"/"CAP_CHOWN","CAP_SYS_ADMIN"/g)"},
           {"network_mode", R"(s/,{"type":"network"}//; s/{"type":"network"},//; s/"sysctl":{[^}]*},//)"},
           {"ipc_mode", R"(s/,{"type":"ipc"}//; s/{"type":"ipc"},//)"},
           {"mounts",
            R"(s|"mounts":\[|"mounts":[{"destination":"/host","type":"bind","source":"/etc","options":["bind"]},|)"},
           {"devtmpfs",
            R"(s|"mounts":\[|"mounts":[{"destination":"/dev/all","type":"bind","source":"/dev","options":["bind"]},|)"},
           {"sysfs", R"(s/"ro"/"rw"/g)"},
           {"hidden", R"(s|"/proc/keys",||)"},
           {"user", R"(s/"uid":0/"uid":12/)"},
       }) {
    CAPTURE(what);
    const Outcome outcome = with_runtime(edits(edit), words);
    CAPTURE(outcome.err);
    CHECK(outcome.out == "");
    CHECK(outcome.status == 126);
    CHECK(contains(outcome.err, what));
  }
}

TEST_CASE_FIXTURE(Native, "what is mounted below a read-only source cannot be written to, or nothing runs") {
  fs::create_directories(work() / "top/below");
  REQUIRE(run(shell("mount -t tmpfs below '" + (work() / "top/below").string() + "'")).status == 0);
  manifest(busybox_skill("volumes = [\"./work/top:/top:ro\"]"));
  const Outcome outcome = script("touch /top/below/x 2>/dev/null || echo refused");
  (void)run(shell("umount '" + (work() / "top/below").string() + "'"));
  CAPTURE(outcome.err);
  CHECK((outcome.out == "refused\n" || (outcome.out.empty() && outcome.status == 126)));
}

TEST_CASE_FIXTURE(Native, "what a skill has nested deeper than there are descriptors is removed with it") {
  manifest(busybox_skill("user = \"0:0\"\ntimeout = \"5m\""));
  const Outcome outcome =
      script("cd /tmp; i=0; while [ $i -lt 1500 ]; do mkdir d && cd d || exit 1; i=$((i+1)); done; echo deep");
  CHECK_MESSAGE(outcome.out == "deep\n", outcome.err);
  CHECK_MESSAGE(traces().empty(), traces());
}

TEST_CASE_FIXTURE(Native, "a name belongs to one container at a time") {
  manifest(busybox_skill("extra_args = [\"--name=box-of-the-test\"]"));
  const auto process = waiting();
  const Outcome second = script("echo ran");
  CHECK(second.out == "");
  CHECK(contains(second.err, "the name 'box-of-the-test' is taken"));
  process->signal(SIGTERM);
  CHECK(process->finish().status == 143);
  CHECK(script("echo ran").out == "ran\n");
}

TEST_CASE_FIXTURE(Native, "an image that wants a volume where the runtime mounts does not run") {
  fs::create_directories(folder() / "image");
  write_file(folder() / "image/Dockerfile", "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\nVOLUME /dev/\n");
  manifest(busybox_skill("[skills.t.docker.build]\ncontext = \"image\"", "skillrun-test/volume:1"));
  const Outcome outcome = script("echo ran");
  CHECK(outcome.out == "");
  CHECK_MESSAGE(contains(outcome.err, "the image declares the volume '/dev"), outcome.err);
}

TEST_CASE_FIXTURE(Native, "nobody else reaches what containers and volumes hold") {
  CHECK(script("true").status == 0);
  for (const char* place : {"containers", "volumes"}) {
    const auto rights = fs::status(fs::path(variable("SKILLRUN_STORE")) / place).permissions();
    CHECK((rights & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
  }
}

TEST_CASE_FIXTURE(Native, "a new volume begins with what the image has there, once, and not where that is not wanted") {
  const auto with_volume = [&](const std::string& options) {
    manifest(busybox_skill("user = \"0:0\"\nextra_args = [\"--mount=type=volume,source=begins,target=/bin" + options +
                           "\"]"));
  };
  with_volume("");
  const std::string made = variable("SKILLRUN_STORE") + "/volumes";
  const auto forget = [&] { fs::remove_all(made); };
  forget();
  CHECK(script("echo $(ls /bin | grep -c busybox); /bin/busybox rm -rf /bin/*").out == "1\n");
  CHECK(script("echo filled again").out == "");
  forget();
  with_volume(",volume-nocopy");
  const Outcome empty = script("echo copied");
  CHECK(empty.status == 127);
  CHECK(empty.out == "");
  forget();
  with_volume(",volume-subpath=x");
  const Outcome subpath = script("true");
  CHECK(subpath.status == 126);
  CHECK_MESSAGE(contains(subpath.err, "mounts whole volumes"), subpath.err);
}

TEST_CASE_FIXTURE(Native, "a command that runs without its filter of system calls is killed") {
  const Outcome outcome = with_runtime(edits(R"(s/"SCMP_ACT_ERRNO"/"SCMP_ACT_ALLOW"/; s/"seccomp":/"ignored":/)"),
                                       {"t", "--", "sh", "-c", "sleep 5; echo ran"});
  CAPTURE(outcome.err);
  CHECK(outcome.out == "");
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "its system calls are not filtered"));
}

TEST_CASE_FIXTURE(Native, "a skill cannot do from within what a container must not") {
  const Outcome outcome = script(
      "mount -t tmpfs x /tmp 2>/dev/null && echo mounted; unshare -r true 2>/dev/null && echo unshared; "
      "mknod /tmp/sda b 8 0 && cat /tmp/sda >/dev/null 2>&1 && echo read; cat /proc/kcore 2>/dev/null | head -c 1; "
      "echo x >/proc/sys/kernel/hostname 2>/dev/null && echo wrote; ls /proc | grep -c '^[0-9]'; "
      "mkdir /sys/fs/cgroup/memory/x 2>/dev/null && echo group; grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status; "
      "grep -c /var/ /proc/self/mountinfo");
  CAPTURE(outcome.err);
  for (const char* word : {"mounted", "unshared", "read", "wrote", "group"}) CHECK_FALSE(contains(outcome.out, word));
  CHECK(contains(outcome.out, "Seccomp:\t2"));
  CHECK(script("ip link 2>/dev/null || cat /proc/net/dev").out.find("eth0") == std::string::npos);
}

TEST_CASE_FIXTURE(Native, "what is in the store decides later runs, and no skill may write there") {
  const std::string inside = "target=/work/store,ro=true";
  fs::create_directories(work() / "store");
  manifest(busybox_skill("volumes = [\"./work:/work\"]"));
  Command full = command({"explain", "t"});
  CHECK_FALSE(contains(run(full).out, inside));
  full.environment["SKILLRUN_STORE"] = work() / "store";
  CHECK(contains(run(full).out, inside));
}

TEST_CASE_FIXTURE(Native, "the caller's own descriptors are never a skill's") {
  write_file(work() / "log", "before\n");
  const Outcome outcome = run(shell(
      "exec \"$@\" >>'" + (work() / "log").string() + "'",
      command({"t", "--", "sh", "-c", "echo after; : >/proc/self/fd/1 2>/dev/null; readlink /proc/self/fd/1"}).argv));
  CHECK(outcome.status == 0);
  const std::string log = read_file(work() / "log");
  CHECK(log.starts_with("before\nafter\n"));
  CHECK(contains(log, "pipe:"));
}

TEST_SUITE_END();
