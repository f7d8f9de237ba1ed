// What of the machine's devices it gets.
#include <algorithm>

#include "engine/docker/codec.hpp"
#include "spec/csv.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

void write_devices(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  json::array devices;
  for (const auto& entry : spec.devices) {
    devices.push_back(json::object{{"PathOnHost", entry.value.host},
                                   {"PathInContainer", entry.value.container},
                                   {"CgroupPermissions", entry.value.permissions}});
  }
  if (!devices.empty()) place.in(request)[place.key] = std::move(devices);
}

/// podman does not tell the permissions: they are empty then.
void read_devices(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  for (const TypedAnswer& device : place.in(answer).objects(place.key)) {
    made.spec.devices.push_back({Device{.host = device.text("PathOnHost"),
                                        .container = device.text("PathInContainer"),
                                        .permissions = device.text("CgroupPermissions")},
                                 Origin()});
  }
}

void device_words(const Spec& spec, ClientWords& words) {
  for (const auto& entry : spec.devices) {
    words.add("device", fmt::format("{}:{}:{}", entry.value.host, entry.value.container, entry.value.permissions));
  }
}

void device_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  for (const auto& entry : spec.devices) {
    if (dialect.client && (entry.value.host.contains(':') || entry.value.container.contains(':'))) {
      gaps.differs(entry.origin, fmt::format("a path with a colon cannot be given to a client: {}", entry.value.host));
    }
  }
}

constexpr std::string_view cdi = "cdi";

/// Devices by what they can do, and devices by their names in the Container Device Interface, are one list.
void write_device_requests(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  json::array requests;
  if (spec.gpus) {
    const GpuRequest& gpus = spec.gpus->value;
    json::array capabilities(gpus.capabilities.begin(), gpus.capabilities.end());
    capabilities.emplace_back("gpu");
    json::object options;
    for (const KeyValue& option : gpus.options) options[option.key] = option.value;
    json::value ids = nullptr;
    if (!gpus.device_ids.empty()) ids = json::array(gpus.device_ids.begin(), gpus.device_ids.end());
    requests.push_back(json::object{{"Driver", gpus.driver},
                                    {"Count", gpus.count},
                                    {"DeviceIDs", std::move(ids)},
                                    {"Capabilities", list_of(std::move(capabilities))},
                                    {"Options", std::move(options)}});
  }
  if (!spec.cdi_devices.empty()) {
    json::array names;
    for (const auto& entry : spec.cdi_devices) names.emplace_back(entry.value);
    requests.push_back(json::object{{"Driver", cdi}, {"DeviceIDs", std::move(names)}});
  }
  if (!requests.empty()) place.in(request)[place.key] = std::move(requests);
}

void read_device_requests(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  for (const TypedAnswer& request : place.in(answer).objects(place.key)) {
    GpuRequest gpus{.count = request.number("Count"),
                    .driver = request.text("Driver"),
                    .device_ids = request.texts("DeviceIDs"),
                    .capabilities = request.texts_of_lists("Capabilities"),
                    .options = {}};
    if (gpus.driver == cdi) {
      for (std::string& name : gpus.device_ids) made.spec.cdi_devices.push_back({std::move(name), Origin()});
      continue;
    }
    const auto gpu = std::ranges::find(gpus.capabilities, "gpu");
    if (gpu == gpus.capabilities.end() || made.spec.gpus) {
      made.foreign.push_back({"gpus", request.json()});
      continue;
    }
    gpus.capabilities.erase(gpu);
    made.spec.gpus = Setting{std::move(gpus), Origin()};
  }
}

/// One record of comma-separated values, as Go's encoding/csv reads it.
void gpu_words(const Spec& spec, ClientWords& words) {
  if (!spec.gpus) return;
  const GpuRequest& gpus = spec.gpus->value;
  std::vector<std::string> fields;
  if (gpus.count < 0) fields.emplace_back("all");
  if (gpus.count > 0) fields.push_back(fmt::format("{}", gpus.count));
  if (!gpus.driver.empty()) fields.push_back("driver=" + gpus.driver);
  if (!gpus.device_ids.empty()) fields.push_back(fmt::format("device={}", fmt::join(gpus.device_ids, ",")));
  if (!gpus.capabilities.empty()) fields.push_back(fmt::format("capabilities={}", fmt::join(gpus.capabilities, ",")));
  std::vector<std::string> options;
  options.reserve(gpus.options.size());
  for (const KeyValue& option : gpus.options) options.push_back(option.key + "=" + option.value);
  if (!options.empty()) fields.push_back("options=" + write_csv_record(options));
  words.add("gpus", write_csv_record(fields));
}

void gpu_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  if (spec.gpus && dialect.podman && (dialect.client || spec.gpus->value.count != 0)) {
    gaps.differs(spec.gpus->origin, "podman ignores it; use docker");
  }
}

void cdi_words(const Spec& spec, ClientWords& words) {
  for (const auto& entry : spec.cdi_devices) words.add("device", entry.value);
}

constexpr CodecRow device_rows[] = {
    {.setting = "devices",
     .place = host("Devices"),
     .write = write_devices,
     .read = read_devices,
     .receive = receive_devices,
     .words = device_words,
     .gaps = device_gaps},
    {.setting = "cdi_devices", .words = cdi_words, .since = 44, .podman = false},
    {.setting = "gpus",
     .place = host("DeviceRequests"),
     .write = write_device_requests,
     .read = read_device_requests,
     .receive = receive_device_requests,
     .words = gpu_words,
     .gaps = gpu_gaps},
    same<&Spec::device_cgroup_rules>("device_cgroup_rules", host("DeviceCgroupRules")).not_for_podman(),
};

}  // namespace

std::span<const CodecRow> device_codec() { return device_rows; }

}  // namespace skillrun::inline v0
