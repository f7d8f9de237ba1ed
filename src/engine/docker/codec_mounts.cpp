// What it sees of the host.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "engine/docker/codec.hpp"
#include "engine/docker/mount_objects.hpp"
#include "engine/docker/mount_words.hpp"
#include "engine/source_alias.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;
using Spec = ContainerSpec;

void write_mounts(const ApiPlace& /*place*/, const Spec& spec, CreateRequest& request) {
  put_mounts(request.host, spec.mounts, request.dialect.podman);
}

void mount_words(const Spec& spec, ClientWords& words) {
  for (const auto& entry : spec.mounts) {
    if (auto word = mount_word(entry.value, words.dialect)) words.flags.push_back(std::move(*word));
  }
}

/// What the program or the API of podman makes of a mount that it cannot be told.
bool uses_volume_driver(const Mount& mount) {
  return !mount.driver.empty() || !mount.driver_options.empty() || !mount.labels.empty() ||
         mount.recursion != BindRecursion::unset;
}

void api_mount_gaps(const Setting<Mount>& entry, const Dialect& dialect, GapSink& gaps) {
  const Mount& mount = entry.value;
  const auto differs = [&](std::string reason) { gaps.differs(entry.origin, std::move(reason)); };
  const bool fine_recursion = mount.recursion == BindRecursion::writable || mount.recursion == BindRecursion::readonly;
  if (fine_recursion && !dialect.knows(44)) differs("this recursion of a bind needs an engine of API 1.44");
  if (!mount.subpath.empty()) {
    if (mount.type != MountType::volume) differs("only a volume can have a subpath");
    if (dialect.podman) differs("podman's API ignores subpath");
    if (!dialect.knows(45)) differs("a subpath needs an engine of API 1.45 (docker 26)");
  }
  if (mount.type == MountType::tmpfs) return;
  if (needs_bind_syntax(mount, dialect.podman)) {
    if (mount.recursion != BindRecursion::unset) {
      differs(fmt::format("the recursion of a bind cannot be combined with making or relabelling '{}'", mount.source));
    }
    if (mount.source.contains(':') || mount.target.contains(':')) {
      differs(
          fmt::format("a path with ':' cannot be mounted like this: '{}' to '{}'; use a mounts table without "
                      "relabelling",
                      mount.source, mount.target));
    }
  } else if (dialect.podman && (mount.source + mount.target).find_first_of(",\"\r\n") != std::string::npos) {
    // podman turns a mount of the API into the text of a --mount option, without quoting it.
    differs(fmt::format("podman's API reads a comma or quote in a path as a mount option: '{}' to '{}'", mount.source,
                        mount.target));
  }
}

void mount_gaps(const Spec& spec, const Dialect& dialect, GapSink& gaps) {
  std::set<std::string_view> targets;
  for (const auto& entry : spec.mounts) {
    if (!targets.insert(entry.value.target).second) {
      gaps.differs(entry.origin, fmt::format("two mounts have the target '{}'", entry.value.target));
    }
    if (dialect.podman && uses_volume_driver(entry.value)) {
      gaps.differs(entry.origin, "skillrun does not hand drivers, labels and recursion to podman; use docker");
    }
    if (!dialect.client) {
      api_mount_gaps(entry, dialect, gaps);
    } else if (const auto word = mount_word(entry.value, dialect); !word) {
      gaps.differs(entry.origin, word.error());
    }
  }
}

std::optional<Propagation> propagation_of(std::string_view text) {
  for (const auto one : {Propagation::unset, Propagation::private_, Propagation::rprivate, Propagation::shared,
                         Propagation::rshared, Propagation::slave, Propagation::rslave}) {
    if (text == to_string(one)) return one;
  }
  return std::nullopt;
}

/// The name that the spec has for a source: engines are told of some under another one, and docker's virtual machines
/// show the host's files below a folder of their own.
std::string own_source(const AskedContainer& asked, const std::string& target, std::string source) {
  constexpr std::string_view machine = "/host_mnt";
  for (const auto& entry : asked.spec.mounts) {
    const Mount& mount = entry.value;
    if (mount.type != MountType::bind || mount.target != target) continue;
    const std::string& handed = handed_source(mount.source, asked.aliases);
    if (source == handed || (source.starts_with(machine) && source.substr(machine.size()) == handed)) {
      return mount.source;
    }
  }
  return source;
}

/// podman's API keeps these writable in a read-only root; they show nothing of the host.
bool is_scratch_of_podman(const InspectAnswer& answer, const std::string& target) {
  constexpr std::array scratch{"/run"sv, "/tmp"sv, "/var/tmp"sv};
  const bool asked_for =
      std::ranges::any_of(answer.asked.spec.mounts, [&](const auto& entry) { return entry.value.target == target; });
  return answer.dialect.podman && !asked_for && answer.host.flag("ReadonlyRootfs") &&
         std::ranges::find(scratch, target) != scratch.end();
}

void read_mount(const TypedAnswer& told, const InspectAnswer& answer, ObservedContainer& made) {
  const std::string type = told.text("Type");
  const std::string propagation = told.text("Propagation");
  Mount mount;
  mount.target = told.text("Destination");
  mount.read_only = told.flag_if_present("RW") == false;  // nobody said so: it is not
  const auto read_propagation = propagation_of(propagation);
  if (type == "bind") {
    mount.source = own_source(answer.asked, mount.target, told.text("Source"));
  } else if (type == "volume") {
    mount.type = MountType::volume;
    mount.source = told.text("Name");
    mount.driver = told.text("Driver");
  } else if (type == "tmpfs") {
    if (is_scratch_of_podman(answer, mount.target)) return;
    mount.type = MountType::tmpfs;
  } else {
    made.foreign.push_back({"mounts", fmt::format("{} {} at {}", type, told.text("Source"), mount.target)});
    return;
  }
  if (!read_propagation) {
    made.foreign.push_back({"mounts", fmt::format("{} at {}, propagation {}", type, mount.target, propagation)});
    return;
  }
  mount.propagation = *read_propagation;
  made.spec.mounts.push_back({std::move(mount), Origin()});
}

template <class Number>
std::optional<Number> number_of(std::string_view text, int base) {
  Number number{};
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || stopped != text.data() + text.size()) return std::nullopt;
  return number;
}

/// From the text of its options; what is not understood stays text.
Mount read_tmpfs(std::string target, std::string_view options) {
  Mount mount;
  mount.type = MountType::tmpfs;
  mount.target = std::move(target);
  for (const std::string_view option : split(options, ',')) {
    if (option == "ro") mount.read_only = true;
    if (option.starts_with("size=")) mount.tmpfs_size = number_of<std::int64_t>(option.substr(5), 10);
    if (option.starts_with("mode=")) mount.tmpfs_mode = number_of<std::uint32_t>(option.substr(5), 8);
  }
  mount.tmpfs_options = options;
  return mount;
}

void read_mounts(const ApiPlace& /*place*/, const InspectAnswer& answer, ObservedContainer& made) {
  for (const TypedAnswer& mount : answer.document.objects("Mounts")) read_mount(mount, answer, made);
  const auto tmpfs = answer.host.object("Tmpfs");
  for (const std::string& target : answer.host.names("Tmpfs")) {
    if (is_scratch_of_podman(answer, target)) continue;
    made.spec.mounts.push_back({read_tmpfs(target, tmpfs->text(target)), Origin()});
  }
}

constexpr CodecRow mount_rows[] = {
    {.setting = "mounts",
     .write = write_mounts,
     .read = read_mounts,
     .receive = receive_mounts,
     .words = mount_words,
     .gaps = mount_gaps},
    same<&Spec::volume_driver>("volume_driver", host("VolumeDriver")).not_for_podman(),
    same<&Spec::volumes_from>("volumes_from", host("VolumesFrom")),
    same<&Spec::storage_options>("storage_options", host("StorageOpt")).not_for_podman(),
};

}  // namespace

std::span<const CodecRow> mount_codec() { return mount_rows; }

}  // namespace skillrun::inline v0
