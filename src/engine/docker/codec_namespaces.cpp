// What runs it, and the namespaces that separate it from the host and from its neighbours.

#include <skillrun/parsing.hpp>

#include "engine/docker/codec.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

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

constexpr CodecRow namespace_rows[] = {
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

std::span<const CodecRow> namespace_codec() { return namespace_rows; }

}  // namespace skillrun::inline v0
