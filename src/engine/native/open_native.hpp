#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/native/native_engine.hpp"

namespace skillrun::inline v0 {

/// Whose native engine is opened, as his environment says.
struct NativeUser {
  std::string path;       ///< PATH
  std::string store;      ///< SKILLRUN_STORE: where images and volumes are; empty: the usual place
  std::string data_home;  ///< XDG_DATA_HOME
  std::string home;
  std::string runtime_dir;  ///< XDG_RUNTIME_DIR
};

/// The native engine with the OCI runtime that `choice` means (see find_runtime()). Nothing is started or written. The
/// error says what is missing: absent where it is a program, unsupported where this user cannot use it.
[[nodiscard]] EngineResult<std::unique_ptr<NativeEngine>> open_native(std::string_view choice, const NativeUser& user);

}  // namespace skillrun::inline v0
