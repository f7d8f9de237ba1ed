#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

namespace skillrun::test {

/// Holds `text` against a file of the project. SKILLRUN_UPDATE_GOLDENS=1 writes the file anew.
inline void check_golden(const std::string& path, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(SKILLRUN_SOURCE_DIR) / path;
  if (std::getenv("SKILLRUN_UPDATE_GOLDENS") != nullptr) std::ofstream(file, std::ios::binary) << text;
  std::ifstream stream(file, std::ios::binary);
  const std::string expected(std::istreambuf_iterator<char>(stream), {});
  CAPTURE(path);
  CHECK(text == expected);
}

}  // namespace skillrun::test
