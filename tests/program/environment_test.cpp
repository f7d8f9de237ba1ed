// Every variable that the program reads, with every kind of value.
#include <filesystem>
#include <regex>
#include <set>

#include "cli/command_table.hpp"
#include "program/place.hpp"

namespace program {

namespace fs = std::filesystem;

namespace {

/// Those of options, and every name that the sources ask the environment for.
std::set<std::string> variables_of_the_program() {
  std::set<std::string> names;
  for (const auto& option : skillrun::cli::command_table().options) {
    if (!option.environment.empty()) names.insert(option.environment);
  }
  const std::regex asks(R"re((?:getenv|environment|variable|caller_variable)\("([A-Z][A-Z0-9_]*)"\))re");
  for (const auto& entry : fs::recursive_directory_iterator(SKILLRUN_SOURCE_DIR "/src")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = integration::read_file(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), asks), end; at != end; ++at) names.insert((*at)[1]);
  }
  // Read by the C library and by the programs that are started.
  names.insert({"LANG", "LC_ALL", "TZ", "TMPDIR", "COLUMNS"});
  return names;
}

}  // namespace

TEST_CASE("no variable's value brings the program down") {
  const std::set<std::string> names = variables_of_the_program();
  for (const char* name : {"SKILLRUN_MANIFEST", "SKILLRUN_POLICY", "SKILLRUN_ENGINE", "SKILLRUN_LOG_FILE", "NO_COLOR",
                           "HOME", "PATH", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONFIG"}) {
    CHECK_MESSAGE(names.contains(name), name);
  }
  const StubEngine engine;
  const std::vector<std::string> values = {
      "", "/", "/missing", ":", "folder:skillrun.toml", "1", "\xff\x01%s\n", std::string(20000, 'x')};
  const std::vector<std::vector<std::string>> calls = {{"list"}, {"tool", "hello"},  {"explain", "tool"}, {"doctor"},
                                                       {"lint"}, {"policy", "show"}, {"version"}};
  for (const std::string& name : names) {
    CAPTURE(name);
    const Place place;
    for (std::size_t i = 0; i <= values.size(); ++i) {
      integration::Command command = place.on(engine, calls[i % calls.size()]);
      if (i == values.size()) {
        command.environment.erase(name);
        command.unset.push_back(name);
      } else {
        command.environment[name] = values[i];
      }
      check_healthy(integration::run(command));
    }
  }
}

TEST_CASE("SKILLRUN_MANIFEST names files and folders, in order, and says which it could not find") {
  const StubEngine engine;
  const Place place;
  place.write("other/long-enough-to-be-allocated-somewhere/first.toml", skillrun::test::skill({}, "first"));
  place.write("other/long-enough-to-be-allocated-somewhere/second/a.toml", skillrun::test::skill({}, "second"));
  integration::Command command = place.command({"list"});
  command.directory = place.at("folder");
  const std::string folder = place.at("other/long-enough-to-be-allocated-somewhere").string();
  command.environment["SKILLRUN_MANIFEST"] = folder + "/first.toml::" + folder + "/second";
  const integration::Outcome listed = integration::run(command);
  CHECK_MESSAGE(listed.status == 0, listed.err);
  CHECK(listed.out.contains("first"));
  CHECK(listed.out.contains("second"));

  command.environment["SKILLRUN_MANIFEST"] = folder + "/there-is-no-such-manifest.toml";
  const integration::Outcome missing = integration::run(command);
  CHECK_MESSAGE(missing.err.contains(folder + "/there-is-no-such-manifest.toml"), missing.err);
}

TEST_CASE("without a home, a path and everything else the program still says what is wrong") {
  const Place place;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"tool"}, {"doctor"}, {"explain", "tool"}, {"list"}, {"gc"}, {"pull", "tool"}}) {
    integration::Command command = place.command(words, {"env", "-i"});
    CAPTURE(words.front());
    check_healthy(integration::run(command));
  }
}

}  // namespace program
