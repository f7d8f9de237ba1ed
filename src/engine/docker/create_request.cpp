#include "engine/docker/create_request.hpp"

#include <algorithm>

#include <skillrun/parsing.hpp>

#include "engine/docker/codec.hpp"
#include "spec/scan.hpp"
#include "spec/settings.hpp"

namespace skillrun::inline v0 {

namespace {

bool is_switch_value(const json::value& value) { return value.is_bool(); }

/// Rows and columns.
bool is_terminal_size(const json::value& value) {
  const json::array* list = value.if_array();
  return list != nullptr && (list->empty() || list->size() == 2) &&
         std::ranges::all_of(*list, [](const json::value& number) {
           const std::int64_t* length = number.if_int64();
           return length != nullptr && *length >= 0 && *length <= UINT16_MAX;
         });
}

/// A member that carries no setting, the values that make that true (beside null), and what it is.
struct SettinglessMember {
  ApiPlace place;
  bool (*carries_none)(const json::value& value);
  std::string_view what;
};

constexpr std::string_view of_streams = "the streams that a client attaches are between it and the engine";
constexpr std::string_view of_windows = "only engines on Windows know it";
constexpr std::string_view of_images = "it is part of images";
constexpr std::string_view of_answers = "engines return it, and do not take it";

constexpr SettinglessMember settingless[] = {
    {top("AttachStdin"), is_switch_value, of_streams},
    {top("AttachStdout"), is_switch_value, of_streams},
    {top("AttachStderr"), is_switch_value, of_streams},
    {top("StdinOnce"), is_switch_value, of_streams},
    {host("ConsoleSize"), is_terminal_size, "the size of the client's terminal changes what it shows, no more"},
    {top("ArgsEscaped"), says_nothing, of_windows},
    {host("CpuCount"), says_nothing, of_windows},
    {host("CpuPercent"), says_nothing, of_windows},
    {host("IOMaximumIOps"), says_nothing, of_windows},
    {host("IOMaximumBandwidth"), says_nothing, of_windows},
    {top("OnBuild"), says_nothing, of_images},
    {top("Shell"), says_nothing, of_images},
    {top("NetworkDisabled"), says_nothing, "NetworkMode none is the setting for it"},
    {host("Cgroup"), says_nothing, "engines no longer know it"},
    {host("KernelMemory"), says_nothing, "engines no longer limit kernel memory"},
    {host("KernelMemoryTCP"), says_nothing, "engines no longer limit kernel memory"},
    {host("ContainerIDFile"), says_nothing, "it names a file of the client's machine"},
    {endpoint("NetworkID"), says_nothing, of_answers},
    {endpoint("EndpointID"), says_nothing, of_answers},
    {endpoint("Gateway"), says_nothing, of_answers},
    {endpoint("IPAddress"), says_nothing, of_answers},
    {endpoint("IPPrefixLen"), says_nothing, of_answers},
    {endpoint("IPv6Gateway"), says_nothing, of_answers},
    {endpoint("GlobalIPv6Address"), says_nothing, of_answers},
    {endpoint("GlobalIPv6PrefixLen"), says_nothing, of_answers},
    {endpoint("DNSNames"), says_nothing, of_answers},
};

void receive_settingless(const ReceivedRequest& request) {
  for (const SettinglessMember& known : settingless) {
    const auto value = known.place.in(request).member(known.place.key);
    if (!value) continue;
    if (!known.carries_none(value->value())) {
      value->problem("unenforced-field", fmt::format("{} is not a setting: {}", known.place.key, known.what),
                     "leave it out, or send null");
    } else if (const json::array* list = value->value().if_array(); list != nullptr && !list->empty()) {
      (void)value->list();
    }
  }
}

/// How the container appears on the network that NetworkMode names. An engine would connect it to every other one too.
std::optional<ReceivedObject> own_endpoint(const ReceivedObject& top, const ReceivedObject& host) {
  const auto networking = top.object("NetworkingConfig");
  const auto endpoints = networking ? networking->object("EndpointsConfig") : std::nullopt;
  if (!endpoints) return std::nullopt;
  const std::string mode = host.text("NetworkMode");
  const auto is_bridge = [](std::string_view name) { return name == "default" || name == "bridge"; };
  std::optional<ReceivedObject> own;
  for (const auto& [network, value] : endpoints->members()) {
    if (network.empty() || (network != mode && !(is_bridge(network) && is_bridge(mode)))) {
      value.invalid(fmt::format("the network {} is not the one that NetworkMode names", quoted(network)),
                    "a container has one network here: name it in NetworkMode too");
    } else if (own) {
      value.invalid("the same network a second time, by its other name", "keep one of them");
    } else if (!value.value().is_null()) {
      own = value.object();
    }
  }
  return own;
}

/// A request that does not ask for them has neither, where a spec that does not say means yes, or as the run finds it.
void receive_streams(const ReceivedObject& top) {
  set_by_flag(top.builder(), "interactive", top.flag("OpenStdin") ? "true" : "false", top.origin_of("OpenStdin"));
  set_by_flag(top.builder(), "tty", top.flag("Tty") ? "true" : "false", top.origin_of("Tty"));
}

void receive_image(const ReceivedObject& top) {
  const std::string image = top.text("Image");
  if (!image.empty()) return set_image(top.builder(), image, top.origin_of("Image"));
  top.builder().spec.image.origin = top.origin_of("Image");
  top.builder().problem("missing-field", top.origin_of("Image"), "the request names no image", "send Image");
}

void receive_document(const json::object& document, Reception& reception) {
  static const json::object none;
  const ReceivedObject top(document, {}, reception);
  const ReceivedObject empty(none, {}, reception);
  const ReceivedObject host = top.object("HostConfig").value_or(ReceivedObject(none, "/HostConfig", reception));
  const ReceivedObject endpoint = own_endpoint(top, host).value_or(empty);
  const ReceivedObject addresses = endpoint.object("IPAMConfig").value_or(empty);
  ReceivedRequest request{top, host, endpoint, addresses, reception.builder};
  receive_image(top);
  for (const CodecRow& row : codec()) {
    if (row.receive != nullptr) row.receive(row, request);
  }
  receive_streams(top);
  receive_settingless(request);
}

}  // namespace

ContainerSpec read_create_request(const AskedCreation& asked, const CallerContext& caller, const JsonLimits& limits) {
  // Without folders to start from, a path that is not absolute is refused, as engines do.
  const CallerContext rootless_paths{
      .workdir = caller.workdir, .cwd = {}, .home = {}, .uid = caller.uid, .gid = caller.gid};
  const ResolvedSkill nobody{};
  const MapVariables no_variables({});
  SpecBuilder builder(nobody, rootless_paths, no_variables);
  if (caller.cwd.starts_with('/')) builder.spec.standing = clean_path(caller.cwd);
  const auto origin = [](std::string field, std::string_view text) {
    return Origin{.kind = OriginKind::create_request, .field = std::move(field), .span = {}, .text = std::string(text)};
  };
  const auto document = parse_strict_json(asked.body, limits);
  if (!document) {
    builder.problem("invalid-value", origin(document.error().pointer, {}),
                    fmt::format("the create request cannot be read: {}", document.error().message),
                    "send one JSON object, as docker's API has it");
    return std::move(builder.spec);
  }
  Reception reception{.builder = builder};
  reception.taken.insert(&*document);
  if (const auto object = ReceivedValue(*document, {}, reception).object(); object) {
    receive_document(document->get_object(), reception);
    refuse_untaken(*document, {}, reception);
  }
  if (!asked.name.empty()) set_by_flag(builder, "name", std::string(asked.name), origin("?name", asked.name));
  if (!asked.platform.empty()) {
    set_by_flag(builder, "platform", std::string(asked.platform), origin("?platform", asked.platform));
  }
  settle(builder);
  return std::move(builder.spec);
}

}  // namespace skillrun::inline v0
