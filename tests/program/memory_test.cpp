// What --json takes however much a skill prints, and whatever bytes.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "program/place.hpp"
#include "support/json.hpp"

namespace program {

namespace json = boost::json;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

struct Measured {
  int status;
  long mebibytes;  ///< the most that was in memory at a time
};

/// Runs the command with its output in a file of the place.
Measured measure(const integration::Command& command, const std::string& output) {
  std::vector<std::string> words = command.argv;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    for (const auto& [name, value] : command.environment) ::setenv(name.c_str(), value.c_str(), 1);
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (::chdir(command.directory.c_str()) != 0 || ::dup2(file, 1) != 1) ::_exit(99);
    ::execv(pointers[0], pointers.data());
    ::_exit(99);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128, .mebibytes = usage.ru_maxrss / 1024};
}

}  // namespace

TEST_CASE("600 MB of NUL and of quotes, captured, take little more memory than what is kept of them") {
  constexpr std::size_t megabytes = sanitized ? 80 : 600;
  for (const char byte : {'\0', '"', '\xff'}) {
    const StubEngine engine([&](const Skill& skill) {
      const std::string piece(std::size_t{1} << 20, byte);
      for (std::size_t i = 0; i < megabytes; ++i) skill.print(piece);
      return 0;
    });
    const Place place;
    const Measured measured =
        measure(place.on(engine, {"run", "--json", "--result-file", "r.json", "play"}), place.at("out.json"));
    CHECK(measured.status == 0);
    fmt::print("--json of {} MB of byte {}: at most {} MiB in memory\n", megabytes, static_cast<unsigned char>(byte),
               measured.mebibytes);
    if (!sanitized) CHECK(measured.mebibytes < 220);
    const std::string document = place.read("out.json");
    CHECK(document == place.read("r.json"));
    CHECK(document.size() < std::size_t{140} << 20);
    const json::value result = json::parse(document);
    const json::object& output = result.at("output").as_object();
    CHECK(output.at("bytes").as_int64() == std::int64_t{megabytes} << 20);
    CHECK(output.at("truncated").as_bool());
    CHECK(output.contains(byte == '"' ? "text" : "base64"));
  }
}

}  // namespace program
