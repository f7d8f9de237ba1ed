#include "canonical.hpp"

#include <arpa/inet.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <set>

#include <fmt/format.h>

namespace differential {

namespace {

constexpr std::array table{
    Normalisation{"everything null, false, 0, \"\", [] or {}",
                  "the API's way of saying nothing; but see StopTimeout and Init"},
    Normalisation{
        "AttachStdin, AttachStdout, AttachStderr, StdinOnce, HostConfig.ConsoleSize",
        "which streams a client attaches and how large its terminal is: decided by who runs, not by the skill"},
    Normalisation{
        "HostConfig.AutoRemove, OpenStdin, Tty",
        "skillrun removes the container itself and opens the streams that a run needs; what the words asked for is "
        "taken from the spec instead of the body"},
    Normalisation{"HostConfig.LogConfig", "none, where no driver was named: a container that goes keeps no log"},
    Normalisation{"HostConfig.Binds, Mounts, Tmpfs, Volumes",
                  "four ways to say one thing: compared as one list by target, paths by component, options as a set"},
    Normalisation{"sources of binds",
                  "20.10 leaves ./x to the engine, no docker expands ~: both as skillrun documents them"},
    Normalisation{"consistency of mounts", "means nothing on Linux"},
    Normalisation{
        "HostConfig.NetworkMode",
        "absent, empty and default are the bridge; where the words name none, skillrun's own none is left out"},
    Normalisation{"NetworkingConfig.EndpointsConfig",
                  "an entry without settings for the network of NetworkMode says nothing"},
    Normalisation{"MacAddress", "bytes are separated by colons or dashes, digits have either case"},
    Normalisation{"Env, Labels", "of one name the last entry counts; their order does not"},
    Normalisation{"HostConfig.CapAdd, CapDrop",
                  "upper case with CAP_, sorted; added wins over dropped and ALL covers the rest"},
    Normalisation{"HostConfig.SecurityOpt",
                  "the first = or : separates; of no-new-privileges the last one counts; order does not"},
    Normalisation{"HostConfig.Dns", "one address has several spellings"},
    Normalisation{"HostConfig.Devices", "of a path on the host only its components count"},
    Normalisation{"HostConfig.PidsLimit", "0 and less are all unlimited"},
    Normalisation{"HostConfig.MemorySwappiness", "-1 is the kernel's default"},
    Normalisation{"HostConfig.RestartPolicy", "no is the same as none"},
    Normalisation{"HostConfig.Ulimits, PortBindings, ExposedPorts", "sorted: their order says nothing"},
    Normalisation{"StopSignal", "by name or number, any case, with or without SIG"},
    Normalisation{"platform", "a system alone: docker adds its own architecture, skillrun leaves that to the engine"},
    Normalisation{"WorkingDir", "engines clean the path"},
};

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char byte) { return static_cast<char>(std::toupper(byte)); });
  return text;
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

const json::array& list_in(const json::object& object, std::string_view name) {
  static const json::array none;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->as_array() : none;
}

void put_environment(const json::object& request, Fields& fields) {
  for (const json::value& entry : list_in(request, "Env")) {
    const std::string text = text_of(entry);
    const std::size_t equals = text.find('=');
    fields["Env." + text.substr(0, equals)] = equals == std::string::npos ? "(unset)" : text.substr(equals);
  }
}

/// ::ffff:10.0.0.1 is 10.0.0.1, and an address of version 6 has many spellings.
std::string address(const std::string& text) {
  in6_addr six{};
  if (::inet_pton(AF_INET6, text.c_str(), &six) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    ::inet_ntop(AF_INET, &six.s6_addr[12], out.data(), out.size());
  } else {
    ::inet_ntop(AF_INET6, &six, out.data(), out.size());
  }
  return out.data();
}

std::set<std::string> capabilities(const json::object& host, std::string_view name) {
  std::set<std::string> out;
  for (const json::value& entry : list_in(host, name)) {
    std::string capability = upper(text_of(entry));
    if (capability != "ALL" && !capability.starts_with("CAP_")) capability = "CAP_" + capability;
    out.insert(capability == "CAP_ALL" ? "ALL" : capability);
  }
  return out.contains("ALL") ? std::set<std::string>{"ALL"} : out;
}

void put_capabilities(const json::object& host, Fields& fields) {
  const auto add = capabilities(host, "CapAdd");
  auto drop = capabilities(host, "CapDrop");
  std::erase_if(drop, [&](const std::string& capability) { return add.contains(capability); });
  for (const std::string& capability : add) fields["CapAdd"] += capability + " ";
  for (const std::string& capability : drop) fields["CapDrop"] += capability + " ";
}

void put_security(const json::object& host, Fields& fields) {
  std::multiset<std::string> options;
  bool privileges = true;
  for (const json::value& entry : list_in(host, "SecurityOpt")) {
    std::string text = text_of(entry);
    std::size_t mark = text.find('=');
    if (mark == std::string::npos) mark = text.find(':');
    if (text.substr(0, mark) == "no-new-privileges") {
      const std::string value = mark == std::string::npos ? "true" : text.substr(mark + 1);
      static const std::set<std::string> yes{"1", "t", "T", "true", "TRUE", "True"};
      privileges = !yes.contains(value);
      continue;
    }
    if (mark != std::string::npos) text[mark] = '=';
    options.insert(text);
  }
  if (!privileges) fields["no-new-privileges"] = "true";
  for (const std::string& option : options) fields["SecurityOpt"] += option + " ";
}

/// A MAC address with colons and small letters.
std::string canonical_mac(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char byte) { return byte == '-' ? ':' : static_cast<char>(std::tolower(byte)); });
  return text;
}

void put_networks(const json::object& request, const json::object& host, Fields& fields) {
  const json::value* mode = host.if_contains("NetworkMode");
  std::string name = mode == nullptr ? "" : text_of(*mode);
  const std::string written = name;
  if (name.empty() || name == "default") name = "bridge";
  fields["NetworkMode"] = name;
  const json::value* networking = request.if_contains("NetworkingConfig");
  if (networking == nullptr || !networking->is_object()) return;
  const json::value* endpoints = networking->as_object().if_contains("EndpointsConfig");
  if (endpoints == nullptr || !endpoints->is_object()) return;
  for (const auto& [network, settings] : endpoints->as_object()) {
    const bool main = network == written || network == name || (network == "default" && name == "bridge");
    const std::string label = main ? name : std::string(network);
    const json::value clean = pruned(settings);
    if (is_nothing(clean)) {
      if (!main) fields["Endpoint." + label] = "(plain)";
    } else {
      put_fields("Endpoint." + label, clean, fields);
    }
  }
}

/// A value as text, its members in the order of their names.
std::string member_text(const json::value& value) {
  if (!value.is_object()) return json::serialize(value);
  Fields members;
  put_fields("", value, members);
  std::string out = "{";
  for (const auto& [name, text] : members) out += fmt::format("{}={} ", name, text);
  return out + "}";
}

/// A list as one field, its elements sorted.
void put_sorted(const std::string& name, const json::value* list, Fields& fields) {
  if (list == nullptr || !list->is_array()) return;
  std::vector<std::string> texts;
  for (const json::value& entry : list->as_array()) texts.push_back(member_text(pruned(entry)));
  std::ranges::sort(texts);
  for (const std::string& text : texts) fields[name] += text + " ";
}

void put_ports(const json::object& request, const json::object& host, Fields& fields) {
  if (const json::value* exposed = request.if_contains("ExposedPorts"); exposed != nullptr && exposed->is_object()) {
    for (const auto& entry : exposed->as_object())
      fields[fmt::format("ExposedPorts.{}", std::string_view(entry.key()))] = "yes";
  }
  if (const json::value* bindings = host.if_contains("PortBindings"); bindings != nullptr && bindings->is_object()) {
    for (const auto& entry : bindings->as_object()) {
      put_sorted(fmt::format("PortBindings.{}", std::string_view(entry.key())), &entry.value(), fields);
    }
  }
}

void put_stop(const json::object& request, Fields& fields) {
  if (const json::value* signal = request.if_contains("StopSignal"); signal != nullptr && !is_nothing(*signal)) {
    std::string name = upper(text_of(*signal));
    if (name.starts_with("SIG")) name.erase(0, 3);
    if (name.find_first_not_of("0123456789") == std::string::npos && name.size() < 3) {
      const char* known = ::sigabbrev_np(std::stoi(name));
      if (known != nullptr) name = known;
    }
    fields["StopSignal"] = name;
  }
  if (const json::value* timeout = request.if_contains("StopTimeout"); timeout != nullptr && !timeout->is_null()) {
    fields["StopTimeout"] = json::serialize(*timeout);
  }
}

/// The members that need no reading: compared as they are.
void put_plain(const json::object& object, const std::set<std::string_view>& handled, Fields& fields) {
  for (const auto& entry : object) {
    if (handled.contains(entry.key())) continue;
    put_fields(std::string(entry.key()), pruned(entry.value()), fields);
  }
}

void put_devices(const json::object& host, const Places& places, Fields& fields) {
  json::array devices;
  for (const json::value& entry : list_in(host, "Devices")) {
    json::value device = pruned(entry);
    if (json::object* object = device.if_object()) {
      json::value& path = (*object)["PathOnHost"];
      if (path.is_string() && path.get_string().starts_with('/')) path = absolute_path(text_of(path), places);
    }
    devices.push_back(std::move(device));
  }
  put_fields("Devices", devices, fields);
}

void put_host(const json::object& host, const Places& places, Fields& fields) {
  static const std::set<std::string_view> handled{
      "ConsoleSize", "Binds",     "Mounts",           "Tmpfs",         "CapAdd",  "CapDrop",
      "SecurityOpt", "PidsLimit", "MemorySwappiness", "RestartPolicy", "Ulimits", "PortBindings",
      "NetworkMode", "Init",      "MaskedPaths",      "ReadonlyPaths", "Dns",     "Devices"};
  put_plain(host, handled, fields);
  put_devices(host, places, fields);
  put_capabilities(host, fields);
  put_security(host, fields);
  put_sorted("Ulimits", host.if_contains("Ulimits"), fields);
  for (const json::value& server : list_in(host, "Dns")) fields["Dns"] += address(text_of(server)) + " ";
  const auto text = [&host](std::string_view name) {
    const json::value* value = host.if_contains(name);
    return value == nullptr || value->is_null() ? std::string() : text_of(*value);
  };
  if (const std::string init = text("Init"); !init.empty()) fields["Init"] = init;
  // Null leaves the engine's lists in force, an empty list takes them away.
  for (const char* name : {"MaskedPaths", "ReadonlyPaths"}) {
    if (const std::string paths = text(name); !paths.empty()) fields[name] = paths;
  }
  if (const std::string limit = text("PidsLimit"); !limit.empty() && limit != "0" && !limit.starts_with('-')) {
    fields["PidsLimit"] = limit;
  }
  if (const std::string swappiness = text("MemorySwappiness"); !swappiness.empty() && swappiness != "-1") {
    fields["MemorySwappiness"] = swappiness;
  }
  if (const json::value* policy = host.if_contains("RestartPolicy"); policy != nullptr && policy->is_object()) {
    json::object restart = policy->as_object();
    if (const json::value* name = restart.if_contains("Name"); name != nullptr && text_of(*name) == "no")
      restart.erase("Name");
    put_fields("RestartPolicy", pruned(restart), fields);
  }
}

}  // namespace

std::span<const Normalisation> normalisations() { return table; }

std::string absolute_path(std::string_view path, const Places& places) {
  std::string whole;
  if (path == "~" || path.starts_with("~/")) {
    whole = places.home + "/" + std::string(path.substr(1));
  } else {
    whole = path.starts_with('/') ? std::string(path) : places.folder + "/" + std::string(path);
  }
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = std::min(whole.find('/', at), whole.size());
    const std::string part = whole.substr(at, end - at);
    at = end + 1;
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  std::string clean;
  for (const std::string& part : parts) clean += "/" + part;
  return clean.empty() ? "/" : clean;
}

bool is_nothing(const json::value& value) {
  if (value.is_null()) return true;
  if (value.is_bool()) return !value.as_bool();
  if (value.is_int64()) return value.as_int64() == 0;
  if (value.is_uint64()) return value.as_uint64() == 0;
  if (value.is_string()) return value.as_string().empty();
  if (value.is_array()) return value.as_array().empty();
  if (value.is_object()) return value.as_object().empty();
  return false;
}

json::value pruned(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const json::value& entry : value.as_array()) out.push_back(pruned(entry));
    return out;
  }
  if (!value.is_object()) return value;
  json::object out;
  for (const auto& entry : value.as_object()) {
    json::value member = pruned(entry.value());
    if (!is_nothing(member)) out[entry.key()] = std::move(member);
  }
  return out;
}

void put_fields(const std::string& name, const json::value& value, Fields& fields) {
  if (is_nothing(value)) return;
  if (!value.is_object()) {
    fields[name] = text_of(value);
    return;
  }
  for (const auto& entry : value.as_object()) {
    put_fields(fmt::format("{}.{}", name, std::string_view(entry.key())), entry.value(), fields);
  }
}

Fields canonical(const json::object& request, const Places& places) {
  static const std::set<std::string_view> handled{"AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce",
                                                  "Env",         "ExposedPorts", "Volumes",      "HostConfig",
                                                  "StopSignal",  "StopTimeout",  "WorkingDir",   "NetworkingConfig",
                                                  "Labels"};
  static const json::object none;
  Fields fields;
  const json::value* member = request.if_contains("HostConfig");
  const json::object& host = member != nullptr && member->is_object() ? member->as_object() : none;
  put_plain(request, handled, fields);
  put_environment(request, fields);
  put_stop(request, fields);
  put_ports(request, host, fields);
  put_networks(request, host, fields);
  put_host(host, places, fields);
  put_canonical_mounts(request, places, fields);
  if (const json::value* labels = request.if_contains("Labels"); labels != nullptr && labels->is_object()) {
    for (const auto& entry : labels->as_object())
      fields[fmt::format("Labels.{}", std::string_view(entry.key()))] = "=" + text_of(entry.value());
  }
  if (const json::value* folder = request.if_contains("WorkingDir"); folder != nullptr && !is_nothing(*folder)) {
    const std::string text = text_of(*folder);
    fields["WorkingDir"] = text.starts_with('/') ? absolute_path(text, places) : text;
  }
  for (auto& [field, value] : fields) {
    if (field.ends_with("MacAddress")) value = canonical_mac(value);
  }
  return fields;
}

std::vector<std::string> differences(const Fields& first, const Fields& second) {
  std::vector<std::string> out;
  const auto value = [](const Fields& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string("(nothing)") : found->second;
  };
  std::set<std::string> names;
  for (const auto& entry : first) names.insert(entry.first);
  for (const auto& entry : second) names.insert(entry.first);
  for (const std::string& name : names) {
    const std::string left = value(first, name);
    const std::string right = value(second, name);
    if (left != right) out.push_back(fmt::format("{}: {} | {}", name, left, right));
  }
  return out;
}

}  // namespace differential
