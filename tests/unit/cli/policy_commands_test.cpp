// What the policy commands print and which statuses they end with.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "cli/options.hpp"
#include "support/json.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::cli;
using skillrun::test::TemporaryFolder;

namespace {

struct Outcome {
  int status;
  std::string out;
  std::string err;
};

/// Sends a descriptor of this process to a file while it lives.
class Redirection {
 public:
  Redirection(int descriptor, const std::string& file) : descriptor_(descriptor), saved_(::dup(descriptor)) {
    const int target = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(target >= 0);
    REQUIRE(::dup2(target, descriptor) >= 0);
    ::close(target);
  }
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;
  ~Redirection() {
    ::dup2(saved_, descriptor_);
    ::close(saved_);
  }

 private:
  int descriptor_;
  int saved_;
};

std::string text_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Outcome call(const TemporaryFolder& folder, std::vector<std::string> words) {
  auto invocation = parse_command_line(std::move(words));
  REQUIRE(invocation);
  Outcome outcome{};
  {
    const Redirection out(STDOUT_FILENO, folder.path() + "/out");
    const Redirection err(STDERR_FILENO, folder.path() + "/err");
    outcome.status = invocation->run();
  }
  outcome.out = text_of(folder.path() + "/out");
  outcome.err = text_of(folder.path() + "/err");
  return outcome;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string head = "apiVersion: skillrun.policy/v1\nname: acme\n";
const std::string good =
    "  - {name: hosts are refused, skills: {t: {docker: {image: x, network: host}}}, verdict: refused}\n";
const std::string bad =
    "  - {name: hosts are fine, skills: {t: {docker: {image: x, network: host}}}, verdict: allowed}\n";

}  // namespace

TEST_CASE("policy show prints a built-in policy or a file with what it extends") {
  const TemporaryFolder folder;
  (void)folder.write("base.yaml", head + "rules: {gpu: {severity: error}}\n");
  const std::string file =
      folder.write("own.yaml", "apiVersion: skillrun.policy/v1\nname: own\nextends: [./base.yaml]\n");
  const Outcome builtin = call(folder, {"policy", "show", "restricted"});
  CHECK(builtin.status == 0);
  CHECK(builtin.err.empty());
  CHECK(holds(builtin.out, "name: \"restricted\"\n"));
  const Outcome own = call(folder, {"policy", "show", file});
  CHECK(own.status == 0);
  CHECK(holds(own.out, "  gpu:\n    severity: error  # acme ("));
  const Outcome json = call(folder, {"policy", "show", file, "--format", "json"});
  CHECK(json::parse(json.out).at("rules").at("gpu").at("severity").at("value") == "error");
  const Outcome in_force = call(folder, {"-p", file, "policy", "show"});
  CHECK(holds(in_force.out, "name: \"own\"\n"));
}

TEST_CASE("policy show fails on what it cannot read") {
  const TemporaryFolder folder;
  const Outcome missing = call(folder, {"policy", "show", folder.path() + "/no.yaml"});
  CHECK(missing.status == 125);
  CHECK(missing.out.empty());
  CHECK(holds(missing.err, "no.yaml"));
  const Outcome broken = call(folder, {"policy", "show", folder.write("broken.yaml", head + "rule: {}\n")});
  CHECK(broken.status == 125);
  CHECK(holds(broken.err, "did you mean \"rules\"?"));
}

TEST_CASE("policy test passes, fails, or says that there is nothing to run") {
  const TemporaryFolder folder;
  const std::string passing = folder.write("good.yaml", head + "tests:\n" + good);
  const std::string failing = folder.write("bad.yaml", head + "tests:\n" + good + bad);
  const Outcome passed = call(folder, {"policy", "test", passing});
  CHECK(passed.status == 0);
  CHECK(passed.out == "ok     " + passing + ":4 hosts are refused\n1 of 1 cases passed\n");
  CHECK(passed.err.empty());
  const Outcome failed = call(folder, {"policy", "test", passing, failing});
  CHECK(failed.status == 1);
  CHECK(holds(failed.out, "FAILED " + failing + ":5 hosts are fine\n         expected allowed, but it is refused\n"));
  CHECK(holds(failed.out, "error[host-network]"));
  CHECK(holds(failed.out, "2 of 3 cases passed\n"));
  const Outcome none = call(folder, {"policy", "test", folder.write("none.yaml", head)});
  CHECK(none.status == 125);
  CHECK(holds(none.err, "has no test cases"));
  const Outcome broken = call(folder, {"policy", "test", passing, folder.write("broken.yaml", head + "tests: [{}]\n")});
  CHECK(broken.status == 125);
  CHECK(holds(broken.out, "1 of 1 cases passed"));
  CHECK(call(folder, {"policy", "test", folder.path()}).status == 125);
}

TEST_CASE("policy test has a document for programs") {
  const TemporaryFolder folder;
  const std::string file = folder.write("bad.yaml", head + "tests:\n" + good + bad);
  const Outcome outcome = call(folder, {"policy", "test", "--format", "json", file});
  CHECK(outcome.status == 1);
  const json::value document = json::parse(outcome.out);
  CHECK(document.at("summary").at("failed") == 1);
  const json::value& test = document.at("files").at(0).at("cases").at(1);
  CHECK(document.at("files").at(0).at("policy") == "acme");
  CHECK(test.at("name") == "hosts are fine");
  CHECK(test.at("passed") == false);
  CHECK(test.at("verdict") == "refused");
  CHECK(test.at("line") == 5);
  CHECK(test.at("findings").as_array().size() > 0);
}
