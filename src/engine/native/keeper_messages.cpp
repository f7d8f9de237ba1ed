#include "engine/native/keeper_messages.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ranges>

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_message = 65'536;
constexpr std::size_t max_descriptors = 4;
constexpr std::string_view mount = "mount";

std::error_code socket_error() { return {errno, std::generic_category()}; }

using DescriptorSpace = std::array<char, CMSG_SPACE(sizeof(int) * max_descriptors)>;

std::vector<UniqueFd> take_descriptors(msghdr& header) {
  std::vector<UniqueFd> taken;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
      taken.emplace_back(fd);
    }
  }
  return taken;
}

}  // namespace

KeeperMessage KeeperPlan::message() const {
  KeeperMessage message{.words = {std::string(mount)}};
  const auto add = [&](std::string_view key, std::string_view value) {
    message.words.push_back(std::string(key) + '=' + std::string(value));
  };
  for (const std::string& word : runtime) add("runtime", word);
  add("id", id);
  add("folder", folder);
  for (const std::string& layer : layers) add("layer", layer);
  add("disk", disk);
  add("read-only", read_only ? "yes" : "no");
  add("cgroup", cgroup);
  add("terminal", terminal ? "yes" : "no");
  return message;
}

std::optional<KeeperPlan> KeeperPlan::parse(const KeeperMessage& message) {
  if (message.words.empty() || message.word() != mount) return std::nullopt;
  KeeperPlan plan;
  for (const std::string& word : message.words | std::views::drop(1)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return std::nullopt;
    const std::string_view key = std::string_view(word).substr(0, equals);
    std::string value = word.substr(equals + 1);
    if (key == "runtime") {
      plan.runtime.push_back(std::move(value));
    } else if (key == "id") {
      plan.id = std::move(value);
    } else if (key == "folder") {
      plan.folder = std::move(value);
    } else if (key == "layer") {
      plan.layers.push_back(std::move(value));
    } else if (key == "disk") {
      plan.disk = std::move(value);
    } else if (key == "read-only") {
      plan.read_only = value == "yes";
    } else if (key == "cgroup") {
      plan.cgroup = std::move(value);
    } else if (key == "terminal") {
      plan.terminal = value == "yes";
    } else {
      return std::nullopt;
    }
  }
  const bool whole =
      !plan.runtime.empty() && !plan.id.empty() && !plan.folder.empty() && !plan.disk.empty() && !plan.layers.empty();
  return whole ? std::optional(std::move(plan)) : std::nullopt;
}

std::error_code send_message(int socket, const KeeperMessage& message) {
  std::string text;
  for (const std::string& word : message.words) {
    if (!text.empty()) text.push_back('\0');
    text += word;
  }
  if (text.size() > max_message || message.descriptors.size() > max_descriptors) {
    return std::make_error_code(std::errc::message_size);
  }
  iovec part{.iov_base = text.data(), .iov_len = text.size()};
  alignas(cmsghdr) DescriptorSpace space{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!message.descriptors.empty()) {
    header.msg_control = space.data();
    header.msg_controllen = CMSG_SPACE(sizeof(int) * message.descriptors.size());
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * message.descriptors.size());
    for (std::size_t i = 0; i < message.descriptors.size(); ++i) {
      const int fd = message.descriptors[i].get();
      std::memcpy(CMSG_DATA(rights) + i * sizeof(int), &fd, sizeof fd);
    }
  }
  while (::sendmsg(socket, &header, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return socket_error();
  }
  return {};
}

std::expected<KeeperMessage, std::error_code> receive_message(int socket) {
  std::string text(max_message, '\0');
  iovec part{.iov_base = text.data(), .iov_len = text.size()};
  alignas(cmsghdr) DescriptorSpace space{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = space.data();
  header.msg_controllen = space.size();
  ssize_t size = -1;
  while ((size = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno != EINTR) return std::unexpected(socket_error());
  }
  KeeperMessage message{.words = {}, .descriptors = take_descriptors(header)};
  if (size == 0) return message;
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return std::unexpected(std::make_error_code(std::errc::bad_message));
  }
  text.resize(static_cast<std::size_t>(size));
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    message.words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return message;
}

}  // namespace skillrun::inline v0
