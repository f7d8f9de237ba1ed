// libarchive's functions, as its header declares them, from a library that is loaded when the first of them is called:
// it needs eight others, and few commands need it. What a call gives when there is no such library is what libarchive
// gives for a failure, and archive_error_string() says which package is missing. A function that is not here is one
// that the program cannot be linked with: add it.
#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <type_traits>

#include "linkage/delayed_library.hpp"

static_assert(ARCHIVE_VERSION_NUMBER / 1'000'000 == 3, "the soname is that of libarchive 3");

namespace {

const skillrun::linkage::DelayedLibrary& library() {
  static const skillrun::linkage::DelayedLibrary loaded("libarchive.so.13", "libarchive13");
  return loaded;
}

template <typename Result>
Result missing() {
  if constexpr (std::is_integral_v<Result> && std::is_signed_v<Result>) return ARCHIVE_FATAL;
  if constexpr (!std::is_void_v<Result>) return Result{};
}

}  // namespace

extern "C" const char* archive_error_string(archive* from) {
  static auto* const function = library().find<decltype(::archive_error_string)>("archive_error_string");
  return function == nullptr ? library().error() : function(from);
}

extern "C" void archive_set_error(archive* of, int number, const char* format, ...) {
  static auto* const function = library().find<decltype(::archive_set_error)>("archive_set_error");
  if (function == nullptr) return;
  std::array<char, 4096> words{};
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(words.data(), words.size(), format, arguments);
  va_end(arguments);
  function(of, number, "%s", words.data());
}

SKILLRUN_DELAYED_0(archive_read_new)
SKILLRUN_DELAYED_1(archive_read_free)
SKILLRUN_DELAYED_1(archive_read_support_filter_gzip)
SKILLRUN_DELAYED_1(archive_read_support_filter_zstd)
SKILLRUN_DELAYED_1(archive_read_support_format_empty)
SKILLRUN_DELAYED_1(archive_read_support_format_raw)
SKILLRUN_DELAYED_1(archive_read_support_format_tar)
SKILLRUN_DELAYED_2(archive_read_append_filter)
SKILLRUN_DELAYED_5(archive_read_open)
SKILLRUN_DELAYED_3(archive_read_open_fd)
SKILLRUN_DELAYED_2(archive_read_next_header)
SKILLRUN_DELAYED_3(archive_read_data)
SKILLRUN_DELAYED_4(archive_read_data_block)

SKILLRUN_DELAYED_0(archive_write_new)
SKILLRUN_DELAYED_0(archive_write_disk_new)
SKILLRUN_DELAYED_1(archive_write_free)
SKILLRUN_DELAYED_2(archive_write_disk_set_options)
SKILLRUN_DELAYED_2(archive_write_set_bytes_per_block)
SKILLRUN_DELAYED_1(archive_write_set_format_gnutar)
SKILLRUN_DELAYED_1(archive_write_set_format_pax_restricted)
SKILLRUN_DELAYED_6(archive_write_open2)
SKILLRUN_DELAYED_2(archive_write_header)
SKILLRUN_DELAYED_3(archive_write_data)
SKILLRUN_DELAYED_4(archive_write_data_block)
SKILLRUN_DELAYED_1(archive_write_finish_entry)
SKILLRUN_DELAYED_1(archive_write_close)

SKILLRUN_DELAYED_0(archive_entry_new)
SKILLRUN_DELAYED_1(archive_entry_free)
SKILLRUN_DELAYED_1(archive_entry_filetype)
SKILLRUN_DELAYED_1(archive_entry_gid)
SKILLRUN_DELAYED_1(archive_entry_hardlink)
SKILLRUN_DELAYED_1(archive_entry_mtime)
SKILLRUN_DELAYED_1(archive_entry_mtime_nsec)
SKILLRUN_DELAYED_1(archive_entry_pathname)
SKILLRUN_DELAYED_1(archive_entry_perm)
SKILLRUN_DELAYED_1(archive_entry_rdev)
SKILLRUN_DELAYED_1(archive_entry_size)
SKILLRUN_DELAYED_1(archive_entry_symlink)
SKILLRUN_DELAYED_1(archive_entry_uid)
SKILLRUN_DELAYED_4(archive_entry_xattr_next)
SKILLRUN_DELAYED_1(archive_entry_xattr_reset)
SKILLRUN_DELAYED_2(archive_entry_set_filetype)
SKILLRUN_DELAYED_2(archive_entry_set_gid)
SKILLRUN_DELAYED_2(archive_entry_set_mode)
SKILLRUN_DELAYED_3(archive_entry_set_mtime)
SKILLRUN_DELAYED_2(archive_entry_set_pathname)
SKILLRUN_DELAYED_2(archive_entry_set_perm)
SKILLRUN_DELAYED_2(archive_entry_set_size)
SKILLRUN_DELAYED_2(archive_entry_set_symlink)
SKILLRUN_DELAYED_2(archive_entry_set_uid)
