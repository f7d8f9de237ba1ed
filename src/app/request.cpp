#include "app/request.hpp"

#include <fmt/format.h>

#include "run/recipe.hpp"

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
  request.json = create_request_json(spec, RunLabels{}, options, request.engine);
  request.command = docker_run_command(spec, RunLabels{}, options, request.engine);
  if (!trouble.empty()) request.command.gaps.push_back(std::move(trouble));
  return request;
}

}  // namespace skillrun::app
