// The first byte chooses a kind of value. A text that is not a value has a message; one that is keeps within its
// bounds, and what it reads as is read as the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

namespace {

using namespace skillrun;

void require(bool holds) {
  if (!holds) std::abort();
}

const PathContext paths{.base = "/srv/skills", .home = "/home/me"};

/// Calls `check` with the value, or looks at the error.
template <class Value, class Check>
void expect(const std::expected<Value, ParseError>& value, Check check) {
  if (value) {
    check(*value);
  } else {
    require(!value.error().message.empty());
  }
}

void check_network(std::string_view text) {
  expect(parse_network_attachment(text), [](const NetworkAttachment& attachment) {
    const NetworkMode& mode = attachment.mode;
    const bool named =
        mode.kind == NetworkKind::named || mode.kind == NetworkKind::container || mode.kind == NetworkKind::path;
    require(mode.name.empty() != named);
    require(!mode.text().empty());
  });
  expect(parse_network(text), [](const NetworkMode& mode) {
    // A name with a comma or an equals sign can come from the CSV form alone.
    if (mode.name.find_first_of("=,\"") != std::string::npos) return;
    const auto again = parse_network(mode.text());
    require(again && again->kind == mode.kind && again->name == mode.name);
  });
}

void check_namespaces(std::string_view text) {
  for (const NamespaceKind kind :
       {NamespaceKind::pid, NamespaceKind::ipc, NamespaceKind::uts, NamespaceKind::user, NamespaceKind::cgroup}) {
    expect(parse_namespace(kind, text), [&](const NamespaceSetting& setting) {
      const auto again = parse_namespace(kind, setting.text());
      require(again && again->mode == setting.mode && again->name == setting.name);
    });
  }
}

void check_ports(std::string_view text) {
  expect(parse_ports(text), [](const std::vector<PortMapping>& ports) {
    require(!ports.empty() && ports.size() <= 65536);
    for (const PortMapping& port : ports) {
      require(port.container_port != 0);
      require(port.protocol == "tcp" || port.protocol == "udp" || port.protocol == "sctp");
    }
  });
  expect(parse_exposed_ports(text), [](const std::vector<std::string>& ports) {
    for (const std::string& port : ports) require(parse_exposed_ports(port) == std::vector{port});
  });
}

void check_numbers(std::string_view text) {
  expect(parse_bytes(text),
         [](std::int64_t bytes) { require(bytes >= 0 && parse_bytes(std::to_string(bytes)) == bytes); });
  expect(parse_nano_cpus(text), [](std::int64_t cpus) { require(cpus >= 0); });
  expect(parse_duration(text), [](std::chrono::nanoseconds span) { require(span.count() >= 0); });
}

void check_devices(std::string_view text) {
  expect(parse_device(text, paths), [](const Device& device) {
    require(device.host.starts_with('/') && device.container.starts_with('/') && !device.permissions.empty());
  });
  expect(parse_gpus(text), [](const GpuRequest& gpus) { require(gpus.count >= -1); });
  expect(parse_device_rate(text, RateUnit::bytes),
         [](const DeviceRate& rate) { require(rate.rate >= 0 && rate.path.starts_with("/dev/")); });
  expect(parse_device_rate(text, RateUnit::operations), [](const DeviceRate& rate) { require(rate.rate >= 0); });
  expect(parse_device_weight(text),
         [](const DeviceRate& weight) { require(weight.rate == 0 || (weight.rate >= 10 && weight.rate <= 1000)); });
  (void)is_cdi_device(text);
}

void check_process(std::string_view text) {
  expect(parse_user(text), [](const UserSpec& user) {
    require(user.host || !user.user.empty());
    if (user.host) return;
    const auto again = parse_user(user.text());
    require(again && again->user == user.user && again->group == user.group);
  });
  expect(parse_signal(text), [](const std::string& signal) { require(parse_signal(signal) == signal); });
  expect(parse_platform(text), [](const std::string& platform) { require(parse_platform(platform) == platform); });
  expect(parse_environment(text), [](const EnvironmentEntry& entry) {
    require(!entry.name.empty() && entry.name.find('=') == std::string::npos);
  });
  expect(parse_capability(text), [](const std::string& name) { require(parse_capability(name) == name); });
  expect(parse_ulimit(text), [](const Ulimit& limit) { require(limit.soft >= -1 && limit.hard >= -1); });
  expect(parse_restart_policy(text),
         [](const RestartPolicy& policy) { require(policy.maximum_retries == 0 || policy.name == "on-failure"); });
}

void check_names(std::string_view text) {
  expect(parse_link(text), [](const Link& link) { require(!link.container.empty() && !link.alias.empty()); });
  expect(parse_extra_host(text), [](const ExtraHost& host) { require(!host.host.empty() && !host.address.empty()); });
  expect(parse_mac_address(text), [](const std::string& mac) { require(parse_mac_address(mac) == mac); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  switch (data[0]) {
    case 'w': check_network(text); break;
    case 'n': check_namespaces(text); break;
    case 'p': check_ports(text); break;
    case 'b': check_numbers(text); break;
    case 'd': check_devices(text); break;
    case 'u': check_process(text); break;
    default: check_names(text); break;
  }
  return 0;
}
