#include <doctest/doctest.h>

#include <vector>

#include "engine/request_log.hpp"

using namespace skillrun;

TEST_CASE("a request is logged without the values that may be secrets") {
  CHECK(shown_request("GET", "/_ping", "") == "GET /_ping");
  CHECK(shown_request("POST", "/v1.41/containers/create",
                      R"({"Image":"a:1","Env":["A=hunter2","B"],"Cmd":["x"],"Labels":{"k":"AKIAABCDEFGHIJKLMNOP"}})") ==
        R"(POST /v1.41/containers/create {"Image":"a:1","Env":["A=***","B"],"Cmd":["x"],"Labels":{"k":"***"}})");
  CHECK(shown_request("POST", "/v1.41/build?t=x&buildargs=%7B%22A%22%3A%22s%22%7D&rm=1", "") ==
        "POST /v1.41/build?t=x&buildargs=***&rm=1");
  CHECK(shown_request("POST", "/x", "not JSON: hunter2") == "POST /x 17 bytes");
  CHECK(shown_request("POST", "/x", R"(["A=hunter2"])") == "POST /x 13 bytes");
  CHECK(shown_request("POST", "/x", R"({"Env":"A=hunter2"})").find("Env") != std::string::npos);
}

TEST_CASE("a logged line is one line of bounded length") {
  const std::string line = shown_request("GET", "/a\nb\x1b[2J" + std::string(10'000, 'x'), "");
  CHECK(line.starts_with("GET /a\\nb\\x1b[2J"));
  CHECK(line.size() < 5'000);
  CHECK(line.ends_with("..."));
}

TEST_CASE("a client's words are logged without the values of build arguments") {
  const std::vector<std::string> words{"build", "--build-arg=TOKEN=hunter2", "--build-arg=A", "--tag=x",
                                       "AKIAABCDEFGHIJKLMNOP"};
  CHECK(shown_words("/usr/bin/docker", words) ==
        "/usr/bin/docker build --build-arg=TOKEN=*** --build-arg=A --tag=x ***");
}
