// Paths, volumes, mounts.
#include <vector>

#include <fmt/format.h>

#include "grammar.hpp"

namespace differential {

namespace {

std::string harmless_path(Random& random) {
  return random.pick({"/srv/data", "/data/in", "/opt/tool/share", "./x", "./sub/dir", "/tmp/work", "/mnt/a", "../x",
                      "/srv/a b", "/srv/\xC3\xA9", "/srv/data/", "/srv/./data", "~/x", "/etc/localtime"});
}

std::string dangerous_path(Random& random) {
  return random.pick({"/",
                      "/etc",
                      "//etc//",
                      "/tmp/../etc",
                      "/./root",
                      "/etc/shadow",
                      "/var/run/docker.sock",
                      "/run/docker.sock",
                      "/var/run",
                      "/run",
                      "/proc",
                      "/sys",
                      "/dev",
                      "/var/lib/docker",
                      "/root/.ssh",
                      "~/.ssh",
                      "~",
                      "~/",
                      "./../../../../etc",
                      "../../../",
                      "/run/containerd/containerd.sock",
                      "/run/podman/podman.sock",
                      "/usr",
                      "/boot",
                      "/var",
                      "/home",
                      "/home/tester",
                      "/home/other/.aws",
                      "/lib/modules",
                      "/var/log",
                      "/..",
                      "/.",
                      "//",
                      "/run/user/1000",
                      "/var/run/../run/docker.sock",
                      "/proc/1/root/etc",
                      "/ETC",
                      "/etcetera",
                      "/rootfs",
                      "/var/lib/kubelet",
                      "/srv/../etc"});
}

std::string odd_source(Random& random) {
  return random.pick({"",       ".",     "..",        "~root",       "~other/x",     "vol",     "my-volume",
                      "Vol_1",  "a/b",   "x/../y",    "-v",          "\xE2\x80\xA6", "a b",     "/a,b",
                      "\"/a\"", "C:\\x", "/a\\b",     "/a=b",        "${HOME}",      "$HOME/x", "/a\tb",
                      "v",      "0",     "/srv/a\"b", "file:///etc", "\\etc",        ".hidden", "...",
                      "./",     "/a:b"});
}

std::string mode(Random& random) {
  if (random.chance(70))
    return random.pick({"ro", "rw", "z", "Z", "nocopy", "ro,z", "rw,rslave", "ro,rprivate", "cached"});
  return random.pick({"",
                      "RO",
                      "ro,rw",
                      "ro,ro",
                      "z,Z",
                      "shared",
                      "rshared",
                      "slave",
                      "private",
                      "U",
                      "O",
                      "idmap",
                      "exec",
                      "ro,",
                      ",ro",
                      "ro ",
                      "delegated",
                      "consistent",
                      "bogus",
                      "rw,nocopy",
                      "rshared,ro",
                      "nocopy,ro",
                      "dev",
                      "noexec",
                      "rprivate,rslave",
                      "volume-nocopy",
                      "ro=true",
                      "readonly"});
}

std::string random_case(Random& random, std::string text) {
  if (!random.chance(12)) return text;
  for (char& byte : text) {
    if (byte >= 'a' && byte <= 'z' && random.chance(50)) byte = static_cast<char>(byte - 'a' + 'A');
  }
  return text;
}

std::string mount_option(Random& random, const std::string& type) {
  switch (random.below(9)) {
    case 0:
      return random.pick({"readonly", "ro", "readonly=true", "readonly=false", "ro=1", "ro=0", "readonly=", "ro=yes"});
    case 1:
      return "bind-propagation=" + random.pick({"rprivate", "rslave", "rshared", "SHARED", "private", "bogus", ""});
    case 2:
      return random.pick({"bind-nonrecursive", "bind-nonrecursive=true", "bind-recursive=enabled",
                          "bind-recursive=disabled", "bind-recursive=writable", "bind-recursive=readonly",
                          "bind-recursive=bogus"});
    case 3:
      return random.pick({"volume-nocopy", "volume-nocopy=true", "volume-nocopy=0", "volume-label=a=b",
                          "volume-label=a", "volume-subpath=sub", "volume-subpath=../x", "volume-subpath=/x"});
    case 4:
      return random.pick({"volume-driver=local", "volume-driver=nfs", "volume-opt=type=none", "volume-opt=o=bind",
                          "volume-opt=device=/etc", "\"volume-opt=o=bind,ro\"", "volume-opt=a", "volume-driver="});
    case 5:
      return random.pick({"tmpfs-size=1m", "tmpfs-size=1000000", "tmpfs-mode=1777", "tmpfs-mode=700", "tmpfs-size=1e3m",
                          "tmpfs-mode=0o777", "tmpfs-mode=8", "tmpfs-size=-1", "tmpfs-options=exec"});
    case 6: return random.pick({"consistency=cached", "consistency=default", "consistency=bogus"});
    case 7: return type == "image" ? "image-subpath=x" : random.pick({"bogus", "x=y", "", " ", "=", "source"});
    default: return random.pick({"source=/srv/two", "src=vol2", "target=/two", "dst=/three", "type=tmpfs", "readonly"});
  }
}

}  // namespace

std::string host_path(Random& random) {
  if (random.chance(60)) return harmless_path(random);
  return random.chance(70) ? dangerous_path(random) : odd_source(random);
}

std::string container_path(Random& random) {
  if (random.chance(75)) return random.pick({"/data", "/work/in", "/x", "/data/", "/a b", "/srv/./y", "/mnt"});
  return random.pick({"",
                      "/",
                      "data",
                      "./x",
                      "../x",
                      "/..",
                      "//x",
                      "/proc",
                      "/sys",
                      "/etc",
                      "/etc/passwd",
                      "/dev/x",
                      "/proc/self/fd/7",
                      "/dev",
                      "/tmp/../proc",
                      "~",
                      "/\xC3\xA9",
                      "C:\\x",
                      "/a\nb",
                      "/a:b",
                      "/."});
}

std::string volume_value(Random& random) {
  const std::string source = random.chance(25) ? random.pick({"vol", "my-volume", "cache.1", "V"}) : host_path(random);
  const std::string target = container_path(random);
  switch (random.below(12)) {
    case 0: return target;
    case 1: return source;
    case 2:
    case 3: return fmt::format("{}:{}:{}", source, target, mode(random));
    case 4: return fmt::format("{}:{}:{}:{}", source, target, mode(random), mode(random));
    case 5:
      return random.pick({":", "::", ":/x", "/x:", "a:", ":ro", "/x:ro", "x:ro", "/a::ro", "/a:/b:", "", " /a:/b",
                          "/a:/b ", "/a: /b", "c:/x:/y"});
    default: return fmt::format("{}:{}", source, target);
  }
}

std::string mount_value(Random& random) {
  const std::string type =
      random.pick({"bind", "bind", "bind", "volume", "volume", "tmpfs", "image", "npipe", "cluster"});
  std::vector<std::string> fields;
  if (random.chance(92)) {
    fields.push_back(random_case(random, "type") + "=" + random_case(random, random.chance(95) ? type : "bogus"));
  }
  if (type == "tmpfs" ? random.chance(8) : random.chance(94)) {
    const std::string value = type == "bind" ? host_path(random) : random.chance(85) ? "vol" : host_path(random);
    fields.push_back(random_case(random, random.pick({"source", "src"})) + "=" + value);
  }
  if (random.chance(96)) {
    fields.push_back(random_case(random, random.pick({"target", "dst", "destination"})) + "=" + container_path(random));
  }
  for (std::uint64_t i = random.below(3); i > 0; --i) fields.push_back(random_case(random, mount_option(random, type)));
  if (!fields.empty() && random.chance(10)) std::swap(fields.front(), fields[random.below(fields.size())]);
  std::string text;
  for (std::string field : fields) {
    if (random.chance(6)) field = '"' + field + '"';
    if (random.chance(1)) field += '"';
    if (!text.empty()) text += ',';
    text += field;
  }
  if (random.chance(3)) text = random.pick({"\n", "\r\n", "\n\n", " ", ","}) + text;
  if (random.chance(3)) text += random.pick({"\n", "\ntype=bind,source=/,target=/h", ",", "\r", "\r\n", " "});
  return text;
}

std::string tmpfs_value(Random& random) {
  std::string text = container_path(random);
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    text += text.find(':') == std::string::npos ? ':' : ',';
    text += random.pick({"size=64m",  "size=1g",  "mode=1777",   "noexec",    "nosuid",   "nodev",    "exec",
                         "suid",      "dev",      "ro",          "rw",        "uid=1000", "gid=1000", "size=50%",
                         "size=1e3m", "mode=0o7", "nr_inodes=5", "",          "bogus",    "size=",    "SIZE=1m",
                         "size=1k",   "size=64M", "mode=777",    "mode=01777"});
  }
  return text;
}

std::string volumes_from_value(Random& random) { return random.pick({"web", "web:ro", "web:rw", "", "a:b:c", ":ro"}); }

}  // namespace differential
