#pragma once

#include <string>
#include <string_view>

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// A path of a layer, taken apart: no component is empty, "." or "..". The folder itself has an empty name.
struct LayerPath {
  std::string parent;  ///< "" or "a/b"
  std::string name;

  [[nodiscard]] std::string text() const { return parent.empty() ? name : parent + "/" + name; }
};

/// The path as it stands in an archive, where "./a" and "a/" are usual; an error for one that is absolute, leads up, is
/// too long or too deep.
[[nodiscard]] EngineResult<LayerPath> layer_path(std::string_view written);

}  // namespace skillrun::inline v0
