#include "run/package_archive.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <fmt/format.h>

#include "engine/client_environment.hpp"
#include "engine/command.hpp"
#include "support/process/pipe.hpp"
#include "support/process/spawn.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::chrono::seconds clean_up_patience{15};
constexpr std::size_t most_words = 16384;
constexpr std::size_t piece_size = std::size_t{256} << 10;

bool plain(std::string_view name, std::string_view also) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || also.find(c) != std::string_view::npos; });
}

EngineResult<void> check(const PackageRecipe& recipe) {
  const auto wrong = [](std::string_view what, const std::string& name) {
    return std::unexpected(EngineError{EngineError::Kind::unsupported, fmt::format("'{}' is not {}", name, what)});
  };
  if (!plain(recipe.suite, ".-")) return wrong("the name of a Debian suite", recipe.suite);
  for (const std::string& package : recipe.include) {
    if (!plain(package, "+-.") || package.ends_with('-')) return wrong("the name of a Debian package", package);
  }
  return {};
}

/// What mmdebstrap and apt name as errors, the first of which is the cause; otherwise the last line.
std::string cause(const std::string& words) {
  constexpr std::size_t most = 2;
  constexpr std::string_view mark = "E: ";
  std::vector<std::string_view> errors;
  std::string_view last;
  for (const std::string_view line : split(words, '\n')) {
    if (line.starts_with(mark) && errors.size() < most) errors.push_back(line.substr(mark.size()));
    if (!line.empty()) last = line;
  }
  return errors.empty() ? std::string(last) : fmt::format("{}", fmt::join(errors, "; "));
}

}  // namespace

EngineResult<std::vector<std::string>> mmdebstrap_words(const PackageRecipe& recipe) {
  if (auto checked = check(recipe); !checked) return std::unexpected(checked.error());
  std::vector<std::string> words{"--variant=essential",
                                 "--format=tar",
                                 "--aptopt=APT::Install-Recommends \"false\"",
                                 "--dpkgopt=path-exclude=/usr/share/doc/*",
                                 "--dpkgopt=path-include=/usr/share/doc/*/copyright",
                                 "--dpkgopt=path-exclude=/usr/share/man/*",
                                 "--dpkgopt=path-exclude=/usr/share/info/*",
                                 "--dpkgopt=path-exclude=/usr/share/lintian/*",
                                 "--dpkgopt=path-exclude=/usr/share/locale/*"};
  if (!recipe.include.empty()) words.push_back(fmt::format("--include={}", fmt::join(recipe.include, ",")));
  words.insert(words.end(), {"--", recipe.suite, "-"});
  return words;
}

EngineResult<std::string> package_dockerfile(const PackageRecipe& recipe) {
  if (auto checked = check(recipe); !checked) return std::unexpected(checked.error());
  std::string text = fmt::format("FROM debian:{}-slim\n", recipe.suite);
  if (!recipe.include.empty()) {
    text += fmt::format(
        "RUN apt-get update \\\n && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {} \\\n"
        " && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log\n",
        fmt::join(recipe.include, " "));
  }
  return text;
}

PackageArchive::PackageArchive(Process process, UniqueFd output, UniqueFd error, ProgressSink progress,
                               CallLimits limits)
    : process_(std::make_unique<Process>(std::move(process))),
      output_(std::move(output)),
      error_(std::move(error)),
      progress_(std::move(progress)),
      limits_(limits),
      deadline_(std::chrono::steady_clock::now() + limits.deadline) {}

PackageArchive::~PackageArchive() {
  // Asked politely it removes its temporary files.
  if (process_ && output_) process_->terminate(clean_up_patience);
}

EngineResult<PackageArchive> PackageArchive::open(const std::string& mmdebstrap, const PackageRecipe& recipe,
                                                  ProgressSink progress, CallLimits limits) {
  auto words = mmdebstrap_words(recipe);
  if (!words) return std::unexpected(words.error());
  auto output = make_pipe();
  if (!output) return std::unexpected(engine_error(output.error()));
  auto error = make_pipe();
  if (!error) return std::unexpected(engine_error(error.error()));
  ProcessRequest request;
  request.program = mmdebstrap;
  request.arguments = std::move(*words);
  request.environment = client_environment();
  request.output = output->second.get();
  request.error = error->second.get();
  auto process = spawn(request);
  if (!process) return std::unexpected(engine_error(process.error()));
  set_nonblocking(output->first.get());
  set_nonblocking(error->first.get());
  return PackageArchive(std::move(*process), std::move(output->first), std::move(error->first), std::move(progress),
                        limits);
}

EngineResult<std::string> PackageArchive::next() {
  std::string piece(piece_size, '\0');
  while (true) {
    if (auto awaited = await_bytes(); !awaited) return std::unexpected(awaited.error());
    const ssize_t count = ::read(output_.get(), piece.data(), piece.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0) return conclude();
    piece.resize(static_cast<std::size_t>(count));
    return piece;
  }
}

EngineResult<void> PackageArchive::await_bytes() {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    std::array<pollfd, 3> entries{{{output_.get(), POLLIN, 0},
                                   {error_.get(), POLLIN, 0},
                                   {limits_.cancellation != nullptr ? limits_.cancellation->fd() : -1, POLLIN, 0}}};
    const int ready = ::poll(entries.data(), entries.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (entries[2].revents != 0) return std::unexpected(EngineError{EngineError::Kind::cancelled, "cancelled"});
    if (ready <= 0) {
      return std::unexpected(EngineError{EngineError::Kind::deadline, "mmdebstrap did not end in time"});
    }
    if (entries[1].revents != 0) read_words();
    if (entries[0].revents != 0) return {};
  }
}

void PackageArchive::read_words() {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(error_.get(), buffer.data(), buffer.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return error_.reset();
  words_.append(buffer.data(), static_cast<std::size_t>(count));
  for (std::size_t end = words_.find('\n', line_begin_); end != std::string::npos;
       end = words_.find('\n', line_begin_)) {
    if (progress_ && end > line_begin_) {
      const std::string_view line = std::string_view(words_).substr(line_begin_, end - line_begin_);
      progress_({.kind = ProgressEvent::Kind::line, .text = printable(line)});
    }
    line_begin_ = end + 1;
  }
  if (words_.size() > most_words) {
    const std::size_t surplus = words_.size() - most_words / 2;
    words_.erase(0, surplus);
    line_begin_ -= std::min(line_begin_, surplus);
  }
}

EngineResult<std::string> PackageArchive::conclude() {
  const auto status = process_->wait(clean_up_patience);
  for (std::size_t size = words_.size() + 1; error_ && size != words_.size();) {
    size = words_.size();
    read_words();
  }
  if (status == 0) {
    output_.reset();
    return std::string();
  }
  return std::unexpected(EngineError{
      EngineError::Kind::refused,
      fmt::format("mmdebstrap could not make the root file system ({}): {}",
                  status ? fmt::format("status {}", *status) : std::string("it did not end"), cause(words_))});
}

}  // namespace skillrun::inline v0
