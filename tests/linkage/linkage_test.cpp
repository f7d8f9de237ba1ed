#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>

#include "program/place.hpp"

namespace linkage {

using integration::Command;
using integration::Outcome;
using program::Place;
using program::StubEngine;

/// The call, on a machine where the library cannot be loaded.
Outcome run_without(const Place& place, const std::string& library, Command command) {
  place.write("broken/" + library, "no library\n");
  command.environment["LD_LIBRARY_PATH"] = place.at("broken");
  return integration::run(command);
}

TEST_CASE("the program needs the C library and no other to start") {
  const Place place;
  Command command = place.command({"version"});
  command.environment["LD_TRACE_LOADED_OBJECTS"] = "1";
  const Outcome outcome = integration::run(command);
  REQUIRE(outcome.status == 0);
  std::istringstream lines(outcome.out);
  std::string line;
  int libraries = 0;
  while (std::getline(lines, line)) {
    std::string name = line.substr(line.find_first_not_of(" \t"));
    name = std::filesystem::path(name.substr(0, name.find(' '))).filename();
    const auto is = [&](std::string_view known) { return name.starts_with(known); };
    CHECK_MESSAGE((is("linux-vdso.so") || is("libc.so") || is("libm.so") || is("ld-linux")), name);
    ++libraries;
  }
  CHECK(libraries >= 2);
}

TEST_CASE("without libarchive a build context is refused with the package to install, and the rest works") {
  const StubEngine engine;
  const Place place;
  const Outcome refused = run_without(place, "libarchive.so.13", place.on(engine, {"build", "built"}));
  CHECK(refused.status != 0);
  CHECK_MESSAGE(refused.err.contains("libarchive.so.13"), refused.err);
  CHECK_MESSAGE(refused.err.contains("install the package libarchive13"), refused.err);
  for (const std::string& request : engine.requests()) CHECK_FALSE(request.contains("/build"));
  const Outcome run = run_without(place, "libarchive.so.13", place.on(engine, {"tool", "said"}));
  CHECK(run.status == 0);
  CHECK(run.out == "said");
}

TEST_CASE("with libarchive a build context goes to the engine") {
  const StubEngine engine;
  const Place place;
  static_cast<void>(integration::run(place.on(engine, {"build", "built"})));
  const auto requests = engine.requests();
  CHECK(std::ranges::find(requests, "POST /build") != requests.end());
}

TEST_CASE("without libssl an engine behind TLS is not called, and the package to install is said") {
  const integration::SocketServer engine("127.0.0.1:23760", [](int connection) {
    const std::string received = integration::read_request(connection);
    CHECK(received.empty());  // nothing is sent in the clear
  });
  const Place place;
  Command command = place.command({"--engine", "tcp://127.0.0.1:23760", "run", "tool", "said"});
  command.environment["DOCKER_TLS_VERIFY"] = "1";
  command.environment["DOCKER_CERT_PATH"] = place.at("");
  const Outcome outcome = run_without(place, "libssl.so.3", command);
  CHECK(outcome.status != 0);
  CHECK_MESSAGE(outcome.err.contains("install the package libssl3"), outcome.err);
}

}  // namespace linkage
