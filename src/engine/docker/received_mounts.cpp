// What a request wants to see of the host. Each of its four spellings is read by the parser of the flag that says the
// same, so that all have one meaning and one set of checks.
#include "engine/docker/codec.hpp"
#include "engine/docker/received_settings.hpp"
#include "spec/csv.hpp"
#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

/// The fields of --mount that say what an object of Mounts says.
class MountRecord {
 public:
  explicit MountRecord(const ReceivedObject& mount) : mount_(mount) {}

  std::string read() {
    put("type", mount_.text("Type"));
    put("source", mount_.text("Source"));
    put("target", mount_.text("Target"));
    put_switch("readonly", mount_.flag("ReadOnly"));
    put("consistency", mount_.text("Consistency"));
    if (const auto bind = mount_.object("BindOptions")) read_bind(*bind);
    if (const auto volume = mount_.object("VolumeOptions")) read_volume(*volume);
    if (const auto tmpfs = mount_.object("TmpfsOptions")) read_tmpfs(*tmpfs);
    mount_.nothing("ImageOptions", "images are not mounted");
    mount_.nothing("ClusterOptions", "volumes of a cluster are not mounted");
    return write_csv_record(fields_);
  }

 private:
  void put(std::string_view key, std::string_view value) {
    if (!value.empty()) fields_.push_back(fmt::format("{}={}", key, value));
  }
  void put_switch(std::string_view key, bool on) {
    if (on) put(key, "true");
  }
  void put_pairs(std::string_view key, const std::optional<ReceivedObject>& pairs) {
    if (!pairs) return;
    for (const auto& [pair, origin] : pairs->pairs()) put(key, pair);
  }

  void read_bind(const ReceivedObject& bind) {
    put("bind-propagation", bind.text("Propagation"));
    put_switch("bind-create-src", bind.flag("CreateMountpoint"));
    if (bind.flag("NonRecursive")) put("bind-recursive", "disabled");
    if (bind.flag("ReadOnlyNonRecursive")) put("bind-recursive", "writable");
    if (bind.flag("ReadOnlyForceRecursive")) put("bind-recursive", "readonly");
  }

  void read_volume(const ReceivedObject& volume) {
    put_switch("volume-nocopy", volume.flag("NoCopy"));
    put("volume-subpath", volume.text("Subpath"));
    put_pairs("volume-label", volume.object("Labels"));
    const auto driver = volume.object("DriverConfig");
    if (!driver) return;
    put("volume-driver", driver->text("Name"));
    put_pairs("volume-opt", driver->object("Options"));
  }

  void read_tmpfs(const ReceivedObject& tmpfs) {
    constexpr std::int64_t all_bits = 07777;
    if (const auto size = tmpfs.member("SizeBytes")) {
      const auto bytes = size->number();
      if (bytes && (*bytes < 0 || *bytes > largest_exact_number)) {
        size->invalid(fmt::format("{} is not a size that can be kept exactly", *bytes), "send a number of bytes");
      } else if (bytes && *bytes != 0) {
        put("tmpfs-size", std::to_string(*bytes));
      }
    }
    if (const auto mode = tmpfs.member("Mode")) {
      const auto bits = mode->number();
      if (bits && (*bits < 0 || *bits > all_bits)) {
        mode->invalid(fmt::format("{} is not the mode of a folder", *bits), "send one from 0 to 4095 (07777 in octal)");
      } else if (bits && *bits != 0) {
        put("tmpfs-mode", fmt::format("{:o}", *bits));
      }
    }
    tmpfs.nothing("Options", "options of a tmpfs belong in Tmpfs");
  }

  const ReceivedObject& mount_;
  std::vector<std::string> fields_;
};

}  // namespace

void receive_mounts(const CodecRow& /*row*/, ReceivedRequest& request) {
  SpecBuilder& builder = request.builder;
  if (const auto binds = request.host.member("Binds")) {
    for (const auto& [text, origin] : binds->texts()) set_by_flag(builder, "volume", text, origin);
  }
  for (const ReceivedValue& entry : request.host.list("Mounts")) {
    const auto mount = entry.object();
    if (!mount) continue;
    if (mount->text("Type").empty()) entry.invalid("a mount without a type", "send Type as bind, volume or tmpfs");
    set_by_flag(builder, "mount", MountRecord(*mount).read(), entry.origin());
  }
  // Both texts have a colon between target and options, which must be the only one.
  const auto has_colon = [](const std::string& target, const ReceivedValue& value) {
    if (!target.contains(':')) return false;
    value.invalid(fmt::format("the target {} holds a colon", quoted(target)), "mount it with Mounts");
    return true;
  };
  if (const auto tmpfs = request.host.object("Tmpfs")) {
    for (const auto& [target, value] : tmpfs->members()) {
      const auto options = value.text();
      if (!options || has_colon(target, value)) continue;
      set_by_flag(builder, "tmpfs", options->empty() ? target : target + ":" + *options, value.origin());
    }
  }
  if (const auto volumes = request.top.object("Volumes")) {
    for (const auto& [target, value] : volumes->members()) {
      if (!value.object() || has_colon(target, value)) continue;
      set_by_flag(builder, "volume", target, value.origin());
    }
  }
}

}  // namespace skillrun::inline v0
