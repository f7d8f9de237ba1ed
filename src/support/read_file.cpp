#include "support/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

std::expected<std::string, std::error_code> read_file(const std::string& path, std::size_t limit) {
  constexpr std::size_t piece = std::size_t{64} << 10;
  const auto failure = [] { return std::unexpected(std::error_code(errno, std::generic_category())); };
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return failure();
  if (S_ISFIFO(status.st_mode)) return std::unexpected(std::make_error_code(std::errc::not_supported));
  std::string text;
  for (;;) {
    const std::size_t size = text.size();
    text.resize(size + piece);
    const ssize_t count = ::read(file.get(), text.data() + size, piece);
    text.resize(size + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure();
    if (count == 0) return text;
    if (text.size() > limit) return std::unexpected(std::make_error_code(std::errc::file_too_large));
  }
}

}  // namespace skillrun::inline v0
