// The build, the devices and the labels of a service.
#include <doctest/doctest.h>

#include "compose_support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace skillrun::test::compose_devices {

using namespace skillrun::test::compose;

TEST_CASE("what a build gets beside its context is judged by what it is") {
  const auto error = [](const std::string& build, const std::string& rest = {}) {
    return errors(lint("services:\n  a:\n    build: {context: ., " + build + "}\n" + rest, files({})));
  };
  CHECK(error("additional_contexts: ['b=./bar', 'i=docker-image://alpine:3', 'c=../repository/x', 's=service:a']")
            .empty());
  CHECK(error("additional_contexts: {b: bar, s: 'service:a'}").empty());
  CHECK(error("additional_contexts: ['b=../other']") == "build-context-outside@a ");
  CHECK(error("additional_contexts: {b: /etc}") == "build-context-outside@a ");
  CHECK(error("additional_contexts: {b: 'https://example.org/x.git'}") == "invalid-value@a ");
  CHECK(error("ssh: [default]") == "agent-socket@a ");
  CHECK(error("ssh: {key: ./id_rsa}") == "agent-socket@a ");
  CHECK(error("secrets: [s]", "secrets: {s: {file: s.txt}}\n").empty());
  CHECK(error("secrets: [{source: s}]", "secrets: {s: {file: /etc/shadow}}\n") == "sensitive-mount@a ");
  CHECK(errors(lint("services: {a: {build: {context: ., secrets: [s]}, secrets: [s]}}\nsecrets: {s: {file: s}}\n"))
            .empty());
}

TEST_CASE("devices may be tables, and labels those of a deployment") {
  const auto error = [](const std::string& service) {
    return errors(lint("services:\n  a:\n    image: x:1\n    " + service + "\n", files({})));
  };
  CHECK(error("devices: [{source: /dev/mem, target: /dev/mem, permissions: r}]") == "critical-device@a ");
  CHECK(error("devices: [{source: /dev/ttyUSB0}]") == "device@a ");
  CHECK(error("deploy: {labels: {traefik.http.routers.a.rule: x}}") == "obeyed-label@a ");
  CHECK(error("labels: {traefik.enable: 'false'}").empty());
  CHECK(error("labels: ['traefik.enable=true']") == "obeyed-label@a ");
  CHECK(error("gpus: all\n    environment: {NVIDIA_VISIBLE_DEVICES: all}").empty());
  CHECK(error("gpus: all\n    environment: {NVIDIA_DISABLE_REQUIRE: '1'}") == "gpu-environment@a ");
  CHECK(error("devices: [vendor.com/class=x]\n    environment: {NVIDIA_VISIBLE_DEVICES: all}")
            .contains("gpu-environment@a"));
}

TEST_CASE("only where all GPUs of NVIDIA are asked for has a variable no more to give") {
  const auto error = [](const std::string& gpus, const std::string& key = "gpus: ") {
    return errors_of(key + gpus + "\n    environment: {NVIDIA_VISIBLE_DEVICES: all}");
  };
  CHECK(error("[{driver: nvidia}]").empty());
  CHECK(error("[{count: all}]").empty());
  CHECK(error("[{count: -1}]").empty());
  const std::string deployed = "deploy: {resources: {reservations: {devices: ";
  CHECK(error("[{driver: nvidia, count: all, capabilities: [gpu]}]}}}", deployed).empty());
  CHECK(error("[{count: 1, capabilities: [gpu]}]}}}", deployed) == "gpu-environment@a ");
  for (const char* gpus :
       {"[{driver: nvidia, device_ids: ['0']}]", "[{device_ids: ['0', GPU-1a2b]}]", "[{count: 1}]", "[{count: '${X}'}]",
        "[{count: '${X:-1}'}]", "[{device_ids: ['${X}']}]", "[{driver: amd}]", "[{driver: '${X}'}]"}) {
    CAPTURE(gpus);
    CHECK(error(gpus) == "gpu-environment@a ");
    CHECK(rules_of("gpus: " + std::string(gpus)).contains("gpu"));
  }
}

}  // namespace skillrun::test::compose_devices
