#include <skillrun/run.hpp>

#include "run/run_status.hpp"
#include "support/finding_schema.hpp"

namespace skillrun::inline v0 {

namespace {

using schema::described;
using schema::or_null;
using schema::record;
using schema::text;
using schema::whole;

json::object times() {
  const json::object time{{"type", "number"}, {"minimum", 0}};
  return record({
      {"queued", described("what came before the run itself: reading, judging, finding the engine", time)},
      {"image", described("looking, pulling and building", time)},
      {"create", time},
      {"verify", described("comparing what the engine made with what was approved", time)},
      {"start", time},
      {"run", time},
      {"remove", time},
      {"total", time},
  });
}

/// With --json the captured output is in it, as `text` or, where that is not UTF-8 or would be mostly escapes, as
/// `base64`.
json::object stream(std::string_view description) {
  schema::Table table;
  table.add("bytes", described("all that the skill wrote", whole(0)), schema::Presence::required);
  table.add("truncated", described("there was more than --max-output", schema::flag()), schema::Presence::required);
  table.add("text",
            described("what was captured, where it is UTF-8 and escapes would at most double its length", text()));
  table.add("base64", described("what was captured, otherwise", schema::text_like("^[A-Za-z0-9+/]*={0,2}$")));
  return described(description, table.take());
}

}  // namespace

std::string result_schema() {
  json::object document = schema::head(
      "result", "skillrun result", "What became of a run, as --json and --result-file write it. Null when unknown.");
  json::object version = described("version of the format", schema::of_type("integer"));
  version["const"] = 1;
  json::object status = whole(0);
  status["maximum"] = 255;
  const json::object engine = record({{"kind", or_null(text())},
                                      {"transport", or_null(text())},
                                      {"endpoint", or_null(text())},
                                      {"version", or_null(text())}});
  const json::object digest = or_null(text());
  const json::object fields = record({
      {"version", std::move(version)},
      {"status", described("how it ended", schema::one_of_words(run_status_words))},
      {"exit_status", described("what skillrun exits with", status)},
      {"exit_code",
       described("the skill's own; null when it did not end by itself", or_null(schema::of_type("integer")))},
      {"signal", described("that ended the skill", or_null(schema::of_type("integer")))},
      {"message", described("what went wrong, for people", or_null(text()))},
      {"skill", or_null(text())},
      {"instance", or_null(text())},
      {"image",
       described("the reference in the manifest; with build an alias that only skillrun knows", or_null(text()))},
      {"built_image", described("what the engine calls the image, where skillrun built it", or_null(text()))},
      {"image_id", described("the engine's id of what ran", digest)},
      {"image_digest", described("the digest by which the registry knows it", digest)},
      {"container_id", or_null(text())},
      {"engine", engine},
      {"policy", described("the policy's name", or_null(text()))},
      {"policy_digest", described("over the texts of every document that it was folded from", digest)},
      {"findings", schema::list_of_items(schema::finding(false))},
      {"times", described("milliseconds of each stage", times())},
      {"output", stream("standard output")},
      {"error", stream("standard error")},
      {"input_bytes", described("of standard input that the skill took", whole(0))},
  });
  for (const auto& [key, value] : fields) document[key] = value;
  return pretty(document);
}

}  // namespace skillrun::inline v0
