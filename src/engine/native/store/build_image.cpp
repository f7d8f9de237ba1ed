// Images from a Dockerfile, by the program buildah; what it makes is taken as any other layout is: verified.
#include <skillrun/parsing.hpp>

#include <fmt/ranges.h>

#include "engine/client_environment.hpp"
#include "engine/command.hpp"
#include "engine/context_folder.hpp"
#include "engine/log.hpp"
#include "engine/native/store/image_store.hpp"
#include "engine/native/store/skopeo.hpp"
#include "engine/native/store/store_failure.hpp"
#include "engine/native/store/store_writer.hpp"
#include "engine/pull_failure.hpp"
#include "engine/variable_transport.hpp"
#include "support/process/find_program.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// buildah keeps what it pulls and builds in the caller's own container storage, as it does for whoever calls it.
class Buildah {
 public:
  static EngineResult<Buildah> find() {
    const std::string path = caller_variable("PATH");
    auto program = find_program("buildah", path);
    if (!program) {
      return failure(EngineError::Kind::unsupported,
                     "building from a Dockerfile without an engine needs buildah, which is not on PATH: install "
                     "buildah, or choose docker or podman with --engine");
    }
    // runc first: crun of before 1.9 refuses hybrid cgroups.
    auto runtime = find_program("runc", path);
    if (!runtime) runtime = find_program("crun", path);
    if (runtime) return Buildah(std::move(*program), std::move(*runtime));
    return failure(EngineError::Kind::unsupported,
                   "building from a Dockerfile needs runc or crun, and neither is on PATH: install runc");
  }

  EngineResult<CommandResult> run(std::vector<std::string> words, std::vector<std::string> variables,
                                  const ProgressSink* progress, const CallWatch& watch) const {
    if (log::writes(log::Level::debug)) log::debug("{} {}", program_, fmt::join(words, " "));
    ProcessRequest request;
    request.program = program_;
    request.arguments = std::move(words);
    request.environment = client_environment();
    for (std::string& variable : variables) request.environment.push_back(std::move(variable));
    auto done = run_command(request, watch.left(), {.progress = progress});
    if (!done || done->status == 0) return done;
    return std::unexpected(error_of_pull({EngineError::Kind::refused, last_line(*done)}));
  }
  [[nodiscard]] const std::string& runtime() const { return runtime_; }

 private:
  Buildah(std::string program, std::string runtime) : program_(std::move(program)), runtime_(std::move(runtime)) {}

  static std::string last_line(const CommandResult& result) {
    std::string last = fmt::format("buildah ended with status {}", result.status);
    for (const std::string_view line : split(result.error, '\n')) {
      constexpr std::string_view mark = "Error: ";
      if (line.starts_with(mark)) last = printable(line.substr(mark.size()));
    }
    return last;
  }

  std::string program_;
  std::string runtime_;
};

/// The words for a build, and the variables by which arguments come: words can be read by every user of the machine.
struct BuildWords {
  std::vector<std::string> words;
  std::vector<std::string> variables;
};

EngineResult<BuildWords> build_words(const BuildRequest& request, const std::string& runtime, bool rootless) {
  BuildWords out;
  out.words = {"build",
               "--format=oci",
               "--identity-label=false",
               "--runtime=" + runtime,
               rootless ? "--isolation=rootless" : "--isolation=oci",
               "--network=private",
               "--ipc=private",
               "--uts=private",
               "--pid=private"};
  for (std::string& word : registry_login_words()) out.words.push_back(std::move(word));
  if (!request.target.empty()) out.words.push_back("--target=" + request.target);
  if (request.platform) out.words.push_back("--platform=" + *request.platform);
  for (const auto& [name, value] : request.args) {
    if (!fits_the_environment(name, value)) {
      return failure(EngineError::Kind::unsupported,
                     fmt::format("buildah cannot be given the value of build argument {}", printable(name)));
    }
    out.words.push_back("--build-arg=" + name);
    out.variables.push_back(fmt::format("{}={}", name, value));
  }
  for (const auto& [key, value] : request.labels) out.words.push_back(fmt::format("--label={}={}", key, value));
  return out;
}

}  // namespace

EngineResult<void> LocalImages::build_image(const BuildRequest& request, const ByteSource& context,
                                            const ProgressSink& progress, CallLimits limits) {
  const CallWatch watch(limits, "building an image");
  const auto name = parse_image_reference(request.reference);
  if (!name || !name->id.empty() || !name->digest.empty()) {
    return failure(EngineError::Kind::unsupported,
                   fmt::format("an image cannot be built under the name '{}'", printable(request.reference)));
  }
  const auto buildah = Buildah::find();
  if (!buildah) return std::unexpected(buildah.error());
  const auto folder = ContextFolder::unpack(context);
  if (!folder) return std::unexpected(folder.error());
  const auto file = (*folder)->file(request.dockerfile);
  if (!file) return std::unexpected(file.error());
  auto words = build_words(request, buildah->runtime(), place_.rootless);
  if (!words) return std::unexpected(words.error());
  const auto writer = StoreWriter::begin(place_, rules(), watch);
  if (!writer) return std::unexpected(writer.error());
  const std::string id_file = (*writer)->temporary().path() + "/id";
  const std::string layout = (*writer)->temporary().path() + "/built";

  words->words.insert(words->words.end(), {"--iidfile=" + id_file, "--file=" + *file, "--", (*folder)->path()});
  const auto built = buildah->run(std::move(words->words), std::move(words->variables), &progress, watch);
  if (!built) return std::unexpected(built.error());
  const auto id = read_file(id_file, 1024);
  const auto digits = id ? sha256_digits(*id) : std::nullopt;
  if (!digits) return failure(EngineError::Kind::protocol, "buildah did not say what it has built");
  const auto pushed = buildah->run({"push", "--quiet", *digits, "oci:" + layout}, {}, &progress, watch);
  // Its own storage is for what it builds upon; the image is here now. That it stays there would be a waste, no fault.
  if (const auto dropped = buildah->run({"rmi", *digits}, {}, nullptr, watch); !dropped) {
    log::debug("buildah rmi {}: {}", *digits, dropped.error().message);
  }
  if (!pushed) return std::unexpected(pushed.error());

  const auto members = FolderMembers::open(**writer, layout);
  if (!members) return std::unexpected(members.error());
  const auto loaded = load_images(**writer, **members, *name, progress);
  if (!loaded) return std::unexpected(loaded.error());
  if (loaded->front().id == "sha256:" + *digits) return {};
  return failure(EngineError::Kind::protocol,
                 fmt::format("buildah says that it has built sha256:{}, and gave {}", *digits, loaded->front().id));
}

}  // namespace skillrun::inline v0
