#pragma once

#include <expected>
#include <vector>

#include <skillrun/run.hpp>

#include "app/selection.hpp"
#include "run/leftovers.hpp"

namespace skillrun::app {

/// What runs left behind, and what became of it.
struct Garbage {
  EngineInfo engine;
  std::vector<Leftover> leftovers;
  bool removed = true;  ///< nothing failed
};

/// Finds what runs of this user left on the selected engine and, unless `dry_run`, removes it.
[[nodiscard]] std::expected<Garbage, RunResult> collect_garbage(const Selection& selection, bool dry_run,
                                                                Warnings& warnings);

}  // namespace skillrun::app
