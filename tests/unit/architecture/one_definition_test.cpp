// A type's name is one type's in the whole program: neither compiler nor linker tells when two translation units mean
// different types by it, and the destructor of one then frees the members of the other.
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

/// By qualified name, where types are defined that other translation units could name.
using Definitions = std::map<std::string, std::vector<std::string>>;

/// The layout of .clang-format is relied upon: what a namespace holds begins its line.
void collect(const fs::path& path, Definitions& definitions) {
  static const std::regex opened(R"(^namespace ?([\w:]*?)(?:::inline v\d+((?:::\w+)*))? \{$)");
  static const std::regex closed(R"(^\}  // namespace.*$)");
  static const std::regex type(
      R"(^(?:struct|class|union|enum class|enum) (?:SKILLRUN_API )?([\w:]+)(?: [^;{]*)?(?:\{.*)?$)");
  std::vector<std::string> namespaces;
  std::size_t lines_inside = 0;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line); ++lines_inside) {
    std::smatch match;
    if (std::regex_match(line, match, opened)) {
      namespaces.push_back(match[1].str() + match[2].str());
      lines_inside = 0;
    } else if (std::regex_match(line, closed) || (line == "}" && lines_inside == 2)) {  // one line goes without comment
      REQUIRE_MESSAGE(!namespaces.empty(), path.string());
      namespaces.pop_back();
    } else if (std::regex_match(line, match, type)) {
      std::string name;
      bool nameless = false;
      for (const std::string& outer : namespaces) {
        nameless |= outer.empty();
        name += outer + "::";
      }
      if (!nameless) definitions[name + match[1].str()].push_back(path.string());
    }
  }
  CHECK_MESSAGE(namespaces.empty(), path.string());
}

}  // namespace

TEST_CASE("no two types of the program have one name") {
  Definitions definitions;
  for (const char* folder : {"include", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SKILLRUN_SOURCE_DIR) / folder)) {
      if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp") collect(entry.path(), definitions);
    }
  }
  CHECK(definitions.size() > 200);
  CHECK(definitions.contains("skillrun::HostPlaces"));
  for (const auto& [name, places] : definitions) {
    INFO(name << " in " << places.front() << " and " << places.back());
    CHECK(places.size() == 1);
  }
}
