#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "canonical.hpp"

namespace differential {

namespace {

using Options = std::set<std::string>;

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(mark, at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// A target may be mounted twice; then both stay, in a fixed order.
void put(const std::string& target, const Places& places, const Options& options, Fields& fields) {
  std::string text;
  for (const std::string& option : options) text += option + " ";
  const std::string clean = target.starts_with('/') ? absolute_path(target, places) : target;
  std::string& field = fields["mount " + clean];
  std::multiset<std::string> all;
  for (const std::string& part : split(field, '|')) {
    if (!part.empty()) all.insert(part);
  }
  all.insert(text);
  field.clear();
  for (const std::string& part : all) field += part + "|";
}

bool is_host_path(const std::string& source) {
  return source.starts_with('/') || source.starts_with('.') || source.starts_with('~');
}

void put_bind(const std::string& text, const Places& places, Fields& fields) {
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) {
    fields["bind " + text] = "(not readable)";
    return;
  }
  Options options;
  if (is_host_path(parts[0])) {
    options = {"type=bind", "source=" + absolute_path(parts[0], places)};
  } else {
    options = {"type=volume", "source=" + parts[0]};
  }
  if (parts.size() == 3) {
    static const std::set<std::string> meaningless{"rw", "cached", "consistent", "delegated", "default", ""};
    static const std::set<std::string> propagation{"shared", "rshared", "slave", "rslave", "private", "rprivate"};
    for (const std::string& mode : split(parts[2], ',')) {
      if (propagation.contains(mode)) {
        options.insert("propagation=" + mode);
      } else if (!meaningless.contains(mode)) {
        options.insert(mode);
      }
    }
  }
  put(parts[1], places, options, fields);
}

/// `64m` and `67108864` are one size to the kernel.
std::string size_in_bytes(const std::string& text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return text;
  const std::string unit(read.ptr, text.data() + text.size());
  if (unit == "k" || unit == "K") return std::to_string(value << 10);
  if (unit == "m" || unit == "M") return std::to_string(value << 20);
  if (unit == "g" || unit == "G") return std::to_string(value << 30);
  return unit.empty() ? std::to_string(value) : text;
}

void put_tmpfs(const std::string& target, const std::string& text, const Places& places, Fields& fields) {
  Options options{"type=tmpfs"};
  for (const std::string& option : split(text, ',')) {
    if (option.empty() || option == "rw") continue;
    if (option.starts_with("size=")) {
      options.insert("size=" + size_in_bytes(option.substr(5)));
    } else if (option.starts_with("mode=")) {
      options.insert("mode=" + option.substr(std::min(option.find_first_not_of('0', 5), option.size())));
    } else {
      options.insert(option);
    }
  }
  put(target, places, options, fields);
}

std::string member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

/// Every member of a mount object is an option; those with names of their own are put as the other forms say them.
void put_mount(json::object mount, const Places& places, Fields& fields) {
  const std::string type = member(mount, "Type");
  const std::string target = member(mount, "Target");
  const std::string source = member(mount, "Source");
  mount.erase("Type");
  mount.erase("Target");
  mount.erase("Source");
  mount.erase("Consistency");
  Options options{"type=" + type};
  if (!source.empty()) options.insert("source=" + (type == "bind" ? absolute_path(source, places) : source));
  Fields rest;
  put_fields("", pruned(mount), rest);
  for (const auto& [name, value] : rest) {
    if (name == ".ReadOnly") {
      options.insert("ro");
    } else if (name == ".BindOptions.Propagation") {
      options.insert("propagation=" + value);
    } else if (name == ".BindOptions.CreateMountpoint") {
      // Not compared: skillrun refuses what is missing and never asks an engine to make it.
    } else if (name == ".VolumeOptions.NoCopy") {
      options.insert("nocopy");
    } else if (name == ".TmpfsOptions.SizeBytes") {
      options.insert("size=" + value);
    } else if (name == ".TmpfsOptions.Mode") {
      options.insert(fmt::format("mode={:o}", std::stoul(value)));
    } else {
      options.insert(name + "=" + value);
    }
  }
  put(target, places, options, fields);
}

}  // namespace

void put_canonical_mounts(const json::object& request, const Places& places, Fields& fields) {
  static const json::object none;
  const json::value* found = request.if_contains("HostConfig");
  const json::object& host = found != nullptr && found->is_object() ? found->as_object() : none;
  if (const json::value* binds = host.if_contains("Binds"); binds != nullptr && binds->is_array()) {
    for (const json::value& bind : binds->as_array()) put_bind(std::string(bind.as_string()), places, fields);
  }
  if (const json::value* mounts = host.if_contains("Mounts"); mounts != nullptr && mounts->is_array()) {
    for (const json::value& mount : mounts->as_array()) put_mount(mount.as_object(), places, fields);
  }
  if (const json::value* tmpfs = host.if_contains("Tmpfs"); tmpfs != nullptr && tmpfs->is_object()) {
    for (const auto& entry : tmpfs->as_object()) {
      put_tmpfs(std::string(entry.key()), std::string(entry.value().as_string()), places, fields);
    }
  }
  if (const json::value* volumes = request.if_contains("Volumes"); volumes != nullptr && volumes->is_object()) {
    for (const auto& entry : volumes->as_object()) put(std::string(entry.key()), places, {"type=volume"}, fields);
  }
}

}  // namespace differential
