#include <sys/stat.h>

#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using namespace std::chrono_literals;

struct Streams {
  FakeEngine engine;
  RunControl control;

  explicit Streams(bool framed) { engine.container_kind.framed = framed; }
  RunResult go(const RunIo& io) { return execute(engine, approve(plain_spec()), io, control); }
};

}  // namespace

TEST_CASE("output and error arrive byte for byte, framed or not") {
  for (const bool framed : {false, true}) {
    CAPTURE(framed);
    Streams streams(framed);
    const std::string first = noise(5'000'001);
    const std::string second = noise(1'234'567);
    streams.engine.play = [&](const Skill& skill) {
      skill.write(first);
      skill.write(second, true);
    };
    auto [out_read, out_write] = pipe_ends();
    auto [err_read, err_write] = pipe_ends();
    Reader out(std::move(out_read));
    Reader err(std::move(err_read));
    const RunResult result = streams.go({.input = -1, .output = out_write.get(), .error = err_write.get()});
    out_write.reset();
    err_write.reset();
    CHECK(out.text() == first);
    CHECK(err.text() == second);
    CHECK(result.output.bytes == first.size());
    CHECK(result.error.bytes == second.size());
    CHECK(result.output.captured.empty());
  }
}

TEST_CASE("bytes that came with the attach come first") {
  Streams streams(false);
  streams.engine.container_kind.prefetched = "early ";
  streams.engine.play = [](const Skill& skill) { skill.write("late"); };
  const RunResult result = streams.go({.capture = true});
  CHECK(result.output.captured == "early late");
  CHECK(result.output.bytes == 10);
}

TEST_CASE("input arrives byte for byte and ends") {
  for (const bool framed : {false, true}) {
    CAPTURE(framed);
    Streams streams(framed);
    const std::string text = noise(3'000'000);
    std::string received;
    streams.engine.play = [&](const Skill& skill) { received = skill.read_to_end(); };
    auto [read_end, write_end] = pipe_ends();
    std::thread writer([&text, fd = std::move(write_end)] {
      for (std::size_t done = 0; done < text.size();) {
        const ssize_t count = ::write(fd.get(), text.data() + done, std::min<std::size_t>(text.size() - done, 70'000));
        REQUIRE(count > 0);
        done += static_cast<std::size_t>(count);
      }
    });
    const RunResult result = streams.go({.input = read_end.get(), .capture = true});
    writer.join();
    CHECK(received == text);
    CHECK(result.input_bytes == text.size());
  }
}

TEST_CASE("a regular file is input too, from where it stands") {
  Streams streams(false);
  std::string received;
  streams.engine.play = [&](const Skill& skill) { received = skill.read_to_end(); };
  const TemporaryFolder folder;
  const UniqueFd file(::open(folder.write("input", "0123456789").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::lseek(file.get(), 4, SEEK_SET) == 4);
  static_cast<void>(streams.go({.input = file.get(), .capture = true}));
  CHECK(received == "456789");
}

TEST_CASE("without input the skill sees the end of it, or has none when it asks for none") {
  Streams streams(false);
  streams.engine.play = [](const Skill& skill) { CHECK(skill.in == -1); };
  static_cast<void>(streams.go({.capture = true}));
  CHECK(!streams.engine.created_options.standard_input);
}

TEST_CASE("input that is left when the skill ends is dropped and not waited for") {
  Streams streams(false);
  streams.engine.play = [](const Skill& skill) {
    char byte = 0;
    CHECK(::read(skill.in, &byte, 1) == 1);
  };
  // Never closed, and more than fits.
  auto [read_end, write_end] = pipe_ends();
  REQUIRE(::write(write_end.get(), "some", 4) == 4);
  CHECK(streams.go({.input = read_end.get(), .capture = true}).status() == RunStatus::exited);
}

TEST_CASE("a reader that does not read holds the skill up, and memory stays bounded") {
  for (const bool framed : {false, true}) {
    CAPTURE(framed);
    Streams streams(framed);
    std::atomic<std::size_t> written = 0;
    streams.engine.play = [&](const Skill& skill) {
      const std::string piece(65536, 'x');
      while (written < 64'000'000 && skill.write(piece)) written += piece.size();
    };
    auto [read_end, write_end] = pipe_ends();
    std::size_t ahead = 0;
    std::size_t read = 0;
    std::thread reader([&, fd = std::move(read_end)] {
      std::this_thread::sleep_for(300ms);
      ahead = written;
      std::array<char, 65536> buffer{};
      for (ssize_t count = 1; count > 0;) {
        count = ::read(fd.get(), buffer.data(), buffer.size());
        read += count > 0 ? static_cast<std::size_t>(count) : 0;
      }
    });
    static_cast<void>(streams.go({.output = write_end.get()}));
    write_end.reset();
    reader.join();
    CHECK(read == written);
    // Two pipes of 1 MiB and what the run itself holds.
    CHECK(ahead < 5'000'000);
  }
}

TEST_CASE("output that nobody reads does not hold up the error stream") {
  for (const bool framed : {false, true}) {
    CAPTURE(framed);
    Streams streams(framed);
    auto [out_read, out_write] = pipe_ends();
    auto [err_read, err_write] = pipe_ends();
    streams.engine.play = [&](const Skill& skill) {
      // More than the pipe takes, less than what the run may hold back on a shared connection.
      skill.write(std::string(1'400'000, 'o'));
      skill.write("hello", true);
    };
    std::string heard(5, ' ');
    std::thread reader([&, out = std::move(out_read), err = std::move(err_read)] {
      std::size_t got = 0;
      while (got < heard.size()) {
        const ssize_t count = ::read(err.get(), heard.data() + got, heard.size() - got);
        if (count <= 0) break;
        got += static_cast<std::size_t>(count);
      }
      std::array<char, 65536> buffer{};
      while (::read(out.get(), buffer.data(), buffer.size()) > 0) {
      }
    });
    const RunResult result = streams.go({.output = out_write.get(), .error = err_write.get()});
    out_write.reset();
    err_write.reset();
    reader.join();
    CHECK(heard == "hello");
    CHECK(result.output.bytes == 1'400'000);
  }
}

TEST_CASE("a reader that goes away ends the skill quietly, as SIGPIPE would") {
  for (const bool framed : {false, true}) {
    CAPTURE(framed);
    Streams streams(framed);
    streams.engine.play = [](const Skill& skill) {
      while (skill.write("y\n")) {
      }
    };
    auto [read_end, write_end] = pipe_ends();
    std::thread reader([fd = std::move(read_end)] {
      char byte = 0;
      CHECK(::read(fd.get(), &byte, 1) == 1);
    });
    const RunResult result = streams.go({.output = write_end.get()});
    reader.join();
    CHECK(result.status() == RunStatus::signalled);
    CHECK(result.signal() == SIGPIPE);
    CHECK(result.exit_status() == 141);
    CHECK(result.message.empty());
    CHECK(streams.engine.was_called("kill 9"));
    CHECK(streams.engine.was_called("remove"));
  }
}

TEST_CASE("a skill is asked to end once nobody is left at its streams, and not before") {
  enum class End { client, file, nothing };
  struct Case {
    End input;
    End output;
    End error;
    bool ends;
    bool outlives = false;
  };
  // What a client held is gone; a file is as it was.
  for (const auto& [input, output, error, ends, outlives] :
       std::vector<Case>{{End::client, End::client, End::client, true},
                         {End::client, End::client, End::file, true},
                         {End::client, End::client, End::nothing, true},
                         {End::nothing, End::client, End::client, true},
                         {End::client, End::client, End::client, false, true},
                         {End::file, End::client, End::file, false},
                         {End::client, End::file, End::client, false},
                         {End::client, End::file, End::file, false},
                         {End::file, End::file, End::file, false}}) {
    CAPTURE(input);
    CAPTURE(output);
    CAPTURE(error);
    CAPTURE(outlives);
    Streams streams(false);
    int signal = 0;
    streams.engine.play = [&](const Skill& skill) { signal = skill.next_signal(ends ? 15s : 7s); };
    std::vector<UniqueFd> open;
    std::vector<UniqueFd> client;
    const TemporaryFolder folder;
    const auto stream = [&](End end, bool is_input) {
      if (end == End::nothing) return -1;
      if (end == End::file) {
        open.emplace_back(::open(folder.write("file", "").c_str(), O_RDWR | O_CLOEXEC));
      } else {
        auto [read_end, write_end] = pipe_ends();
        open.push_back(std::move(is_input ? read_end : write_end));
        client.push_back(std::move(is_input ? write_end : read_end));
      }
      return open.back().get();
    };
    RunIo io{.input = stream(input, true), .output = stream(output, false), .error = stream(error, false)};
    io.outlives_client = outlives;
    client.clear();
    const RunResult result = streams.go(io);
    CHECK(signal == (ends ? SIGTERM : 0));
    CHECK((result.status() == RunStatus::cancelled) == ends);
  }
}

TEST_CASE("a client that still reads, or may still write, is waited for") {
  for (const std::size_t kept : {0U, 1U, 2U}) {
    CAPTURE(kept);
    Streams streams(false);
    int signal = 0;
    streams.engine.play = [&](const Skill& skill) { signal = skill.next_signal(7s); };
    auto [input, writer] = pipe_ends();
    auto [reader, output] = pipe_ends();
    auto [error_reader, error] = pipe_ends();
    std::array<UniqueFd, 3> client{std::move(writer), std::move(reader), std::move(error_reader)};
    for (std::size_t i = 0; i < client.size(); ++i) {
      if (i != kept) client.at(i).reset();
    }
    static_cast<void>(streams.go({.input = input.get(), .output = output.get(), .error = error.get()}));
    CHECK(signal == 0);
  }
}

TEST_CASE("a client that went while its skill did not read is noticed, too") {
  Streams streams(false);
  int signal = 0;
  streams.engine.play = [&](const Skill& skill) { signal = skill.next_signal(15s); };
  auto [input, writer] = pipe_ends();
  auto [reader, output] = pipe_ends();
  std::thread client([fd = std::move(writer), other = std::move(reader)] {
    set_nonblocking(fd.get());
    const std::string piece(65536, 'x');
    for (int i = 0; i < 100; ++i) {
      static_cast<void>(::write(fd.get(), piece.data(), piece.size()));
      std::this_thread::sleep_for(5ms);
    }
  });
  static_cast<void>(streams.go({.input = input.get(), .output = output.get()}));
  client.join();
  CHECK(signal == SIGTERM);
}

TEST_CASE("output that cannot be written is an error with its reason") {
  Streams streams(false);
  streams.engine.play = [](const Skill& skill) {
    while (skill.write(std::string(4096, 'x'))) {
    }
  };
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  const RunResult result = streams.go({.output = full.get()});
  CHECK(result.status() == RunStatus::engine_error);
  CHECK(result.message.find("No space left") != std::string::npos);
}

TEST_CASE("a capture has a cap, says when it cut, and counts what it dropped") {
  Streams streams(false);
  streams.engine.play = [](const Skill& skill) { skill.write(std::string(1'000'000, 'x')); };
  RunIo io{.capture = true};
  io.max_captured = 1000;
  const RunResult cut = streams.go(io);
  CHECK(cut.output.captured == std::string(1000, 'x'));
  CHECK(cut.output.bytes == 1'000'000);
  CHECK(cut.output.truncated);
  CHECK(!cut.error.truncated);
  io.max_captured = 1'000'000;
  CHECK(!streams.go(io).output.truncated);
}

TEST_CASE("the caller's descriptors stay open and keep their flags") {
  Streams streams(false);
  streams.engine.play = [](const Skill& skill) { skill.write(skill.read_to_end()); };
  auto [in_read, in_write] = pipe_ends();
  auto [out_read, out_write] = pipe_ends();
  REQUIRE(::write(in_write.get(), "abc", 3) == 3);
  in_write.reset();
  const int before = open_descriptors();
  const int in_flags = ::fcntl(in_read.get(), F_GETFL);
  const int out_flags = ::fcntl(out_write.get(), F_GETFL);
  static_cast<void>(streams.go({.input = in_read.get(), .output = out_write.get()}));
  CHECK(::fcntl(in_read.get(), F_GETFL) == in_flags);
  CHECK(::fcntl(out_write.get(), F_GETFL) == out_flags);
  CHECK(open_descriptors() == before);
  std::array<char, 8> buffer{};
  CHECK(::read(out_read.get(), buffer.data(), buffer.size()) == 3);
}

TEST_CASE("a socket is written to without waiting and without a signal") {
  Streams streams(false);
  const std::string text = noise(2'000'000);
  streams.engine.play = [&](const Skill& skill) { skill.write(text); };
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  UniqueFd ours(ends[0]);
  Reader reader((UniqueFd(ends[1])));
  static_cast<void>(streams.go({.output = ours.get()}));
  ours.reset();
  CHECK(reader.text() == text);
}

TEST_CASE("a stream that makes no sense, or is cut, is an error and not an end") {
  for (const std::string_view bytes :
       {std::string_view("\7\0\0\0\0\0\0\1x", 9), std::string_view("\1\0\0\0\0\0\0\5x", 9)}) {
    Streams streams(true);
    streams.engine.play = [&](const Skill& skill) { skill.write_all(skill.out, bytes); };
    const RunResult result = streams.go({.capture = true});
    CHECK(result.status() == RunStatus::engine_error);
    CHECK(result.message.find("stream") != std::string::npos);
  }
}

}  // namespace skillrun::test
