#include "engine/cli/private_folder.hpp"

#include <cstdlib>
#include <filesystem>

namespace skillrun {

PrivateFolder::PrivateFolder() {
  std::error_code error;
  path_ = (std::filesystem::temp_directory_path(error) / "skillrun-XXXXXX").string();
  if (error || ::mkdtemp(path_.data()) == nullptr) path_.clear();
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace skillrun
