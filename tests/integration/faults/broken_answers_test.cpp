// A socket where an engine should be that answers garbage, half an answer, or nothing.
#include <poll.h>
#include <sys/socket.h>

#include <doctest/doctest.h>

#include "socket_server.hpp"
#include "world.hpp"

using namespace integration;

namespace {

const std::string pong =
    "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\nOstype: linux\r\nContent-Length: "
    "2\r\n\r\nOK";

/// Answers pings as an engine does, if asked to, and all else with `bytes`; then it closes or keeps silent.
SocketServer::Serve answering(const std::string& bytes, bool pings, bool silent) {
  return [=](int connection) {
    while (true) {
      const std::string request = read_request(connection);
      if (request.empty()) return;
      if (pings && request.starts_with("GET /_ping ")) {
        send_all(connection, pong);
        continue;
      }
      send_all(connection, bytes);
      if (!silent) return;
    }
  };
}

Outcome run_against(const World& world, const SocketServer& server) {
  Command command = world.command({"t", "--", "true"});
  command.argv[2] = server.selection();
  return run(command);
}

}  // namespace

TEST_SUITE_BEGIN("faults");

TEST_CASE_FIXTURE(World, "garbage, half an answer and a closed connection are errors at once") {
  const std::string answers[] = {
      "",
      std::string("\0\1\2\xff\xfe garbage", 13),
      "HTTP/1.1 200",
      "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"Id\": \"sha256:",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{]",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
      std::string(std::size_t{1} << 20, 'x'),
      "HTTP/1.1 500 X\r\nContent-Length: 3\r\n\r\nbad",
  };
  for (const bool pings : {false, true}) {
    for (const std::string& answer : answers) {
      CAPTURE(pings);
      CAPTURE(answer.substr(0, 80));
      const SocketServer server(answering(answer, pings, false));
      const Outcome outcome = run_against(*this, server);
      CHECK_FALSE(outcome.timed_out);
      CHECK(outcome.status == 125);
      CHECK(outcome.out.empty());
      CHECK(outcome.err.size() > 20);
      CHECK(outcome.err.size() < 4000);
      CHECK(outcome.took < std::chrono::seconds(10));
    }
  }
}

TEST_CASE_FIXTURE(World, "an engine that keeps silent is given up at the deadline") {
  const SocketServer server(answering("", false, true));
  const Outcome outcome = run_against(*this, server);
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "no container engine answered"));
  CHECK(outcome.took < std::chrono::seconds(45));
}

TEST_SUITE_END();
