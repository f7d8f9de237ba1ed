#include "engine/docker/gaps.hpp"

#include <array>

#include "engine/docker/codec.hpp"
#include "spec/schema.hpp"

namespace skillrun::inline v0 {

std::vector<EngineGap> find_gaps(const ContainerSpec& spec, const Dialect& dialect) {
  std::vector<EngineGap> gaps;
  GapSink sink(gaps);
  for (const CodecRow& row : codec()) {
    sink.enter(row.setting);
    if (row.gaps != nullptr) row.gaps(spec, dialect, sink);
    if (dialect.podman ? row.podman : dialect.knows(row.since)) continue;
    const auto fields = fields_of_setting(*find_setting(row.setting), spec);
    if (fields.empty()) continue;
    sink.differs(*fields.front().origin, dialect.podman
                                             ? "skillrun does not hand it to podman; use docker"
                                             : fmt::format("it needs an engine of API 1.{}, and this one speaks 1.{}",
                                                           row.since, dialect.api_minor));
  }
  return gaps;
}

std::optional<EngineGap> gap_of_warning(const ContainerSpec& spec, std::string_view warning) {
  // The engine's own words, the more special first.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> known{
      {{"swap limit", "memory_swap"},
       {"memory soft limit", "memory_reservation"},
       {"memory limit", "memory"},
       {"pids limit", "pids_limit"},
       {"CPU shares", "cpu_shares"},
       {"Published ports are discarded", "ports"}}};
  for (const auto& [words, setting] : known) {
    if (!warning.contains(words)) continue;
    const auto fields = fields_of_setting(*find_setting(setting), spec);
    if (fields.empty()) return std::nullopt;
    std::vector<EngineGap> gaps;
    GapSink sink(gaps);
    sink.enter(setting);
    sink.lacks(*fields.front().origin, std::string(warning));
    return gaps.front();
  }
  return std::nullopt;
}

}  // namespace skillrun::inline v0
