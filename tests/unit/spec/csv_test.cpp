#include "spec/csv.hpp"

#include <doctest/doctest.h>

using skillrun::parse_csv_record;

namespace {

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("a record is split at commas, and empty fields are kept") {
  CHECK(parse_csv_record("a,b=c,d e") == Fields{"a", "b=c", "d e"});
  CHECK(parse_csv_record("a,,") == Fields{"a", "", ""});
  CHECK(parse_csv_record("") == Fields{""});
}

TEST_CASE("a quoted field holds commas and doubled quotes") {
  CHECK(parse_csv_record(R"("a,b",c)") == Fields{"a,b", "c"});
  CHECK(parse_csv_record(R"("a ""b""","")") == Fields{R"(a "b")", ""});
  CHECK(parse_csv_record(R"("""")") == Fields{R"(")"});
}

TEST_CASE("a quote inside a bare field, behind a quoted one or left open is an error") {
  for (const auto* text : {R"(a"b)", R"(a")", R"( "a")", R"(a="b")", R"("a"b)", R"("a"b,c)", R"("a" ,c)", R"(")",
                           R"("a)", R"("a"")", R"(a,"b)"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_csv_record(text).has_value());
  }
}
