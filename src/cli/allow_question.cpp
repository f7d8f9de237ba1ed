#include "cli/allow_question.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/console.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

bool same_but_access(const Ask& a, const Ask& b) noexcept {
  return a.kind == b.kind && a.subject == b.subject && a.closed == b.closed;
}

bool includes(const std::vector<Ask>& asks, const Ask& ask) {
  return std::ranges::any_of(asks, [&](const Ask& other) { return other == ask; });
}

std::string place_of(const Finding& finding) {
  if (!finding.source || !finding.span.known()) return printable(finding.field);
  const std::string& name = finding.source->name;
  return fmt::format("{}:{}", printable(name.substr(name.rfind('/') + 1)), finding.span.begin.line);
}

}  // namespace

std::vector<PlacedAsk> open_asks(const Findings& findings, bool closed) {
  std::vector<PlacedAsk> asks;
  for (const Finding& finding : findings) {
    const bool open = finding.ask && finding.granted.empty() && !finding.waived;
    if (!open || finding.ask->closed != closed || finding.severity < Severity::warning) continue;
    const auto known =
        std::ranges::find_if(asks, [&](const PlacedAsk& other) { return same_but_access(other.ask, *finding.ask); });
    if (known == asks.end()) {
      asks.push_back({.ask = *finding.ask, .place = place_of(finding)});
    } else if (finding.ask->writes && !known->ask.writes) {
      *known = {.ask = *finding.ask, .place = place_of(finding)};
    }
  }
  std::ranges::stable_sort(
      asks, {}, [](const PlacedAsk& entry) { return std::tuple(entry.ask.kind, std::string_view(entry.ask.subject)); });
  return asks;
}

std::string describe_asks(const std::vector<PlacedAsk>& asks, const std::optional<std::vector<Ask>>& before) {
  std::vector<std::vector<std::string>> rows;
  std::vector<Ask> now;
  for (const PlacedAsk& entry : asks) {
    now.push_back(entry.ask);
    const bool is_new = before && !includes(*before, entry.ask);
    rows.push_back({(is_new ? "  + " : before ? "    " : "  ") + describe(entry.ask), entry.place});
    if (before) rows.back().push_back(is_new ? "new" : "as before");
  }
  if (before) {
    for (const Ask& ask : *before) {
      if (!includes(now, ask)) rows.push_back({"  - " + describe(ask), "", "no longer"});
    }
  }
  return table(rows);
}

std::string describe_reach(const ContainerSpec& spec, const Findings& findings) {
  if (!spec.network_mode || spec.network_mode->value.kind == NetworkKind::none) return {};
  std::vector<std::string> read;
  const auto add = [&](std::string what) {
    if (std::ranges::find(read, what) == read.end()) read.push_back(std::move(what));
  };
  for (const auto& mount : spec.mounts) {
    const Mount& value = mount.value;
    if (value.type == MountType::bind) {
      add(value.caller_workdir ? fmt::format("the working directory ({})", printable(value.source))
                               : printable(value.source));
    } else if (value.type == MountType::volume && !value.source.empty()) {
      add("the volume " + printable(value.source));
    }
  }
  for (const auto& entry : spec.env) {
    if (entry.value.from_caller) add("your " + printable(entry.value.name));
  }
  for (const Finding& finding : findings) {
    if (finding.ask && finding.ask->kind == AskKind::variable) add("your " + printable(finding.ask->subject));
  }
  if (read.empty()) return {};
  return fmt::format("It can talk to the network, and so send away what it can read: {}.\n", fmt::join(read, ", "));
}

}  // namespace skillrun::cli
