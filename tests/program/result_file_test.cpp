// The result is skillrun's word, whatever a skill does in the folder in which it is written.
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>

#include "program/place.hpp"
#include "support/json.hpp"

namespace program {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string status_in(const std::string& document) {
  boost::system::error_code error;
  const json::value value = json::parse(document, error);
  return error ? document : std::string(value.at("status").as_string());
}

/// A run with `--result-file r.json` of a skill that does `act` in the folder of the result.
template <class Act>
integration::Outcome run_with(const Place& place, Act act) {
  const StubEngine engine([&](const Skill&) {
    act();
    return 0;
  });
  return integration::run(place.on(engine, {"run", "--result-file", "r.json", "play"}));
}

}  // namespace

TEST_CASE("a skill that writes the result file itself is overruled") {
  const Place place;
  int kept_open = -1;
  const auto outcome = run_with(place, [&] {
    kept_open = ::open(place.at("r.json").c_str(), O_WRONLY | O_CREAT, 0600);
    place.write("r.json", R"({"status": "forged"})");
  });
  CHECK_MESSAGE(outcome.status == 0, outcome.err);
  CHECK(::write(kept_open, "forged afterwards", 17) == 17);
  ::close(kept_open);
  CHECK(status_in(place.read("r.json")) == "exited");
}

TEST_CASE("no file of the result is there while the skill runs") {
  const Place place;
  place.write("r.json", R"({"status": "of the last run"})");
  std::vector<std::string> seen;
  const auto outcome = run_with(place, [&] {
    for (const auto& entry : fs::directory_iterator(place.at(""))) seen.push_back(entry.path().filename());
  });
  CHECK(outcome.status == 0);
  for (const std::string& name : seen) {
    CHECK(name != "r.json");
    CHECK_MESSAGE(!name.starts_with(".skillrun-"), name);
  }
  CHECK(status_in(place.read("r.json")) == "exited");
}

TEST_CASE("a link in the place of the result file is replaced, and what it leads to is left alone") {
  SUBCASE("made by an earlier run") {
    const Place place;
    place.write("precious", "untouched");
    fs::create_symlink("precious", place.at("r.json"));
    CHECK(run_with(place, [] {}).status == 0);
    CHECK(place.read("precious") == "untouched");
    CHECK(!fs::is_symlink(place.at("r.json")));
    CHECK(status_in(place.read("r.json")) == "exited");
  }
  SUBCASE("made by this one") {
    const Place place;
    place.write("precious", "untouched");
    CHECK(run_with(place, [&] { fs::create_symlink("precious", place.at("r.json")); }).status == 0);
    CHECK(place.read("precious") == "untouched");
    CHECK(status_in(place.read("r.json")) == "exited");
  }
}

TEST_CASE("a folder that is replaced during the run does not get the result") {
  const Place place;
  fs::create_directory(place.at("results"));
  fs::create_directory(place.at("elsewhere"));
  const StubEngine engine([&](const Skill&) {
    fs::rename(place.at("results"), place.at("moved"));
    fs::create_symlink("elsewhere", place.at("results"));
    return 0;
  });
  const auto outcome = integration::run(place.on(engine, {"run", "--result-file", "results/r.json", "play"}));
  CHECK(outcome.status == 125);
  CHECK_MESSAGE(outcome.err.contains("replaced"), outcome.err);
  CHECK(fs::is_empty(place.at("elsewhere")));
  CHECK(status_in(place.read("moved/r.json")) == "exited");
}

TEST_CASE("a file that lies at the result's path and is not the result is never left unsaid") {
  const Place place;
  fs::create_directory(place.at("results"));
  const StubEngine engine([&](const Skill&) {
    fs::rename(place.at("results"), place.at("moved"));
    place.write("results/r.json", R"({"status": "exited", "exit_status": 0})");
    return 9;
  });
  const auto outcome = integration::run(place.on(engine, {"run", "--result-file", "results/r.json", "play"}));
  CHECK(outcome.status == 125);
  CHECK_MESSAGE(outcome.err.contains("not the result"), outcome.err);
  CHECK(status_in(place.read("moved/r.json")) == "exited");
}

TEST_CASE("a pipe that somebody left in the place of a result or a log is refused at once") {
  const StubEngine engine;
  const Place place;
  REQUIRE(::mkfifo(place.at("pipe").c_str(), 0600) == 0);
  // Somebody reads it, or would: neither makes it a file.
  for (const int reader : {-1, ::open(place.at("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)}) {
    for (const auto& words : {std::vector<std::string>{"run", "--result-file", "pipe", "tool", "hello"},
                              std::vector<std::string>{"--log-file", "pipe", "run", "tool", "hello"}}) {
      const auto outcome = integration::run(place.on(engine, words));
      CHECK(outcome.status == 125);
      CHECK_MESSAGE(outcome.err.contains("pipe"), outcome.err);
      CHECK(outcome.out.empty());
    }
    if (reader >= 0) ::close(reader);
  }
}

TEST_CASE("a result that cannot be written is an error, and no other one takes its place") {
  const Place place;
  const auto outcome = run_with(place, [&] { place.write("r.json/in the way", "forged"); });
  CHECK(outcome.status == 125);
  CHECK_MESSAGE(outcome.err.contains("r.json"), outcome.err);
  CHECK(!fs::is_regular_file(place.at("r.json")));
  for (const auto& entry : fs::directory_iterator(place.at(""))) {
    CHECK(!entry.path().filename().string().starts_with(".skillrun-"));
  }
}

TEST_CASE("a wrong path is told before anything runs") {
  const StubEngine engine;
  const Place place;
  for (const char* path : {"missing/r.json", "folder", "folder/", "skillrun.toml/r.json", "/proc/r.json"}) {
    CAPTURE(path);
    const auto outcome = integration::run(place.on(engine, {"run", "--result-file", path, "tool", "hello"}));
    CHECK(outcome.status == 125);
    CHECK(outcome.out.empty());
    CHECK_MESSAGE(outcome.err.contains("cannot write the result file"), outcome.err);
  }
}

TEST_CASE("a result goes to a descriptor, a pipe or a device as well") {
  const StubEngine engine;
  const Place place;
  const auto call = [&](const std::string& line) {
    integration::Command command = place.on(engine, {});
    command.argv.insert(command.argv.begin(), {"/bin/bash", "-c", line, "bash"});
    return integration::run(command);
  };
  const auto piped = call("\"$@\" run --result-file >(/bin/cat >piped.json) tool hello; wait $!");
  CHECK_MESSAGE(piped.status == 0, piped.err);
  CHECK(status_in(place.read("piped.json")) == "exited");
  const auto descriptor = call("\"$@\" run --result-file /dev/fd/5 tool hello 5>fifth.json");
  CHECK_MESSAGE(descriptor.status == 0, descriptor.err);
  CHECK(status_in(place.read("fifth.json")) == "exited");
  CHECK(call("\"$@\" run --result-file /dev/null tool hello").out == "hello");
  const auto full = call("\"$@\" run --result-file /dev/full tool hello");
  CHECK(full.status == 125);
  const auto output = call("\"$@\" run --result-file /dev/stdout tool hello");
  CHECK(output.out.starts_with("hello{"));
}

TEST_CASE("the log is not written through a link, and nobody inherits it") {
  const StubEngine engine;
  const Place place;
  place.write("precious", "untouched\n");
  fs::create_symlink("precious", place.at("run.log"));
  const auto linked = integration::run(place.on(engine, {"-vv", "--log-file", "run.log", "tool", "hello"}));
  CHECK(linked.status == 125);
  CHECK_MESSAGE(linked.err.contains("cannot write the log file 'run.log': it is a symbolic link"), linked.err);
  CHECK(place.read("precious") == "untouched\n");
  const auto error = integration::run(place.on(engine, {"-vv", "--log-file", "/dev/stderr", "tool", "hello"}));
  CHECK(error.status == 0);
  CHECK_MESSAGE(error.err.contains("/containers/create"), error.err);
}

}  // namespace program
