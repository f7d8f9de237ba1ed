#include <algorithm>
#include <deque>

#include <fmt/format.h>
#include <skillrun/run.hpp>

#include "engine/log.hpp"
#include "run/build.hpp"
#include "run/build_turn.hpp"
#include "run/labels.hpp"
#include "run/recipe.hpp"
#include "run/retry.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::chrono::milliseconds inspect_deadline{30'000};

CallLimits for_inspecting(CallLimits limits) {
  return {std::min(limits.deadline, inspect_deadline), limits.cancellation};
}

/// os and architecture of a platform; its variant is not recorded in images.
bool fits(const ImageInfo& image, const std::string& platform) {
  const auto parts = split(platform, '/');
  return image.os == parts[0] && (parts.size() < 2 || image.architecture == parts[1]);
}

/// Passes progress on and keeps the end of the engine's words: a build's error alone seldom says what went wrong.
class LastLines {
 public:
  explicit LastLines(const ProgressSink& progress) : progress_(progress) {}

  [[nodiscard]] ProgressSink sink() {
    return [this](const ProgressEvent& event) {
      if (event.kind == ProgressEvent::Kind::line) {
        lines_.push_back(event.text);
        if (lines_.size() > most) lines_.pop_front();
      }
      if (progress_) progress_(event);
    };
  }

  /// The lines that `message` does not hold, each on a line of its own below it.
  [[nodiscard]] std::string quoted(std::string_view message) const {
    std::string text;
    for (const std::string& line : lines_) {
      if (!message.contains(line)) text += fmt::format("\n  | {}", line);
    }
    return text;
  }

 private:
  static constexpr std::size_t most = 12;
  const ProgressSink& progress_;
  std::deque<std::string> lines_;
};

class ImageStage {
 public:
  using Clock = std::chrono::steady_clock;

  ImageStage(Engine& engine, const ContainerSpec& spec, const ProgressSink& progress, CallLimits limits)
      : engine_(engine),
        spec_(spec),
        progress_(progress),
        limits_(limits),
        until_(Clock::now() + limits.deadline),
        alias_(spec.image.value.familiar()),
        name_(engine.name_of(spec.image.value)) {}

  EngineResult<SkillImage> ensure() { return spec_.build ? ensure_built() : ensure_pulled(); }
  /// Builds it also when it is there.
  EngineResult<SkillImage> rebuild();

 private:
  EngineResult<SkillImage> ensure_built();
  EngineResult<SkillImage> ensure_pulled();
  EngineResult<SkillImage> build();
  EngineResult<BuildTurn> turn_to_build() const;
  /// What the recipe says now decides the name.
  EngineResult<void> read_recipe();
  EngineResult<SkillImage> pull();
  EngineResult<void> pull_once();
  EngineResult<std::optional<ImageInfo>> look() {
    return engine_.images().inspect_image(name_, for_inspecting(limits_));
  }
  EngineResult<SkillImage> must_be_there(std::string_view after);
  /// Every image goes through here before it is used.
  [[nodiscard]] EngineResult<SkillImage> trusted(ImageInfo image) const;
  [[nodiscard]] bool right_platform(const ImageInfo& image) const {
    return !spec_.platform || fits(image, spec_.platform->value);
  }
  void begin_stage(std::string_view text) const {
    if (progress_) progress_({.kind = ProgressEvent::Kind::stage, .text = printable(text)});
  }
  [[nodiscard]] std::unexpected<EngineError> not_found(std::string message) const {
    return std::unexpected(EngineError{EngineError::Kind::not_found, std::move(message)});
  }

  Engine& engine_;
  const ContainerSpec& spec_;
  const ProgressSink& progress_;
  CallLimits limits_;
  Clock::time_point until_;
  std::string alias_;   ///< for people
  std::string name_;    ///< in the engine
  std::string recipe_;  ///< of an image that is built
};

EngineResult<SkillImage> ImageStage::trusted(ImageInfo image) const {
  if (auto reserved = find_reserved_label(image.labels, recipe_)) {
    return std::unexpected(EngineError{EngineError::Kind::untrusted, fmt::format("image {} {}", alias_, *reserved)});
  }
  return SkillImage{.info = std::move(image), .private_name = recipe_.empty() ? "" : name_};
}

EngineResult<SkillImage> ImageStage::must_be_there(std::string_view after) {
  auto image = look();
  if (!image) return std::unexpected(image.error());
  if (!*image) {
    return std::unexpected(
        EngineError{EngineError::Kind::protocol, fmt::format("image {} is not there after the {}", name_, after)});
  }
  if (!right_platform(**image)) {
    return not_found(fmt::format("image {} is made for {}/{}, the skill asks for {}: choose another image or platform",
                                 alias_, (*image)->os, (*image)->architecture, spec_.platform->value));
  }
  return trusted(std::move(**image));
}

EngineResult<void> ImageStage::read_recipe() {
  auto recipe = recipe_digest(spec_, limits_.cancellation);
  if (!recipe) return std::unexpected(recipe.error());
  recipe_ = std::move(*recipe);
  name_ = private_image_name(spec_.image.value, recipe_);
  return {};
}

EngineResult<BuildTurn> ImageStage::turn_to_build() const {
  const auto waiting = [&] { begin_stage(fmt::format("waiting for another skillrun to build image {}", alias_)); };
  return BuildTurn::take(recipe_, waiting, limits_);
}

EngineResult<SkillImage> ImageStage::ensure_built() {
  if (auto read = read_recipe(); !read) return std::unexpected(read.error());
  auto image = look();
  if (!image) return std::unexpected(image.error());
  if (*image) return trusted(std::move(**image));
  log::info("image {} is not there by its present recipe, as {}", alias_, name_);
  const auto turn = turn_to_build();
  if (!turn) return std::unexpected(turn.error());
  if (turn->waited()) image = look();
  if (!image) return std::unexpected(image.error());
  return *image ? trusted(std::move(**image)) : build();
}

EngineResult<SkillImage> ImageStage::rebuild() {
  if (auto read = read_recipe(); !read) return std::unexpected(read.error());
  const auto turn = turn_to_build();
  if (!turn) return std::unexpected(turn.error());
  return build();
}

EngineResult<SkillImage> ImageStage::build() {
  begin_stage(fmt::format("building image {}", alias_));
  LastLines last(progress_);
  auto built = build_by_recipe(engine_, spec_, last.sink(), limits_);
  if (!built && built.error().kind == EngineError::Kind::cancelled) return std::unexpected(built.error());
  if (!built) {
    EngineError error = built.error();
    error.message.erase(error.message.find_last_not_of(" \n") + 1);
    error.message = fmt::format("image {} cannot be built: {}{}", alias_, error.message, last.quoted(error.message));
    return std::unexpected(std::move(error));
  }
  recipe_ = std::move(built->recipe);
  name_ = std::move(built->name);
  return must_be_there("build");
}

EngineResult<SkillImage> ImageStage::ensure_pulled() {
  const PullPolicy policy = spec_.pull ? spec_.pull->value : PullPolicy::missing;
  if (policy == PullPolicy::always && spec_.image.value.id.empty()) return pull();
  auto image = look();
  if (!image) return std::unexpected(image.error());
  if (*image && right_platform(**image)) return trusted(std::move(**image));
  if (policy == PullPolicy::never) {
    return not_found(
        *image ? fmt::format("image {} is there for {}/{} only, the skill asks for {}, and pull is never", name_,
                             (*image)->os, (*image)->architecture, spec_.platform->value)
               : fmt::format("image {} is not there and pull is never: pull it first, or set pull to missing", name_));
  }
  if (!spec_.image.value.id.empty()) {
    return not_found(fmt::format("image {} is not there, and an id cannot be pulled: name a repository", name_));
  }
  return pull();
}

/// In what is left of the time.
EngineResult<void> ImageStage::pull_once() {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now());
  if (left.count() <= 0) return std::unexpected(EngineError{EngineError::Kind::deadline, {}});
  const auto platform = spec_.platform ? std::optional(spec_.platform->value) : std::nullopt;
  return engine_.images().pull_image(spec_.image.value, platform, progress_, {left, limits_.cancellation});
}

EngineResult<SkillImage> ImageStage::pull() {
  begin_stage(fmt::format("pulling image {}", name_));
  auto pulled = pull_once();
  for (const auto pause : retry_pauses) {
    if (pulled || pulled.error().kind != EngineError::Kind::transient) break;
    log::info("pulling image {} failed: {}", name_, pulled.error().message);
    begin_stage(fmt::format("pulling image {} failed, trying again: {}", name_, pulled.error().message));
    if (!pause_unless_cancelled(pause, limits_.cancellation)) {
      return std::unexpected(EngineError{EngineError::Kind::cancelled, "cancelled"});
    }
    pulled = pull_once();
  }
  if (!pulled && pulled.error().kind == EngineError::Kind::cancelled) return std::unexpected(pulled.error());
  if (!pulled && pulled.error().kind == EngineError::Kind::deadline) {
    return std::unexpected(EngineError{
        EngineError::Kind::deadline,
        fmt::format("image {} cannot be pulled: it was not there after {:g} s; check the network and the registry {}, "
                    "or give it more time with --pull-timeout",
                    name_, std::chrono::duration<double>(limits_.deadline).count(), spec_.image.value.registry)});
  }
  if (!pulled) {
    EngineError error = pulled.error();
    error.message = fmt::format("image {} cannot be pulled: {}; check its name, the network and the login to {}", name_,
                                error.message, spec_.image.value.registry);
    return std::unexpected(std::move(error));
  }
  return must_be_there("pull");
}

}  // namespace

EngineResult<SkillImage> ensure_image(Engine& engine, const ApprovedSpec& approved, const ProgressSink& progress,
                                      CallLimits limits) {
  return ImageStage(engine, approved.spec(), progress, limits).ensure();
}

EngineResult<SkillImage> rebuild_image(Engine& engine, const ApprovedSpec& approved, const ProgressSink& progress,
                                       CallLimits limits) {
  if (!approved.spec().build) {
    return std::unexpected(
        EngineError{EngineError::Kind::unsupported,
                    fmt::format("image {} has no build recipe: it is pulled", approved.spec().image.value.familiar())});
  }
  return ImageStage(engine, approved.spec(), progress, limits).rebuild();
}

}  // namespace skillrun::inline v0
