#pragma once

#include <functional>
#include <thread>

namespace skillrun::inline v0 {

/// A thread that gets no signals: they are for the program's own threads.
[[nodiscard]] std::thread quiet_thread(std::function<void()> work);

/// The same for work that nobody waits for.
void run_in_background(std::function<void()> work);

}  // namespace skillrun::inline v0
