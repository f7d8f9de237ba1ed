#include "engine/native/open_native.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

constexpr const char* runs_of_root = "/run/skillrun/native";

}  // namespace

EngineResult<std::unique_ptr<NativeEngine>> open_native(std::string_view choice, const NativeUser& user) {
  auto runtime = find_runtime(choice, user.path);
  if (!runtime) {
    return failure(Kind::absent, choice.empty() ? "no OCI runtime is installed"
                                                : fmt::format("there is no program '{}'", printable(choice)));
  }
  auto keeper = find_keeper();
  if (!keeper)
    return failure(Kind::absent, "skillrun's own helper, libexec/skillrun/skillrun-keeper, is not installed");
  if (::geteuid() != 0) return failure(Kind::unsupported, "it needs root");
  StorePlace store = usual_store_place(::geteuid(), user.data_home, user.home);
  if (!user.store.empty()) store.root = user.store;
  if (!store.root.is_absolute()) {
    return failure(Kind::unsupported, user.store.empty()
                                          ? "it has no place for images: set HOME, or SKILLRUN_STORE to a folder"
                                          : "SKILLRUN_STORE is not an absolute path");
  }
  store.root = store.root.lexically_normal();
  return std::make_unique<NativeEngine>(NativeParts{
      .runtime = std::move(*runtime), .keeper = std::move(*keeper), .runs = runs_of_root, .store = std::move(store)});
}

}  // namespace skillrun::inline v0
