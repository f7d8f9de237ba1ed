#pragma once

#include <optional>
#include <string>

#include "stub_engine.hpp"

namespace differential {

/// Takes one whole HTTP/1.1 request from the front of `bytes`, its body by Content-Length or in chunks. Nothing when it
/// has not arrived completely. `broken` is set when it can never be one.
[[nodiscard]] std::optional<Request> take_request(std::string& bytes, bool& broken);

}  // namespace differential
