// What an engine and a keeper say to each other.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "engine/native/keeper_messages.hpp"

namespace keeper_messages {

using namespace skillrun;

struct Sockets {
  UniqueFd one, other;

  Sockets() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
    one.reset(ends[0]);
    other.reset(ends[1]);
  }
};

KeeperPlan plan() {
  return {.runtime = {"/usr/bin/crun", "--root", "/run/x=y"},
          .id = "0123",
          .folder = "/run/a folder",
          .layers = {"/l/1", "/l/2"},
          .disk = "/var/x",
          .read_only = true,
          .cgroup = "/skillrun-0123",
          .terminal = true};
}

TEST_CASE("a message arrives word by word, empty ones and line ends too") {
  const Sockets sockets;
  REQUIRE_FALSE(send_message(sockets.one.get(), {.words = {"failed", "", "two\nlines"}}));
  const auto message = receive_message(sockets.other.get());
  REQUIRE(message);
  CHECK(message->words == std::vector<std::string>{"failed", "", "two\nlines"});
}

TEST_CASE("descriptors travel with a message, and are not inherited") {
  const Sockets sockets;
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const UniqueFd reader(pipe[0]);
  KeeperMessage sent{.words = {"done"}};
  sent.descriptors.emplace_back(pipe[1]);
  REQUIRE_FALSE(send_message(sockets.one.get(), sent));
  const auto message = receive_message(sockets.other.get());
  REQUIRE(message);
  REQUIRE(message->descriptors.size() == 1);
  CHECK((::fcntl(message->descriptors.front().get(), F_GETFD) & FD_CLOEXEC) != 0);
  REQUIRE(::write(message->descriptors.front().get(), "x", 1) == 1);
  char got = 0;
  REQUIRE(::read(reader.get(), &got, 1) == 1);
  CHECK(got == 'x');
}

TEST_CASE("the end of a conversation is a message without words, and one to nobody is an error") {
  Sockets sockets;
  sockets.one.reset();
  const auto message = receive_message(sockets.other.get());
  REQUIRE(message);
  CHECK(message->words.empty());
  CHECK(send_message(sockets.other.get(), {.words = {"done"}}) == std::errc::broken_pipe);
}

TEST_CASE("a message that is too large is not sent in parts") {
  const Sockets sockets;
  CHECK(send_message(sockets.one.get(), {.words = {std::string(100'000, 'x')}}) == std::errc::message_size);
}

TEST_CASE("a plan is read as it was written") {
  const auto read = KeeperPlan::parse(plan().message());
  REQUIRE(read);
  CHECK(read->runtime == plan().runtime);
  CHECK(read->id == plan().id);
  CHECK(read->folder == plan().folder);
  CHECK(read->layers == plan().layers);
  CHECK(read->disk == plan().disk);
  CHECK(read->read_only);
  CHECK(read->cgroup == plan().cgroup);
  CHECK(read->terminal);
}

TEST_CASE("what is no plan, or not a whole one, is refused") {
  CHECK_FALSE(KeeperPlan::parse({.words = {}}));
  CHECK_FALSE(KeeperPlan::parse({.words = {"create"}}));
  KeeperMessage unknown = plan().message();
  unknown.words.emplace_back("privileged=yes");
  CHECK_FALSE(KeeperPlan::parse(unknown));
  for (const char* key : {"runtime=", "id=", "folder=", "layer=", "disk="}) {
    CAPTURE(key);
    KeeperMessage part = plan().message();
    std::erase_if(part.words, [&](const std::string& word) { return word.starts_with(key); });
    CHECK_FALSE(KeeperPlan::parse(part));
  }
}

}  // namespace keeper_messages
