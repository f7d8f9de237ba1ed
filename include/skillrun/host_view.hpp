#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/export.hpp>

namespace skillrun::inline v0 {

/// What the machine knows, as rules may ask. Every question has to be answered by each implementation, so that one
/// which passes questions on cannot leave a rule without its facts. Implementations must be safe for const use from
/// several threads. While linting nothing of this machine is consulted: use LexicalHost.
class SKILLRUN_API HostView {
 public:
  /// More bytes than any key, profile or file of settings has.
  static constexpr std::size_t text_limit = std::size_t{1} << 20;

  /// A named volume that exists before the skill runs.
  struct Volume {
    std::string driver;
    std::vector<std::pair<std::string, std::string>> options;  ///< of the driver: type, o, device, ...
    std::vector<std::pair<std::string, std::string>> labels = {};
  };

  /// What is in a folder.
  struct Entry {
    std::string name;
    bool is_socket = false;  ///< itself, no link to one
  };

  /// Whose something is.
  struct Ownership {
    std::uint32_t uid = 0;
    bool callers = false;          ///< of the caller; of root under sudo also what belongs to the user who called sudo
    bool everybody_reads = false;  ///< its own mode and those of the folders above it let every user read it
  };

  HostView() = default;
  HostView(const HostView&) = delete;
  HostView& operator=(const HostView&) = delete;
  virtual ~HostView() = default;
  /// `path` with every symlink followed, or nothing when it cannot be resolved. For a path whose end does not exist,
  /// the existing part is resolved and the rest appended.
  [[nodiscard]] virtual std::optional<std::string> real_path(const std::string& path) const = 0;
  /// Every symlink that is followed on the way to real_path(), each by the place that it lies at itself. Who replaces
  /// one of them decides what the path means.
  [[nodiscard]] virtual std::vector<std::string> links_on(const std::string& path) const = 0;
  /// The socket that the selected engine listens on, when it is a file of this machine.
  [[nodiscard]] virtual std::optional<std::string> engine_socket() const = 0;
  /// The caller's user id, where rules ask whose folder something is.
  [[nodiscard]] virtual std::optional<std::uint32_t> uid() const = 0;
  /// The caller's group id: with uid(), what `user = "host"` means where only a policy asked for it.
  [[nodiscard]] virtual std::optional<std::uint32_t> gid() const = 0;
  /// The numbers of all groups that the caller is a member of; nothing where nobody knows the caller.
  [[nodiscard]] virtual std::optional<std::vector<std::uint32_t>> groups() const = 0;
  /// Whose `path` is, after every symlink; nothing when that cannot be told.
  [[nodiscard]] virtual std::optional<Ownership> ownership(const std::string& path) const = 0;
  /// The caller's home by each of its names (the account's and $HOME); none where nobody knows the caller.
  [[nodiscard]] virtual std::vector<std::string> homes() const = 0;
  /// The homes of all accounts that the machine lists, the caller's included.
  [[nodiscard]] virtual std::vector<std::string> account_homes() const = 0;
  /// skillrun's own folders: the caller's policies and grants, and the records of runs. Who writes there decides what
  /// later runs may do.
  [[nodiscard]] virtual std::vector<std::string> own_folders() const = 0;
  /// Whether `path` exists; nothing when that cannot be told. What a run has put there as a stand-in, so that the
  /// skill cannot make it, does not.
  [[nodiscard]] virtual std::optional<bool> exists(const std::string& path) const = 0;
  /// What is in the folder at `path`, unsorted; nothing when it is no folder or cannot be read.
  [[nodiscard]] virtual std::optional<std::vector<Entry>> entries(const std::string& path) const = 0;
  /// The day on which is judged (UTC). While nobody knows it no waiver holds.
  [[nodiscard]] virtual std::optional<std::chrono::year_month_day> today() const = 0;
  /// Whether `path` is a socket, after every symlink; nothing when that cannot be told.
  [[nodiscard]] virtual std::optional<bool> is_socket(const std::string& path) const = 0;
  /// The bytes of a regular file of the caller's machine; nothing when it cannot be read or is larger than `limit`.
  [[nodiscard]] virtual std::optional<std::string> file_text(const std::string& path, std::size_t limit) const = 0;
  /// True when the engine runs on another machine: host paths are that machine's, and real_path() and exists() know
  /// nothing about them.
  [[nodiscard]] virtual bool engine_is_remote() const = 0;
  /// What the engine runs images for by itself: "linux/amd64"; nothing when that is not known.
  [[nodiscard]] virtual std::optional<std::string> engine_platform() const = 0;
  /// The engine's volume of this name; nothing when it has none, or nobody was asked.
  [[nodiscard]] virtual std::optional<Volume> existing_volume(const std::string& name) const = 0;
  /// True when this machine's file system answers: then a path that real_path() cannot resolve is refused, because
  /// nobody knows what it leads to.
  [[nodiscard]] virtual bool reads_file_system() const = 0;
};

/// Knows nothing: every question about the machine stays open and rules judge the text alone. A view that knows one
/// thing and nothing else derives from it.
class SKILLRUN_API LexicalHost : public HostView {
 public:
  explicit LexicalHost(std::optional<std::chrono::year_month_day> today = std::nullopt) : today_(today) {}
  [[nodiscard]] std::optional<std::string> real_path(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::vector<std::string> links_on(const std::string&) const override { return {}; }
  [[nodiscard]] std::optional<std::string> engine_socket() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::uint32_t> uid() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::uint32_t> gid() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> groups() const override { return std::nullopt; }
  [[nodiscard]] std::optional<Ownership> ownership(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::vector<std::string> homes() const override { return {}; }
  [[nodiscard]] std::vector<std::string> account_homes() const override { return {}; }
  [[nodiscard]] std::vector<std::string> own_folders() const override { return {}; }
  [[nodiscard]] std::optional<bool> exists(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::vector<Entry>> entries(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::chrono::year_month_day> today() const override { return today_; }
  [[nodiscard]] std::optional<bool> is_socket(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> file_text(const std::string&, std::size_t) const override {
    return std::nullopt;
  }
  [[nodiscard]] bool engine_is_remote() const override { return false; }
  [[nodiscard]] std::optional<std::string> engine_platform() const override { return std::nullopt; }
  [[nodiscard]] std::optional<Volume> existing_volume(const std::string&) const override { return std::nullopt; }
  [[nodiscard]] bool reads_file_system() const override { return false; }

 private:
  std::optional<std::chrono::year_month_day> today_;
};

/// Reads this machine's file system and account database, and asks no engine.
class SKILLRUN_API LocalHost final : public HostView {
 public:
  /// `today` is the day (UTC) by which waivers are judged; without one none holds.
  explicit LocalHost(std::optional<std::string> engine_socket = std::nullopt,
                     std::optional<std::chrono::year_month_day> today = std::nullopt);
  ~LocalHost() override;
  [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const override;
  [[nodiscard]] std::vector<std::string> links_on(const std::string& path) const override;
  [[nodiscard]] std::optional<std::string> engine_socket() const override;
  [[nodiscard]] std::optional<std::uint32_t> uid() const override;
  [[nodiscard]] std::optional<std::uint32_t> gid() const override;
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> groups() const override;
  [[nodiscard]] std::optional<Ownership> ownership(const std::string& path) const override;
  [[nodiscard]] std::vector<std::string> homes() const override;
  [[nodiscard]] std::vector<std::string> account_homes() const override;
  [[nodiscard]] std::vector<std::string> own_folders() const override;
  [[nodiscard]] std::optional<bool> exists(const std::string& path) const override;
  [[nodiscard]] std::optional<std::vector<Entry>> entries(const std::string& path) const override;
  [[nodiscard]] std::optional<bool> is_socket(const std::string& path) const override;
  [[nodiscard]] std::optional<std::string> file_text(const std::string& path, std::size_t limit) const override;
  [[nodiscard]] bool engine_is_remote() const override;
  [[nodiscard]] std::optional<std::string> engine_platform() const override;
  [[nodiscard]] std::optional<Volume> existing_volume(const std::string& name) const override;
  [[nodiscard]] bool reads_file_system() const override;
  [[nodiscard]] std::optional<std::chrono::year_month_day> today() const override;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace skillrun::inline v0
