// What is accepted, what cannot be read, and what is judged beside the comparison.
#include "run/verify.hpp"

#include "run/comparison.hpp"
#include "unit/run/verify_cases.hpp"

namespace skillrun::test {

namespace {

using skillrun::testing::bind_mount;
using skillrun::testing::volume_mount;

}  // namespace

TEST_CASE("what every engine made of a plain, a full and a rare spec is accepted") {
  plain_differs([](Case&) {}, {});
  full_differs([](Case&) {}, {});
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    CHECK(text_of(Case::rare(captured).differences()).empty());
  }
}

TEST_CASE("an answer that cannot be read is an error, never an empty container") {
  const ContainerSpec spec = captured_plain_spec();
  for (const char* text : {"", "[]", "{}", "7", R"({"Id":"1","Image":"2"})", R"({"Config":{},"HostConfig":{}})",
                           R"([{"Id":"1","Image":"2","Config":{},"HostConfig":{}},{}])"}) {
    CAPTURE(text);
    const auto made = read_container(text, Dialect{}, {.spec = spec});
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == EngineError::Kind::protocol);
  }
}

TEST_CASE("members that are null, empty or missing read alike") {
  plain_differs(
      [](Case& c) {
        for (const char* name : {"Binds", "CapAdd", "CapDrop", "Devices", "ExtraHosts", "GroupAdd", "Links",
                                 "PortBindings", "Tmpfs", "VolumesFrom", "DeviceRequests", "DeviceCgroupRules"}) {
          c.host()[name] = nullptr;
        }
        c.answer.erase("Mounts");
        c.config()["Env"] = nullptr;
      },
      {});
}

TEST_CASE("what the engine's configuration adds is judged by the policy") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    const auto judged = [&] {
      auto approved = admit(*Policy::builtin("baseline"), c.spec, LexicalHost());
      REQUIRE(approved);
      Findings findings = verify(*approved, c.order(), c.made(), LexicalHost());
      // Defaults that the captured container did not get.
      std::erase_if(findings, [](const Finding& finding) { return finding.rule == "unenforced-field"; });
      return findings;
    };
    CHECK(judged().empty());
    json::value& variables = c.config()["Env"];
    if (variables.is_null()) variables = json::array();
    variables.as_array().emplace_back("DB_PASSWORD=hunter2hunter2");
    CHECK(judged().size() == 1);
    CHECK(judged().front().rule == "secret-in-environment");
    c.image.env = {"DB_PASSWORD=hunter2hunter2"};
    CHECK(judged().empty());
    if (!c.podman) continue;
    c.answer.at("BoundingCaps").as_array().emplace_back("CAP_SYS_ADMIN");
    CHECK(judged().size() == 1);
    CHECK(judged().front().rule == "cap-add-escape");
  }
}

TEST_CASE("each member of a spec is compared, or not for a reason") {
  for (const SettingRow& row : schema()) {
    if (row.member.name.empty()) continue;
    CAPTURE(row.member.name);
    CHECK((row.member.sense == Sense::untold) == !row.member.why_untold.empty());
    CHECK((row.member.sense == Sense::parts) == (parts_comparison(row.member.name) != nullptr));
  }
}

TEST_CASE("a bind source that leads elsewhere than when it was admitted is found") {
  class Moved final : public LexicalHost {
   public:
    std::optional<std::string> real_path(const std::string& path) const override {
      if (path == "/srv/swapped") return "/etc";
      if (path == "/srv/gone") return std::nullopt;
      return path;
    }
    bool reads_file_system() const override { return true; }
  };
  ContainerSpec spec = plain_spec();
  spec.mounts = {declared(bind_mount("/srv/steady", "/a")), declared(volume_mount("srv", "/b"))};
  CHECK(find_moved_sources(spec, Moved()).empty());
  spec.mounts.push_back(declared(bind_mount("/srv/swapped", "/c")));
  const Findings moved = find_moved_sources(spec, Moved());
  REQUIRE(moved.size() == 1);
  CHECK(moved.front().message == "'/srv/swapped' was moved while the container was made: it leads to '/etc' now");
  spec.mounts.back() = declared(bind_mount("/srv/gone", "/c"));
  CHECK(find_moved_sources(spec, Moved()).size() == 1);
  CHECK(find_moved_sources(spec, LexicalHost()).empty());
}

}  // namespace skillrun::test
