#include "run/terminal.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "run/signal_number.hpp"
#include "unit/run/runs.hpp"

namespace skillrun::test {

namespace {

struct Terminal {
  Terminal() : master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    slave = UniqueFd(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    const winsize size{33, 111, 0, 0};
    REQUIRE(::ioctl(slave.get(), TIOCSWINSZ, &size) == 0);
  }
  [[nodiscard]] bool echoes() const {
    termios settings{};
    REQUIRE(::tcgetattr(slave.get(), &settings) == 0);
    return (settings.c_lflag & ECHO) != 0;
  }

  UniqueFd master;
  UniqueFd slave;
};

}  // namespace

TEST_CASE("a raw terminal is given back as it was") {
  const Terminal terminal;
  REQUIRE(terminal.echoes());
  {
    TerminalGuard guard(terminal.slave.get());
    guard.make_raw();
    CHECK(!terminal.echoes());
  }
  CHECK(terminal.echoes());
}

TEST_CASE("what is not a terminal has neither settings nor a size") {
  auto [read_end, write_end] = pipe_ends();
  TerminalGuard guard(read_end.get());
  guard.make_raw();
  CHECK(!window_size(read_end.get()));
  CHECK(!window_size(-1));
}

TEST_CASE("a run on a terminal is raw while it runs, takes its size and follows it") {
  const Terminal terminal;
  FakeEngine engine;
  RunControl control;
  bool echoed = true;
  engine.play = [&](const Skill&) {
    for (int i = 0; i < 400 && !engine.was_called("resize 33x111"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    echoed = terminal.echoes();
    const winsize size{40, 120, 0, 0};
    REQUIRE(::ioctl(terminal.slave.get(), TIOCSWINSZ, &size) == 0);
    control.signal(SIGWINCH);
    for (int i = 0; i < 400 && !engine.was_called("resize 40x120"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
  };
  const RunIo io{
      .input = terminal.slave.get(), .output = terminal.slave.get(), .error = terminal.slave.get(), .terminal = true};
  static_cast<void>(execute(engine, approve(plain_spec()), io, control));
  CHECK(!echoed);
  CHECK(terminal.echoes());
  CHECK(engine.created_options.tty);
  REQUIRE(engine.created_options.terminal_size);
  CHECK(engine.created_options.terminal_size->rows == 33);
  CHECK(engine.created_options.terminal_size->columns == 111);
  CHECK(engine.was_called("resize 33x111"));
  CHECK(engine.was_called("resize 40x120"));
}

TEST_CASE("signals have numbers by name and by number") {
  CHECK(signal_number("SIGTERM") == SIGTERM);
  CHECK(signal_number("INT") == SIGINT);
  CHECK(signal_number("35") == 35);
  CHECK(!signal_number("SIGNOTHING"));
  CHECK(!signal_number("0"));
  CHECK(!signal_number("65"));
}

}  // namespace skillrun::test
