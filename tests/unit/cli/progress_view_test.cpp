// What a terminal shows of a pull or build.
#include <doctest/doctest.h>

#include "cli/progress_view.hpp"

using namespace skillrun;
using cli::ProgressView;

namespace {

using Kind = ProgressEvent::Kind;
using Lines = std::vector<std::string>;

ProgressEvent stage(const std::string& text) { return {.kind = Kind::stage, .text = text}; }
ProgressEvent line(const std::string& text) { return {.kind = Kind::line, .text = text}; }
ProgressEvent layer(const std::string& id, const std::string& state, std::uint64_t done = 0, std::uint64_t total = 0) {
  return {.kind = Kind::layer, .text = state, .layer = id, .done = done, .total = total};
}

}  // namespace

TEST_CASE("each layer on its way has a bar, those that are done are counted") {
  ProgressView view;
  view.take(stage("pulling image x"));
  view.take(line("Pulling from library/x"));
  CHECK(view.lines(80, 9) == Lines{"pulling image x", "  Pulling from library/x"});
  view.take(layer("aa", "Already exists"));
  view.take(layer("bb", "Downloading", 4'200'000, 10'000'000));
  view.take(layer("cc", "Waiting"));
  CHECK(view.lines(80, 9) == Lines{"pulling image x: 1 of 3 layers",
                                   "  bb Downloading        [========>           ] 4.2 MB of 10.0 MB",
                                   "  cc Waiting           "});
  view.take(layer("bb", "Extracting", 12'000'000, 10'000'000));
  CHECK(view.lines(80, 9).at(1) == "  bb Extracting         [====================] 12.0 MB of 10.0 MB");
  view.take(layer("bb", "Pull complete"));
  CHECK(view.lines(80, 9) == Lines{"pulling image x: 2 of 3 layers", "  cc Waiting           "});
}

TEST_CASE("of a build the end of its output is shown") {
  ProgressView view;
  view.take(stage("building image x"));
  for (const char* text : {"one", "two", "three", "four", "five", "six"}) view.take(line(text));
  CHECK(view.lines(80, 9) == Lines{"building image x", "  two", "  three", "  four", "  five", "  six"});
  CHECK(view.lines(80, 3) == Lines{"building image x", "  five", "  six"});
  view.take(stage("pulling image x failed, trying again: timeout"));
  CHECK(view.lines(80, 9).size() == 1);
}

TEST_CASE("nothing is wider or higher than the terminal, and no character is cut in two") {
  ProgressView view;
  view.take(stage("größe größe"));
  for (int i = 0; i < 100; ++i) view.take(layer(std::to_string(i), "Downloading", 1, 2));
  CHECK(view.lines(20, 4).size() == 4);
  CHECK(view.lines(20, 1).size() == 1);
  for (const std::string& text : view.lines(11, 99)) CHECK(text.size() <= 15);  // four of its letters take two bytes
  CHECK(view.lines(3, 1) == Lines{"grö"});
  CHECK(view.lines(4, 1) == Lines{"größ"});
}

TEST_CASE("figures alone are no news") {
  ProgressView view;
  CHECK(view.take(layer("a", "Downloading", 1, 9)));
  CHECK_FALSE(view.take(layer("a", "Downloading", 2, 9)));
  CHECK(view.take(layer("a", "Extracting", 2, 9)));
  CHECK(view.take(layer("b", "Downloading", 1, 9)));
  CHECK(view.take(line("x")));
}
