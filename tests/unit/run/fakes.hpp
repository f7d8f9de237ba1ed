#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <skillrun/engine_request.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <skillrun/run.hpp>

#include "engine/docker/docker_engine.hpp"
#include "run/labels.hpp"
#include "support/json.hpp"
#include "support/process/pipe.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::test {

/// Runs of tests leave their records in a folder of their own.
class StateFolder {
 public:
  StateFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "skillrun-test-state-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) std::abort();
    path_ = path;
    ::setenv("XDG_STATE_HOME", path_.c_str(), 1);
  }
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;
  ~StateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string records() const { return path_ + "/skillrun/runs"; }

 private:
  std::string path_;
};
inline const StateFolder state_folder;

/// The skill's side of a run: what its process sees. Signals arrive as bytes of a pipe.
struct Skill {
  int in = -1;
  int out = -1;
  int err = -1;
  bool framed = false;
  int signals = -1;

  /// Waits for the next signal; 0 when none came in time.
  int next_signal(std::chrono::milliseconds patience = std::chrono::seconds{20}) const {
    pollfd entry{signals, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(patience.count())) <= 0) return 0;
    unsigned char number = 0;
    return ::read(signals, &number, 1) == 1 ? number : 0;
  }

  /// False once nobody reads any more, or KILL has come.
  bool write(std::string_view bytes, bool to_error = false) const {
    if (!framed) return write_all(to_error ? err : out, bytes);
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, 32768);
      const auto size = static_cast<std::uint32_t>(part.size());
      const std::array<char, 8> header{static_cast<char>(to_error ? 2 : 1),
                                       0,
                                       0,
                                       0,
                                       static_cast<char>(size >> 24),
                                       static_cast<char>(size >> 16),
                                       static_cast<char>(size >> 8),
                                       static_cast<char>(size)};
      if (!write_all(out, {header.data(), header.size()}) || !write_all(out, part)) return false;
      bytes.remove_prefix(part.size());
    }
    return true;
  }

  std::string read_to_end() const {
    std::string text;
    std::array<char, 65536> buffer{};
    for (ssize_t count = 1; count > 0;) {
      count = ::read(in, buffer.data(), buffer.size());
      if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  bool write_all(int fd, std::string_view bytes) const {
    while (!bytes.empty()) {
      std::array<pollfd, 2> entries{{{fd, POLLOUT, 0}, {signals, POLLIN, 0}}};
      ::poll(entries.data(), entries.size(), -1);
      if (entries[1].revents != 0 && next_signal() == SIGKILL) return false;
      const ssize_t count = framed ? ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT)
                                   : ::write(fd, bytes.data(), std::min<std::size_t>(bytes.size(), 4096));
      if (count < 0 && errno != EAGAIN) return false;
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
};

using Play = std::function<void(const Skill&)>;

inline std::pair<UniqueFd, UniqueFd> pipe_ends() {
  auto ends = make_pipe();
  REQUIRE(ends);
  return std::move(*ends);
}

/// A container whose process is a thread of the test.
class FakeContainer final : public AttachedContainer {
 public:
  struct Kind {
    bool input = true;
    bool framed = false;
    std::string prefetched;
  };

  FakeContainer(Play play, int signals, Kind kind, std::function<void()> ended)
      : framed_(kind.framed), prefetched_(std::move(kind.prefetched)), exit_(::eventfd(0, EFD_CLOEXEC)) {
    Skill skill;
    skill.framed = framed_;
    skill.signals = signals;
    if (framed_) {
      std::array<int, 2> ends{};
      REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
      output_ = UniqueFd(ends[0]);
      their_output_ = UniqueFd(ends[1]);
      skill.in = kind.input ? their_output_.get() : -1;
    } else {
      std::tie(output_, their_output_) = pipe_ends();
      std::tie(error_, their_error_) = pipe_ends();
      if (kind.input) std::tie(their_input_, input_) = pipe_ends();
      skill.in = their_input_.get();
    }
    input_open_ = kind.input;
    for (const int fd : {input_.get(), output_.get(), error_.get()}) {
      if (fd >= 0) set_nonblocking(fd);
    }
    skill.out = their_output_.get();
    skill.err = their_error_.get();
    thread_ = std::thread([this, play = std::move(play), ended = std::move(ended), skill] {
      sigset_t pipe;
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
      play(skill);
      their_input_.reset();
      their_output_.reset();
      their_error_.reset();
      ended();
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(exit_.get(), &one, sizeof one);
    });
  }
  ~FakeContainer() override {
    input_.reset();
    output_.reset();
    error_.reset();
    thread_.join();
  }

  [[nodiscard]] int input_fd() const noexcept override {
    if (!input_open_) return -1;
    return framed_ ? output_.get() : input_.get();
  }
  [[nodiscard]] int output_fd() const noexcept override { return output_.get(); }
  [[nodiscard]] int error_fd() const noexcept override { return error_.get(); }
  [[nodiscard]] bool framed() const noexcept override { return framed_; }
  [[nodiscard]] std::string take_prefetched() override { return std::exchange(prefetched_, {}); }
  void close_input() override {
    if (framed_ && input_open_) ::shutdown(output_.get(), SHUT_WR);
    input_.reset();
    input_open_ = false;
    ++input_closings;
  }
  [[nodiscard]] int exit_fd() const noexcept override { return exit_.get(); }
  [[nodiscard]] EngineResult<void> finish(CallLimits) override { return {}; }

  std::atomic<int> input_closings = 0;

 private:
  bool framed_;
  bool input_open_ = false;
  std::string prefetched_;
  UniqueFd exit_;
  UniqueFd input_, output_, error_;
  UniqueFd their_input_, their_output_, their_error_;
  std::thread thread_;
};

/// What docker's inspect says of a container that it made as it was told.
inline json::object docker_description(const ContainerSpec& spec, const RunLabels& labels, const std::string& image_id,
                                       const EngineInfo& engine) {
  json::object body = json::parse(create_request_json(spec, labels, {}, engine)).as_object();
  json::object host = body.at("HostConfig").as_object();
  body.erase("HostConfig");
  const auto list = [](const char* first, auto... more) { return json::array{first, more...}; };
  if (!host.contains("MaskedPaths")) {
    host["MaskedPaths"] = list("/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                               "/proc/scsi", "/sys/firmware");
    host["ReadonlyPaths"] = list("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
  }
  host["Runtime"] = "runc";
  json::array words;
  if (spec.entrypoint) words.emplace_back(spec.entrypoint->value);
  for (const auto& word : spec.command) words.emplace_back(word.value);
  json::object made{{"Id", std::string(64, 'c')}, {"Image", image_id}, {"Path", ""}, {"Args", json::array()}};
  if (!words.empty()) {
    made["Path"] = words.front();
    made["Args"] = json::array(words.begin() + 1, words.end());
  }
  json::array mounts;
  for (const auto& entry : spec.mounts) {
    const Mount& mount = entry.value;
    if (mount.type == MountType::tmpfs) continue;
    const bool bind = mount.type == MountType::bind;
    mounts.push_back({{"Type", bind ? "bind" : "volume"},
                      {"Name", bind ? "" : mount.source},
                      {"Source", bind ? mount.source : "/var/lib/docker/volumes/" + mount.source + "/_data"},
                      {"Destination", mount.target},
                      {"RW", !mount.read_only},
                      {"Propagation", bind ? "rprivate" : ""}});
  }
  made["Mounts"] = std::move(mounts);
  made["Config"] = std::move(body);
  made["HostConfig"] = std::move(host);
  return made;
}

/// An engine of one image and one container, which writes down what it is asked for.
class FakeEngine final : public DockerEngine {
 public:
  FakeEngine() {
    info_.kind = "docker";
    info_.transport = "api";
    info_.os = "linux";
    std::tie(signal_read_, signal_write_) = pipe_ends();
    image = ImageInfo{};
    image->id = "sha256:1";
    image->os = "linux";
    image->architecture = "amd64";
  }

  [[nodiscard]] const EngineInfo& info() const noexcept override { return info_; }
  EngineResult<std::optional<ImageInfo>> inspect_image(const std::string& reference, CallLimits limits) override {
    if (auto step = call("inspect_image " + reference, limits); !step) return std::unexpected(step.error());
    if (!reference.starts_with("skillrun.invalid/")) return image;
    const auto found = built.find(reference);
    return found == built.end() ? std::nullopt : std::optional(found->second);
  }
  EngineResult<void> fetch_image(const ImageReference& reference, const std::optional<std::string>& platform,
                                 const ProgressSink& progress, CallLimits limits) override {
    if (progress) progress({.kind = ProgressEvent::Kind::layer, .text = "Downloading", .layer = "ab"});
    auto step = call("pull " + reference.familiar() + (platform ? " for " + *platform : ""), limits);
    if (step && pulled) image = pulled;
    return step;
  }
  EngineResult<void> import_image(const ImportRequest& request, const ByteSource& archive, CallLimits limits) override {
    if (auto step = call("import " + request.reference, limits); !step) return step;
    while (true) {
      auto piece = archive();
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) break;
      imported += *piece;
    }
    add_built(request.reference, "sha256:imported", request.labels);
    return {};
  }
  EngineResult<void> build_image(const BuildRequest& request, const ByteSource& context, const ProgressSink& progress,
                                 CallLimits limits) override {
    for (const std::string& line : build_output) progress({.kind = ProgressEvent::Kind::line, .text = line});
    if (auto step = call("build " + request.reference, limits); !step) return step;
    std::string archive;
    for (auto piece = context(); !piece || !piece->empty(); piece = context()) {
      if (!piece) return std::unexpected(piece.error());
      archive += *piece;
    }
    if (on_build) on_build(request, archive);
    add_built(request.reference, "sha256:built", request.labels);
    return {};
  }
  EngineResult<std::string> create(const ApprovedSpec& approved, const RunLabels& labels, const StartOptions& options,
                                   CallLimits limits) override {
    if (auto step = call("create", limits); !step) return std::unexpected(step.error());
    const std::string id = options.image.empty() ? image.value_or(ImageInfo{}).id : built[options.image].id;
    description = docker_description(approved.spec(), labels, id, info_);
    created_labels = labels.entries;
    created_options = options;
    state.id = std::string(64, 'c');
    state.status = "created";
    return state.id;
  }
  EngineResult<std::unique_ptr<AttachedContainer>> start_container(const std::string&, const StartOptions& options,
                                                                   CallLimits limits) override {
    if (auto step = call("start", limits); !step) return std::unexpected(step.error());
    {
      const std::scoped_lock lock(mutex_);
      state.status = "running";
    }
    container_kind.input = options.standard_input;
    auto container = std::make_unique<FakeContainer>(play, signal_read_.get(), container_kind, [this] {
      const std::scoped_lock lock(mutex_);
      state.status = "exited";
      state.exit_code = exit_code;
    });
    return container;
  }
  EngineResult<ContainerState> inspect(const std::string&, CallLimits limits) override {
    if (auto step = call("inspect", limits); !step) return std::unexpected(step.error());
    const std::scoped_lock lock(mutex_);
    return state;
  }
  EngineResult<std::string> data_root(CallLimits limits) override {
    if (auto step = call("data_root", limits); !step) return std::unexpected(step.error());
    return "/var/lib/docker";
  }
  EngineResult<std::string> describe(const std::string&, CallLimits limits) override {
    if (auto step = call("describe", limits); !step) return std::unexpected(step.error());
    if (on_describe) on_describe(description);
    return json::serialize(description);
  }
  EngineResult<ContainerEntry> look_at(const std::string&, const std::string& path, CallLimits limits) override {
    if (auto step = call("look_at " + path, limits); !step) return std::unexpected(step.error());
    if (const auto failure = failures.find("look_at " + path); failure != failures.end()) {
      return std::unexpected(failure->second);
    }
    const auto found = entries.find(path);
    return found == entries.end() ? ContainerEntry{} : found->second;
  }
  EngineResult<std::vector<ListedContainer>> find_containers(const std::string& label, CallLimits limits) override {
    if (auto step = call("find_containers " + label, limits); !step) return std::unexpected(step.error());
    return listed;
  }
  EngineResult<std::optional<VolumeInfo>> inspect_volume(const std::string& name, CallLimits limits) override {
    if (auto step = call("inspect_volume " + name, limits); !step) return std::unexpected(step.error());
    return volume;
  }
  EngineResult<void> create_volume(const VolumeRequest& request, CallLimits limits) override {
    if (auto step = call("create_volume " + request.name, limits); !step) return step;
    volume = VolumeInfo{.driver = "local", .options = request.options, .labels = request.labels};
    return {};
  }
  EngineResult<void> kill(const std::string&, int signal, CallLimits limits) override {
    if (auto step = call("kill " + std::to_string(signal), limits); !step) return step;
    if (signal == SIGKILL) exit_code = 137;
    const auto byte = static_cast<unsigned char>(signal);
    REQUIRE(::write(signal_write_.get(), &byte, 1) == 1);
    return {};
  }
  EngineResult<void> pause(const std::string&, CallLimits limits) override { return call("pause", limits); }
  EngineResult<void> resume(const std::string&, CallLimits limits) override { return call("resume", limits); }
  EngineResult<void> resize(const std::string&, int rows, int columns, CallLimits limits) override {
    return call("resize " + std::to_string(rows) + "x" + std::to_string(columns), limits);
  }
  EngineResult<void> remove_container(const std::string& id, CallLimits limits) override {
    removed.push_back(id);
    return call("remove", limits);
  }

  [[nodiscard]] std::vector<std::string> calls() const {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }
  [[nodiscard]] bool was_called(const std::string& name) const {
    for (const std::string& made : calls()) {
      if (made == name) return true;
    }
    return false;
  }

  EngineInfo info_;
  std::optional<ImageInfo> image;
  std::optional<ImageInfo> pulled;  ///< what a pull brings
  std::string imported;
  std::vector<std::string> build_output;
  std::map<std::string, ImageInfo> built;  ///< by private name
  Labels labels_of_dockerfile;             ///< what a build adds to the labels that were asked for
  std::function<void(const BuildRequest&, const std::string& archive)> on_build;
  json::object description;                        ///< of the container, in docker's words
  std::function<void(json::object&)> on_describe;  ///< what the engine made of it
  std::map<std::string, ContainerEntry> entries;   ///< of the container's file system
  std::optional<VolumeInfo> volume;
  std::vector<ListedContainer> listed;
  std::vector<std::string> removed;  ///< ids
  Play play = [](const Skill&) {};
  FakeContainer::Kind container_kind;
  std::atomic<int> exit_code = 0;
  ContainerState state;
  std::vector<std::pair<std::string, std::string>> created_labels;
  StartOptions created_options;
  std::map<std::string, EngineError> failures;      ///< by the call's first word
  std::function<void(const std::string&)> on_call;  ///< before each call takes effect

 private:
  void add_built(const std::string& reference, std::string id, Labels labels) {
    ImageInfo made;
    made.id = std::move(id);
    made.labels = std::move(labels);
    made.labels.insert(made.labels.end(), labels_of_dockerfile.begin(), labels_of_dockerfile.end());
    built[reference] = std::move(made);
  }
  EngineResult<void> call(const std::string& words, CallLimits limits) {
    const std::string name = words.substr(0, words.find(' '));
    {
      const std::scoped_lock lock(mutex_);
      calls_.push_back(words);
    }
    if (on_call) on_call(name);
    if (limits.cancellation != nullptr && limits.cancellation->cancelled()) {
      return std::unexpected(EngineError{EngineError::Kind::cancelled, "cancelled"});
    }
    if (const auto failure = failures.find(name); failure != failures.end()) return std::unexpected(failure->second);
    return {};
  }

  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
  UniqueFd signal_read_, signal_write_;
};

}  // namespace skillrun::test
