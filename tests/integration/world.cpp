#include "world.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace integration {

namespace fs = std::filesystem;

namespace {

EnginePath chosen;

constexpr std::string_view skillrun_program = SKILLRUN_PROGRAM;
constexpr std::string_view native_client = SKILLRUN_SOURCE_DIR "/tests/integration/native_client.sh";

/// The native engine has its images from the test registry, in a store of its own.
std::optional<std::string> choose_native_path() {
  const std::string registry = variable("SKILLRUN_TEST_REGISTRY");
  if (registry.empty()) return "SKILLRUN_TEST_REGISTRY is not set; scripts/test starts a registry and sets it";
  if (::geteuid() != 0) return "the native engine is tested as root";
  const std::string runtime = chosen.name.substr(chosen.name.find('-') + 1);
  if (run(shell("command -v " + runtime)).status != 0) return runtime + " is not installed";
  chosen.program = "native";
  chosen.selection = "native:" + runtime;
  const std::string image = registry + "/busybox:1";
  ::setenv("SKILLRUN_TEST_IMAGE", image.c_str(), 1);
  ::setenv("SKILLRUN_STORE", ("/var/tmp/skillrun-test-store-" + runtime).c_str(), 1);
  ::setenv("SKILLRUN_PROGRAM", skillrun_program.data(), 1);
  return std::nullopt;
}

}  // namespace

const EnginePath& engine_path() { return chosen; }

std::optional<std::string> choose_engine_path(const std::string& name) {
  chosen.name = name;
  if (name.starts_with("native")) return choose_native_path();
  const bool podman = name.starts_with("podman");
  const char* socket_variable = podman ? "SKILLRUN_TEST_PODMAN_SOCKET" : "SKILLRUN_TEST_DOCKER_SOCKET";
  const std::string socket = variable(socket_variable);
  if (socket.empty()) {
    return std::string(socket_variable) + " is not set; scripts/test starts the engines and sets it, or by hand: " +
           "source <(scripts/test-engines start)";
  }
  chosen.program = podman ? "podman" : "docker";
  chosen.selection = chosen.is_api() ? "unix://" + socket : "cli:" + chosen.program;
  return std::nullopt;
}

std::string busybox_skill(const std::string& more_lines, const std::string& image) {
  return "version = \"1\"\n[skills.t]\nruntime = \"docker\"\n[skills.t.docker]\nimage = \"" +
         (image.empty() ? variable("SKILLRUN_TEST_IMAGE") : image) + "\"\nmemory = \"64m\"\ncpus = \"1\"\n" +
         more_lines + "\n";
}

World::World() : folder_(new_folder()), work_(folder_ / "work") {
  fs::create_directories(work_);
  fs::create_directories(folder_ / "home");
  // Cases run as other users too.
  fs::create_directories(folder_ / "state");
  fs::permissions(folder_ / "state", fs::perms::all);
  manifest(busybox_skill());
}

World::~World() {
  const std::vector<std::string> left = containers();
  CHECK_MESSAGE(left.empty(), "left behind: ", left.size(), " container(s): ", left.empty() ? "" : left.front());
  for (const std::string& id : left) (void)engine_client({"rm", "--force", id});
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void World::manifest(const std::string& text) const { write_file(folder_ / "skills.toml", text); }

Command World::command(const std::vector<std::string>& words) const {
  Command command{.argv = {std::string(skillrun_program), "--engine", chosen.selection, "-m", folder_ / "skills.toml"}};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.directory = work_;
  command.environment = {
      {"HOME", folder_ / "home"}, {"XDG_CONFIG_HOME", folder_ / "home/.config"}, {"XDG_STATE_HOME", folder_ / "state"}};
  command.unset = {"SKILLRUN_MANIFEST", "SKILLRUN_POLICY", "SKILLRUN_ENGINE"};
  return command;
}

Outcome World::skillrun(const std::vector<std::string>& words, const std::string& input) const {
  Command full = command(words);
  full.input = input;
  Outcome outcome = run(full);
  CHECK_FALSE(outcome.timed_out);
  return outcome;
}

Outcome World::script(const std::string& script, const std::vector<std::string>& options,
                      const std::string& input) const {
  std::vector<std::string> words{"t"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", "sh", "-c", script});
  return skillrun(words, input);
}

World::Result World::result_of(const std::vector<std::string>& words, const std::string& input) const {
  const fs::path file = folder_ / "result.json";
  std::vector<std::string> full{"run", "--result-file", file};
  full.insert(full.end(), words.begin(), words.end());
  Result result;
  result.outcome = skillrun(full, input);
  boost::system::error_code error;
  const auto value = skillrun::json::parse(read_file(file), error);
  REQUIRE_MESSAGE(!error, "the result file is not JSON: ", read_file(file), " ", result.outcome.err);
  result.document = value.as_object();
  return result;
}

std::string World::Result::status() const {
  const auto* status = document.if_contains("status");
  return status != nullptr && status->is_string() ? std::string(status->as_string()) : "(none)";
}

std::vector<std::string> containers() {
  const Outcome listed = engine_client({"ps", "--all", "--quiet", "--no-trunc"});
  if (listed.status != 0) return {"(the engine does not answer: " + listed.err + ")"};
  std::vector<std::string> ids;
  std::istringstream lines(listed.out);
  for (std::string line; std::getline(lines, line);) ids.push_back(line);
  return ids;
}

Outcome engine_client(const std::vector<std::string>& words) {
  Command command{.argv = {chosen.is_native() ? std::string(native_client) : chosen.program}};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  return run(command);
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace integration
