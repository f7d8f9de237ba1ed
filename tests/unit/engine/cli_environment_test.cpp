#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <doctest/doctest.h>

#include "engine/client_environment.hpp"
#include "engine/variable_transport.hpp"

namespace skillrun {

namespace {

enum class Way { file, environment, none };

Way way(const std::string& name, const std::string& value) {
  const VariableTransport transport = plan_transport({{name, value}});
  if (!transport.in_file.empty()) return Way::file;
  return transport.in_environment.empty() ? Way::none : Way::environment;
}

}  // namespace

TEST_CASE("a client gets what leads to its engine and nothing that changes its meaning") {
  ::setenv("DOCKER_DEFAULT_PLATFORM", "linux/s390x", 1);
  ::setenv("DOCKER_CONTENT_TRUST", "1", 1);
  ::setenv("LD_PRELOAD_FOR_TEST", "x", 1);
  ::setenv("DOCKER_CONFIG", "/somewhere", 1);
  const auto variables = client_environment();
  for (const char* name : {"DOCKER_DEFAULT_PLATFORM", "DOCKER_CONTENT_TRUST", "LD_PRELOAD_FOR_TEST"}) ::unsetenv(name);
  ::unsetenv("DOCKER_CONFIG");
  const auto has = [&](std::string_view beginning) {
    return std::ranges::any_of(variables, [&](const std::string& entry) { return entry.starts_with(beginning); });
  };
  CHECK(has("DOCKER_CONFIG=/somewhere"));
  CHECK(has("PATH="));
  CHECK(!has("DOCKER_DEFAULT_PLATFORM"));
  CHECK(!has("DOCKER_CONTENT_TRUST"));
  CHECK(!has("LD_PRELOAD"));
}

TEST_CASE("a plain value travels in the file, whatever its name means on this machine") {
  for (const std::string name : {"A", "LD_PRELOAD", "PATH", "DOCKER_HOST", "BASH_ENV", "XTABLES_LIBDIR"}) {
    CAPTURE(name);
    CHECK(way(name, "/some/path=x y") == Way::file);
  }
  CHECK(way("EMPTY", "") == Way::file);
  CHECK(way("UMLAUT", "grüße") == Way::file);
}

TEST_CASE("a value that a line cannot carry travels in the environment") {
  for (const std::string value : {"a\nb", "\"quoted\"", "it's", "back\\slash", " blank", "blank ", "$x", "a#b", "\t"}) {
    CAPTURE(value);
    CHECK(way("SETTING", value) == Way::environment);
  }
  CHECK(way("SETTING", "\xff") == Way::environment);
  CHECK(way("SETTING", std::string(100'000, 'x')) == Way::environment);
}

TEST_CASE("such a value is refused where its name would steer a program of this machine") {
  for (const std::string name : {"LD_PRELOAD", "LD_AUDIT", "PATH", "HOME", "DOCKER_HOST", "CONTAINERS_CONF", "GODEBUG",
                                 "BASH_ENV", "HTTPS_PROXY", "https_proxy", "XDG_RUNTIME_DIR", "TMPDIR", "LC_ALL",
                                 "XTABLES_LIBDIR", "STORAGE_DRIVER", "GCONV_PATH"}) {
    CAPTURE(name);
    CHECK(way(name, "a\"b") == Way::none);
  }
}

TEST_CASE("a name that a client would read otherwise is refused or stays out of the file") {
  // podman copies every variable that a trailing star matches.
  CHECK(way("SECRET*", "x") == Way::none);
  CHECK(way("#A", "x") == Way::environment);
  CHECK(way("", "x") == Way::none);
  CHECK(way("A", std::string("x\0y", 3)) == Way::none);
}

TEST_CASE("no name that could take the environment's way is one that a client is given anyway") {
  for (const std::string& entry : client_environment()) {
    CAPTURE(entry);
    CHECK(way(entry.substr(0, entry.find('=')), "a\"b") == Way::none);
  }
}

TEST_CASE("the file has a line for each variable and no name in any folder") {
  const auto file = make_env_file({{"A", "1"}, {"B", "x=y z"}});
  REQUIRE(file);
  std::array<char, 64> buffer{};
  const ssize_t size = ::pread(file->get(), buffer.data(), buffer.size(), 0);
  CHECK(std::string_view(buffer.data(), static_cast<std::size_t>(size)) == "A=1\nB=x=y z\n");
  const auto none = make_env_file({});
  REQUIRE(none);
  CHECK(none->get() == -1);
}

}  // namespace skillrun
