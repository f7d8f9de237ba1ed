#include "engine/docker/cli/cli_engine.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

#include "engine/client_environment.hpp"
#include "engine/docker/cli/inspect_json.hpp"
#include "engine/docker/cli/start_watch.hpp"
#include "engine/docker/container_list.hpp"
#include "engine/docker/run_words.hpp"
#include "engine/source_alias.hpp"
#include "engine/variable_transport.hpp"
#include "support/process/find_program.hpp"
#include "support/process/pipe.hpp"
#include "support/process/pseudo_terminal.hpp"
#include "support/process/spawn.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

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

/// A client carries a terminal only where it has one. It gets one of its own: the caller's belongs to whoever is in its
/// foreground, is to be given back in order, and has keys that are not for the skill.
EngineResult<void> CliEngine::connect_terminal(const StartOptions& options, AttachedClient::Pipes& ours,
                                               AttachedClient::Pipes& theirs) {
  auto terminal = make_pseudo_terminal();
  if (!terminal) return std::unexpected(engine_error(terminal.error()));
  if (options.terminal_size) {
    set_window_size(terminal->theirs.get(), options.terminal_size->rows, options.terminal_size->columns);
  }
  const auto again = [](const UniqueFd& fd) { return raised(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0)); };
  terminal_ = again(terminal->ours);
  if (options.standard_input) ours.input = again(terminal->ours);
  ours.output = std::move(terminal->ours);
  theirs.input = again(terminal->theirs);
  theirs.output = std::move(terminal->theirs);
  return {};
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
  if (options.tty) {
    if (connected) connected = connect_terminal(options, ours, theirs);
    request.has_terminal = true;
  } else {
    if (connected) connected = connect(ours.output, theirs.output);
    if (connected && options.standard_input) connected = connect(theirs.input, ours.input);
  }
  if (!connected) return std::unexpected(connected.error());
  request.input = theirs.input.get();
  request.output = theirs.output.get();
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

EngineResult<std::string> CliEngine::data_root(CallLimits limits) {
  auto text = client_.run({"info", "--format={{.DockerRootDir}}"}, limits);
  if (!text) return text;
  return std::string(std::string_view(*text).substr(0, text->find('\n')));
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

/// The client passes on what becomes of its terminal.
EngineResult<void> CliEngine::resize(const std::string& /*id*/, int rows, int columns, CallLimits /*limits*/) {
  set_window_size(terminal_.get(), rows, columns);
  return {};
}

EngineResult<void> CliEngine::remove_container(const std::string& id, CallLimits limits) {
  std::vector<std::string> words{"rm", "--force", "--volumes"};
  if (dialect_.podman) words.emplace_back("--time=0");
  words.insert(words.end(), {"--", id});
  auto removed = run(std::move(words), limits);
  if (removed) return {};
  const auto left = client_.run({"ps", "--all", "--quiet", "--no-trunc", "--filter=id=" + id}, limits);
  if (left && left->empty()) return {};
  return removed;
}

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
