// ApiEngine::create and what stands between an approved spec and a container that is less than it.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "engine/docker/api/api_engine.hpp"
#include "engine/docker/create_body.hpp"
#include "engine/docker/gaps.hpp"
#include "engine/docker/json_fields.hpp"
#include "engine/failure.hpp"
#include "engine/log.hpp"
#include "engine/source_alias.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

bool policy_default(const OptionalSetting<bool>& setting) {
  return setting && setting->value &&
         (setting->origin.kind == OriginKind::policy_default || setting->origin.kind == OriginKind::builtin);
}

}  // namespace

EngineResult<std::string> ApiEngine::create(const ApprovedSpec& approved, const RunLabels& labels,
                                            const StartOptions& options, CallLimits limits) {
  const ContainerSpec spec = as_handed(approved.spec(), options);
  failed_start_.reset();
  if (auto checked = check_gaps(spec); !checked) return std::unexpected(checked.error());
  if (is_podman()) {
    if (auto checked = check_platform(spec, options, limits); !checked) return std::unexpected(checked.error());
    if (auto checked = check_sources(spec); !checked) return std::unexpected(checked.error());
  }
  auto id = create_container(spec, labels, options, limits);
  // podman's init process is a package of its own. It is a convenience, so a default gives way.
  if (!id && is_podman() && policy_default(spec.init) && id.error().message.contains("container-init")) {
    log::info("the policy's default for init has no effect: {}", id.error().message);
    ContainerSpec without = spec;
    without.init.reset();
    return create_container(without, labels, options, limits);
  }
  return id;
}

EngineResult<std::string> ApiEngine::create_container(const ContainerSpec& spec, const RunLabels& labels,
                                                      const StartOptions& options, CallLimits limits) {
  std::string target = "/containers/create";
  if (spec.name) target += "?name=" + percent_encode(spec.name->value);
  if (spec.platform && !is_podman()) {
    target += (spec.name ? "&platform=" : "?platform=") + percent_encode(spec.platform->value);
  }
  auto text = call("POST", target, limits, json::serialize(create_body(spec, labels, options, dialect())));
  if (!text) return std::unexpected(text.error());
  auto answer = parse_object(*text, "create");
  if (!answer) return std::unexpected(answer.error());
  std::string id(text_at(*answer, "Id"));
  if (id.empty()) return failure(Kind::protocol, "the answer to create has no Id");
  std::vector<std::string> warnings;
  if (const json::array* list = array_at(*answer, "Warnings")) {
    for (const json::value& warning : *list) {
      if (warning.is_string()) warnings.emplace_back(warning.get_string());
    }
  }
  if (auto checked = check_warnings(spec, id, warnings, limits); !checked) return std::unexpected(checked.error());
  return id;
}

/// A warning is how engines say that a limit was dropped. Nothing has started yet: the container goes again.
EngineResult<void> ApiEngine::check_warnings(const ContainerSpec& spec, const std::string& id,
                                             const std::vector<std::string>& warnings, CallLimits limits) {
  for (const std::string& warning : warnings) {
    const auto gap = gap_of_warning(spec, warning);
    if (!gap || gap->gives_way) {
      log::info("{} says: {}", info_.kind, warning);
      continue;
    }
    if (auto removed = remove(id, limits); !removed) {
      log::warn("container {} could not be removed: {}", id, removed.error().message);
    }
    return failure(Kind::unsupported, fmt::format("this engine cannot honour {}", gap->text()));
  }
  return {};
}

/// podman's API ignores the platform of a create request and runs whatever image is there.
EngineResult<void> ApiEngine::check_platform(const ContainerSpec& spec, const StartOptions& options,
                                             CallLimits limits) {
  if (!spec.platform) return {};
  const std::string reference = options.image.empty() ? name_of(spec.image.value) : options.image;
  auto text = call("GET", "/images/" + percent_encode(reference, "/:@") + "/json", limits);
  if (!text) return std::unexpected(text.error());
  auto image = parse_object(*text, "image inspect");
  if (!image) return std::unexpected(image.error());
  const std::string base = fmt::format("{}/{}", text_at(*image, "Os"), text_at(*image, "Architecture"));
  const std::string full = fmt::format("{}/{}", base, text_at(*image, "Variant"));
  const std::string& wanted = spec.platform->value;
  if (wanted == text_at(*image, "Os") || wanted == base || wanted == full) return {};
  return failure(Kind::not_found, fmt::format("image '{}' is for {}, not for {}", reference, base, wanted));
}

/// podman's API makes a missing source of any bind.
EngineResult<void> ApiEngine::check_sources(const ContainerSpec& spec) const {
  for (const auto& entry : spec.mounts) {
    const Mount& mount = entry.value;
    if (mount.type != MountType::bind) continue;
    struct stat status{};
    if (::stat(mount.source.c_str(), &status) != 0 && errno == ENOENT) {
      return failure(Kind::refused, fmt::format("the source of a mount does not exist: '{}'", mount.source));
    }
  }
  return {};
}

}  // namespace skillrun::inline v0
