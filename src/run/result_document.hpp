#pragma once

#include <functional>
#include <string_view>

#include <skillrun/run.hpp>

namespace skillrun::inline v0 {

/// The result document in pieces (see to_json), for a result with much captured output: no copy of that is made. False
/// as soon as `write` was.
[[nodiscard]] bool write_json(const RunResult& result, const std::function<bool(std::string_view)>& write);

}  // namespace skillrun::inline v0
