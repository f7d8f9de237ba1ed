#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/native/bundle/image_users.hpp"

using namespace skillrun;

namespace native_users_test {

constexpr std::string_view passwd =
    "# comment\n"
    "root:x:0:0:root:/root:/bin/sh\n"
    "\n"
    "  skill:x:1234:1234:skill:/home/skill:/bin/sh\n"
    "skill:x:1:1::/second:\n"
    "twin:x:1234:7::/twin:\n"
    "broken:x:zero:0::/:\n"
    "short:x:5\n"
    "large:x:2147483648:0::/:\n"
    "last:x:9:9::/last:/bin/sh";
constexpr std::string_view group =
    "root:x:0:\n"
    "skill:x:1234:\n"
    "audio:x:44:other,skill\n"
    "video:x:45:skill,\n"
    "again:x:44:skill\n"
    "kills:x:46:skills\n"
    "broken:x:none:loner\n";

std::string text_of(const EngineResult<ImageIdentity>& who) {
  if (!who) return who.error().message;
  std::string text = std::to_string(who->uid) + ":" + std::to_string(who->gid) + " (";
  for (const std::uint32_t number : who->groups) text += std::to_string(number) + ",";
  return text + ") " + who->home;
}

std::string resolved(std::string_view user, const std::vector<std::string>& group_add = {}) {
  return text_of(identify(user, group_add, {.passwd = passwd, .group = group}));
}

TEST_CASE("users are resolved by the image's accounts") {
  CHECK(resolved("") == "0:0 (0,) /root");
  CHECK(resolved("root") == "0:0 (0,) /root");
  CHECK(resolved("skill") == "1234:1234 (1234,44,45,) /home/skill");
  CHECK(resolved("1234") == "1234:1234 (1234,44,45,) /home/skill");
  CHECK(resolved("last") == "9:9 (9,) /last");
}

TEST_CASE("a group that is named takes the user's others away") {
  CHECK(resolved("skill:audio") == "1234:44 (44,) /home/skill");
  CHECK(resolved("skill:77") == "1234:77 (77,) /home/skill");
  CHECK(resolved(":44") == "0:44 (44,) /root");
}

TEST_CASE("numbers need no account, names do") {
  CHECK(resolved("4321") == "4321:0 (0,) /");
  CHECK(resolved("4321:55") == "4321:55 (55,) /");
  CHECK(resolved("nobody") == "unable to find user nobody: no matching entries in passwd file");
  CHECK(resolved("skill:nobody") == "unable to find group nobody: no matching entries in group file");
  CHECK(text_of(identify("7", {}, {})) == "7:0 (0,) /");
  CHECK(text_of(identify("", {}, {})) == "0:0 (0,) /");
  CHECK(text_of(identify("root", {}, {})).contains("unable to find user root"));
}

TEST_CASE("further groups are added once") {
  CHECK(resolved("skill", {"55", "audio", "1234"}) == "1234:1234 (1234,44,45,55,) /home/skill");
  CHECK(resolved("skill", {"nobody"}) == "unable to find group nobody: no matching entries in group file");
}

TEST_CASE("numbers that the kernel or docker would not take are refused") {
  CHECK(resolved("2147483647") == "2147483647:0 (0,) /");
  CHECK(resolved("2147483648").contains("from 0 to 2147483647"));
  CHECK(resolved("99999999999999999999").contains("from 0 to 2147483647"));
  CHECK(resolved("1:4294967295").contains("from 0 to 2147483647"));
  CHECK(resolved("1", {"4294967295"}).contains("from 0 to 2147483647"));
}

TEST_CASE("an account whose numbers cannot be read is not root") {
  CHECK(resolved("broken").contains("cannot be read"));
  CHECK(resolved("short").contains("cannot be read"));
  CHECK(resolved("large").contains("cannot be read"));
  CHECK(text_of(identify("loner", {}, {.passwd = "loner:x:1:1::/:", .group = group})).contains("cannot be read"));
}

TEST_CASE("a home that is no text, and files without end, are refused") {
  CHECK(text_of(identify("a", {}, {.passwd = "a:x:1:1::/\xff:", .group = ""})).contains("not text"));
  const std::string large(most_account_bytes + 1, 'x');
  CHECK(text_of(identify("0", {}, {.passwd = large, .group = ""})).contains("larger"));
  CHECK(text_of(identify("0", {}, {.passwd = "", .group = large})).contains("larger"));
}

}  // namespace native_users_test
