#include <set>
#include <string>

#include <doctest/doctest.h>
#include <skillrun/run.hpp>

#include "run/run_status.hpp"
#include "support/json.hpp"
#include "unit/report/golden.hpp"

using namespace skillrun;

namespace {

using Keys = std::set<std::string>;

Keys keys_of(const json::value& object) {
  Keys keys;
  for (const auto& [key, value] : object.as_object()) keys.emplace(key);
  return keys;
}

}  // namespace

TEST_CASE("schemas/result.json is what the program prints") {
  test::check_golden("schemas/result.json", result_schema());
}

TEST_CASE("the schema of results has the members that results have") {
  const json::value schema = json::parse(result_schema());
  RunResult result;
  result.output.captured = "text";
  result.output.bytes = 4;
  const json::value written = json::parse(to_json(result));
  CHECK(keys_of(schema.at("properties")) == keys_of(written));
  for (const char* inner : {"engine", "times"}) {
    CHECK(keys_of(schema.at("properties").at(inner).at("properties")) == keys_of(written.at(inner)));
  }
  Keys stream = keys_of(written.at("output"));
  stream.emplace("base64");
  CHECK(keys_of(schema.at("properties").at("output").at("properties")) == stream);
}

TEST_CASE("each status has a word of its own") {
  CHECK(std::set(run_status_words.begin(), run_status_words.end()).size() == run_status_words.size());
  CHECK(to_string(RunStatus::exited) == "exited");
  CHECK(to_string(RunStatus::out_of_memory) == "out-of-memory");
  CHECK(to_string(RunStatus::no_such_skill) == "no-such-skill");
  CHECK(to_string(RunStatus::engine_error) == "engine-error");
  CHECK(to_string(RunStatus::cancelled) == "cancelled");
}
