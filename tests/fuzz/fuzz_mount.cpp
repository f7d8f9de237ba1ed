// The first byte chooses the spelling: volume, --mount or tmpfs. A mount that parses is clean, absolute and complete.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <string>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_clean(const std::string& path) { return path.starts_with('/') && skillrun::clean_path(path) == path; }

void check(const skillrun::Mount& mount) {
  using skillrun::MountType;
  require(is_clean(mount.target) && mount.target != "/");
  require(mount.target.find('\0') == std::string::npos && mount.source.find('\0') == std::string::npos);
  switch (mount.type) {
    case MountType::bind:
      require(is_clean(mount.source));
      require(!mount.nocopy && mount.subpath.empty());
      break;
    case MountType::volume:
      require(mount.source.find('/') == std::string::npos && !mount.create_source);
      require(mount.relabel == skillrun::Relabel::none && mount.propagation == skillrun::Propagation::unset);
      require(mount.subpath.empty() || is_clean('/' + mount.subpath));
      break;
    case MountType::tmpfs:
      require(mount.source.empty() && mount.tmpfs_size.value_or(0) >= 0 && mount.tmpfs_mode.value_or(0) <= 07777);
      break;
  }
}

std::expected<skillrun::Mount, skillrun::ParseError> parse(char spelling, const std::string& text) {
  const skillrun::PathContext paths{"/srv/skills", "/home/me"};
  switch (spelling) {
    case 'v': return skillrun::parse_volume(text, paths);
    case 'm': return skillrun::parse_mount(text, paths);
    default: return skillrun::parse_tmpfs(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto mount = parse(static_cast<char>(data[0]), std::string(data + 1, data + size));
  if (mount) {
    check(*mount);
  } else {
    require(!mount.error().message.empty());
  }
  return 0;
}
