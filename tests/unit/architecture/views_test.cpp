// Functions that hand out views of their argument do not take temporaries: reading freed memory must not compile.
#include <doctest/doctest.h>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>

namespace fs = std::filesystem;

namespace {

/// Those whose result is a view of constants, or of another argument that is not text.
constexpr std::array<std::string_view, 5> of_constants = {"find_home_secret", "find_home_program", "text_at",
                                                          "driver_option", "protected_name_of"};

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a header's function that makes views of a text refuses a temporary") {
  // A free function with a view in its result and a view or a string among its parameters.
  const std::regex declaration(
      R"(\n\[\[nodiscard\]\] (?:std::(?:optional|vector)<)?std::string_view>? (\w+)\(([^;{]*std::string(?:_view|&)[^;{]*)\))");
  std::size_t found = 0;
  for (const char* folder : {"include", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SKILLRUN_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".hpp") continue;
      const std::string text = text_of(entry.path());
      for (std::sregex_iterator at(text.begin(), text.end(), declaration), end; at != end; ++at) {
        const std::string name = (*at)[1];
        if (std::ranges::find(of_constants, name) != of_constants.end()) continue;
        ++found;
        INFO(entry.path().string() << ": " << name << " needs SKILLRUN_VIEWED and a deleted overload for ExpiringString"
                                   << " (see src/support/lifetime.hpp)");
        CHECK((*at)[2].str().contains("SKILLRUN_VIEWED"));
        CHECK(text.contains("void " + name + "(ExpiringString auto&&"));
      }
    }
  }
  CHECK(found >= 4);
}
