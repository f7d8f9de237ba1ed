#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// Asks another view for each real path and volume once. The answer that was judged is then the one that is pinned,
/// even if somebody moves a symlink meanwhile. Not thread-safe: made for one judgement. Must not outlive `host`.
class MemoHost final : public HostView {
 public:
  explicit MemoHost(const HostView& host) : MemoHost(host, host.today()) {}
  /// The same on a day that was asked for before.
  MemoHost(const HostView& host, std::optional<std::chrono::year_month_day> day) : host_(host), day_(day) {}

  [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const override {
    if (const auto known = answers_.find(path); known != answers_.end()) return known->second;
    std::optional<std::string> answer = host_.real_path(path);
    if (answer || knows_something()) answers_.emplace(path, answer);
    return answer;
  }
  [[nodiscard]] std::vector<std::string> links_on(const std::string& path) const override {
    return host_.links_on(path);
  }
  [[nodiscard]] std::optional<std::string> engine_socket() const override { return host_.engine_socket(); }
  [[nodiscard]] std::optional<std::uint32_t> uid() const override { return host_.uid(); }
  [[nodiscard]] std::optional<std::uint32_t> gid() const override { return host_.gid(); }
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> groups() const override { return host_.groups(); }
  [[nodiscard]] std::optional<Ownership> ownership(const std::string& path) const override {
    return host_.ownership(path);
  }
  [[nodiscard]] std::vector<std::string> homes() const override { return host_.homes(); }
  [[nodiscard]] std::vector<std::string> account_homes() const override {
    if (!accounts_) accounts_ = host_.account_homes();
    return *accounts_;
  }
  [[nodiscard]] std::vector<std::string> own_folders() const override { return host_.own_folders(); }
  [[nodiscard]] std::optional<std::vector<Entry>> entries(const std::string& path) const override {
    return host_.entries(path);
  }
  [[nodiscard]] std::optional<bool> exists(const std::string& path) const override { return host_.exists(path); }
  [[nodiscard]] std::optional<std::chrono::year_month_day> today() const override { return day_; }
  [[nodiscard]] std::optional<bool> is_socket(const std::string& path) const override { return host_.is_socket(path); }
  [[nodiscard]] std::optional<std::string> file_text(const std::string& path, std::size_t limit) const override {
    return host_.file_text(path, limit);
  }
  [[nodiscard]] bool engine_is_remote() const override { return host_.engine_is_remote(); }
  [[nodiscard]] std::optional<std::string> engine_platform() const override { return host_.engine_platform(); }
  [[nodiscard]] std::optional<Volume> existing_volume(const std::string& name) const override {
    if (const auto known = volumes_.find(name); known != volumes_.end()) return known->second;
    std::optional<Volume> answer = host_.existing_volume(name);
    if (answer || knows_something()) volumes_.emplace(name, answer);
    return answer;
  }
  [[nodiscard]] bool reads_file_system() const override { return host_.reads_file_system(); }

 private:
  /// False where no question has an answer: then there is none to remember.
  [[nodiscard]] bool knows_something() const { return host_.reads_file_system() || host_.engine_is_remote(); }

  const HostView& host_;
  std::optional<std::chrono::year_month_day> day_;
  mutable std::unordered_map<std::string, std::optional<std::string>> answers_;
  mutable std::unordered_map<std::string, std::optional<Volume>> volumes_;
  mutable std::optional<std::vector<std::string>> accounts_;
};

}  // namespace skillrun::inline v0
