#include <mutex>

#include <skillrun/run.hpp>

#include "engine/log.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::chrono::seconds answer_deadline{30};

/// An engine serves one thread at a time, and lint judges on every core.
std::mutex& one_at_a_time() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

struct EngineHost::State {
  Engine& engine;
  LocalHost local;
};

EngineHost::EngineHost(Engine& engine, std::optional<std::chrono::year_month_day> today)
    : state_(new State{engine, LocalHost(engine.info().socket, today)}) {}

EngineHost::~EngineHost() = default;

std::optional<std::string> EngineHost::real_path(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : state_->local.real_path(path);
}

std::vector<std::string> EngineHost::links_on(const std::string& path) const {
  return engine_is_remote() ? std::vector<std::string>() : state_->local.links_on(path);
}

std::optional<std::string> EngineHost::engine_socket() const { return state_->local.engine_socket(); }

std::optional<std::uint32_t> EngineHost::uid() const { return state_->local.uid(); }

std::optional<std::uint32_t> EngineHost::gid() const { return state_->local.gid(); }

std::optional<std::vector<std::uint32_t>> EngineHost::groups() const { return state_->local.groups(); }

std::optional<HostView::Ownership> EngineHost::ownership(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : state_->local.ownership(path);
}

std::vector<std::string> EngineHost::homes() const { return state_->local.homes(); }

std::vector<std::string> EngineHost::account_homes() const { return state_->local.account_homes(); }

std::vector<std::string> EngineHost::own_folders() const { return state_->local.own_folders(); }

std::optional<std::vector<HostView::Entry>> EngineHost::entries(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : state_->local.entries(path);
}

std::optional<bool> EngineHost::exists(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : state_->local.exists(path);
}

std::optional<bool> EngineHost::is_socket(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : state_->local.is_socket(path);
}

std::optional<std::string> EngineHost::file_text(const std::string& path, std::size_t limit) const {
  return state_->local.file_text(path, limit);
}

bool EngineHost::engine_is_remote() const { return state_->engine.info().remote; }

std::optional<std::string> EngineHost::engine_platform() const {
  const EngineInfo& info = state_->engine.info();
  if (info.os.empty() || info.architecture.empty()) return std::nullopt;
  return info.os + "/" + info.architecture;
}

std::optional<HostView::Volume> EngineHost::existing_volume(const std::string& name) const {
  const std::lock_guard lock(one_at_a_time());
  auto volume = state_->engine.volumes().inspect_volume(name, {answer_deadline, nullptr});
  if (!volume) {
    log::warn("volume {} cannot be inspected: {}", name, volume.error().message);
    return Volume{};  // as one that nobody made for this skill: what is not known is not open
  }
  if (!*volume) return std::nullopt;
  return Volume{.driver = std::move((*volume)->driver),
                .options = std::move((*volume)->options),
                .labels = std::move((*volume)->labels)};
}

bool EngineHost::reads_file_system() const { return !engine_is_remote(); }

std::optional<std::chrono::year_month_day> EngineHost::today() const { return state_->local.today(); }

}  // namespace skillrun::inline v0
