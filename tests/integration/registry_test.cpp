// A registry whose line breaks in the middle of a layer.
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

TEST_SUITE_END();
