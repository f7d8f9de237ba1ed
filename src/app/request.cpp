#include "app/request.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/shown_spec.hpp"
#include "run/recipe.hpp"
#include "spec/secret_texts.hpp"

namespace skillrun::app {

Request render_request(const Engine* engine, const ContainerSpec& spec, bool terminal) {
  Request request;
  request.engine.kind = "docker";
  request.engine.transport = "api";
  if (engine != nullptr) request.engine = engine->info();
  StartOptions options{
      .standard_input = spec.wants_stdin(),
      .tty = spec.tty && spec.tty->value != TtyMode::automatic ? spec.tty->value == TtyMode::on : terminal};
  std::string trouble;
  if (spec.build) {
    auto recipe = recipe_digest(spec, nullptr);
    if (recipe) options.image = private_image_name(spec.image.value, *recipe);
    if (!recipe)
      trouble = fmt::format("the private name of the image, which cannot be built: {}", recipe.error().message);
  }
  const ContainerSpec shown = shown_spec(spec);
  request.json = create_request_json(shown, RunLabels{}, options, request.engine);
  request.command = docker_run_command(shown, RunLabels{}, options, request.engine);
  for (const Setting<EnvironmentEntry>& entry : shown.env) {
    // A client takes the value of a name alone from its caller, as skillrun does.
    if (!entry.value.from_caller || !entry.value.value) continue;
    std::ranges::replace(request.command.words, fmt::format("--env={}={}", entry.value.name, *entry.value.value),
                         fmt::format("--env={}", entry.value.name));
  }
  if (!trouble.empty()) request.command.gaps.push_back(without_secrets(spec, std::move(trouble)));
  return request;
}

}  // namespace skillrun::app
