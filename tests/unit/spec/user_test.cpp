#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using skillrun::parse_user;

TEST_CASE("a numeric user has its numbers beside the text") {
  const auto user = parse_user("1000:100");
  REQUIRE(user);
  CHECK(user->text() == "1000:100");
  CHECK(user->uid == 1000U);
  CHECK(user->gid == 100U);
  CHECK_FALSE(user->host);
}

TEST_CASE("a user may come without a group") {
  const auto user = parse_user("0");
  REQUIRE(user);
  CHECK(user->text() == "0");
  CHECK(user->uid == 0U);
  CHECK_FALSE(user->gid.has_value());
}

TEST_CASE("users and groups may be names") {
  for (const auto* text : {"node", "_apt", "www-data:www-data", "a.b_c-d", "machine$", "root:0", "host"}) {
    CAPTURE(text);
    const auto user = parse_user(text);
    REQUIRE(user);
    CHECK(user->text() == text);
    CHECK_FALSE(user->uid.has_value());
  }
}

TEST_CASE("a zero in disguise is refused") {
  for (const auto* text : {"00", "+0", "-0", "0x0", "01000", "1000:00", "0 ", " 0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_user(text).has_value());
  }
}

TEST_CASE("ids stop before the one that stands for none") {
  CHECK(parse_user("4294967294"));
  CHECK_FALSE(parse_user("4294967295").has_value());
  CHECK_FALSE(parse_user("4294967296").has_value());
  CHECK_FALSE(parse_user("-1").has_value());
}

TEST_CASE("what is not a user is refused") {
  for (const auto* text : {"", ":", ":0", "root:", "a:b:c", "$", "a$b", ".a", "-a", "a b", "a/b", "r\u00f6t", "a\nb"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_user(text).has_value());
  }
  CHECK_FALSE(parse_user(std::string_view("node\0root", 9)).has_value());
}
