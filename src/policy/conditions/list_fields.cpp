#include <algorithm>
#include <vector>

#include "spec/schema.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using enum FieldType;

template <auto list, auto member>
FieldValue part_of(const Spec& spec, std::size_t index) {
  return to_field((spec.*list)[index].value.*member);
}

/// The same where an empty text means that the part is not there.
template <auto list, auto member>
FieldValue optional_part(const Spec& spec, std::size_t index) {
  return optional_text((spec.*list)[index].value.*member);
}

/// The value of the last entry of that key.
template <auto list, auto member>
FieldValue entry_of(const Spec& spec, std::size_t index, std::string_view key) {
  const std::vector<KeyValue>& entries = (spec.*list)[index].value.*member;
  const auto found = std::ranges::find(entries.rbegin(), entries.rend(), key, &KeyValue::key);
  return found == entries.rend() ? FieldValue() : to_field(found->value);
}

template <auto list>
constexpr ElementField weights[] = {{"path", text, part_of<list, &DeviceRate::path>},
                                    {"rate", number, part_of<list, &DeviceRate::rate>}};

template <auto list>
constexpr ElementField bytes[] = {{"path", text, part_of<list, &DeviceRate::path>},
                                  {"rate", size, part_of<list, &DeviceRate::rate>}};

/// A value that is copied from the caller's environment is the caller's own business.
FieldValue environment_value(const Spec& spec, std::size_t index) {
  const EnvironmentEntry& entry = spec.env[index].value;
  return entry.from_caller || !entry.value ? FieldValue() : FieldValue(std::string_view(*entry.value));
}

/// The permissions as a number of the digits that a manifest has: "1777" is 1777.
FieldValue tmpfs_mode(const Spec& spec, std::size_t index) {
  const auto& mode = spec.mounts[index].value.tmpfs_mode;
  if (!mode) return {};
  std::int64_t digits = 0;
  for (std::int64_t rest = *mode, place = 1; rest != 0; rest /= 8, place *= 10) digits += rest % 8 * place;
  return digits;
}

constexpr ElementField environment[] = {{"name", text, part_of<&Spec::env, &EnvironmentEntry::name>},
                                        {"value", text, environment_value},
                                        {"from_caller", boolean, part_of<&Spec::env, &EnvironmentEntry::from_caller>}};
constexpr ElementField devices[] = {{"host", text, part_of<&Spec::devices, &Device::host>},
                                    {"container", text, part_of<&Spec::devices, &Device::container>},
                                    {"permissions", text, part_of<&Spec::devices, &Device::permissions>}};
constexpr ElementField mounts[] = {
    {"type", text, part_of<&Spec::mounts, &Mount::type>},
    {"source", text, optional_part<&Spec::mounts, &Mount::source>},
    {"target", text, part_of<&Spec::mounts, &Mount::target>},
    {"read_only", boolean, part_of<&Spec::mounts, &Mount::read_only>},
    {"propagation", text, part_of<&Spec::mounts, &Mount::propagation>},
    {"recursive", text, part_of<&Spec::mounts, &Mount::recursion>},
    {"relabel", text, part_of<&Spec::mounts, &Mount::relabel>},
    {"create_source", boolean, part_of<&Spec::mounts, &Mount::create_source>},
    {"caller_workdir", boolean, part_of<&Spec::mounts, &Mount::caller_workdir>},
    {"nocopy", boolean, part_of<&Spec::mounts, &Mount::nocopy>},
    {"subpath", text, optional_part<&Spec::mounts, &Mount::subpath>},
    {"size", size, part_of<&Spec::mounts, &Mount::tmpfs_size>},
    {"mode", number, tmpfs_mode},
    {"options", text, optional_part<&Spec::mounts, &Mount::tmpfs_options>},
    {"driver", text, optional_part<&Spec::mounts, &Mount::driver>},
    {"driver_options", text, nullptr, entry_of<&Spec::mounts, &Mount::driver_options>},
    {"labels", text, nullptr, entry_of<&Spec::mounts, &Mount::labels>},
};
constexpr ElementField ports[] = {{"host_ip", text, optional_part<&Spec::ports, &PortMapping::host_ip>},
                                  {"host_port", number, part_of<&Spec::ports, &PortMapping::host_port>},
                                  {"container_port", number, part_of<&Spec::ports, &PortMapping::container_port>},
                                  {"protocol", text, part_of<&Spec::ports, &PortMapping::protocol>}};
constexpr ElementField hosts[] = {{"host", text, part_of<&Spec::extra_hosts, &ExtraHost::host>},
                                  {"address", text, part_of<&Spec::extra_hosts, &ExtraHost::address>}};
constexpr ElementField links[] = {{"container", text, part_of<&Spec::links, &Link::container>},
                                  {"alias", text, part_of<&Spec::links, &Link::alias>}};
constexpr ElementField ulimits[] = {{"name", text, part_of<&Spec::ulimits, &Ulimit::name>},
                                    {"soft", number, part_of<&Spec::ulimits, &Ulimit::soft>},
                                    {"hard", number, part_of<&Spec::ulimits, &Ulimit::hard>}};

// Lists within a setting. Each is found by a function that gives null where there is none.

template <auto find>
constexpr ElementField inner_whole[] = {
    {"", text, [](const Spec& spec, std::size_t index) { return to_field((*find(spec))[index]); }}};

template <auto find>
constexpr ElementField inner_entries[] = {
    {"key", text, [](const Spec& spec, std::size_t index) { return to_field((*find(spec))[index].key); }},
    {"value", text, [](const Spec& spec, std::size_t index) { return to_field((*find(spec))[index].value); }}};

template <auto setting, auto find>
constexpr ListField inner(std::string_view name, std::span<const ElementField> parts, int key = -1, int value = -1) {
  return {.name = name,
          .parts = parts,
          .size = [](const Spec& spec) { return find(spec) == nullptr ? std::size_t{0} : find(spec)->size(); },
          .origin = [](const Spec& spec, std::size_t) -> const Origin& { return (spec.*setting)->origin; },
          .key = key,
          .value = value};
}

const std::vector<std::string>* packages_of(const Spec& spec) {
  return spec.build && spec.build->value.packages ? &spec.build->value.packages->include : nullptr;
}

const SettingList<KeyValue>* build_args_of(const Spec& spec) {
  return spec.build && spec.build->value.context ? &spec.build->value.context->args : nullptr;
}

template <auto member>
FieldValue build_arg_part(const Spec& spec, std::size_t index) {
  return to_field((*build_args_of(spec))[index].value.*member);
}

constexpr ElementField build_arg[] = {{"key", text, build_arg_part<&KeyValue::key>},
                                      {"value", text, build_arg_part<&KeyValue::value>}};

constexpr ListField build_args = {
    .name = "build.args",
    .parts = build_arg,
    .size =
        [](const Spec& spec) { return build_args_of(spec) == nullptr ? std::size_t{0} : build_args_of(spec)->size(); },
    .origin = [](const Spec& spec, std::size_t index) -> const Origin& { return (*build_args_of(spec))[index].origin; },
    .key = 0,
    .value = 1};

template <auto member>
auto gpus_part(const Spec& spec) {
  return spec.gpus ? &(spec.gpus->value.*member) : nullptr;
}

constexpr auto gpu_devices = gpus_part<&GpuRequest::device_ids>;
constexpr auto gpu_capabilities = gpus_part<&GpuRequest::capabilities>;
constexpr auto gpu_options = gpus_part<&GpuRequest::options>;

/// Lists whose elements are made of several parts, and lists within a setting.
constexpr ListField composite_lists[] = {
    build_args,
    inner<&Spec::build, packages_of>("build.packages.include", inner_whole<packages_of>),
    list_field<&Spec::env>("env", environment, 0, 1),
    list_field<&Spec::devices>("devices", devices),
    inner<&Spec::gpus, gpu_devices>("gpus.devices", inner_whole<gpu_devices>),
    inner<&Spec::gpus, gpu_capabilities>("gpus.capabilities", inner_whole<gpu_capabilities>),
    inner<&Spec::gpus, gpu_options>("gpus.options", inner_entries<gpu_options>, 0, 1),
    list_field<&Spec::mounts>("mounts", mounts),
    list_field<&Spec::links>("links", links),
    list_field<&Spec::ports>("ports", ports),
    list_field<&Spec::extra_hosts>("extra_hosts", hosts),
    list_field<&Spec::ulimits>("ulimits", ulimits, 0, 1),
    list_field<&Spec::blkio_weight_devices>("blkio_weight_devices", weights<&Spec::blkio_weight_devices>),
    list_field<&Spec::device_read_bps>("device_read_bps", bytes<&Spec::device_read_bps>),
    list_field<&Spec::device_read_iops>("device_read_iops", weights<&Spec::device_read_iops>),
    list_field<&Spec::device_write_bps>("device_write_bps", bytes<&Spec::device_write_bps>),
    list_field<&Spec::device_write_iops>("device_write_iops", weights<&Spec::device_write_iops>),
};

}  // namespace

std::span<const ListField> list_fields() {
  static const std::vector<ListField> fields = [] {
    std::vector<ListField> all(std::begin(composite_lists), std::end(composite_lists));
    for (const SettingRow& row : schema()) {
      if (!row.member.list.name.empty()) all.push_back(row.member.list);
    }
    return all;
  }();
  return fields;
}

}  // namespace skillrun::inline v0
