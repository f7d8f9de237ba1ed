// ApiEngine::look_at: what the image of a container has at a path.
#include <fmt/format.h>

#include "engine/docker/api/api_engine.hpp"
#include "engine/docker/api/path_stat.hpp"
#include "engine/failure.hpp"
#include "engine/log.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

}  // namespace

EngineResult<ContainerEntry> ApiEngine::look_at(const std::string& id, const std::string& path, CallLimits limits) {
  if (is_podman()) {
    if (info_.remote) return failure(Kind::unsupported, "podman on another machine does not show a container's root");
    if (!root_ || root_->container() != id) {
      auto mounted = mount_root(id, limits);
      if (!mounted) return std::unexpected(mounted.error());
      root_ = std::move(*mounted);
    }
    return root_->look_at(path);
  }
  const HttpRequest request(
      "HEAD", this->path(fmt::format("/containers/{}/archive?path={}", percent_encode(id), percent_encode(path, "/"))));
  auto answer = client_.exchange(request, limits);
  if (!answer) return std::unexpected(answer.error());
  if (answer->head.status == 404) return ContainerEntry{};
  if (!answer->head.success()) {
    // The answer to HEAD has no words. The engine makes the container's mounts in order to look.
    EngineError error = answer_error(answer->head.status, answer->body);
    error.message = fmt::format(
        "the engine does not show what the container has at '{}' ({}); one reason can be a mount whose target cannot "
        "be made, such as one below a read-only mount",
        path, error.message);
    return std::unexpected(std::move(error));
  }
  return read_path_stat(answer->head.path_stat);
}

EngineResult<PodmanRoot> ApiEngine::mount_root(const std::string& id, CallLimits limits) {
  auto text = request("POST", libpod_path("/containers/" + percent_encode(id) + "/mount"), limits);
  if (!text) return std::unexpected(text.error());
  // A JSON text or the bare path, by version.
  boost::system::error_code error;
  const json::value value = json::parse(*text, error);
  std::string path = !error && value.is_string() ? std::string(value.get_string()) : std::move(*text);
  while (path.ends_with('\n')) path.pop_back();
  if (!path.starts_with('/')) return failure(Kind::protocol, "the answer to mount is not a path");
  return PodmanRoot(id, std::move(path), info_.rootless);
}

void ApiEngine::unmount_root(CallLimits limits) {
  if (!root_) return;
  const std::string id = root_->container();
  root_.reset();
  const auto unmounted = request("POST", libpod_path("/containers/" + percent_encode(id) + "/unmount"), limits);
  if (!unmounted) log::debug("the root of container {} stays mounted: {}", id, unmounted.error().message);
}

}  // namespace skillrun::inline v0
