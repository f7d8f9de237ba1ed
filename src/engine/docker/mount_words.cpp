#include "engine/docker/mount_words.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "spec/csv.hpp"

namespace skillrun::inline v0 {

namespace {

/// -v separates by colons and has no way to quote one.
bool has_colon(const Mount& mount) {
  return mount.source.find(':') != std::string::npos || mount.target.find(':') != std::string::npos;
}

using Word = std::expected<std::string, std::string>;

class MountWords {
 public:
  MountWords(const Mount& mount, const Dialect& dialect) : mount_(mount), dialect_(dialect) {}

  [[nodiscard]] Word word() const {
    switch (mount_.type) {
      case MountType::bind: return bind();
      case MountType::volume: return volume();
      case MountType::tmpfs: return tmpfs();
    }
    return refuse("its type is not known");
  }

 private:
  [[nodiscard]] Word refuse(std::string_view what) const {
    return std::unexpected(fmt::format("the mount at {}: {}", mount_.target, what));
  }

  [[nodiscard]] Word bind() const {
    if (!mount_.subpath.empty()) return refuse("a bind has no subpath");
    if (mount_.nocopy) return refuse("a bind has no nocopy");
    const bool short_only = mount_.relabel != Relabel::none;
    if (short_only && mount_.recursion != BindRecursion::unset) return refuse("recursion cannot be combined with this");
    if (short_only) return short_form();
    std::vector<std::string> fields{"type=bind", "source=" + mount_.source, "target=" + mount_.target};
    if (mount_.read_only) fields.emplace_back("ro=true");
    if (mount_.propagation != Propagation::unset) {
      fields.push_back(fmt::format("bind-propagation={}", to_string(mount_.propagation)));
    }
    if (mount_.recursion != BindRecursion::unset) {
      const bool newer = mount_.recursion != BindRecursion::disabled;
      if (newer && !dialect_.knows(44)) return refuse("this engine has no bind-recursive");
      fields.push_back(newer ? fmt::format("bind-recursive={}", to_string(mount_.recursion))
                             : "bind-nonrecursive=true");
    }
    return "--mount=" + write_csv_record(fields);
  }

  [[nodiscard]] Word volume() const {
    if (mount_.propagation != Propagation::unset) return refuse("a volume has no propagation");
    const bool needs_short_form = mount_.relabel != Relabel::none || (dialect_.podman && mount_.nocopy);
    if (needs_short_form && mount_.source.empty()) return refuse("an anonymous volume has no nocopy or relabelling");
    const bool has_driver = !mount_.driver.empty() || !mount_.driver_options.empty() || !mount_.labels.empty();
    if (needs_short_form && has_driver) return refuse("a volume driver cannot be combined with this");
    if (needs_short_form && !mount_.subpath.empty()) return refuse("a subpath cannot be combined with this");
    if (needs_short_form) return short_form();
    std::vector<std::string> fields{"type=volume"};
    if (!mount_.source.empty()) fields.push_back("source=" + mount_.source);
    fields.push_back("target=" + mount_.target);
    if (mount_.read_only) fields.emplace_back("ro=true");
    if (mount_.nocopy) fields.emplace_back("volume-nocopy=true");
    if (!mount_.driver.empty()) fields.push_back("volume-driver=" + mount_.driver);
    for (const KeyValue& option : mount_.driver_options) {
      fields.push_back(fmt::format("volume-opt={}={}", option.key, option.value));
    }
    for (const KeyValue& label : mount_.labels)
      fields.push_back(fmt::format("volume-label={}={}", label.key, label.value));
    if (!mount_.subpath.empty()) {
      if (dialect_.podman || !dialect_.knows(45)) return refuse("this engine has no volume subpaths");
      fields.push_back("volume-subpath=" + mount_.subpath);
    }
    return "--mount=" + write_csv_record(fields);
  }

  [[nodiscard]] Word short_form() const {
    if (has_colon(mount_)) return refuse("a path with a colon cannot be given with these options");
    std::vector<std::string> options;
    if (mount_.read_only) options.emplace_back("ro");
    if (mount_.relabel == Relabel::shared) options.emplace_back("z");
    if (mount_.relabel == Relabel::private_) options.emplace_back("Z");
    if (mount_.nocopy) options.emplace_back("nocopy");
    if (mount_.propagation != Propagation::unset) options.emplace_back(to_string(mount_.propagation));
    std::string text = fmt::format("--volume={}:{}", mount_.source, mount_.target);
    if (!options.empty()) text += fmt::format(":{}", fmt::join(options, ","));
    return text;
  }

  [[nodiscard]] Word tmpfs() const {
    if (mount_.target.find(':') != std::string::npos) return refuse("a path with a colon cannot be a tmpfs");
    if (mount_.relabel != Relabel::none || mount_.propagation != Propagation::unset || mount_.nocopy ||
        !mount_.subpath.empty()) {
      return refuse("a tmpfs has no propagation, relabelling, nocopy or subpath");
    }
    std::vector<std::string> options;
    if (mount_.read_only) options.emplace_back("ro");
    if (mount_.tmpfs_size) options.push_back(fmt::format("size={}", *mount_.tmpfs_size));
    if (mount_.tmpfs_mode) options.push_back(fmt::format("mode={:o}", *mount_.tmpfs_mode));
    if (!mount_.tmpfs_options.empty()) options.push_back(mount_.tmpfs_options);
    if (dialect_.podman) {
      // docker's defaults, which podman does not share; and it would copy the image's files in.
      const std::string given = fmt::format(",{},", fmt::join(options, ","));
      for (const auto& [yes, no] :
           {std::pair{"noexec", "exec"}, std::pair{"nosuid", "suid"}, std::pair{"nodev", "dev"}}) {
        const bool said = given.find(fmt::format(",{},", yes)) != std::string::npos ||
                          given.find(fmt::format(",{},", no)) != std::string::npos;
        if (!said) options.emplace_back(yes);
      }
      options.emplace_back("notmpcopyup");
    }
    std::string text = "--tmpfs=" + mount_.target;
    if (!options.empty()) text += fmt::format(":{}", fmt::join(options, ","));
    return text;
  }

  const Mount& mount_;
  const Dialect& dialect_;
};

}  // namespace

std::expected<std::string, std::string> mount_word(const Mount& mount, const Dialect& dialect) {
  return MountWords(mount, dialect).word();
}

}  // namespace skillrun::inline v0
