#include "cli/allow_question.hpp"

#include <doctest/doctest.h>

using namespace skillrun;
using namespace skillrun::cli;

namespace {

Finding asking(Ask ask, Severity severity = Severity::warning) {
  Finding finding;
  finding.rule = "mount-outside-roots";
  finding.severity = severity;
  finding.field = "docker.volumes[0]";
  finding.ask = std::move(ask);
  return finding;
}

Ask films(bool writes = false) { return {.kind = AskKind::mount, .subject = "/srv/films", .writes = writes}; }
const Ask token{.kind = AskKind::variable, .subject = "TOKEN"};

std::vector<PlacedAsk> placed(const std::vector<Ask>& asks) {
  std::vector<PlacedAsk> all;
  for (const Ask& ask : asks) all.push_back({.ask = ask, .place = {}});
  return all;
}

}  // namespace

TEST_CASE("what is asked twice is shown once, as the wider of both") {
  const auto asks = open_asks({asking(token), asking(films()), asking(films(true)), asking(films())}, false);
  REQUIRE(asks.size() == 2);
  CHECK(asks[0].ask == films(true));
  CHECK(asks[1].ask == token);
  CHECK(asks[0].place == "docker.volumes[0]");
}

TEST_CASE("what is granted, waived, closed or no more than worth knowing is not asked") {
  Finding granted = asking(films());
  granted.granted = "--allow-mount /srv";
  Finding waived = asking(films());
  waived.waived.emplace();
  Ask closed = films();
  closed.closed = true;
  const Findings findings = {granted, waived, asking(closed), asking(films(), Severity::info)};
  CHECK(open_asks(findings, false).empty());
  CHECK(open_asks(findings, true).size() == 1);
}

TEST_CASE("a changed manifest shows what is new, what stays and what is gone") {
  const std::string text =
      describe_asks(placed({films(true), token}), std::vector<Ask>{films(), token, {AskKind::volume, "old"}});
  CHECK(text ==
        "  + reads and writes /srv/films  new\n"
        "    gets your TOKEN              as before\n"
        "  - reads /srv/films             no longer\n"
        "  - reads the volume old         no longer\n");
}

TEST_CASE("one ask does not push another off the screen, and blanks are told") {
  const std::string text =
      describe_asks(placed({{.kind = AskKind::label, .subject = "a=" + std::string(2600, ' ') + "b"},
                            {.kind = AskKind::label, .subject = std::string(5000, 'x')},
                            films()}));
  CHECK(text.starts_with("  sets the label a= (2600 blanks) b, which other programs may obey\n"));
  CHECK(text.ends_with("\n  reads /srv/films\n"));
  CHECK(text.contains("xx...xx"));
  CHECK(text.size() < 300);
}

TEST_CASE("words of a manifest cannot steer the terminal") {
  const std::string text = describe_asks(placed({{.kind = AskKind::mount, .subject = "/srv/\x1b[2J"}}));
  CHECK(text == "  reads /srv/\\x1b[2J\n");
}

TEST_CASE("a skill with a network can send away what it reads, and is told as such") {
  ContainerSpec spec;
  CHECK(describe_reach(spec, {asking(token)}).empty());
  spec.network_mode = {.value = {.kind = NetworkKind::none, .name = {}}, .origin = {}};
  CHECK(describe_reach(spec, {asking(token)}).empty());
  spec.network_mode->value.kind = NetworkKind::bridge;
  CHECK(describe_reach(spec, {}).empty());
  Mount work;
  work.type = MountType::bind;
  work.source = "/home/me/films";
  spec.workdir = work.source;
  spec.mounts.push_back({.value = work, .origin = {}});
  const std::string text = describe_reach(spec, {asking(token)});
  CHECK(text ==
        "It can talk to the network, and so send away what it can read: your TOKEN, the working directory "
        "(/home/me/films).\n");
  for (int i = 0; i < 40; ++i) {
    work.source = "/home/me/" + std::string(200, 'x') + std::to_string(i);
    spec.mounts.push_back({.value = work, .origin = {}});
  }
  CHECK(describe_reach(spec, {asking(token)}).size() < 400);
  CHECK(describe_reach(spec, {asking(token)}).ends_with(" and 37 more.\n"));
}
