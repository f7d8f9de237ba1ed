#pragma once

#include <skillrun/run.hpp>

namespace skillrun {

/// The labels of one run: what it is, and which process it belongs to. The process' start time tells a number that
/// was given to another process since.
[[nodiscard]] RunLabels labels_of_run(const ContainerSpec& spec, const RunOptions& options);

}  // namespace skillrun
