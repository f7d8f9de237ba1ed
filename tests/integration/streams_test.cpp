// Standard input, output and error: byte for byte, with their ends.
#include <doctest/doctest.h>

#include <fstream>
#include <random>

#include "world.hpp"

using namespace integration;

namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;

/// A file of bytes that do not repeat and do not compress.
void write_random_file(const std::filesystem::path& path, std::size_t megabytes) {
  std::mt19937_64 generator(20'231);  // NOLINT: the same bytes in every run
  std::ofstream stream(path, std::ios::binary);
  std::vector<std::uint64_t> block(megabyte / sizeof(std::uint64_t));
  for (std::size_t count = 0; count < megabytes; ++count) {
    for (std::uint64_t& word : block) word = generator();
    stream.write(reinterpret_cast<const char*>(block.data()), static_cast<std::streamsize>(megabyte));
  }
  REQUIRE(stream.flush());
}

std::string hash_of_file(const std::filesystem::path& path) {
  return run({.argv = {"sha256sum", path}}).out.substr(0, 64);
}

/// A shell line with skillrun in it: `"$@"` is the command line up to the skill and its script.
Outcome pipe(const World& world, const std::string& line, const std::string& script,
             const std::vector<std::string>& options = {}) {
  std::vector<std::string> words{"t"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", "sh", "-c", script});
  Command command = world.command(words);
  const Command in_shell = shell("set -o pipefail; " + line, command.argv);
  command.argv = in_shell.argv;
  return run(command);
}

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "every byte value arrives on standard output, and nothing else does") {
  const Outcome outcome = script("printf 'a\\000\\377\\r\\n\\001\\200z'");
  CHECK(outcome.status == 0);
  CHECK(outcome.out == std::string("a\0\xff\r\n\1\x80z", 8));
  CHECK(outcome.err == "");
}

TEST_CASE_FIXTURE(World, "standard output and standard error stay apart") {
  const Outcome outcome = script("echo one; echo two >&2; echo three");
  CHECK(outcome.out == "one\nthree\n");
  CHECK(outcome.err == "two\n");
}

TEST_CASE_FIXTURE(World, "closed standard descriptors are as /dev/null, and no file gets their numbers") {
  for (const char* closing : {"<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"}) {
    CAPTURE(closing);
    const std::filesystem::path file = work() / "result.json";
    const Outcome outcome = pipe(*this, "echo typed | \"$@\" " + std::string(closing),
                                 "cat; echo out; echo err >&2; exit 3", {"--result-file", file});
    CHECK_MESSAGE(outcome.status == 3, outcome.err);
    const std::string document = read_file(file);
    const skillrun::json::value result = skillrun::json::parse(document);
    CHECK_MESSAGE(result.at("status").as_string() == "exited", document);
    const bool no_input = contains(closing, "<&-");
    CHECK(result.at("output").at("bytes").as_int64() == (no_input ? 4 : 10));
    CHECK(contains(outcome.out, "out\n") == !contains(" " + std::string(closing), " >&-"));
    CHECK(contains(outcome.err, "err\n") == !contains(closing, "2>&-"));
  }
}

TEST_CASE_FIXTURE(World, "a skill that says nothing leaves both streams empty") {
  const Outcome outcome = script("true");
  CHECK(outcome.out == "");
  CHECK(outcome.err == "");
}

TEST_CASE_FIXTURE(World, "standard input arrives with its end") {
  CHECK(script("cat; echo end", {}, "one\ntwo").out == "one\ntwoend\n");
  CHECK(script("wc -c", {}, std::string("\0\0\0", 3)).out == "3\n");
  CHECK(script("wc -c").out == "0\n");
}

TEST_CASE_FIXTURE(World, "standard input can be kept away from the skill") {
  CHECK(script("wc -c", {"--no-stdin"}, "some bytes").out == "0\n");
  manifest(busybox_skill("stdin = false"));
  CHECK(script("wc -c", {}, "some bytes").out == "0\n");
}

TEST_CASE_FIXTURE(World, "a skill that does not read its input ends nevertheless") {
  const Outcome outcome = pipe(*this, "exec \"$@\" < <(sleep 30)", "exit 4");
  CHECK(outcome.status == 4);
  CHECK(outcome.took < std::chrono::seconds(25));
  // yes dies of the closed pipe.
  CHECK(pipe(*this, "yes | \"$@\"; echo ${PIPESTATUS[1]}", "head -n 1").out == "y\n0\n");
}

TEST_CASE_FIXTURE(World, "100 MB of random bytes come through standard output unchanged") {
  write_random_file(work() / "bytes", 100);
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/workdir:ro\"]"));
  const Outcome outcome = pipe(*this, "\"$@\" | sha256sum", "cat /workdir/bytes");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.substr(0, 64) == hash_of_file(work() / "bytes"));
}

TEST_CASE_FIXTURE(World, "100 MB of random bytes go through standard input unchanged") {
  write_random_file(work() / "bytes", 100);
  const std::string expected = hash_of_file(work() / "bytes");
  CHECK(pipe(*this, "\"$@\" < bytes", "sha256sum").out.substr(0, 64) == expected);
  CHECK(pipe(*this, "cat bytes | \"$@\"", "sha256sum").out.substr(0, 64) == expected);
}

TEST_CASE_FIXTURE(World, "a filter that echoes 20 MB does not lock up") {
  write_random_file(work() / "bytes", 20);
  CHECK(pipe(*this, "\"$@\" < bytes | sha256sum", "cat").out.substr(0, 64) == hash_of_file(work() / "bytes"));
}

TEST_CASE_FIXTURE(World, "much on both streams at once does not lock up") {
  const Outcome outcome =
      script("head -c 8000000 /dev/zero | tr '\\0' o & head -c 8000000 /dev/zero | tr '\\0' e >&2; wait");
  CHECK(outcome.status == 0);
  CHECK(outcome.out == std::string(8'000'000, 'o'));
  CHECK(outcome.err == std::string(8'000'000, 'e'));
}

TEST_CASE_FIXTURE(World, "a closed pipe ends the run") {
  const Outcome outcome = pipe(*this, "\"$@\" | head -n 1", "while :; do echo line; done");
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.out == "line\n");
  CHECK(outcome.took < std::chrono::seconds(30));
}

TEST_CASE_FIXTURE(World, "output that nobody reads for a while is not lost") {
  const Outcome outcome = pipe(*this, "\"$@\" | (sleep 2; sha256sum)", "head -c 30000000 /dev/zero");
  CHECK(outcome.out == run(shell("head -c 30000000 /dev/zero | sha256sum")).out);
}

TEST_CASE_FIXTURE(World, "without a terminal the skill has none") {
  CHECK(script("test -t 0 || test -t 1 || echo none").out == "none\n");
}

TEST_CASE_FIXTURE(World, "with a terminal on both ends the skill has one") {
  // script(1) runs a command on a terminal of its own.
  std::string line;
  // An engine sets the size just after the start.
  const std::string script = "test -t 0 && test -t 1 && for i in 1 2 3 4 5; do stty size; sleep 0.5; done";
  for (const std::string& word : command({"t", "--", "sh", "-c", script}).argv) line += "'" + word + "' ";
  Command on_terminal = command({});
  on_terminal.argv = {"script", "--quiet", "--return", "--command", "stty rows 33 cols 77; " + line, "/dev/null"};
  const Outcome outcome = run(on_terminal);
  CHECK(outcome.status == 0);
  CHECK(contains(outcome.out, "33 77\r\n"));
}

TEST_SUITE_END();
