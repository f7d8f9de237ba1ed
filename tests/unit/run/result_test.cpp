#include <doctest/doctest.h>
#include <fmt/format.h>
#include <skillrun/run.hpp>

#include "run/result_document.hpp"
#include "support/base64.hpp"
#include "support/json.hpp"

namespace skillrun {

namespace {

json::object document(const RunResult& result) { return json::parse(to_json(result)).as_object(); }

}  // namespace

TEST_CASE("each status has the word of the contract and its exit status") {
  struct Case {
    Outcome outcome;
    std::string_view word;
    int exit_status;
  };
  const auto failed = [](RunFailure reason) { return Outcome(outcome::Failed{reason}); };
  for (const Case& one :
       {Case{outcome::Exited{7}, "exited", 7}, Case{outcome::Signalled{15}, "signalled", 143},
        Case{outcome::TimedOut{}, "timed-out", 124}, Case{outcome::OutOfMemory{}, "out-of-memory", 137},
        Case{outcome::Cancelled{}, "cancelled", 130}, Case{outcome::NoSuchCommand{}, "engine-error", 127},
        Case{outcome::NotExecutable{}, "engine-error", 126}, Case{failed(RunFailure::refused), "refused", 126},
        Case{failed(RunFailure::invalid_manifest), "invalid-manifest", 125},
        Case{failed(RunFailure::no_such_skill), "no-such-skill", 127},
        Case{failed(RunFailure::image_unavailable), "image-unavailable", 125},
        Case{failed(RunFailure::engine_unavailable), "engine-unavailable", 125},
        Case{failed(RunFailure::engine_error), "engine-error", 125}}) {
    CAPTURE(one.word);
    RunResult result;
    result.outcome = one.outcome;
    CHECK(to_string(result.status()) == one.word);
    CHECK(result.exit_status() == one.exit_status);
    CHECK(document(result)["status"].as_string() == one.word);
  }
}

TEST_CASE("the signal of a skill is told whoever sent it, its exit code only where it came to its own end") {
  RunResult result;
  result.outcome = outcome::Signalled{9};
  CHECK(result.signal() == 9);
  CHECK(result.exit_code() == 137);
  for (const Outcome& ended : {Outcome(outcome::TimedOut{9}), Outcome(outcome::Cancelled{9}),
                               Outcome(outcome::Failed{RunFailure::engine_error, 9})}) {
    result.outcome = ended;
    CHECK(result.signal() == 9);
    CHECK_FALSE(result.exit_code());
    CHECK(document(result)["signal"] == 9);
    CHECK(document(result)["exit_code"].is_null());
  }
  result.outcome = outcome::Exited{3};
  CHECK_FALSE(result.signal());
  CHECK(result.exit_code() == 3);
}

TEST_CASE("the document says what is not known as null, never as a number that looks like a result") {
  RunResult result;
  result.outcome = outcome::Failed{RunFailure::image_unavailable};
  const json::object empty = document(result);
  CHECK(empty.at("version") == 1);
  CHECK(empty.at("exit_code").is_null());
  CHECK(empty.at("signal").is_null());
  CHECK(empty.at("container_id").is_null());
  CHECK(empty.at("instance").is_null());
  CHECK(empty.at("image_digest").is_null());
  CHECK(empty.at("policy_digest").is_null());
  CHECK(empty.at("exit_status") == 125);
  CHECK(empty.at("findings").is_array());
}

TEST_CASE("captured text is text, other bytes are base64, and what was not captured is only counted") {
  RunResult result;
  result.output = {.captured = "grüße\n\x01", .bytes = 9, .truncated = false};
  result.error = {.captured = std::string("\xff\x00\x10", 3), .bytes = 3, .truncated = false};
  const json::object both = document(result);
  CHECK(both.at("output").at("text").as_string() == "grüße\n\x01");
  CHECK(both.at("error").at("base64").as_string() == "/wAQ");
  CHECK(!both.at("error").as_object().contains("text"));
  result.output = {.captured = "", .bytes = 10, .truncated = false};
  result.error = {.captured = "ab", .bytes = 2, .truncated = false};
  const json::object counted = document(result);
  CHECK(!counted.at("output").as_object().contains("text"));
  CHECK(counted.at("output").at("bytes") == 10);
  CHECK(counted.at("error").at("text").as_string() == "ab");
}

TEST_CASE("long text that would be mostly escapes is base64, and short text stays text whatever is in it") {
  RunResult result;
  const std::string zeros(300'001, '\0');
  const std::string quotes(300'001, '"');
  result.output = {.captured = zeros, .bytes = zeros.size(), .truncated = false};
  result.error = {.captured = quotes, .bytes = quotes.size(), .truncated = false};
  const std::string text = to_json(result);
  CHECK(text.size() < 1'100'000);
  const json::object written = json::parse(text).as_object();
  CHECK(!written.at("output").as_object().contains("text"));
  CHECK(base64_decode(std::string_view(written.at("output").at("base64").as_string())) == zeros);
  CHECK(written.at("error").at("text").as_string() == quotes);
  result.output.captured.resize(1000);
  CHECK(document(result).at("output").at("text").as_string() == std::string(1000, '\0'));
}

TEST_CASE("long output is the same in pieces, wherever they begin") {
  RunResult result;
  for (int i = 0; i < 40'000; ++i) result.output.captured += fmt::format("{} grüße \"\\ \U0001F600\n", i);
  result.output.bytes = result.output.captured.size();
  result.error.captured = result.output.captured + "\xff";
  result.error.bytes = result.error.captured.size();
  const json::object written = document(result);
  CHECK(written.at("output").at("text").as_string() == result.output.captured);
  CHECK(base64_decode(std::string_view(written.at("error").at("base64").as_string())) == result.error.captured);
}

TEST_CASE("writing a result ends where it cannot be written") {
  RunResult result;
  result.output.captured = std::string(1'000'000, 'x');
  result.output.bytes = result.output.captured.size();
  std::size_t written = 0;
  CHECK(!write_json(result, [&](std::string_view piece) {
    written += piece.size();
    return written < 200'000;
  }));
  CHECK(written < 300'000);
}

TEST_CASE("base64 is padded to whole groups") {
  for (const auto& [bytes, text] :
       {std::pair{"\xff", "/w=="}, std::pair{"\xff\xfe", "//4="}, std::pair{"\xff\xfe\xfd", "//79"}}) {
    RunResult result;
    result.output = {.captured = bytes, .bytes = std::string_view(bytes).size(), .truncated = false};
    CHECK(document(result).at("output").at("base64").as_string() == text);
  }
}

TEST_CASE("a cap that cuts a character in two leaves text") {
  RunResult result;
  result.output = {.captured = "gr\xc3", .bytes = 100, .truncated = true};
  CHECK(document(result).at("output").at("text").as_string() == "gr");
  result.output.truncated = false;
  CHECK(document(result).at("output").at("base64").as_string() == "Z3LD");
}

TEST_CASE("times are milliseconds") {
  RunResult result;
  result.times.run = std::chrono::microseconds{1234567};
  CHECK(document(result).at("times").at("run").as_double() == doctest::Approx(1234.567));
}

}  // namespace skillrun
