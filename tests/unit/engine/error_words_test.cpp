// What docker and podman tell by nothing but the words of an error.
#include "engine/docker/error_words.hpp"
#include "engine/pull_failure.hpp"

#include <doctest/doctest.h>

using namespace skillrun;

namespace {

using ErrorKind = EngineError::Kind;

}  // namespace

TEST_CASE("only what may pass is tried again") {
  const auto kind_of = [](ErrorKind kind, const char* words) { return error_of_pull({kind, words}).kind; };
  CHECK(kind_of(ErrorKind::server, "read tcp 10.0.0.1: connection reset by peer") == ErrorKind::transient);
  CHECK(kind_of(ErrorKind::server, "unexpected EOF") == ErrorKind::transient);
  for (const char* words : {"unauthorized: authentication required", "manifest unknown", "no space left on device",
                            "toomanyrequests: You have reached your pull rate limit", ""}) {
    CAPTURE(words);
    CHECK(kind_of(ErrorKind::server, words) == ErrorKind::server);
  }
  CHECK(kind_of(ErrorKind::unavailable, "timeout") == ErrorKind::unavailable);
  CHECK(kind_of(ErrorKind::cancelled, "timeout") == ErrorKind::cancelled);
}

TEST_CASE("a start that failed for its command says so by its kind, and keeps its words") {
  struct Case {
    int exit_code;
    const char* words;
    ErrorKind kind;
  };
  const Case cases[] = {
      {127, R"(exec: "x": executable file not found in $PATH)", ErrorKind::no_such_command},
      {126, R"(exec: "/etc": permission denied)", ErrorKind::not_executable},
      {0, R"(exec: "/nowhere/x": stat /nowhere/x: no such file or directory)", ErrorKind::no_such_command},
      {0, "exec format error", ErrorKind::not_executable},
      {127, "error mounting \"/x\": not a directory", ErrorKind::server},
      {0, "driver failed programming external connectivity", ErrorKind::server},
  };
  for (const Case& one : cases) {
    CAPTURE(one.words);
    ContainerState state;
    state.exit_code = one.exit_code;
    const EngineError told = error_of_start({ErrorKind::server, one.words}, state);
    CHECK(told.kind == one.kind);
    CHECK(told.message == one.words);
    state.error = one.words;
    CHECK(error_of_start({ErrorKind::server, "start failed"}, state).kind == one.kind);
  }
}
