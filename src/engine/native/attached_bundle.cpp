#include "engine/native/attached_bundle.hpp"

#include <termios.h>

#include "support/write_all.hpp"

namespace skillrun::inline v0 {

void AttachedBundle::close_input() {
  termios settings{};
  if (streams_.terminal && streams_.input && ::tcgetattr(streams_.input.get(), &settings) == 0 &&
      (settings.c_lflag & ICANON) != 0) {
    const char key = static_cast<char>(settings.c_cc[VEOF]);
    (void)write_all(streams_.input.get(), {&key, 1});
  }
  streams_.input.reset();
}

EngineResult<void> AttachedBundle::finish(CallLimits limits) {
  auto end = keeper_->await_end(limits);
  if (!end) return std::unexpected(end.error());
  return {};
}

}  // namespace skillrun::inline v0
