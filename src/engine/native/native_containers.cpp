// The containers of the native engine, once they are made.
#include <algorithm>
#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/native/native_container.hpp"
#include "engine/native/native_engine.hpp"
#include "engine/native/observe.hpp"
#include "engine/native/root_view.hpp"
#include "support/process/pseudo_terminal.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

/// Everything of a container ends at once; what it wrote has to be removed.
constexpr std::chrono::seconds removal_patience{20};

}  // namespace

NativeEngine::~NativeEngine() = default;

NativeContainer* NativeEngine::find(const std::string& id) {
  const auto found = containers_.find(id);
  return found == containers_.end() ? nullptr : found->second.get();
}

EngineResult<std::unique_ptr<AttachedContainer>> NativeEngine::start(const std::string& id, const StartOptions& options,
                                                                     CallLimits limits) {
  (void)options;  // decided when it was created
  NativeContainer* container = find(id);
  if (container == nullptr) return failure(Kind::not_found, fmt::format("there is no container {}", id));
  if (auto made = make(*container, limits); !made) return std::unexpected(made.error());
  auto started = run_runtime(*container, parts_.runtime.path, "start", limits);
  if (!started) return std::unexpected(started.error());
  container->started = true;
  if (const auto fault = find_fault_after_start(*container)) {
    const auto killed = kill(id, SIGKILL, limits);
    return failure(Kind::refused, fmt::format("the skill {} as soon as it ran: {}",
                                              killed ? "was killed" : "is ended with its keeper", *fault));
  }
  return std::make_unique<AttachedBundle>(container->keeper, container->process.get(), std::move(container->streams));
}

EngineResult<ContainerState> NativeEngine::inspect(const std::string& id, CallLimits limits) {
  (void)limits;
  NativeContainer* container = find(id);
  if (container == nullptr) return failure(Kind::not_found, fmt::format("there is no container {}", id));
  const auto end = container->keeper->end();
  return ContainerState{.id = id,
                        .image_id = container->image.info.id,
                        .status = end                  ? "exited"
                                  : container->started ? "running"
                                                       : "created",
                        .exit_code = end ? end->status : 0,
                        .out_of_memory = end && end->out_of_memory,
                        .error = {}};
}

EngineResult<ObservedContainer> NativeEngine::observe(const std::string& id, const AskedContainer& asked,
                                                      CallLimits limits) {
  NativeContainer* container = find(id);
  if (container == nullptr) return failure(Kind::not_found, fmt::format("there is no container {}", id));
  if (auto made = make(*container, limits); !made) return std::unexpected(made.error());
  return observe_container(*container, asked);
}

EngineResult<ContainerEntry> NativeEngine::look_at(const std::string& id, const std::string& path, CallLimits limits) {
  (void)limits;
  NativeContainer* container = find(id);
  if (container == nullptr) return failure(Kind::not_found, fmt::format("there is no container {}", id));
  return look_into(container->root.get(), path);
}

EngineResult<std::vector<ListedContainer>> NativeEngine::find_containers(const std::string& label, CallLimits limits) {
  (void)limits;
  std::vector<ListedContainer> found;
  for (FoundRun& run : find_run_folders(parts_.runs)) {
    const auto has_it = [&](const auto& entry) { return entry.first == label; };
    if (std::ranges::none_of(run.note.labels, has_it)) continue;
    found.push_back(
        {.id = run.note.id, .status = run.alive ? "running" : "dead", .labels = std::move(run.note.labels)});
  }
  return found;
}

EngineResult<void> NativeEngine::tell(const std::string& id, const KeeperMessage& message, CallLimits limits) {
  NativeContainer* container = find(id);
  if (container == nullptr) return failure(Kind::not_found, fmt::format("there is no container {}", id));
  auto done = container->keeper->ask(message, limits);
  if (!done) return std::unexpected(done.error());
  return {};
}

EngineResult<void> NativeEngine::kill(const std::string& id, int signal, CallLimits limits) {
  return tell(id, {.words = {"signal", std::to_string(signal)}}, limits);
}

EngineResult<void> NativeEngine::pause(const std::string& id, CallLimits limits) {
  return tell(id, {.words = {"pause"}}, limits);
}

EngineResult<void> NativeEngine::resume(const std::string& id, CallLimits limits) {
  return tell(id, {.words = {"resume"}}, limits);
}

EngineResult<void> NativeEngine::resize(const std::string& id, int rows, int columns, CallLimits limits) {
  (void)limits;
  const NativeContainer* container = find(id);
  if (container == nullptr) return failure(Kind::not_found, fmt::format("there is no container {}", id));
  if (!container->terminal) return failure(Kind::refused, "the container has no terminal");
  set_window_size(container->terminal.get(), rows, columns);
  return {};
}

/// A keeper removes what it kept. Of one that was killed it is removed here, and so is what other processes left.
EngineResult<void> NativeEngine::remove(const std::string& id, CallLimits limits) {
  EngineResult<void> ended;
  if (NativeContainer* container = find(id); container != nullptr) {
    if (container->keeper) {
      ended = container->keeper->finish({.deadline = std::max(limits.deadline, {removal_patience})});
    }
    containers_.erase(id);
  }
  if (!ended) return ended;
  for (const FoundRun& run : find_run_folders(parts_.runs)) {
    if (run.note.id != id) continue;
    if (run.alive) return failure(Kind::refused, "it belongs to a skillrun that runs");
    if (auto removed = remove_remains(run); !removed) return removed;
  }
  return {};
}

}  // namespace skillrun::inline v0
