#include "spec/capability.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

// linux/capability.h, in the order of their numbers.
constexpr std::array<std::string_view, 41> capabilities = {"CHOWN",
                                                           "DAC_OVERRIDE",
                                                           "DAC_READ_SEARCH",
                                                           "FOWNER",
                                                           "FSETID",
                                                           "KILL",
                                                           "SETGID",
                                                           "SETUID",
                                                           "SETPCAP",
                                                           "LINUX_IMMUTABLE",
                                                           "NET_BIND_SERVICE",
                                                           "NET_BROADCAST",
                                                           "NET_ADMIN",
                                                           "NET_RAW",
                                                           "IPC_LOCK",
                                                           "IPC_OWNER",
                                                           "SYS_MODULE",
                                                           "SYS_RAWIO",
                                                           "SYS_CHROOT",
                                                           "SYS_PTRACE",
                                                           "SYS_PACCT",
                                                           "SYS_ADMIN",
                                                           "SYS_BOOT",
                                                           "SYS_NICE",
                                                           "SYS_RESOURCE",
                                                           "SYS_TIME",
                                                           "SYS_TTY_CONFIG",
                                                           "MKNOD",
                                                           "LEASE",
                                                           "AUDIT_WRITE",
                                                           "AUDIT_CONTROL",
                                                           "SETFCAP",
                                                           "MAC_OVERRIDE",
                                                           "MAC_ADMIN",
                                                           "SYSLOG",
                                                           "WAKE_ALARM",
                                                           "BLOCK_SUSPEND",
                                                           "AUDIT_READ",
                                                           "PERFMON",
                                                           "BPF",
                                                           "CHECKPOINT_RESTORE"};

}  // namespace

std::span<const std::string_view> capability_names() noexcept { return capabilities; }

std::expected<std::string, ParseError> parse_capability(std::string_view text) {
  if (auto error = find_unusable_text(text, "a capability such as NET_RAW, or ALL")) return std::unexpected(*error);
  std::string name = to_upper(text);
  if (name == "ALL") return name;
  if (name.starts_with("CAP_")) name.erase(0, 4);
  if (std::ranges::find(capabilities, name) != capabilities.end()) return name;
  std::string message = fmt::format("expected a capability such as NET_RAW, or ALL, found {}", quoted(text));
  if (text.find(',') != std::string_view::npos) {
    message += "; each capability is an entry of its own";
  } else if (const auto near = closest(name, capabilities, 1); !near.empty()) {
    message += fmt::format("; did you mean {}", near.front());
  }
  return refuse(std::move(message));
}

}  // namespace skillrun::inline v0
