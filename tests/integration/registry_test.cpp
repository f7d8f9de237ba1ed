// A registry whose line breaks in the middle of a layer.
#include <csignal>
#include <thread>

#include <doctest/doctest.h>

#include "registry_relay.hpp"
#include "world.hpp"

using namespace integration;

namespace {

/// A skill whose image is reached by a bad line, and is not there yet.
class FarImage : public World {
 public:
  FarImage() {
    forget();
    manifest(busybox_skill("", RegistryRelay::image()));
  }
  FarImage(const FarImage&) = delete;
  FarImage& operator=(const FarImage&) = delete;
  ~FarImage() { forget(); }

 private:
  static void forget() { (void)engine_client({"rmi", "--force", RegistryRelay::image()}); }
};

}  // namespace

TEST_SUITE_BEGIN("registry");

TEST_CASE_FIXTURE(FarImage, "a line that breaks once in the middle of a layer does not show") {
  const RegistryRelay relay(RegistryRelay::Fault::cut, 1);
  const Outcome outcome = script("echo ran");
  CHECK(relay.faults() == 1);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "ran\n");
  CHECK(outcome.err == "");
}

TEST_CASE_FIXTURE(FarImage, "a line that always breaks is an unavailable image, said in time and with the reason") {
  const RegistryRelay relay(RegistryRelay::Fault::cut, 1000);
  const Result result = result_of({"t", "--", "true"});
  CHECK(relay.faults() >= 3);
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "image-unavailable");
  CHECK(contains(result.outcome.err, "image " + RegistryRelay::image() + " cannot be pulled: "));
  CHECK(contains(result.outcome.err, "EOF"));
  CHECK(contains(result.outcome.err, "check its name, the network and the login"));
  CHECK(result.outcome.took < std::chrono::seconds(45));
  MESSAGE(engine_path().name, ": given up after ", result.outcome.took.count(), " ms and ", relay.faults(), " breaks");
}

TEST_CASE_FIXTURE(FarImage,
                  "a registry that stalls holds a run up for the time of a pull, whatever the skill's own timeout") {
  const RegistryRelay relay(RegistryRelay::Fault::stall, 1000);
  const Result result = result_of({"t", "--pull-timeout", "3s", "--timeout", "1h", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "image-unavailable");
  CHECK(contains(result.outcome.err, "it was not there after 3 s"));
  CHECK(contains(result.outcome.err, "--pull-timeout"));
  CHECK(result.outcome.took < std::chrono::seconds(20));
  const Outcome pulled = skillrun({"pull", "t", "--pull-timeout", "3s"});
  CHECK(pulled.status == 125);
  CHECK(contains(pulled.err, "it was not there after 3 s"));
}

TEST_CASE_FIXTURE(FarImage, "who interrupts a pull is told that, and not to check the image's name") {
  const RegistryRelay relay(RegistryRelay::Fault::stall, 1000);
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"t"}, {"pull", "t"}}) {
    CAPTURE(words.front());
    const int before = relay.faults();
    Process process(command(words));
    for (int i = 0; i < 200 && relay.faults() == before; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    process.signal(SIGINT);
    const Outcome outcome = process.finish();
    CHECK(outcome.status == 130);
    CHECK(contains(outcome.err, "interrupted"));
    CHECK_FALSE(contains(outcome.err, "check its name"));
  }
}

TEST_SUITE_END();
