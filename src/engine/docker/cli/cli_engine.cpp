#include "engine/docker/cli/cli_engine.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "engine/client_environment.hpp"
#include "engine/docker/cli/attached_client.hpp"
#include "engine/docker/cli/cli_probe.hpp"
#include "engine/docker/cli/client.hpp"
#include "engine/docker/cli/context_folder.hpp"
#include "engine/docker/cli/inspect_json.hpp"
#include "engine/docker/cli/look_inside.hpp"
#include "engine/docker/cli/start_watch.hpp"
#include "engine/docker/cli/variable_transport.hpp"
#include "engine/docker/container_list.hpp"
#include "engine/docker/docker_engine.hpp"
#include "engine/docker/run_words.hpp"
#include "engine/source_alias.hpp"
#include "policy/places/paths.hpp"
#include "support/process/find_program.hpp"
#include "support/process/pipe.hpp"
#include "support/process/private_folder.hpp"
#include "support/process/spawn.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::unexpected<EngineError> unsupported(std::string message) {
  return std::unexpected(EngineError{EngineError::Kind::unsupported, std::move(message)});
}

/// Whether a label may stand in a LABEL instruction unquoted: the clients disagree about quotes.
bool plain_label(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._:/@+-").contains(static_cast<char>(c));
  };
  return !text.empty() && std::ranges::all_of(text, plain);
}

/// The client would follow a link out of the context and read any file of the host.
EngineResult<std::string> dockerfile_within(const std::string& context, const std::string& dockerfile) {
  std::error_code error;
  const auto root = std::filesystem::canonical(context, error);
  const auto file = error ? root : std::filesystem::canonical(root / dockerfile, error);
  if (error) {
    return std::unexpected(
        EngineError{EngineError::Kind::not_found,
                    fmt::format("the Dockerfile '{}' cannot be read: {}", printable(dockerfile), error.message())});
  }
  if (!is_within(file.string(), root.string())) {
    return unsupported(fmt::format("the Dockerfile '{}' lies outside of the build context", printable(dockerfile)));
  }
  return file.string();
}

class CliEngine final : public DockerEngine {
 public:
  CliEngine(Client client, CliProbe probe)
      : client_(std::move(client)), info_(std::move(probe.info)), dialect_(std::move(probe.dialect)) {}

  [[nodiscard]] const EngineInfo& info() const noexcept override { return info_; }
  [[nodiscard]] EngineResult<std::optional<ImageInfo>> inspect_image(const std::string& reference,
                                                                     CallLimits limits) override;
  [[nodiscard]] EngineResult<void> fetch_image(const ImageReference& image, const std::optional<std::string>& platform,
                                               const ProgressSink& progress, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> import_image(const ImportRequest& request, const ByteSource& archive,
                                                CallLimits limits) override;
  [[nodiscard]] EngineResult<void> build_image(const BuildRequest& request, const ByteSource& context,
                                               const ProgressSink& progress, CallLimits limits) override;
  [[nodiscard]] EngineResult<std::string> create(const ApprovedSpec& approved, const RunLabels& labels,
                                                 const StartOptions& options, CallLimits limits) override;
  [[nodiscard]] EngineResult<std::unique_ptr<AttachedContainer>> start_container(const std::string& id,
                                                                                 const StartOptions& options,
                                                                                 CallLimits limits) override;
  [[nodiscard]] EngineResult<ContainerState> inspect(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<std::string> describe(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<ContainerEntry> look_at(const std::string& id, const std::string& path,
                                                     CallLimits limits) override;
  [[nodiscard]] EngineResult<std::vector<ListedContainer>> find_containers(const std::string& label,
                                                                           CallLimits limits) override;
  [[nodiscard]] EngineResult<std::optional<VolumeInfo>> inspect_volume(const std::string& name,
                                                                       CallLimits limits) override;
  [[nodiscard]] EngineResult<void> create_volume(const VolumeRequest& request, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> kill(const std::string& id, int signal, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> pause(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> resume(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> resize(const std::string& id, int rows, int columns, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> remove(const std::string& id, CallLimits limits) override;

 private:
  [[nodiscard]] Dialect dialect() const override { return dialect_; }
  [[nodiscard]] EngineResult<void> run(std::vector<std::string> words, CallLimits limits,
                                       const CommandStreams& streams = {}) const {
    auto output = client_.run(std::move(words), limits, streams);
    if (!output) return std::unexpected(output.error());
    return {};
  }

  Client client_;
  EngineInfo info_;
  Dialect dialect_;
  /// podman keeps no record of why a start failed, so what its client said is kept here.
  std::string failed_id_;
  std::string failed_words_;
  std::optional<PodmanRoot> root_;  ///< podman's, of the container that is looked at
  /// podman's monitor leaves its note that memory ran out in the folder that podman was started in, where podman does
  /// not look for it and where it would litter the caller's.
  std::string noted_id_;
  std::unique_ptr<PrivateFolder> notes_;
};

EngineResult<std::optional<ImageInfo>> CliEngine::inspect_image(const std::string& reference, CallLimits limits) {
  auto text = client_.run({"image", "inspect", "--", image_word(reference, dialect_)}, limits);
  if (!text && text.error().kind == EngineError::Kind::not_found) return std::optional<ImageInfo>();
  if (!text) return std::unexpected(text.error());
  auto image = parse_image_inspect(*text);
  if (!image) return std::unexpected(image.error());
  return std::optional(std::move(*image));
}

EngineResult<void> CliEngine::fetch_image(const ImageReference& image, const std::optional<std::string>& platform,
                                          const ProgressSink& progress, CallLimits limits) {
  if (!image.id.empty()) return unsupported("an image named by its id cannot be pulled");
  std::vector<std::string> words{"pull"};
  if (platform) words.push_back("--platform=" + *platform);
  words.emplace_back("--");
  // podman would try the registries of its configuration for a short name; the spec names one.
  words.push_back(image_word(name_of(image), dialect_));
  return run(std::move(words), limits, {.progress = &progress});
}

EngineResult<void> CliEngine::import_image(const ImportRequest& request, const ByteSource& archive, CallLimits limits) {
  std::vector<std::string> words{"import"};
  for (const auto& [key, value] : request.labels) {
    if (!plain_label(key) || !plain_label(value)) return unsupported(fmt::format("label {} of an imported image", key));
    words.push_back(fmt::format("--change=LABEL {}={}", key, value));
  }
  words.insert(words.end(), {"--", "-", request.reference});
  return run(std::move(words), limits, {.input = &archive});
}

EngineResult<void> CliEngine::build_image(const BuildRequest& request, const ByteSource& context,
                                          const ProgressSink& progress, CallLimits limits) {
  const auto folder = ContextFolder::unpack(context);
  if (!folder) return std::unexpected(folder.error());
  const auto file = dockerfile_within((*folder)->path(), request.dockerfile);
  if (!file) return std::unexpected(file.error());
  std::vector<std::string> words{"build", "--tag=" + request.reference, "--file=" + *file};
  if (!request.target.empty()) words.push_back("--target=" + request.target);
  if (request.platform) words.push_back("--platform=" + *request.platform);
  for (const auto& [name, value] : request.args) {
    if (!fits_the_environment(name, value)) {
      return unsupported(fmt::format("{} cannot be given the value of build argument {}", info_.endpoint, name));
    }
    // A name alone takes its value from the client's environment: arguments can be read by every user of the machine.
    words.push_back("--build-arg=" + name);
  }
  for (const auto& [key, value] : request.labels) words.push_back(fmt::format("--label={}={}", key, value));
  // What a client's configuration says of them does not count.
  if (dialect_.podman) {
    words.emplace_back(info_.rootless ? "--isolation=rootless" : "--isolation=oci");
    words.insert(words.end(), {"--network=private", "--ipc=private", "--uts=private", "--pid=private"});
  } else {
    words.emplace_back("--network=default");
  }
  words.insert(words.end(), {"--", (*folder)->path()});
  ProcessRequest command = client_.request(std::move(words));
  for (const auto& [name, value] : request.args) command.environment.push_back(fmt::format("{}={}", name, value));
  if (auto built = client_.run(command, limits, {.progress = &progress}); !built) return std::unexpected(built.error());
  return {};
}

EngineResult<std::string> CliEngine::create(const ApprovedSpec& approved, const RunLabels& labels,
                                            const StartOptions& options, CallLimits limits) {
  const ContainerSpec spec = as_handed(approved.spec(), options);
  if (auto checked = check_gaps(spec); !checked) return std::unexpected(checked.error());
  const RunWords rendered = run_words(spec, labels, options, dialect_);
  VariableTransport transport = plan_transport(rendered.variables);
  std::vector<std::string> lost;
  lost.reserve(transport.impossible.size());
  for (const std::string& name : transport.impossible) {
    lost.push_back(fmt::format("the value of variable {} cannot be given to a client", name));
  }
  for (const auto& entry : spec.env) {
    // Named alone, it would come from the client's environment: only a caller without it may name it.
    if (!entry.value.value && std::getenv(entry.value.name.c_str()) != nullptr) {
      lost.push_back(fmt::format("variable {} is to be unset, but the client has one", entry.value.name));
    }
  }
  if (!lost.empty()) {
    return unsupported(fmt::format("{} cannot honour: {}", info_.endpoint, fmt::join(lost, "; ")));
  }
  std::vector<std::string> words{"create", "--pull=never"};
  words.insert(words.end(), rendered.flags.begin(), rendered.flags.end());
  auto file = make_env_file(transport.in_file);
  if (!file) return std::unexpected(file.error());
  if (*file) words.push_back(fmt::format("--env-file=/proc/self/fd/{}", extra_descriptor));
  for (const auto& [name, value] : transport.in_environment) words.push_back("--env=" + name);
  words.insert(words.end(), rendered.tail.begin(), rendered.tail.end());
  ProcessRequest request = client_.request(std::move(words));
  request.extra = file->get();
  for (const auto& [name, value] : transport.in_environment)
    request.environment.push_back(fmt::format("{}={}", name, value));

  auto output = client_.run(request, limits);
  if (!output) return std::unexpected(output.error());
  // The id is the last line.
  while (output->ends_with('\n')) output->pop_back();
  std::string id = output->substr(output->rfind('\n') + 1);
  const auto hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
  if (id.size() != 64 || !std::ranges::all_of(id, hex)) {
    return std::unexpected(EngineError{EngineError::Kind::protocol, "create gave no container id"});
  }
  return id;
}

EngineResult<std::unique_ptr<AttachedContainer>> CliEngine::start_container(const std::string& id,
                                                                            const StartOptions& options,
                                                                            CallLimits limits) {
  if (root_) unmount_podman_root(client_, info_, std::exchange(root_, std::nullopt)->container(), limits);
  std::vector<std::string> words{"start", "--attach"};
  if (options.standard_input) words.emplace_back("--interactive");
  if (dialect_.podman) {
    // Its client looks for the detach keys in any input, so binary input would end there.
    words.insert(words.end(), {"--detach-keys=", "--sig-proxy=false"});
  } else if (options.tty) {
    // docker's cannot be switched off; its usual ones swallow a key that shells use.
    words.emplace_back("--detach-keys=ctrl-^,ctrl-^,ctrl-^,ctrl-^");
  }
  words.insert(words.end(), {"--", id});
  ProcessRequest request = client_.request(std::move(words));

  const bool on_terminal = ::isatty(0) == 1 && ::isatty(1) == 1;
  if (options.tty && options.standard_input && !on_terminal) {
    return unsupported("the client of this engine gives a terminal only where standard input and output are one");
  }
  AttachedClient::Pipes ours;
  AttachedClient::Pipes theirs;
  const auto connect = [](UniqueFd& read_end, UniqueFd& write_end) -> EngineResult<void> {
    auto pipe = make_pipe();
    if (!pipe) return std::unexpected(engine_error(pipe.error()));
    read_end = std::move(pipe->first);
    write_end = std::move(pipe->second);
    return {};
  };
  EngineResult<void> connected = connect(ours.error, theirs.error);
  if (options.tty && on_terminal) {
    // The client must be in the foreground group to read the terminal.
    request.input = options.standard_input ? 0 : -1;
    request.output = 1;
    request.own_group = false;
  } else {
    if (connected) connected = connect(ours.output, theirs.output);
    if (connected && options.standard_input) connected = connect(theirs.input, ours.input);
    request.input = theirs.input.get();
    request.output = theirs.output.get();
  }
  if (!connected) return std::unexpected(connected.error());
  request.error = theirs.error.get();
  for (const int fd : {ours.input.get(), ours.output.get(), ours.error.get()}) {
    if (fd >= 0) set_nonblocking(fd);
  }
  if (dialect_.podman && !info_.remote) {
    noted_id_ = id;
    notes_ = std::make_unique<PrivateFolder>();
    request.directory = notes_->path();
  }
  std::fflush(nullptr);
  auto process = spawn(request);
  theirs = {};
  if (!process) return std::unexpected(engine_error(process.error()));

  const CallLimits look{std::chrono::seconds{10}, limits.cancellation};
  auto started = await_start(*process, ours.output.get(), ours.error.get(), [&] { return inspect(id, look); }, limits);
  if (!started) {
    failed_id_ = id;
    failed_words_ = started.error().message;
    return std::unexpected(started.error());
  }
  return std::make_unique<AttachedClient>(std::move(*process), std::move(ours));
}

EngineResult<std::string> CliEngine::describe(const std::string& id, CallLimits limits) {
  return client_.run({"inspect", "--type=container", "--", id}, limits);
}

EngineResult<ContainerEntry> CliEngine::look_at(const std::string& id, const std::string& path, CallLimits limits) {
  if (!dialect_.podman) return look_by_copying(client_, id, path, limits);
  if (!root_ || root_->container() != id) {
    auto mounted = mount_podman_root(client_, info_, id, limits);
    if (!mounted) return std::unexpected(mounted.error());
    root_ = std::move(*mounted);
  }
  return root_->look_at(path);
}

/// The lists of the clients tell labels as one text each that cannot be taken apart, so each container is inspected.
EngineResult<std::vector<ListedContainer>> CliEngine::find_containers(const std::string& label, CallLimits limits) {
  auto ids = client_.run({"ps", "--all", "--quiet", "--no-trunc", "--filter=label=" + label}, limits);
  if (!ids) return std::unexpected(ids.error());
  std::vector<ListedContainer> found;
  for (const std::string_view id : split(*ids, '\n')) {
    if (id.empty()) continue;
    const auto text = describe(std::string(id), limits);
    if (!text && text.error().kind == EngineError::Kind::not_found) continue;  // removed in the meantime
    if (!text) return std::unexpected(text.error());
    auto containers = read_inspected_containers(*text);
    if (!containers) return std::unexpected(containers.error());
    std::ranges::move(*containers, std::back_inserter(found));
  }
  return found;
}

EngineResult<std::optional<VolumeInfo>> CliEngine::inspect_volume(const std::string& name, CallLimits limits) {
  auto text = client_.run({"volume", "inspect", "--", name}, limits);
  if (!text && text.error().kind == EngineError::Kind::not_found) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  auto volume = parse_volume_inspect(*text);
  if (!volume) return std::unexpected(volume.error());
  return std::optional(std::move(*volume));
}

EngineResult<void> CliEngine::create_volume(const VolumeRequest& request, CallLimits limits) {
  std::vector<std::string> words{"volume", "create"};
  if (!request.driver.empty()) words.push_back("--driver=" + request.driver);
  for (const auto& [key, value] : request.options) words.push_back(fmt::format("--opt={}={}", key, value));
  for (const auto& [key, value] : request.labels) words.push_back(fmt::format("--label={}={}", key, value));
  words.insert(words.end(), {"--", request.name});
  return run(std::move(words), limits);
}

EngineResult<ContainerState> CliEngine::inspect(const std::string& id, CallLimits limits) {
  auto text = describe(id, limits);
  if (!text) return std::unexpected(text.error());
  auto state = parse_container_inspect(*text);
  if (!state) return state;
  if (state->error.empty() && never_started(*state) && failed_id_ == state->id) state->error = failed_words_;
  if (notes_ && noted_id_ == state->id && !notes_->path().empty()) {
    state->out_of_memory = state->out_of_memory || ::access((notes_->path() + "/oom").c_str(), F_OK) == 0;
  }
  return state;
}

EngineResult<void> CliEngine::kill(const std::string& id, int signal, CallLimits limits) {
  return run({"kill", fmt::format("--signal={}", signal), "--", id}, limits);
}

EngineResult<void> CliEngine::pause(const std::string& id, CallLimits limits) {
  return run({"pause", "--", id}, limits);
}

EngineResult<void> CliEngine::resume(const std::string& id, CallLimits limits) {
  return run({"unpause", "--", id}, limits);
}

EngineResult<void> CliEngine::resize(const std::string& /*id*/, int /*rows*/, int /*columns*/, CallLimits /*limits*/) {
  return unsupported("a client resizes the container's terminal by itself");
}

EngineResult<void> CliEngine::remove(const std::string& id, CallLimits limits) {
  std::vector<std::string> words{"rm", "--force", "--volumes"};
  if (dialect_.podman) words.emplace_back("--time=0");
  words.insert(words.end(), {"--", id});
  auto removed = run(std::move(words), limits);
  if (removed) return {};
  const auto left = client_.run({"ps", "--all", "--quiet", "--no-trunc", "--filter=id=" + id}, limits);
  if (left && left->empty()) return {};
  return removed;
}

}  // namespace

std::expected<std::unique_ptr<Engine>, EngineError> make_cli_engine(const std::string& program, CallLimits limits) {
  const auto path = find_program(program, caller_variable("PATH"));
  if (!path) {
    return std::unexpected(EngineError{EngineError::Kind::unavailable,
                                       fmt::format("{} is not installed: no such program{}", program,
                                                   program.find('/') == std::string::npos ? " in PATH" : "")});
  }
  std::error_code error;
  Client client(std::filesystem::absolute(*path, error).string());
  auto probe = probe_client(client, limits);
  if (!probe) return std::unexpected(probe.error());
  return std::make_unique<CliEngine>(std::move(client), std::move(*probe));
}

}  // namespace skillrun::inline v0
