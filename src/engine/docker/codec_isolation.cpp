// What it may do, and what separates it from the host and from its neighbours.
#include <algorithm>

#include <skillrun/parsing.hpp>

#include "engine/docker/codec.hpp"
#include "policy/rules/support/seccomp_profile.hpp"
#include "spec/csv.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

constexpr std::string_view unconfined_paths = "systempaths=unconfined";
constexpr std::string_view unprivileged_word = "no-new-privileges";

/// podman's default would leave /tmp, /run and /var/tmp writable.
void rootfs_words(const Spec& spec, ClientWords& words) {
  if (!spec.readonly_rootfs) return;
  const bool wanted = spec.readonly_rootfs->value;
  words.add("read-only", wanted ? "true" : "false");
  if (words.dialect.podman && wanted) words.add("read-only-tmpfs", "false");
}

std::vector<std::string> capabilities(std::vector<std::string> names) {
  for (std::string& name : names) {
    if (name.starts_with("CAP_")) name.erase(0, 4);
  }
  return names;
}

template <SettingList<std::string> Spec::* list>
void read_capabilities(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  for (std::string& name : capabilities(place.in(answer).texts(place.key))) {
    (made.spec.*list).push_back({std::move(name), Origin()});
  }
}

void read_added_capabilities(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  read_capabilities<&Spec::cap_add>(place, answer, made);
  if (auto bounding = answer.document.texts_if_present("BoundingCaps")) {
    made.bounding_capabilities = capabilities(std::move(*bounding));
  }
}

void no_new_privileges_words(const Spec& spec, ClientWords& words) {
  if (!spec.no_new_privileges) return;
  const bool wanted = spec.no_new_privileges->value;
  if (!words.dialect.podman) {
    words.add("security-opt", wanted ? "no-new-privileges=true" : "no-new-privileges=false");
  } else if (wanted) {
    words.add("security-opt", unprivileged_word);
  }
}

/// systempaths=unconfined is a word of docker's command line: the API has the two lists instead.
void write_security_options(const ApiPlace& place, const Spec& spec, CreateRequest& request) {
  json::array options;
  if (spec.no_new_privileges) {
    options.emplace_back(spec.no_new_privileges->value ? "no-new-privileges" : "no-new-privileges=false");
  }
  for (const auto& entry : spec.security_opt) {
    if (entry.value == unconfined_paths) {
      request.host["MaskedPaths"] = json::array();
      request.host["ReadonlyPaths"] = json::array();
    } else {
      options.emplace_back(entry.value);
    }
  }
  if (!options.empty()) place.in(request)[place.key] = std::move(options);
}

void read_security_options(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  for (std::string& option : place.in(answer).texts(place.key)) {
    if (!option.starts_with(unprivileged_word)) {
      made.spec.security_opt.push_back({std::move(option), Origin()});
    } else if (option == unprivileged_word || option == "no-new-privileges=true" ||
               option == "no-new-privileges:true") {
      made.spec.no_new_privileges = Setting{true, Origin()};
    }
  }
  made.apparmor_profile = answer.document.text("AppArmorProfile");
  if (answer.dialect.podman) return;
  made.masked_paths = answer.host.texts("MaskedPaths");
  made.readonly_paths = answer.host.texts("ReadonlyPaths");
}

bool is_builtin_profile(std::string_view option) { return option == "seccomp=builtin" || option == "seccomp:builtin"; }

void security_option_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  for (const auto& entry : spec.security_opt) {
    const std::string& option = entry.value;
    if (dialect.podman && !dialect.client && option == unconfined_paths) {
      gaps.lacks(entry.origin, "podman's API ignores it");
    }
    if (const auto profile = seccomp_profile(option)) {
      if (dialect.client) {
        gaps.differs(entry.origin,
                     "a seccomp profile is handed to docker's socket only, not to a client, which reads "
                     "it from a file that may have changed since it was judged");
      } else if (!is_profile_text(*profile)) {
        gaps.differs(entry.origin, fmt::format("the seccomp profile of '{}' was not read", option));
      } else if (dialect.podman) {
        gaps.differs(entry.origin, "podman reads a seccomp profile from a file of its own machine");
      }
    } else if (is_builtin_profile(option) && (dialect.podman || !dialect.knows(42))) {
      gaps.differs(entry.origin, fmt::format("'{}' is the name of a file to this engine; its own profile applies "
                                             "without the option",
                                             option));
    }
  }
}

/// podman does not tell them.
void read_sysctls(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  if (answer.dialect.podman) {
    made.untold.emplace_back("sysctls");
  } else {
    codec_detail::read<&Spec::sysctls>(place, answer, made);
  }
}

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

/// podman's "Runtime" is always "oci".
void read_runtime(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  std::string runtime = answer.dialect.podman ? answer.document.text("OCIRuntime") : place.in(answer).text(place.key);
  if (!runtime.empty()) made.spec.runtime = Setting{std::move(runtime), Origin()};
}

/// podman keeps how it was called in annotations of its own, and takes over the image's. Of those only the standard
/// ones, which describe the image, say nothing to an OCI runtime.
bool is_of_podman(std::string_view name) {
  return name.starts_with("io.podman.annotations.") || name.starts_with("org.opencontainers.image.") ||
         name == "io.kubernetes.cri-o.TTY" || name == "io.container.manager";
}

void read_annotations(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const bool podman = answer.dialect.podman;
  for (const auto& [key, value] : (podman ? answer.top : place.in(answer)).pairs(place.key)) {
    if (!podman || !is_of_podman(key)) made.spec.annotations.push_back({KeyValue{key, value}, Origin()});
  }
}

/// The namespace that was asked for, where the engine says it in its own words.
bool says_as_asked(const NamespaceSetting& asked, const std::string& text) {
  constexpr std::string_view container = "container:";
  switch (asked.mode) {
    case NamespaceMode::private_: return text.empty() || text == "private";
    case NamespaceMode::container:  // engines write the id where a name was given
      return text.starts_with(container) && is_hex_id(std::string_view(text).substr(container.size()));
    default: return false;
  }
}

template <OptionalSetting<NamespaceSetting> Spec::* setting>
void observe_namespace(NamespaceKind kind, std::string_view name, const std::string& text, const InspectAnswer& answer,
                       ObservedContainer& made) {
  const auto& asked = answer.asked.spec.*setting;
  if (asked && says_as_asked(asked->value, text)) {
    made.spec.*setting = Setting{asked->value, Origin()};
  } else if (text != "private") {
    observe_parsed<setting>(made, name, text, [kind](const std::string& word) { return parse_namespace(kind, word); });
  }
}

/// A pod shares the namespaces of its other containers.
void read_pid(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  observe_namespace<&Spec::pid_mode>(NamespaceKind::pid, "pid_mode", place.in(answer).text(place.key), answer, made);
  if (const std::string pod = answer.document.text("Pod"); !pod.empty()) {
    made.foreign.push_back({"pid_mode", fmt::format("pod {}", pod)});
  }
}

/// podman calls a private one shareable too.
void read_ipc(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  std::string text = place.in(answer).text(place.key);
  const auto& asked = answer.asked.spec.ipc_mode;
  if (answer.dialect.podman && text == "shareable" && asked && asked->value.mode == NamespaceMode::private_) {
    text = "private";
  }
  observe_namespace<&Spec::ipc_mode>(NamespaceKind::ipc, "ipc_mode", text, answer, made);
}

void read_uts(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  observe_namespace<&Spec::uts_mode>(NamespaceKind::uts, "uts_mode", place.in(answer).text(place.key), answer, made);
}

/// keep-id gives the caller's own number on rootless podman. An engine that does not use user namespaces, as podman of
/// root does, answers nothing for the host's.
void read_userns(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  const Spec& asked = answer.asked.spec;
  std::string text = place.in(answer).text(place.key);
  const bool as_host = asked.userns_mode && asked.userns_mode->value.mode == NamespaceMode::host;
  if (text.empty() && as_host) text = "host";
  if (answer.dialect.podman && asked.user && asked.user->value.host && text.starts_with("keep-id")) text = "private";
  observe_namespace<&Spec::userns_mode>(NamespaceKind::user, "userns_mode", text, answer, made);
}

void read_cgroupns(const ApiPlace& place, const InspectAnswer& answer, ObservedContainer& made) {
  observe_namespace<&Spec::cgroupns_mode>(NamespaceKind::cgroup, "cgroupns_mode",
                                          answer.host.text(answer.dialect.podman ? "CgroupMode" : place.key), answer,
                                          made);
}

template <OptionalSetting<NamespaceSetting> Spec::* setting>
void namespace_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  const auto& wanted = spec.*setting;
  if (wanted && !dialect.podman && wanted->value.mode == NamespaceMode::path) {
    gaps.differs(wanted->origin, "only podman joins a namespace by its path");
  }
}

void cgroupns_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  namespace_gaps<&Spec::cgroupns_mode>(spec, dialect, gaps);
  if (spec.cgroupns_mode && dialect.podman && !dialect.client) {
    gaps.lacks(spec.cgroupns_mode->origin,
               "podman's API ignores it; use the podman program (--engine cli:podman) or docker");
  }
}

constexpr CodecRow isolation_rows[] = {
    same<&Spec::privileged>("privileged", host("Privileged")),
    same<&Spec::readonly_rootfs>("readonly_rootfs", host("ReadonlyRootfs")).with_words(rootfs_words),
    same<&Spec::cap_add>("cap_add", host("CapAdd")).with_read(read_added_capabilities),
    same<&Spec::cap_drop>("cap_drop", host("CapDrop")).with_read(read_capabilities<&Spec::cap_drop>),
    // It is one of the security options to the API.
    {.setting = "no_new_privileges", .words = no_new_privileges_words},
    {.setting = "security_opt",
     .place = host("SecurityOpt"),
     .write = write_security_options,
     .read = read_security_options,
     .receive = receive_security_options,
     .gaps = security_option_gaps},
    same<&Spec::sysctls>("sysctls", host("Sysctls")).with_read(read_sysctls),
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
    same<&Spec::runtime>("runtime", host("Runtime")).with_read(read_runtime).not_for_podman(),
    same<&Spec::isolation>("isolation", host("Isolation")).not_for_podman(),
    same<&Spec::cgroup_parent>("cgroup_parent", host("CgroupParent")),
    same<&Spec::annotations>("annotations", host("Annotations"))
        .with_read(read_annotations)
        .since_api(43)
        .not_for_podman(),
    same<&Spec::pid_mode>("pid_mode", host("PidMode")).with_read(read_pid).with_gaps(namespace_gaps<&Spec::pid_mode>),
    same<&Spec::ipc_mode>("ipc_mode", host("IpcMode")).with_read(read_ipc).with_gaps(namespace_gaps<&Spec::ipc_mode>),
    same<&Spec::uts_mode>("uts_mode", host("UTSMode")).with_read(read_uts).with_gaps(namespace_gaps<&Spec::uts_mode>),
    same<&Spec::userns_mode>("userns_mode", host("UsernsMode"))
        .with_read(read_userns)
        .with_gaps(namespace_gaps<&Spec::userns_mode>),
    same<&Spec::cgroupns_mode>("cgroupns_mode", host("CgroupnsMode")).with_read(read_cgroupns).with_gaps(cgroupns_gaps),
};

}  // namespace

std::span<const CodecRow> isolation_codec() { return isolation_rows; }

}  // namespace skillrun::inline v0
