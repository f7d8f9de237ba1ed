#include "engine/docker/cli/look_inside.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "engine/log.hpp"
#include "support/process/pipe.hpp"
#include "support/process/spawn.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = ContainerEntry::Kind;
using Clock = std::chrono::steady_clock;

constexpr std::size_t block = 512;
/// More than the headers before an entry's own can have.
constexpr std::size_t longest_beginning = std::size_t{1} << 20;

std::unexpected<EngineError> failure(EngineError::Kind kind, std::string message) {
  return std::unexpected(EngineError{kind, std::move(message)});
}

std::string_view text_field(std::string_view header, std::size_t offset, std::size_t size) {
  const std::string_view field = header.substr(offset, size);
  return field.substr(0, std::min(field.find('\0'), field.size()));
}

/// In octal digits.
std::optional<std::size_t> number_field(std::string_view header, std::size_t offset, std::size_t size) {
  const std::string_view digits = text_field(header, offset, size);
  std::size_t number = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number, 8).ec != std::errc()) return std::nullopt;
  return number;
}

/// A client that is asked for the beginning of what it has to say.
struct PartialOutput {
  UniqueFd output;
  UniqueFd error;
  std::string archive;
  std::string words;
};

/// Takes what there is from one of the two; false at its end.
bool take(UniqueFd& from, std::string& into) {
  std::array<char, 16384> buffer{};
  const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
  if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) from.reset();
  return static_cast<bool>(from);
}

/// Waits for more of either.
EngineResult<void> read_more(PartialOutput& reading, Clock::time_point until, const Cancellation* cancellation) {
  std::array<pollfd, 3> entries{{{reading.output.get(), POLLIN, 0},
                                 {reading.error.get(), POLLIN, 0},
                                 {cancellation == nullptr ? -1 : cancellation->fd(), POLLIN, 0}}};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  const int ready = ::poll(entries.data(), entries.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  if (ready == 0) return failure(EngineError::Kind::deadline, "the client did not answer in time");
  if (entries[2].revents != 0) return failure(EngineError::Kind::cancelled, "cancelled");
  if (entries[0].revents != 0) take(reading.output, reading.archive);
  if (entries[1].revents != 0) take(reading.error, reading.words);
  return {};
}

/// `podman unshare` enters the namespaces in which a user's podman mounts.
std::vector<std::string> in_namespaces(const Client& client, const EngineInfo& engine, std::vector<std::string> words) {
  if (engine.rootless) words.insert(words.begin(), {"unshare", client.program()});
  return words;
}

}  // namespace

std::optional<EngineResult<ContainerEntry>> first_entry(std::string_view bytes) {
  while (bytes.size() >= block) {
    const std::string_view header = bytes.substr(0, block);
    const char type = header[156];
    if (header.substr(257, 5) != "ustar") return failure(EngineError::Kind::protocol, "the copy is not a tar archive");
    if (type == '2') return ContainerEntry{.kind = Kind::link, .leads_to = std::string(text_field(header, 157, 100))};
    // Headers that go before an entry's own: names that are too long for it, times.
    if (type != 'x' && type != 'g' && type != 'L' && type != 'K') {
      const auto mode = number_field(header, 100, 8);
      if (!mode) return failure(EngineError::Kind::protocol, "the copied entry has no mode");
      return ContainerEntry{.kind = type == '5' ? Kind::folder : Kind::other, .executable = (*mode & 0111U) != 0};
    }
    const auto size = number_field(header, 124, 12);
    if (!size || *size > longest_beginning) {
      return failure(EngineError::Kind::protocol, "a header of the copied archive has no size");
    }
    const std::size_t skipped = block + (*size + block - 1) / block * block;
    if (bytes.size() < skipped) return std::nullopt;
    bytes.remove_prefix(skipped);
  }
  return std::nullopt;
}

EngineResult<ContainerEntry> look_by_copying(const Client& client, const std::string& id, const std::string& path,
                                             CallLimits limits) {
  auto output = make_pipe();
  auto error = make_pipe();
  if (!output || !error) return std::unexpected(engine_error(output ? error.error() : output.error()));
  ProcessRequest request = client.request({"cp", "--", fmt::format("{}:{}", id, path), "-"});
  request.output = output->second.get();
  request.error = error->second.get();
  auto process = spawn(request);
  if (!process) return std::unexpected(engine_error(process.error()));
  output->second.reset();
  error->second.reset();
  PartialOutput reading{
      .output = std::move(output->first), .error = std::move(error->first), .archive = {}, .words = {}};
  const auto until = Clock::now() + limits.deadline;
  while (reading.output || reading.error) {
    if (auto read = read_more(reading, until, limits.cancellation); !read) return std::unexpected(read.error());
    if (auto entry = first_entry(reading.archive)) return std::move(*entry);  // the process ends with its object
    if (reading.archive.size() + reading.words.size() > longest_beginning) {
      return failure(EngineError::Kind::protocol, "the copied archive has no first entry");
    }
  }
  const int status = process->wait(std::chrono::seconds{5}).value_or(0);
  EngineError failed = client_error(client.program(), status, reading.words);
  const std::string_view words = reading.words;
  if (words.contains("Could not find the file") || words.contains("No such container:path")) return ContainerEntry{};
  return std::unexpected(std::move(failed));
}

EngineResult<PodmanRoot> mount_podman_root(const Client& client, const EngineInfo& engine, const std::string& id,
                                           CallLimits limits) {
  if (engine.remote) {
    return failure(EngineError::Kind::unsupported, "podman on another machine does not show a container's root");
  }
  auto path = client.run(in_namespaces(client, engine, {"mount", id}), limits);
  if (!path) return std::unexpected(path.error());
  while (path->ends_with('\n')) path->pop_back();
  if (!path->starts_with('/')) return failure(EngineError::Kind::protocol, "podman's mount gave no path");
  return PodmanRoot(id, std::move(*path), engine.rootless);
}

void unmount_podman_root(const Client& client, const EngineInfo& engine, const std::string& id, CallLimits limits) {
  const auto unmounted = client.run(in_namespaces(client, engine, {"unmount", id}), limits);
  if (!unmounted) log::debug("the root of container {} stays mounted: {}", id, unmounted.error().message);
}

}  // namespace skillrun::inline v0
