#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/docker/create_request.hpp"
#include "spec/spec_fields.hpp"

// Create requests for tests, and what is said of them.

namespace skillrun::testing {

inline const CallerContext asking{.workdir = "/work", .cwd = "/work", .home = "/home/me", .uid = 1000, .gid = 1000};

inline ContainerSpec read_request(std::string_view body) { return read_create_request({.body = body}, asking); }

/// A request for busybox with further members: R"("HostConfig": {...})".
inline ContainerSpec read_members(std::string_view members) {
  return read_request(fmt::format(R"({{"Image": "busybox:1"{}{}}})", members.empty() ? "" : ", ", members));
}

inline ContainerSpec read_host(std::string_view members) {
  return read_members(fmt::format(R"("HostConfig": {{{}}})", members));
}

/// "FIELD RULE: MESSAGE" of each problem.
inline std::vector<std::string> problems_of(const ContainerSpec& spec) {
  std::vector<std::string> out;
  for (const Finding& problem : spec.problems) {
    CHECK_FALSE(problem.remediation.empty());
    out.push_back(fmt::format("{} {}: {}", problem.field, problem.rule, problem.message));
  }
  return out;
}

inline std::string only_problem(const ContainerSpec& spec) {
  const auto problems = problems_of(spec);
  return problems.size() == 1 ? problems.front() : fmt::format("{} problems", problems.size());
}

/// Where the problems are, with a blank between them.
inline std::string places_of(const ContainerSpec& spec) {
  std::string out;
  for (const Finding& problem : spec.problems) out += (out.empty() ? "" : " ") + problem.field;
  return out;
}

/// What is set, without what a run decides by itself.
inline std::string shown(const ContainerSpec& spec) {
  static const std::set<std::string_view> of_runs{"rm", "stdin", "tty", "log_driver"};
  std::string out;
  for (const SpecField& field : spec_fields(spec)) {
    if (!of_runs.contains(field.name)) out += fmt::format("{} = {}\n", field.label(), json::serialize(field.value));
  }
  return out;
}

}  // namespace skillrun::testing
