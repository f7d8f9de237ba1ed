#include <mutex>

#include <skillrun/run.hpp>

#include "engine/log.hpp"

namespace skillrun {

namespace {

constexpr std::chrono::seconds answer_deadline{30};

/// An engine serves one thread at a time, and lint judges on every core.
std::mutex& one_at_a_time() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

EngineHost::EngineHost(Engine& engine, std::optional<std::chrono::year_month_day> today)
    : engine_(engine), local_(engine.info().socket, today) {}

std::optional<std::string> EngineHost::real_path(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : local_.real_path(path);
}

std::vector<std::string> EngineHost::links_on(const std::string& path) const {
  return engine_is_remote() ? std::vector<std::string>() : local_.links_on(path);
}

std::optional<std::string> EngineHost::engine_socket() const { return local_.engine_socket(); }

std::optional<std::uint32_t> EngineHost::uid() const { return local_.uid(); }

std::optional<std::uint32_t> EngineHost::gid() const { return local_.gid(); }

std::optional<std::vector<std::uint32_t>> EngineHost::groups() const { return local_.groups(); }

std::optional<HostView::Ownership> EngineHost::ownership(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : local_.ownership(path);
}

std::vector<std::string> EngineHost::homes() const { return local_.homes(); }

std::vector<std::string> EngineHost::account_homes() const { return local_.account_homes(); }

std::vector<std::string> EngineHost::own_folders() const { return local_.own_folders(); }

std::optional<std::vector<HostView::Entry>> EngineHost::entries(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : local_.entries(path);
}

std::optional<bool> EngineHost::exists(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : local_.exists(path);
}

std::optional<bool> EngineHost::is_socket(const std::string& path) const {
  return engine_is_remote() ? std::nullopt : local_.is_socket(path);
}

std::optional<std::string> EngineHost::file_text(const std::string& path, std::size_t limit) const {
  return local_.file_text(path, limit);
}

bool EngineHost::engine_is_remote() const { return engine_.info().remote; }

std::optional<std::string> EngineHost::engine_platform() const {
  const EngineInfo& info = engine_.info();
  if (info.os.empty() || info.architecture.empty()) return std::nullopt;
  return info.os + "/" + info.architecture;
}

std::optional<HostView::Volume> EngineHost::existing_volume(const std::string& name) const {
  const std::lock_guard lock(one_at_a_time());
  auto volume = engine_.volumes().inspect_volume(name, {answer_deadline, nullptr});
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

std::optional<std::chrono::year_month_day> EngineHost::today() const { return local_.today(); }

}  // namespace skillrun
