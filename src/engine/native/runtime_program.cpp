#include "engine/native/runtime_program.hpp"

#include <dlfcn.h>

#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/command.hpp"
#include "engine/failure.hpp"
#include "support/process/find_program.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;

/// The file that this code is in.
fs::path own_file() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&find_keeper), &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code error;
  // Of a program the name is how it was called.
  const fs::path named = fs::canonical(info.dli_fname, error);
  const fs::path program = fs::canonical("/proc/self/exe", error);
  return named.empty() || named.filename() == program.filename() ? program : named;
}

}  // namespace

std::optional<RuntimeProgram> find_runtime(std::string_view choice, const std::string& path) {
  const auto find = [&](std::string_view name) -> std::optional<RuntimeProgram> {
    auto found = find_program(std::string(name), path);
    if (!found) return std::nullopt;
    return RuntimeProgram{.name = fs::path(*found).filename().string(), .path = std::move(*found)};
  };
  if (!choice.empty()) return find(choice);
  for (const std::string_view name : {"crun", "runc"}) {
    if (auto found = find(name)) return found;
  }
  return std::nullopt;
}

EngineResult<std::string> version_of(const RuntimeProgram& runtime, CallLimits limits) {
  const ProcessRequest request{.program = runtime.path, .arguments = {"--version"}, .environment = {}, .directory = {}};
  const auto result = run_command(request, limits);
  if (!result) return std::unexpected(result.error());
  // "crun version 1.8.1", "runc version 1.1.5+ds1", "runsc version release-...".
  const std::string_view first = split(result->output, '\n').front();
  constexpr std::string_view word = " version ";
  const std::size_t at = first.find(word);
  if (result->status != 0 || at == std::string_view::npos) {
    return failure(EngineError::Kind::protocol, fmt::format("'{}' does not tell its version", runtime.path));
  }
  return std::string(first.substr(at + word.size()));
}

std::optional<std::string> find_keeper() {
  constexpr std::string_view relative = "libexec/skillrun/skillrun-keeper";
  const fs::path own = own_file();
  // PREFIX/bin/skillrun, PREFIX/lib/libskillrun.so, PREFIX/lib/TRIPLET/libskillrun.so. Nowhere else: what lies further
  // up may be anybody's, and root would run it.
  fs::path prefix = own.parent_path().parent_path();
  if (prefix.filename() == "lib") prefix = prefix.parent_path();
  const fs::path keeper = prefix / relative;
  if (!own.empty() && ::access(keeper.c_str(), X_OK) == 0) return keeper.string();
  return std::nullopt;
}

}  // namespace skillrun::inline v0
