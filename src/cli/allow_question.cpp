#include "cli/allow_question.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/console.hpp"
#include "report/display.hpp"
#include "support/abridged.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

bool same_but_access(const Ask& a, const Ask& b) noexcept {
  return a.kind == b.kind && a.subject == b.subject && a.closed == b.closed;
}

bool includes(const std::vector<Ask>& asks, const Ask& ask) {
  return std::ranges::any_of(asks, [&](const Ask& other) { return other == ask; });
}

constexpr std::size_t most_of_one_ask = 160;
/// What is said of all of them together leaves them on the screen.
constexpr std::size_t most_reach = 5;
constexpr std::size_t most_of_one_reach = 60;
/// What stands beside the asks begins here at the latest, so that a long ask does not push it away from the others.
constexpr std::size_t farthest_column = 56;

/// An ask's words on a line or two: blanks by their number, the middle of a long one left out. However it is written,
/// one ask does not push another off the screen.
std::string line_of(const Ask& ask) {
  constexpr std::size_t most_blanks = 2;
  const std::string words = describe(ask);
  std::string line;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find_first_not_of(' ', at), words.size());
    if (end - at > most_blanks) {
      line += fmt::format(" ({} blanks) ", end - at);
    } else {
      line.append(end - at, ' ');
    }
    if (end < words.size()) line += words[end];
    at = end + 1;
  }
  return abridged(std::move(line), most_of_one_ask);
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
  std::vector<std::array<std::string, 3>> rows;
  std::vector<Ask> now;
  for (const PlacedAsk& entry : asks) {
    now.push_back(entry.ask);
    const bool is_new = before && !includes(*before, entry.ask);
    rows.push_back({(is_new ? "  + " : before ? "    " : "  ") + line_of(entry.ask), entry.place, {}});
    if (before) rows.back()[2] = is_new ? "new" : "as before";
  }
  if (before) {
    for (const Ask& ask : *before) {
      if (!includes(now, ask)) rows.push_back({"  - " + line_of(ask), "", "no longer"});
    }
  }
  std::size_t column = 0;
  for (const auto& row : rows) column = std::max(column, std::min(display_width(row[0]), farthest_column));
  std::string text;
  for (const auto& [words, place, news] : rows) {
    text += words;
    if (!place.empty() || !news.empty()) text.append(column - std::min(display_width(words), column), ' ');
    for (const std::string& word : {place, news}) text += word.empty() ? "" : "  " + word;
    text += '\n';
  }
  return text;
}

std::string describe_reach(const ContainerSpec& spec, const Findings& findings) {
  if (!spec.network_mode || spec.network_mode->value.kind == NetworkKind::none) return {};
  std::vector<std::string> read;
  const auto add = [&](std::string what) {
    what = abridged(std::move(what), most_of_one_reach);
    if (std::ranges::find(read, what) == read.end()) read.push_back(std::move(what));
  };
  for (const auto& entry : spec.env) {
    if (entry.value.from_caller) add("your " + printable(entry.value.name));
  }
  for (const Finding& finding : findings) {
    if (finding.ask && finding.ask->kind == AskKind::variable) add("your " + printable(finding.ask->subject));
  }
  for (const auto& mount : spec.mounts) {
    const Mount& value = mount.value;
    if (value.type == MountType::bind) {
      add(value.source == spec.workdir ? fmt::format("the working directory ({})", printable(value.source))
                                       : printable(value.source));
    } else if (value.type == MountType::volume && !value.source.empty()) {
      add("the volume " + printable(value.source));
    }
  }
  if (read.empty()) return {};
  const std::size_t more = read.size() - std::min(read.size(), most_reach);
  read.resize(read.size() - more);
  return fmt::format("It can talk to the network, and so send away what it can read: {}{}.\n", fmt::join(read, ", "),
                     more == 0 ? "" : fmt::format(" and {} more", more));
}

}  // namespace skillrun::cli
