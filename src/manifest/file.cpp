#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <skillrun/manifest.hpp>

#include "manifest/manifest_reader.hpp"
#include "manifest/readers.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

std::string_view kind_of_file(mode_t mode) noexcept {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/// The content, or why it cannot be had. Never blocks: a pipe or a device is refused before anything is read.
std::expected<std::string, std::string> read_file(const std::string& path) {
  struct stat status{};
  const auto refuse_kind = [&]() -> std::unexpected<std::string> {
    return std::unexpected(fmt::format("is {}, not a file", kind_of_file(status.st_mode)));
  };
  if (::stat(path.c_str(), &status) != 0) return std::unexpected(fmt::format("cannot be read: {}", reason(errno)));
  if (!S_ISREG(status.st_mode)) return refuse_kind();
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return std::unexpected(fmt::format("cannot be read: {}", reason(errno)));
  }
  if (!S_ISREG(status.st_mode)) return refuse_kind();
  const auto too_large = [] { return std::unexpected(fmt::format("is larger than {} bytes", max_manifest_size)); };
  if (status.st_size > static_cast<off_t>(max_manifest_size)) return too_large();
  // The size may change meanwhile, and files of /proc say 0: the bound is on what is read.
  std::string text;
  std::size_t size = 0;
  for (std::size_t room = static_cast<std::size_t>(status.st_size) + 1; size <= max_manifest_size;) {
    text.resize(std::min(size + room, max_manifest_size + 1));
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(fmt::format("cannot be read: {}", reason(errno)));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    room = std::max<std::size_t>(size, 4096);
  }
  if (size > max_manifest_size) return too_large();
  text.resize(size);
  return text;
}

std::string folder_of(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? std::string() : absolute.lexically_normal().parent_path().string();
}

}  // namespace

std::expected<SourcePtr, std::string> read_source(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::unexpected(std::move(text.error()));
  return std::make_shared<const SourceText>(
      SourceText{.name = path, .directory = folder_of(path), .text = std::move(*text)});
}

ManifestReading read_manifest_file(const std::string& path) {
  const auto fail = [&](const std::string& message, std::string remediation) {
    ManifestReading reading;
    reading.manifest.source =
        std::make_shared<const SourceText>(SourceText{.name = path, .directory = folder_of(path), .text = {}});
    Reporter reporter(reading.manifest.source);
    reporter.report({}, {},
                    {.rule = syntax_error,
                     .message = fmt::format("the manifest {} {}", printable(path), message),
                     .evidence = {},
                     .remediation = std::move(remediation)});
    reading.findings = reporter.take();
    return reading;
  };
  const std::optional<ManifestFormat> format = format_of(path);
  if (!format) return fail("has no known suffix", "name it *.toml, *.yaml or *.yml");
  auto source = read_source(path);
  if (!source) return fail(source.error(), "give the path of a readable TOML or YAML file");
  return read_manifest(std::move(*source), *format);
}

std::expected<Manifest, Findings> load_manifest(const std::string& path) {
  return valid_manifest(read_manifest_file(path));
}

}  // namespace skillrun::inline v0
