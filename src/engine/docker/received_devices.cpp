// What a request wants beyond an ordinary process.
#include <algorithm>

#include <fmt/ranges.h>

#include "engine/docker/codec.hpp"
#include "engine/docker/received_settings.hpp"
#include "policy/rules/support/seccomp_profile.hpp"
#include "spec/csv.hpp"
#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

/// Both lists, and both empty: what docker's command line calls systempaths=unconfined.
void receive_system_paths(ReceivedRequest& request) {
  const auto masked = request.host.member("MaskedPaths");
  const auto readonly = request.host.member("ReadonlyPaths");
  if (!masked && !readonly) return;
  const ReceivedValue& told = masked ? *masked : *readonly;
  const auto is_empty = [](const std::optional<ReceivedValue>& list) {
    return list && list->value().is_array() && list->value().get_array().empty();
  };
  if (is_empty(masked) && is_empty(readonly)) {
    return set_by_flag(request.builder, "security-opt", "systempaths=unconfined", told.origin());
  }
  const std::string remedy = "leave both MaskedPaths and ReadonlyPaths out for the engine's own";
  told.invalid("there is no setting for a list of one's own of hidden system paths", remedy);
  if (masked && readonly) readonly->invalid("nor is there one for a list of read-only system paths", remedy);
}

}  // namespace

void receive_security_options(const CodecRow& row, ReceivedRequest& request) {
  for (const ReceivedValue& entry : row.place.in(request).list(row.place.key)) {
    const auto option = entry.text();
    if (!option) continue;
    if (seccomp_profile(*option)) {
      // The spec would have the name of a file of this machine here, which a request cannot mean.
      entry.problem("seccomp-custom-profile", "a request brings a seccomp profile of its own, which is not judged",
                    "leave it out for the engine's own profile");
    } else if (option->starts_with("systempaths")) {
      entry.problem("unknown-security-opt", fmt::format("{} is a word of docker's command line only", quoted(*option)),
                    "send empty lists as MaskedPaths and ReadonlyPaths, which is what it means");
    } else {
      set_by_flag(request.builder, "security-opt", *option, entry.origin());
    }
  }
  receive_system_paths(request);
}

void receive_devices(const CodecRow& row, ReceivedRequest& request) {
  for (const ReceivedValue& entry : row.place.in(request).list(row.place.key)) {
    const auto device = entry.object();
    if (!device) continue;
    const std::string host = device->text("PathOnHost");
    const std::string container = device->text("PathInContainer");
    const std::string permissions = device->text("CgroupPermissions");
    if (!host.starts_with('/') || (host + container + permissions).contains(':')) {
      entry.invalid("a device has absolute paths without a colon",
                    "send PathOnHost and PathInContainer like /dev/fuse");
    } else {
      set_by_flag(request.builder, "device", fmt::format("{}:{}:{}", host, container, permissions), entry.origin());
    }
  }
}

namespace {

/// By their names in the Container Device Interface.
void receive_cdi(const ReceivedValue& entry, const ReceivedObject& request) {
  constexpr std::string_view why = "the driver cdi gives devices by name only";
  request.nothing("Count", why);
  request.nothing("Capabilities", why);
  request.nothing("Options", why);
  const auto names = request.list("DeviceIDs");
  if (names.empty()) entry.invalid("the driver cdi is asked for no device", "send DeviceIDs, or leave it out");
  for (const ReceivedValue& id : names) {
    const auto name = id.text();
    if (!name) continue;
    if (!is_cdi_device(*name)) {
      id.invalid(fmt::format("{} is not the name of a device", quoted(*name)), "send VENDOR/CLASS=NAME");
    } else {
      set_by_flag(id.builder(), "device", *name, id.origin());
    }
  }
}

/// Words of a list within one field: none is empty or holds a comma.
std::vector<std::string> words_of(const std::vector<ReceivedValue>& list) {
  std::vector<std::string> words;
  for (const ReceivedValue& entry : list) {
    auto word = entry.text();
    if (!word) continue;
    if (word->empty() || word->contains(',')) {
      entry.invalid(fmt::format("{} is not a single word", quoted(*word)), "send each word as an entry of its own");
    } else {
      words.push_back(std::move(*word));
    }
  }
  return words;
}

void receive_gpus(const ReceivedValue& entry, const ReceivedObject& request, const std::string& driver) {
  const std::int64_t count = request.number("Count");
  const auto ids = words_of(request.list("DeviceIDs"));
  const auto alternatives = request.list("Capabilities");
  auto capabilities = alternatives.empty() ? std::vector<std::string>() : words_of(alternatives.front().list());
  // The last one: that is where it is written beside others.
  const auto gpu = std::ranges::find(capabilities.rbegin(), capabilities.rend(), "gpu");
  if (alternatives.size() != 1 || gpu == capabilities.rend()) {
    return entry.invalid("only GPUs are asked for by capabilities, in one list of them",
                         R"(send Capabilities as [["gpu"]], with what else they must do)");
  }
  capabilities.erase(std::next(gpu).base());
  if ((count == 0) == ids.empty() || count < -1) {
    return entry.invalid("GPUs are asked for by a count, or -1 for all, or by DeviceIDs", "send one of the two");
  }
  if (entry.builder().spec.gpus) {
    return entry.invalid("a second request for GPUs", "keep one of them; DeviceIDs takes a list");
  }
  std::vector<std::string> fields;
  if (count != 0) fields.push_back(count < 0 ? "all" : std::to_string(count));
  if (!driver.empty()) fields.push_back("driver=" + driver);
  if (!ids.empty()) fields.push_back(fmt::format("device={}", fmt::join(ids, ",")));
  if (!capabilities.empty()) fields.push_back(fmt::format("capabilities={}", fmt::join(capabilities, ",")));
  std::vector<std::string> options;
  if (const auto pairs = request.object("Options")) {
    for (auto& [pair, origin] : pairs->pairs()) options.push_back(pair);
  }
  if (!options.empty()) fields.push_back("options=" + write_csv_record(options));
  set_by_flag(entry.builder(), "gpus", write_csv_record(fields), entry.origin());
}

}  // namespace

void receive_device_requests(const CodecRow& row, ReceivedRequest& request) {
  for (const ReceivedValue& entry : row.place.in(request).list(row.place.key)) {
    const auto object = entry.object();
    if (!object) continue;
    if (const std::string driver = object->text("Driver"); driver == "cdi") {
      receive_cdi(entry, *object);
    } else {
      receive_gpus(entry, *object, driver);
    }
  }
}

}  // namespace skillrun::inline v0
