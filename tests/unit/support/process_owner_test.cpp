#include "support/process_owner.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace skillrun;

namespace {

using Kind = OwnerVerdict::Kind;

const ProcessOwner here{.machine = "0123456789abcdef0123456789abcdef",
                        .boot = "fedcba9876543210fedcba9876543210",
                        .pid_namespace = "4026531836",
                        .pid = "900",
                        .start = "12345"};

/// One process that lives: 100, started at 500.
ProcessLook look(pid_t pid) {
  if (pid == 100) return {.kind = ProcessLook::Kind::found, .start = "500"};
  if (pid == 101) return {.kind = ProcessLook::Kind::unknown, .start = {}};
  return {.kind = ProcessLook::Kind::none, .start = {}};
}

ProcessOwner owner(const std::string& pid, const std::string& start) {
  ProcessOwner made = here;
  made.pid = pid;
  made.start = start;
  return made;
}

OwnerVerdict judged(const ProcessOwner& of) { return judge_owner(of, here, look); }

}  // namespace

TEST_CASE("an owner lives while its process with its start time is there") {
  CHECK(judged(owner("100", "500")).kind == Kind::lives);
  CHECK(judged(owner("100", "500")).reason == "process 100 is running");
  CHECK(judged(owner("102", "500")).kind == Kind::ended);
  CHECK(judged(owner("102", "500")).reason == "process 102 has ended");
  CHECK(judged(owner("100", "499")).kind == Kind::ended);
  CHECK(judged(owner("100", "499")).reason == "process 100 has ended, and another has its number");
  CHECK(judged(owner("101", "500")).kind == Kind::unknown);
}

TEST_CASE("an owner of an earlier boot has ended, whoever has its number now") {
  ProcessOwner before = owner("100", "500");
  before.boot = "00000000000000000000000000000000";
  before.pid_namespace = "1";
  CHECK(judged(before).kind == Kind::ended);
  CHECK(judged(before).reason == "the machine has been restarted since");
}

TEST_CASE("an owner elsewhere is not judged, even when its number is free here") {
  ProcessOwner elsewhere = owner("102", "500");
  elsewhere.machine = "0123456789abcdef0123456789abcde0";
  CHECK(judged(elsewhere).kind == Kind::unknown);
  elsewhere.boot = "00000000000000000000000000000000";
  CHECK(judged(elsewhere).kind == Kind::unknown);
  CHECK(judged(elsewhere).reason == "it belongs to another machine");
  ProcessOwner contained = owner("102", "500");
  contained.pid_namespace = "4026531837";
  CHECK(judged(contained).kind == Kind::unknown);
  CHECK(judged(contained).reason == "it belongs to another PID namespace");
}

TEST_CASE("an owner that is not told in full or not well is not judged") {
  for (std::string ProcessOwner::* member : {&ProcessOwner::machine, &ProcessOwner::boot, &ProcessOwner::pid_namespace,
                                             &ProcessOwner::pid, &ProcessOwner::start}) {
    for (const char* text : {"", "x", "-1", "1 ", " 1", "99999999999999999999x", "0123456789ABCDEF0123456789ABCDEF"}) {
      CAPTURE(text);
      ProcessOwner broken = owner("102", "500");
      broken.*member = text;
      CHECK(judged(broken).kind == Kind::unknown);
      ProcessOwner lost = here;
      lost.*member = text;
      CHECK(judge_owner(owner("102", "500"), lost, look).kind == Kind::unknown);
    }
  }
  for (const char* pid : {"0", "-1", "4294967298", "+100"}) CHECK(judged(owner(pid, "500")).kind == Kind::unknown);
}

TEST_CASE("this process is told in full, lives, and is the same however often it is asked") {
  const ProcessOwner self = ProcessOwner::current();
  CHECK(self.pid == std::to_string(::getpid()));
  const OwnerVerdict verdict = judge_owner(self, ProcessOwner::current(), look_at_process);
  CHECK_MESSAGE(verdict.kind == Kind::lives, verdict.reason);
  ProcessOwner other = self;
  other.start += "0";
  CHECK(judge_owner(other, self, look_at_process).kind == Kind::ended);
}

TEST_CASE("a child lives until it ends, reaped or not") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  CHECK(look_at_process(child).kind == ProcessLook::Kind::found);
  ::kill(child, SIGKILL);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  CHECK(look_at_process(child).kind == ProcessLook::Kind::none);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(look_at_process(child).kind == ProcessLook::Kind::none);
}
