#include "engine/docker/create_body.hpp"

#include <skillrun/engine_request.hpp>

#include "engine/docker/codec.hpp"

namespace skillrun::inline v0 {

json::object create_body(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                         const Dialect& dialect) {
  json::object body;
  json::object host;
  body["Image"] = options.image.empty() ? image_name_for(spec.image.value, dialect) : options.image;
  CreateRequest request{body, host, {}, {}, dialect};
  for (const CodecRow& row : codec()) {
    if (row.write != nullptr) row.write(row.place, spec, request);
  }
  if (!request.addresses.empty()) request.endpoint["IPAMConfig"] = std::move(request.addresses);
  if (!request.endpoint.empty() && spec.network_mode) {
    json::object networks{{spec.network_mode->value.text(), std::move(request.endpoint)}};
    body["NetworkingConfig"] = json::object{{"EndpointsConfig", std::move(networks)}};
  }
  json::value& all_labels = body["Labels"];
  if (!all_labels.is_object()) all_labels = json::object();
  for (const auto& [key, value] : labels.entries) all_labels.as_object()[key] = value;

  body["AttachStdin"] = options.standard_input;
  body["AttachStdout"] = true;
  body["AttachStderr"] = true;
  body["OpenStdin"] = options.standard_input;
  body["StdinOnce"] = options.standard_input;
  body["Tty"] = options.tty;
  if (options.tty && options.terminal_size && knows_size_at_creation(dialect)) {
    host["ConsoleSize"] = json::array{options.terminal_size->rows, options.terminal_size->columns};
  }
  body["HostConfig"] = std::move(host);
  return body;
}

std::string create_request_json(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                                const EngineInfo& engine) {
  return json::serialize(create_body(spec, labels, options, dialect_of(engine)));
}

}  // namespace skillrun::inline v0
