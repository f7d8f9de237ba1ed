#include "cli/progress_view.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "report/display.hpp"

namespace skillrun::cli {

namespace {

constexpr std::size_t most_words = 5;
constexpr std::size_t most_layers = 4096;
constexpr std::size_t bar_columns = 20;

bool is_finished(std::string_view state) { return state == "Pull complete" || state == "Already exists"; }

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> units{"B", "kB", "MB", "GB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1000 && unit + 1 < units.size(); ++unit) amount /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}

/// "[=====>      ]"
std::string bar(std::uint64_t done, std::uint64_t total) {
  const double share = std::min(static_cast<double>(done) / static_cast<double>(total), 1.0);
  const auto filled = static_cast<std::size_t>(share * bar_columns);
  std::string text(filled, '=');
  if (filled < bar_columns) text += '>';
  text.resize(bar_columns, ' ');
  return fmt::format("[{}]", text);
}

}  // namespace

bool ProgressView::take(const ProgressEvent& event) {
  switch (event.kind) {
    case ProgressEvent::Kind::stage:
      stage_ = event.text;
      layers_.clear();
      words_.clear();
      return true;
    case ProgressEvent::Kind::line:
      words_.push_back(event.text);
      if (words_.size() > most_words) words_.pop_front();
      return true;
    case ProgressEvent::Kind::layer: break;
  }
  auto layer = std::ranges::find(layers_, event.layer, &Layer::id);
  if (layer == layers_.end()) {
    if (layers_.size() == most_layers) return false;
    layer = layers_.insert(layers_.end(), Layer{.id = event.layer, .state = {}});
  }
  const bool changed = layer->state != event.text;
  *layer = Layer{.id = event.layer, .state = event.text, .done = event.done, .total = event.total};
  return changed;
}

std::string ProgressView::headline() const {
  if (layers_.empty()) return stage_;
  const auto finished = std::ranges::count_if(layers_, [](const Layer& layer) { return is_finished(layer.state); });
  return fmt::format("{}: {} of {} layers", stage_, finished, layers_.size());
}

std::vector<std::string> ProgressView::lines(std::size_t columns, std::size_t rows) const {
  std::vector<std::string> result{beginning_within(headline(), columns)};
  const auto add = [&](const std::string& line) {
    if (result.size() < rows) result.push_back(beginning_within(line, columns));
  };
  if (layers_.empty()) {
    const auto room = static_cast<std::ptrdiff_t>(std::min(words_.size(), rows - 1));
    for (auto words = words_.end() - room; words != words_.end(); ++words) add("  " + *words);
    return result;
  }
  for (const Layer& layer : layers_) {
    if (is_finished(layer.state)) continue;
    const std::string name = fmt::format("  {} {:<18}", layer.id, layer.state);
    if (layer.total == 0) {
      add(name);
    } else {
      add(fmt::format("{} {} {} of {}", name, bar(layer.done, layer.total), size_text(layer.done),
                      size_text(layer.total)));
    }
  }
  return result;
}

}  // namespace skillrun::cli
