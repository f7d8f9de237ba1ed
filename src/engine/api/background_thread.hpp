#pragma once

#include <functional>

namespace skillrun {

/// Runs `work` on a thread of its own that nobody waits for. It gets no signals: they are for the program's threads.
void run_in_background(std::function<void()> work);

}  // namespace skillrun
