// The result as a document: --json and --result-file.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace json = skillrun::json;

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "--json gives the result with both streams on standard output") {
  const Outcome outcome = script("echo one; echo two >&2; exit 3", {"--json"});
  CHECK(outcome.status == 3);
  const json::object document = json::parse(outcome.out).as_object();
  CHECK(document.at("status") == "exited");
  CHECK(document.at("exit_code") == 3);
  CHECK(contains(outcome.out, "one\\n"));
  CHECK(contains(outcome.out, "two\\n"));
}

TEST_CASE_FIXTURE(World, "captured output is cut at the limit and says so") {
  const Outcome outcome = script("head -c 5000000 /dev/zero | tr '\\0' x", {"--json", "--max-output", "1k"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.size() < 10'000);
  CHECK(contains(outcome.out, "\"truncated\": true"));
  CHECK(contains(outcome.out, "5000000"));
}

TEST_CASE_FIXTURE(World, "bytes that are not text survive --json") {
  const Outcome outcome = script("printf '\\377\\000'", {"--json"});
  CHECK(outcome.status == 0);
  boost::system::error_code error;
  (void)json::parse(outcome.out, error);
  CHECK_FALSE(error);
}

TEST_CASE_FIXTURE(World, "the result names engine, image and policy") {
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.document.at("policy") == "baseline");
  CHECK(contains(json::serialize(result.document), "sha256:"));
  CHECK(contains(json::serialize(result.document.at("engine")), engine_path().program));
}

TEST_CASE_FIXTURE(World, "a result file that cannot be written is an error before anything runs") {
  const Outcome outcome = skillrun({"run", "--result-file", "/nowhere/result.json", "t", "--", "echo", "ran"});
  CHECK(outcome.status == 125);
  CHECK(outcome.out == "");
}

TEST_CASE_FIXTURE(World, "a kept container stays, labelled, until it is removed") {
  const Result result = result_of({"--keep", "t", "--", "echo", "ran"});
  if (engine_path().is_native()) {  // which has nothing that could keep it
    CHECK(result.outcome.status == 126);
    CHECK(contains(result.outcome.err, "this native engine cannot honour rm"));
    return;
  }
  CHECK(result.outcome.out == "ran\n");
  const auto kept = containers();
  REQUIRE(kept.size() == 1);
  const std::string labels = engine_client({"inspect", "--format", "{{json .Config.Labels}}", kept[0]}).out;
  CHECK(contains(labels, "skillrun"));
  CHECK(contains(engine_client({"logs", kept[0]}).out, "ran"));
  REQUIRE(engine_client({"rm", "--force", kept[0]}).status == 0);
}

TEST_CASE_FIXTURE(World, "told twice to be verbose, each request is logged, and no variable's value") {
  const Outcome outcome = skillrun({"-vv", "t", "-e", "WORD=hunter2", "--", "sh", "-c", "echo $WORD"});
  CHECK(outcome.out == "hunter2\n");
  CHECK(contains(outcome.err, engine_path().is_api() ? "/containers/create" : " create "));
  CHECK_FALSE(contains(outcome.err, "hunter2"));
  const Outcome json = skillrun({"-vv", "--log-format", "json", "t", "--", "true"});
  for (std::size_t begin = 0; begin < json.err.size();) {
    const std::size_t end = std::min(json.err.find('\n', begin), json.err.size());
    CAPTURE(json.err.substr(begin, end - begin));
    boost::system::error_code error;
    const auto line = skillrun::json::parse(json.err.substr(begin, end - begin), error);
    CHECK((!error && line.is_object()));
    begin = end + 1;
  }
}

TEST_SUITE_END();
