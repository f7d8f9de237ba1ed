#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "engine/wire/http_client.hpp"
#include "unit/engine/api_fake_engine.hpp"

using namespace skillrun;
using namespace skillrun::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using Kind = EngineError::Kind;

/// What a client makes of one answer, after which the connection closes.
EngineResult<HttpAnswer> exchange_once(const std::string& bytes, std::chrono::milliseconds deadline = 3s) {
  FakeEngine engine([&bytes](FakeEngine::Connection& connection) {
    connection.request();
    connection.send(bytes);
  });
  HttpClient client(engine.path());
  return client.exchange({"GET", "/x"}, {deadline});
}

}  // namespace

TEST_CASE("answers are read with a length, in chunks, or to the end of the connection") {
  for (const std::string& bytes :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\n\r\nhello"), std::string("HTTP/1.0 200 OK\r\n\r\nhello")}) {
    CAPTURE(bytes);
    const auto answer = exchange_once(bytes);
    REQUIRE(answer);
    CHECK(answer->head.status == 200);
    CHECK(answer->body == "hello");
  }
}

TEST_CASE("answers that are cut, garbage or endless are errors") {
  const std::vector<std::pair<std::string, Kind>> cases{
      {"", Kind::unavailable},
      {"HTTP/1.1 200 OK\r\nContent-Le", Kind::unavailable},
      {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", Kind::unavailable},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", Kind::unavailable},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhe", Kind::protocol},
      {"SSH-2.0-OpenSSH_9.2\r\n", Kind::protocol},
      {"\0\0\0\x01garbage that is not http\r\n\r\n"s, Kind::protocol},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", Kind::protocol},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a'), Kind::protocol},
  };
  for (const auto& [bytes, kind] : cases) {
    CAPTURE(bytes.substr(0, 60));
    const auto answer = exchange_once(bytes);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == kind);
    CHECK_FALSE(answer.error().message.empty());
  }
}

TEST_CASE("a body that does not end is given up") {
  FakeEngine engine([](FakeEngine::Connection& connection) {
    connection.request();
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string block(std::size_t{1} << 20, 'x');
    for (int i = 0; i < 18; ++i) connection.send(block);
  });
  HttpClient client(engine.path());
  const auto answer = client.exchange({"GET", "/x"}, {5s});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::protocol);
}

TEST_CASE("an engine that does not answer ends at the deadline") {
  FakeEngine engine([](FakeEngine::Connection& connection) {
    connection.request();
    connection.read(1);
  });
  HttpClient client(engine.path());
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = client.exchange({"GET", "/x"}, {100ms});
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::deadline);
  CHECK(answer.error().message == "no answer within 100 ms");
}

TEST_CASE("a cancellation ends a call that waits, and one that has not begun") {
  FakeEngine engine([](FakeEngine::Connection& connection) {
    connection.request();
    connection.read(1);
  });
  Cancellation cancellation;
  std::thread other([&cancellation] {
    std::this_thread::sleep_for(50ms);
    cancellation.cancel();
  });
  HttpClient client(engine.path());
  const auto answer = client.exchange({"GET", "/x"}, {5s, &cancellation});
  other.join();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::cancelled);
  const auto again = client.exchange({"GET", "/x"}, {5s, &cancellation});
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == Kind::cancelled);
}

TEST_CASE("one connection carries many requests") {
  FakeEngine engine([](FakeEngine::Connection& connection) {
    while (!connection.request().empty()) connection.answer(200, "{}");
  });
  HttpClient client(engine.path());
  for (int i = 0; i < 5; ++i) CHECK(client.exchange({"GET", "/x"}, {}));
  CHECK(engine.connections() == 1);
}

TEST_CASE("a connection that the engine closed while it was idle is replaced, for any method") {
  FakeEngine engine([](FakeEngine::Connection& connection) {
    connection.request();
    connection.answer(200, "{}");
  });
  HttpClient client(engine.path());
  for (int i = 0; i < 3; ++i) {
    CHECK(client.exchange({"POST", "/x"}, {}));
    std::this_thread::sleep_for(20ms);
  }
  CHECK(engine.connections() == 3);
}

TEST_CASE("a new connection that is closed without an answer is not made again") {
  FakeEngine engine([](FakeEngine::Connection& connection) { connection.request(); });
  HttpClient given(engine.path(), std::move(*connect_unix(engine.path(), Deadline({1000ms}))));
  CHECK_FALSE(given.exchange({"GET", "/x"}, {}));
  CHECK(engine.connections() == 1);
  HttpClient own(engine.path());
  CHECK_FALSE(own.exchange({"GET", "/x"}, {}));
  CHECK(engine.connections() == 2);
}

TEST_CASE("bytes that nobody asked for are never taken for the next answer") {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  const std::string stray = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray";
  for (const bool at_once : {true, false}) {
    std::atomic<int> sent = 0;
    FakeEngine engine([&](FakeEngine::Connection& connection) {
      while (!connection.request().empty()) {
        connection.send(at_once ? answer + stray : answer);
        if (!at_once) {
          std::this_thread::sleep_for(5ms);
          connection.send(stray);
        }
        ++sent;
      }
    });
    HttpClient client(engine.path());
    for (int i = 0; i < 3; ++i) {
      const auto got = client.exchange({"GET", "/x"}, {});
      REQUIRE(got);
      CHECK(got->body == "{}");
      while (sent <= i) std::this_thread::sleep_for(1ms);
    }
  }
}

TEST_CASE("a request that changes something is not sent twice when its answer is lost") {
  std::atomic<int> posts = 0;
  FakeEngine engine([&posts](FakeEngine::Connection& connection) {
    while (true) {
      const std::string request = connection.request();
      if (request.empty()) return;
      if (request.starts_with("POST /lost")) {
        ++posts;
        return;
      }
      connection.answer(200, "{}");
    }
  });
  HttpClient client(engine.path());
  REQUIRE(client.exchange({"GET", "/first"}, {}));
  const auto answer = client.exchange(HttpRequest("POST", "/lost").carrying("text/plain", "x"), {});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::unavailable);
  CHECK(posts == 1);
}

TEST_CASE("a request that only asks is repeated once when a kept connection dies under it") {
  std::atomic<int> asked = 0;
  FakeEngine engine([&asked](FakeEngine::Connection& connection) {
    connection.request();
    if (asked++ == 0) {
      connection.answer(200, "first");
      connection.request();  // taken and never answered
      return;
    }
    connection.answer(200, "again");
  });
  HttpClient client(engine.path());
  REQUIRE(client.exchange({"GET", "/x"}, {}));
  const auto answer = client.exchange({"GET", "/x"}, {});
  REQUIRE(answer);
  CHECK(answer->body == "again");
}

TEST_CASE("an upload goes out in chunks and whole") {
  FakeEngine engine([](FakeEngine::Connection& connection) {
    connection.request();
    connection.answer(200, "done");
  });
  int left = 3;
  const ByteSource source = [&left]() -> EngineResult<std::string> {
    return left-- > 0 ? std::string(100'000, 'a') : std::string();
  };
  HttpClient client(engine.path());
  const auto answer = client.exchange(HttpRequest("POST", "/up").uploading("application/x-tar", source), {});
  REQUIRE(answer);
  const auto requests = engine.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].find("Transfer-Encoding: chunked") != std::string::npos);
  CHECK(std::ranges::count(requests[0], 'a') >= 300'000);
  CHECK(requests[0].ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("an engine that refuses in the middle of an upload is heard") {
  FakeEngine engine([](FakeEngine::Connection& connection) {
    connection.read(1000);
    connection.answer(500, R"({"message":"disk full"})");
    connection.read(4096);
  });
  const ByteSource endless = []() -> EngineResult<std::string> { return std::string(65'536, 'a'); };
  HttpClient client(engine.path());
  const auto answer = client.exchange(HttpRequest("POST", "/up").uploading("application/x-tar", endless), {5s});
  REQUIRE(answer);
  CHECK(answer->head.status == 500);
  CHECK(answer->body == R"({"message":"disk full"})");
}

TEST_CASE("an upload whose source fails is not ended properly, so that the engine cannot take it for whole") {
  FakeEngine engine([](FakeEngine::Connection& connection) { connection.request(); });
  int calls = 0;
  const ByteSource source = [&calls]() -> EngineResult<std::string> {
    if (calls++ == 0) return std::string("part");
    return std::unexpected(EngineError{Kind::refused, "the packages cannot be had"});
  };
  HttpClient client(engine.path());
  const auto answer = client.exchange(HttpRequest("POST", "/up").uploading("application/x-tar", source), {});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message == "the packages cannot be had");
}

TEST_CASE("opening a stream takes the head and leaves every further byte in the socket") {
  // Split everywhere: the head may come in any number of pieces, with or without what follows.
  const std::string head = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
  const std::string bytes = head + "early output";
  for (std::size_t split = 0; split < bytes.size(); split += 5) {
    CAPTURE(split);
    FakeEngine engine([&](FakeEngine::Connection& connection) {
      connection.request();
      connection.send(bytes.substr(0, split));
      std::this_thread::sleep_for(2ms);
      connection.send(bytes.substr(split));
      connection.read(1);
    });
    HttpClient client(engine.path());
    auto stream = client.open({"POST", "/attach"}, true, {3s}, {});
    REQUIRE(stream);
    std::string rest;
    std::array<char, 64> buffer;
    while (rest.size() < 12) {
      const auto got = ::recv(stream->fd.get(), buffer.data(), buffer.size(), 0);
      if (got > 0) rest.append(buffer.data(), static_cast<std::size_t>(got));
    }
    CHECK(rest == "early output");
  }
}

TEST_CASE("a refused upgrade tells the engine's words") {
  FakeEngine engine([](FakeEngine::Connection& connection) {
    connection.request();
    connection.answer(409, R"({"message":"container is paused"})");
  });
  HttpClient client(engine.path());
  const auto stream = client.open({"POST", "/attach"}, true, {3s}, {});
  REQUIRE_FALSE(stream);
  CHECK(stream.error().kind == Kind::refused);
  CHECK(stream.error().message == "container is paused");
}

TEST_CASE("connection failures name the socket") {
  HttpClient missing(std::string("/nonexistent/engine.sock"));
  const auto answer = missing.exchange({"GET", "/x"}, {});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::absent);
  CHECK(answer.error().message == "/nonexistent/engine.sock: no such socket");
  HttpClient endless(std::string(200, 'a'));
  CHECK(endless.exchange({"GET", "/x"}, {}).error().message.find("at most 107 bytes") != std::string::npos);
}

TEST_CASE("no descriptor is left open, however a call ends") {
  const std::size_t before = open_descriptors();
  for (const std::string& bytes :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), std::string("garbage"), std::string()}) {
    CHECK(exchange_once(bytes, 200ms).has_value() == bytes.starts_with("HTTP"));
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("text is encoded for a path or a query") {
  CHECK(percent_encode("a b/c?d=é&\r\n") == "a%20b%2Fc%3Fd%3D%C3%A9%26%0D%0A");
  CHECK(percent_encode("docker.io/library/x:1@sha256:ab", "/:@") == "docker.io/library/x:1@sha256:ab");
}

TEST_CASE("statuses become kinds and keep the engine's words") {
  CHECK(answer_error(404, R"({"message":"no such image"})").kind == Kind::not_found);
  CHECK(answer_error(409, R"({"message":"conflict"})").message == "conflict");
  CHECK(answer_error(500, "").message == "HTTP status 500");
  CHECK(answer_error(500, "plain \x1b[2Jwords").message == "HTTP status 500: plain \\x1b[2Jwords");
  CHECK(answer_error(403, "{}").kind == Kind::permission_denied);
  CHECK(answer_error(501, "{}").kind == Kind::unsupported);
}
