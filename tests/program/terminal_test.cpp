// Jobs of a shell at a terminal: what is in the background leaves the terminal alone, and is not stopped by it.
#include <atomic>
#include <chrono>

#include "integration/job_terminal.hpp"
#include "program/place.hpp"

namespace program {

namespace {

using namespace std::chrono_literals;
using integration::ctrl_z;
using Terminal = integration::JobTerminal;

/// Until it is so, for some seconds.
template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

std::size_t count(const std::vector<std::string>& requests, std::string_view end) {
  return static_cast<std::size_t>(std::ranges::count_if(requests, [&](const auto& one) { return one.ends_with(end); }));
}

/// A skill that runs until the engine was told to wake it so many times.
StubEngine::Play until_woken(std::atomic<StubEngine*>& engine, std::size_t times = 1) {
  return [&engine, times](const Skill& skill) {
    skill.print("playing\r\n");
    const bool woken = comes_true([&] { return count(engine.load()->requests(), "/unpause") >= times; });
    skill.print(woken ? "woken\r\n" : "left\r\n");
    return 3;
  };
}

}  // namespace

TEST_CASE("a skill in the foreground has a raw terminal, which is given back") {
  std::atomic<Terminal*> terminal{nullptr};
  std::atomic<bool> raw{false};
  const StubEngine engine([&](const Skill& skill) {
    for (int i = 0; i < 500 && !raw; ++i) {
      raw = terminal != nullptr && !terminal.load()->echoes();
      std::this_thread::sleep_for(10ms);
    }
    skill.print("played\n");
    return 3;
  });
  const Place place;
  Terminal shell(place.on(engine, {"play"}), "\"$@\"; echo status $?; read");
  terminal = &shell;
  CHECK_MESSAGE(shell.until("status 3").contains("status 3"), shell.until("status 3"));
  CHECK(raw);
  CHECK(shell.echoes());
  shell.type("\n");
}

TEST_CASE("a job in the background neither changes the terminal, nor takes its keys, nor is stopped") {
  std::atomic<Terminal*> terminal{nullptr};
  std::atomic<bool> changed{false};
  const StubEngine engine([&](const Skill& skill) {
    for (int i = 0; i < 500 && terminal == nullptr; ++i) std::this_thread::sleep_for(10ms);
    terminal.load()->type("for the shell\n");
    for (int i = 0; i < 100; ++i) {
      changed = changed || !terminal.load()->echoes();
      std::this_thread::sleep_for(10ms);
    }
    skill.print("played\n");
    return 3;
  });
  const Place place;
  Terminal shell(place.on(engine, {"play"}), "\"$@\" & wait $!; echo status $?; read line; echo \"got $line\"");
  terminal = &shell;
  const std::string shown = shell.until("got for the shell");
  CHECK_MESSAGE(shown.contains("status 3"), shown);
  CHECK_MESSAGE(shown.contains("got for the shell"), shown);
  CHECK(shown.contains("played"));
  CHECK(!changed);
}

TEST_CASE("a job that comes to the foreground gets the keys from then on") {
  const StubEngine engine;
  const Place place;
  Terminal shell(place.on(engine, {"cat"}), "\"$@\" & /bin/sleep 1; echo ready; fg; echo status $?");
  CHECK(shell.until("ready").contains("ready"));
  shell.type("typed\n\x04");
  const std::string shown = shell.until("status");
  CHECK_MESSAGE(shown.contains("status 0"), shown);
  CHECK_MESSAGE(shown.find("typed") != shown.rfind("typed"), shown);  // as an echo, and from the skill
}

TEST_CASE("Ctrl-Z freezes the skill and stops the job with the terminal as it was; fg wakes both") {
  std::atomic<StubEngine*> stub{nullptr};
  StubEngine engine(until_woken(stub));
  stub = &engine;
  const Place place;
  Terminal shell(place.on(engine, {"play"}), "\"$@\"; echo stopped $?; read; fg; echo status $?; read");
  CHECK(shell.until("playing").contains("playing"));
  CHECK(comes_true([&] { return !shell.echoes(); }));
  shell.type(ctrl_z);
  CHECK_MESSAGE(shell.until("stopped 148").contains("stopped 148"), shell.until("stopped 148"));
  CHECK(count(engine.requests(), "/pause") == 1);
  CHECK(count(engine.requests(), "/unpause") == 0);
  CHECK(shell.echoes());
  shell.type("\n");
  const std::string shown = shell.until("status");
  CHECK_MESSAGE(shown.contains("woken"), shown);
  CHECK_MESSAGE(shown.contains("status 3"), shown);
  CHECK(shell.echoes());
  shell.type("\n");
}

TEST_CASE("Ctrl-Z stops whatever belongs to the job: a script that waits for skillrun gives the shell back, too") {
  std::atomic<StubEngine*> stub{nullptr};
  StubEngine engine(until_woken(stub, 2));
  stub = &engine;
  const Place place;
  place.write("script", "\"$@\"; echo after $?");
  Terminal shell(place.on(engine, {"play"}),
                 "sh script \"$@\"; echo stopped $?; read; fg; echo again $?; read; fg; echo status $?; read");
  CHECK(shell.until("playing").contains("playing"));
  shell.type(ctrl_z);
  CHECK_MESSAGE(shell.until("stopped 148").contains("stopped 148"), shell.until("stopped 148"));
  shell.type("\n");
  CHECK(comes_true([&] { return !shell.echoes(); }));
  shell.type(ctrl_z);
  CHECK_MESSAGE(shell.until("again 148").contains("again 148"), shell.until("again 148"));
  shell.type("\n");
  CHECK_MESSAGE(shell.until("status 0").contains("after 3"), shell.until("status 0"));
  shell.type("\n");
}

TEST_CASE("where no shell watches over the job Ctrl-Z stops nothing for ever") {
  std::atomic<StubEngine*> stub{nullptr};
  StubEngine engine(until_woken(stub));
  stub = &engine;
  const Place place;
  Terminal shell(place.on(engine, {"play"}), "set +m; exec \"$@\"");
  CHECK(shell.until("playing").contains("playing"));
  CHECK(comes_true([&] { return !shell.echoes(); }));
  shell.type(ctrl_z);
  CHECK_MESSAGE(shell.until("woken").contains("woken"), shell.until("woken"));
}

TEST_CASE("with --no-stop-key the skill gets Ctrl-Z as every other key") {
  const StubEngine engine([](const Skill& skill) {
    skill.print("playing\r\n");
    std::array<char, 1> key{};
    return skill.receive(key) == 1 ? key[0] : 99;
  });
  const Place place;
  Terminal shell(place.on(engine, {"run", "play", "--no-stop-key"}), "\"$@\"; echo status $?; read");
  CHECK(shell.until("playing").contains("playing"));
  CHECK(comes_true([&] { return !shell.echoes(); }));
  shell.type(ctrl_z);
  CHECK_MESSAGE(shell.until("status").contains("status 26"), shell.until("status"));
  CHECK(count(engine.requests(), "/pause") == 0);
  shell.type("\n");
}

TEST_CASE("a skill that ignores the end of its terminal is ended with it") {
  std::atomic<bool> ended{false};
  std::atomic<StubEngine*> stub{nullptr};
  StubEngine engine([&](const Skill& skill) {
    skill.print("playing\r\n");
    ended = comes_true([&] { return count(stub.load()->requests(), "/kill") >= 2; });  // HUP; then TERM, as it goes on
    return 143;
  });
  stub = &engine;
  const Place place;
  Terminal shell(place.on(engine, {"play"}), "\"$@\"");
  CHECK(shell.until("playing").contains("playing"));
  CHECK(comes_true([&] { return !shell.echoes(); }));
  shell.hang_up();
  CHECK(comes_true([&] { return ended.load(); }));
}

TEST_CASE("a skill has the size of the terminal from its creation on") {
  StubEngine engine;
  const Place place;
  Terminal shell(place.on(engine, {"tool", "said"}), "\"$@\"; echo status $?; read");
  CHECK_MESSAGE(shell.until("status 0").contains("said"), shell.until("status 0"));
  CHECK_MESSAGE(engine.last_request_to_create().contains(R"("ConsoleSize":[33,111])"), engine.last_request_to_create());
  shell.type("\n");
}

}  // namespace program
