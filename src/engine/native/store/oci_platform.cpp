#include <sys/utsname.h>

#include <array>

#include "engine/native/store/oci_documents.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

struct MachineName {
  std::string_view kernel;
  std::string_view architecture;
  std::string_view variant;
};

constexpr std::array<MachineName, 9> machine_names = {{{"x86_64", "amd64", ""},
                                                       {"aarch64", "arm64", "v8"},
                                                       {"armv7l", "arm", "v7"},
                                                       {"armv6l", "arm", "v6"},
                                                       {"i686", "386", ""},
                                                       {"ppc64le", "ppc64le", ""},
                                                       {"s390x", "s390x", ""},
                                                       {"riscv64", "riscv64", ""},
                                                       {"loongarch64", "loong64", ""}}};

/// The variant that an architecture has when nothing is said of one.
std::string_view usual_variant(std::string_view architecture) {
  if (architecture == "arm64") return "v8";
  if (architecture == "amd64") return "v1";
  if (architecture == "arm") return "v7";
  return {};
}

std::string_view meant_variant(const OciPlatform& platform) {
  return platform.variant.empty() ? usual_variant(platform.architecture) : std::string_view(platform.variant);
}

}  // namespace

OciPlatform machine_platform() {
  utsname machine{};
  if (::uname(&machine) != 0) return {.os = "linux", .architecture = {}, .variant = {}};
  for (const MachineName& name : machine_names) {
    if (name.kernel == machine.machine) {
      return {.os = "linux", .architecture = std::string(name.architecture), .variant = std::string(name.variant)};
    }
  }
  return {.os = "linux", .architecture = machine.machine, .variant = {}};
}

OciPlatform parse_oci_platform(std::string_view text) {
  const auto parts = split(text, '/');
  OciPlatform platform = machine_platform();
  platform.os = parts[0];
  if (parts.size() > 1) {
    platform.architecture = parts[1];
    platform.variant = parts.size() > 2 ? std::string(parts[2]) : std::string();
  }
  return platform;
}

const IndexEntry* choose_platform(const std::vector<IndexEntry>& index, const OciPlatform& platform) {
  const std::string_view wanted = meant_variant(platform);
  const IndexEntry* best = nullptr;
  const IndexEntry* unspecific = nullptr;
  for (const IndexEntry& entry : index) {
    if (!entry.platform) {
      if (unspecific == nullptr) unspecific = &entry;
      continue;
    }
    if (entry.platform->os != platform.os || entry.platform->architecture != platform.architecture) continue;
    const std::string_view offered = meant_variant(*entry.platform);
    if (offered == wanted) return &entry;
    // v5 runs where v7 does. All are one digit.
    const bool lower = platform.architecture == "arm" && offered.size() == wanted.size() && offered < wanted;
    if (lower && (best == nullptr || meant_variant(*best->platform) < offered)) best = &entry;
  }
  return best != nullptr ? best : unspecific;
}

}  // namespace skillrun::inline v0
