#include "support/writers.hpp"

#include <grp.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace skillrun::inline v0 {

namespace {

bool is_own_group(gid_t gid) {
  struct group entry{};
  struct group* found = nullptr;
  std::string buffer(16384, '\0');
  if (gid == 0) return true;
  if (gid != ::getegid() || ::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) != 0) return false;
  return found == nullptr || found->gr_mem[0] == nullptr;
}

}  // namespace

bool others_may_write(const std::string& path, const struct stat& status) {
  if ((status.st_mode & S_IWOTH) != 0) return true;
  if ((status.st_mode & S_IWGRP) == 0) return false;
  // With an access control list the group's bits are the most that anybody named in it may do.
  return !is_own_group(status.st_gid) || ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

}  // namespace skillrun::inline v0
