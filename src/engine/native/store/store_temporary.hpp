#pragma once

#include <string>

#include "engine/native/store/store_folder.hpp"

namespace skillrun::inline v0 {

/// A folder in the store for what is not whole yet, locked while this lives and removed with it. One whose lock nobody
/// holds belonged to a process that has ended; it is removed when the next one is made.
class StoreTemporary {
 public:
  [[nodiscard]] static EngineResult<StoreTemporary> make(const StoreFolder& store, const CallWatch& watch);
  StoreTemporary(StoreTemporary&& other) noexcept;
  StoreTemporary& operator=(StoreTemporary&&) = delete;
  StoreTemporary(const StoreTemporary&) = delete;
  StoreTemporary& operator=(const StoreTemporary&) = delete;
  ~StoreTemporary();

  [[nodiscard]] int folder() const noexcept { return lock_.descriptor(); }
  /// For programs that write there.
  [[nodiscard]] std::string path() const { return path_; }
  /// A name that this folder does not have yet.
  [[nodiscard]] std::string fresh_name() { return std::to_string(++names_); }

 private:
  StoreTemporary(UniqueFd above, std::string name, std::string path, FileLock lock)
      : above_(std::move(above)), name_(std::move(name)), path_(std::move(path)), lock_(std::move(lock)) {}

  UniqueFd above_;
  std::string name_;
  std::string path_;
  FileLock lock_;
  std::uint64_t names_ = 0;
};

/// Removes what processes that have ended left in the store's folder for temporary things.
[[nodiscard]] EngineResult<void> clear_abandoned(const StoreFolder& store, const CallWatch& watch);

/// Puts a small file of this text under a name of another folder, whole or not at all, and durable.
[[nodiscard]] EngineResult<void> put_file(StoreTemporary& temporary, std::string_view text, int folder,
                                          const std::string& name);

}  // namespace skillrun::inline v0
