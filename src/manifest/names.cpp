#include "manifest/names.hpp"

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

bool is_valid_name(std::string_view name) noexcept { return name.size() <= 64 && is_engine_name(name); }

}  // namespace skillrun::inline v0
