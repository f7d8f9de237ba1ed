#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/docker/api/message_stream.hpp"

using namespace skillrun;

namespace {

struct Heard {
  EngineResult<void> result;
  std::vector<std::string> lines;
};

Heard hear(std::string_view bytes, std::size_t chunk) {
  Heard heard;
  MessageStream stream([&heard](const ProgressEvent& event) {
    if (event.kind == ProgressEvent::Kind::line) return heard.lines.push_back(event.text);
    heard.lines.push_back(fmt::format("{} | {} | {}/{}", event.layer, event.text, event.done, event.total));
  });
  while (!bytes.empty() && heard.result) {
    heard.result = stream.feed(bytes.substr(0, chunk));
    bytes.remove_prefix(std::min(chunk, bytes.size()));
  }
  if (heard.result) heard.result = stream.end();
  return heard;
}

}  // namespace

TEST_CASE("messages are read in any chunking, with or without line ends between them") {
  constexpr std::string_view bytes =
      "{\"status\":\"Pulling from "
      "library/x\",\"id\":\"1\"}\r\n{\"status\":\"Downloading\",\"id\":\"ab\",\"progressDetail\":"
      "{\"current\":3100000,\"total\":10000000}}{\"status\":\"Pull complete\",\"id\":\"ab\"}\n \n{\"status\":\"Digest: "
      "d\"}\n";
  for (std::size_t chunk = 1; chunk <= bytes.size(); ++chunk) {
    const Heard heard = hear(bytes, chunk);
    REQUIRE(heard.result);
    REQUIRE(heard.lines == std::vector<std::string>{"Pulling from library/x", "ab | Downloading | 3100000/10000000",
                                                    "ab | Pull complete | 0/0", "Digest: d"});
  }
}

TEST_CASE("figures that make no sense are none, and a layer's name is safe for a terminal") {
  const Heard heard = hear(R"({"status":"Down\u001b[2J","id":"a\nb","progressDetail":{"current":-1,"total":-7}})"
                           R"({"status":"x","id":"c","progressDetail":{"current":"1","total":1e300}})",
                           99);
  REQUIRE(heard.result);
  CHECK(heard.lines == std::vector<std::string>{"a\\nb | Down\\x1b[2J | 0/0", "c | x | 0/0"});
}

TEST_CASE("an error within a successful answer is an error") {
  const Heard heard = hear(R"({"status":"Pulling"}{"errorDetail":{"message":"disk full"},"error":"disk full"})", 7);
  REQUIRE_FALSE(heard.result);
  CHECK(heard.result.error().kind == EngineError::Kind::server);
  CHECK(heard.result.error().message == "disk full");
  CHECK(hear(R"({"error":"manifest unknown"})", 99).result.error().kind == EngineError::Kind::not_found);
  CHECK_FALSE(hear(R"({"error":null})", 99).result);
}

TEST_CASE("a build's output comes as whole lines, safe for a terminal") {
  const Heard heard = hear(
      R"({"stream":"Step 1/2 : FROM x\n"}{"stream":" ---\u003e "}{"stream":"abc\n\u001b[91mlast\u001b[2J\u001b[0m\n\u001b[0m\n"})",
      9);
  REQUIRE(heard.result);
  CHECK(heard.lines == std::vector<std::string>{"Step 1/2 : FROM x", " ---> abc", "last\\x1b[2J"});
}

TEST_CASE("what is not a message is an error") {
  CHECK_FALSE(hear("<html>", 99).result);
  CHECK_FALSE(hear("[1]", 99).result);
  CHECK_FALSE(hear(R"({"status":"Pul)", 99).result);
  CHECK_FALSE(hear("{\"status\":\"" + std::string(3'000'000, 'x') + "\"}", 65'536).result);
  CHECK_FALSE(hear(std::string(1000, '['), 99).result);
}
