#include "engine/docker/observe.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/docker/codec.hpp"
#include "engine/docker/inspect_fields.hpp"

namespace skillrun::inline v0 {

namespace {

std::unexpected<EngineError> unreadable(std::string_view what) {
  return std::unexpected(EngineError{
      EngineError::Kind::protocol, fmt::format("the engine's description of the container has no readable {}", what)});
}

/// podman 4 writes the entrypoint as one text, podman 5 as a list.
std::size_t entrypoint_words(const TypedAnswer& config) {
  const std::vector<std::string> entrypoint = config.text_or_texts("Entrypoint");
  return entrypoint.size() == 1 && entrypoint.front().empty() ? 0 : entrypoint.size();
}

/// What is executed, from "Path" and "Args".
std::vector<std::string> executed_words(const InspectAnswer& answer) {
  const std::string path = answer.document.text("Path");
  std::vector<std::string> args = answer.document.texts("Args");
  const bool podman = answer.dialect.podman;
  // podman shows its init as the program, docker does not.
  if (podman && answer.host.flag("Init") && !args.empty() && args.front() == "--") {
    args.erase(args.begin());
    return args;
  }
  // podman repeats a program that has no arguments as its own argument.
  const bool one_word = answer.top.texts("Cmd").size() + entrypoint_words(answer.top) == 1;
  if (podman && one_word && args == std::vector<std::string>{path}) return args;
  if (!path.empty()) args.insert(args.begin(), path);
  return args;
}

bool is_slave(const Mount& mount) {
  return mount.type == MountType::bind &&
         (mount.propagation == Propagation::slave || mount.propagation == Propagation::rslave);
}

}  // namespace

EngineResult<ObservedContainer> read_container(std::string_view text, const Dialect& dialect,
                                               const AskedContainer& asked) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error) return unreadable("JSON");
  const json::array* list = value.if_array();
  const json::value* first = list == nullptr ? &value : list->size() == 1 ? &list->front() : nullptr;
  const json::object* object = first == nullptr ? nullptr : first->if_object();
  if (object == nullptr) return unreadable("object");
  AnswerFault fault;
  const TypedAnswer document(*object, {}, fault);
  const auto config = document.object("Config");
  const auto host = document.object("HostConfig");
  if (!config) return unreadable("Config");
  if (!host) return unreadable("HostConfig");

  static const json::object none;
  const TypedAnswer nothing(none, {}, fault);
  const auto settings = document.object("NetworkSettings");
  const auto networks = settings ? settings->named_objects("Networks")
                                 : std::vector<std::pair<std::string, std::optional<TypedAnswer>>>();
  const TypedAnswer endpoint = networks.empty() ? nothing : networks.front().second.value_or(nothing);
  const TypedAnswer addresses = endpoint.object("IPAMConfig").value_or(nothing);
  const InspectAnswer answer{document, *config, *host, endpoint, addresses, dialect, asked};
  ObservedContainer made;
  made.id = document.text("Id");
  made.image_id = image_id_of(document.text("Image"));
  made.argv = executed_words(answer);
  for (const CodecRow& row : codec()) {
    if (row.read != nullptr) row.read(row.place, answer, made);
  }
  if (fault) {
    return std::unexpected(
        EngineError{EngineError::Kind::protocol,
                    fmt::format("the engine's description of the container cannot be trusted: {}", *fault)});
  }
  if (made.id.empty() || made.image_id.empty()) return unreadable("Id and Image");
  return made;
}

bool has_slaves(const ContainerSpec& made) {
  return std::ranges::any_of(made.mounts, [](const auto& entry) { return is_slave(entry.value); });
}

void forget_slaves_of_data_root(ContainerSpec& made, const ContainerSpec& asked, std::string_view root) {
  if (root.empty()) return;
  for (auto& entry : made.mounts) {
    Mount& mount = entry.value;
    const bool of_root = mount.source.starts_with(root) || root.starts_with(mount.source);
    if (!is_slave(mount) || !of_root) continue;
    const auto order =
        std::ranges::find_if(asked.mounts, [&](const auto& wanted) { return wanted.value.target == mount.target; });
    if (order == asked.mounts.end() || order->value.propagation != Propagation::unset) continue;
    mount.propagation = Propagation::unset;
  }
}

}  // namespace skillrun::inline v0
