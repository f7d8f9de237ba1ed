#pragma once

#include <cstdint>
#include <string>

#include "app/selection.hpp"

namespace skillrun::cli {

enum class ColorMode : std::uint8_t { automatic, always, never };
enum class OutputFormat : std::uint8_t { text, json };

/// Options that every command takes.
struct GlobalOptions : app::Selection {
  bool engine_given = false;  ///< --engine was, not only SKILLRUN_ENGINE
  ColorMode color = ColorMode::automatic;
  int verbose = 0;
  bool quiet = false;
  OutputFormat log_format = OutputFormat::text;
  std::string log_file;
};

}  // namespace skillrun::cli
