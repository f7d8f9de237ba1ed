// What the caller grants, by an option or by an answer that is kept.
#include "app/caller_grants.hpp"

#include <doctest/doctest.h>

using namespace skillrun;
using namespace skillrun::app;

namespace {

const Ask token{.kind = AskKind::variable, .subject = "TOKEN"};

}  // namespace

TEST_CASE("an option grants what it names: read-only unless it says rw") {
  SkillRequest request;
  request.allow_mounts = {"/nowhere/films", "/nowhere/films:rw", "/nowhere/a/../b:ro"};
  request.overrides.environment = {"TOKEN", "OTHER=value"};
  const auto grants = option_grants(request);
  REQUIRE(grants);
  REQUIRE(grants->size() == 4);
  CHECK_FALSE((*grants)[0].writes);
  CHECK((*grants)[0].subject == "/nowhere/films");
  CHECK((*grants)[0].by == "--allow-mount /nowhere/films");
  CHECK((*grants)[1].writes);
  CHECK((*grants)[2].subject == "/nowhere/b");
  CHECK((*grants)[3].covers(token));
  request.allow_mounts = {":rw"};
  CHECK_FALSE(option_grants(request));
}

TEST_CASE("a record holds for the manifest that was shown, and for no other") {
  GrantRecord record{
      .skill = "tool", .instance = {}, .manifest = "/m.toml", .digest = "sha256:1", .day = {}, .asks = {}};
  GrantRecord now = record;
  CHECK(find_record({record}, now).holds);
  now.digest = "sha256:2";
  CHECK_FALSE(find_record({record}, now).holds);
  CHECK(find_record({record}, now).record);
  for (std::string GrantRecord::* part : {&GrantRecord::skill, &GrantRecord::manifest}) {
    GrantRecord other = record;
    other.*part = "x";
    CHECK_FALSE(find_record({record}, other).record);
  }
  GrantRecord instance = record;
  instance.instance = "fast";
  CHECK_FALSE(find_record({record}, instance).record);
}
