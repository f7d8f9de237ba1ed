#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>

namespace skillrun::cli {

/// What a terminal shows of a pull or build: the stage with the layers that are done, a bar for each layer on its way,
/// or the end of the engine's own words below it.
class ProgressView {
 public:
  /// True when the event says something new beside figures.
  bool take(const ProgressEvent& event);
  /// At most `rows` lines of at most `columns` columns, without line ends. `rows` is at least 1.
  [[nodiscard]] std::vector<std::string> lines(std::size_t columns, std::size_t rows) const;

 private:
  struct Layer {
    std::string id;
    std::string state;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
  };

  [[nodiscard]] std::string headline() const;

  std::string stage_;
  std::vector<Layer> layers_;
  std::deque<std::string> words_;
};

}  // namespace skillrun::cli
