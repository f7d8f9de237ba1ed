#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <skillrun/run.hpp>

#include "run/skill_signals.hpp"
#include "run/streams.hpp"
#include "run/terminal.hpp"

namespace skillrun::inline v0 {

/// How long the steps of ending a skill may take.
struct EndingLimits {
  std::chrono::milliseconds grace{10'000};           ///< between the stop signal and KILL, when the spec says nothing
  std::chrono::milliseconds longest_grace{300'000};  ///< whatever the spec says: a timeout must come to an end
  std::chrono::milliseconds after_kill{10'000};      ///< then the engine is given up
  std::chrono::milliseconds quiet_drain{3'000};      ///< an ended container's output may stay silent before its end
  std::chrono::milliseconds call{10'000};            ///< one kill or resize call
  std::chrono::milliseconds pause{2'000};            ///< a stopped program cannot wait for a slow engine
  std::chrono::milliseconds deserted{5'000};         ///< most skills end by themselves once their input has
};

/// How long a skill may take after the stop signal. A manifest cannot draw its timeout out for ever.
[[nodiscard]] std::chrono::milliseconds grace_of(const ContainerSpec& spec, const EndingLimits& limits);

/// Why a running skill came to its end.
enum class EndCause : std::uint8_t {
  by_itself,
  timed_out,
  cancelled,
  reader_gone,   ///< nobody reads the output any more
  deserted,      ///< and nobody is left who could say anything either
  write_failed,  ///< output could not be written for another reason
  lost_stream,   ///< the engine's stream made no sense
};

struct Ending {
  EndCause cause = EndCause::by_itself;
  std::string message;    ///< for write_failed and lost_stream
  bool given_up = false;  ///< the container did not end even after KILL
};

/// What there is to watch over.
struct Watched {
  ContainerBackend& containers;
  const std::string& id;
  const ContainerSpec& spec;
  AttachedContainer& container;
  Pump& pump;
  RunControl& control;
  SkillSignals& signals;
  int terminal = -1;  ///< whose window size is the container's; -1: none
  std::chrono::steady_clock::time_point started;
  std::function<void()> look_at_terminal{};  ///< called now and then: the program may have come to the foreground
  std::function<void(Stopped)> stop{};       ///< returns when the program is to go on (SIGCONT)
  bool outlives_client = false;              ///< also when nobody is left at its streams
};

/// Carries the streams until the container has ended and its output is handed on: passes signals on (a third
/// request to end kills; TSTP and the stop key freeze it and stop the program), keeps the timeout (stop signal, grace,
/// KILL), ends in the same way a skill whose streams nobody is left at, and obeys a cancellation.
[[nodiscard]] Ending supervise(const Watched& watched, const EndingLimits& limits = {});

}  // namespace skillrun::inline v0
