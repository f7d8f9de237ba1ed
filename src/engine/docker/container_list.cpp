#include "engine/docker/container_list.hpp"

#include <fmt/format.h>

#include "engine/typed_answer.hpp"

namespace skillrun::inline v0 {

namespace {

using ReadContainer = ListedContainer (*)(const TypedAnswer&);

EngineResult<std::vector<ListedContainer>> read_list(std::string_view text, ReadContainer read) {
  const auto unreadable = [](std::string_view why) {
    return std::unexpected(EngineError{EngineError::Kind::protocol,
                                       fmt::format("the engine's list of containers cannot be read: {}", why)});
  };
  boost::system::error_code error;
  json::value list = json::parse(text, error);
  if (error) return unreadable("it is not JSON");
  AnswerFault fault;
  const json::object whole{{"containers", std::move(list)}};
  std::vector<ListedContainer> out;
  for (const TypedAnswer& entry : TypedAnswer(whole, {}, fault).objects("containers")) {
    out.push_back(read(entry));
    if (out.back().id.empty()) return unreadable("a container has no Id");
  }
  if (fault) return unreadable(*fault);
  return out;
}

}  // namespace

EngineResult<std::vector<ListedContainer>> read_container_list(std::string_view text) {
  return read_list(text, [](const TypedAnswer& entry) {
    return ListedContainer{.id = entry.text("Id"), .status = entry.text("State"), .labels = entry.pairs("Labels")};
  });
}

EngineResult<std::vector<ListedContainer>> read_inspected_containers(std::string_view text) {
  return read_list(text, [](const TypedAnswer& entry) {
    ListedContainer container{.id = entry.text("Id"), .status = {}, .labels = {}};
    if (const auto state = entry.object("State")) container.status = state->text("Status");
    if (const auto config = entry.object("Config")) container.labels = config->pairs("Labels");
    return container;
  });
}

}  // namespace skillrun::inline v0
