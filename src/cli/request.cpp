#include "cli/request.hpp"

#include <unistd.h>

namespace skillrun::cli {

Request render_request(const std::string& engine_selection, const ContainerSpec& spec) {
  DetectionContext context = DetectionContext::current();
  context.selection = engine_selection;
  const Detection detection = detect_engine(context);
  Request request;
  request.engine.kind = "docker";
  request.engine.transport = "api";
  if (detection.engine) request.engine = detection.engine->info();
  const StartOptions options{.standard_input = spec.wants_stdin(),
                             .tty = spec.tty && spec.tty->value != TtyMode::automatic
                                        ? spec.tty->value == TtyMode::on
                                        : isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1};
  request.json = create_request_json(spec, RunLabels{}, options, request.engine);
  request.command = docker_run_command(spec, RunLabels{}, options, request.engine);
  return request;
}

}  // namespace skillrun::cli
