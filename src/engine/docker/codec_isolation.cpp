// What it may do.

#include "engine/docker/codec.hpp"
#include "policy/rules/support/seccomp_profile.hpp"

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
};

}  // namespace

std::span<const CodecRow> isolation_codec() { return isolation_rows; }

}  // namespace skillrun::inline v0
