// Holds the include directions of docs/architecture.md: which layer may see which, and which layer may use which
// third-party library.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string, std::less<>>;

/// What each layer may include beside itself; "x/*" is x with every room in it.
const std::map<std::string, Names, std::less<>> visible_layers = {
    {"linkage", {}},
    {"support", {}},
    {"support/process", {"support"}},
    {"spec", {"support"}},
    {"manifest", {"spec", "support"}},
    {"policy/places", {"spec", "manifest", "support"}},
    {"policy/rules/support", {"policy/places", "spec", "manifest", "support"}},
    {"policy/rules", {"policy/rules/support", "policy/places", "spec", "manifest", "support"}},
    {"policy/conditions", {"policy/rules/support", "policy/places", "spec", "manifest", "support"}},
    {"policy/document", {"policy/conditions", "policy/rules/support", "policy/places", "spec", "manifest", "support"}},
    {"policy",
     {"policy/document", "policy/conditions", "policy/rules/support", "policy/places", "spec", "manifest", "support"}},
    {"lint/files", {"manifest", "support"}},
    {"lint", {"lint/files", "policy/*", "spec", "manifest", "support"}},
    {"report", {"lint", "policy/*", "spec", "manifest", "support"}},
    {"engine", {"policy/*", "spec", "manifest", "support/*"}},
    {"engine/wire", {"engine", "support/*"}},
    {"engine/docker", {"engine", "policy/*", "spec", "manifest", "support/*"}},
    {"engine/docker/api", {"engine/docker", "engine/wire", "engine", "policy/*", "spec", "manifest", "support/*"}},
    {"engine/docker/cli", {"engine/docker", "engine", "policy/*", "spec", "manifest", "support/*"}},
    {"engine/native/store", {"engine", "policy/*", "spec", "manifest", "support/*"}},
    {"engine/native/bundle", {"engine", "policy/*", "spec", "manifest", "support/*"}},
    {"engine/native",
     {"engine/native/bundle", "engine/native/store", "engine", "policy/*", "spec", "manifest", "support/*"}},
    {"keeper", {"engine/native", "support"}},
    {"engine/choice",
     {"engine/docker/api", "engine/docker/cli", "engine/docker", "engine/native", "engine/wire", "engine", "policy/*",
      "spec", "manifest", "support/*"}},
    {"run", {"engine", "policy/*", "spec", "manifest", "support/*"}},
    {"app", {"run", "engine", "report", "lint/*", "policy/*", "spec", "manifest", "support/*"}},
    {"cli", {"app", "run", "engine", "report", "lint", "policy/*", "spec", "manifest", "support/*"}},
};

/// The layer that a public header belongs to; the rooms of a house may include its headers. skillrun.hpp gathers the
/// policy library and is for its users.
const std::map<std::string, std::string, std::less<>> public_headers = {
    {"export", "support"},
    {"source", "support"},
    {"finding", "support"},
    {"grant", "support"},
    {"setting", "support"},
    {"directive", "support"},
    {"version", "support"},
    {"values", "spec"},
    {"parsing", "spec"},
    {"declaration", "spec"},
    {"spec", "spec"},
    {"normalize", "spec"},
    {"manifest", "manifest"},
    {"host_view", "policy"},
    {"rule", "policy"},
    {"policy", "policy"},
    {"check", "policy"},
    {"lint", "lint"},
    {"report", "report"},
    {"skillrun", "report"},
    {"engine", "engine"},
    {"engine_call", "engine"},
    {"engine_request", "engine"},
    {"images", "engine"},
    {"volumes", "engine"},
    {"containers", "engine"},
    {"detection", "engine"},
    {"run", "run"},
};

struct Library {
  std::string_view include_prefix;
  Names layers;
};

/// Which layers may include which library. Boost.JSON is reached through support/json.hpp only.
const std::array<Library, 12> libraries = {{
    {"toml++/", {"manifest", "linkage"}},
    {"yaml-cpp/", {"manifest"}},
    {"re2/", {"policy/conditions", "policy/document", "spec", "engine"}},
    {"boost/json", {"support"}},
    {"boost/process", {"support/process"}},
    {"boost/", {"engine/wire", "support/process"}},
    {"archive", {"engine", "engine/docker/cli", "engine/native/store", "run", "linkage"}},
    {"openssl/", {"support", "engine/wire", "linkage"}},
    {"spdlog/", {"engine", "run", "cli", "linkage"}},
    {"CLI/", {"cli"}},
    {"dtl/", {"lint"}},
    {"fmt/",
     {"support/*", "manifest", "spec", "policy/*", "lint/*", "report", "engine/*", "run", "app", "cli", "linkage"}},
}};

struct File {
  std::string name;  ///< relative to the repository
  std::string path;  ///< relative to src; empty for a public header
  std::string layer;
  bool is_public = false;
};

/// The layer of a path below src: the innermost of its folders that is one; otherwise the first.
std::string layer_of(std::string_view path) {
  for (auto end = path.rfind('/'); end != std::string_view::npos && end != 0; end = path.rfind('/', end - 1)) {
    if (std::string layer(path.substr(0, end)); visible_layers.contains(layer)) return layer;
  }
  return std::string(path.substr(0, path.find('/')));
}

/// True when the names hold the layer, or the house that it is a room of.
bool names(const Names& names, std::string_view layer) {
  return names.contains(layer) || names.contains(fmt::format("{}/*", layer.substr(0, layer.find('/'))));
}

bool may_see(const std::string& from, std::string_view layer) { return names(visible_layers.at(from), layer); }

/// What is wrong with one include of a file; empty when nothing is.
std::string judge(const File& file, std::string_view target, bool angled) {
  const auto seen = [&](std::string_view layer) { return layer == file.layer || may_see(file.layer, layer); };
  if (target.starts_with("skillrun/")) {
    if (!angled) return "public headers are included with angle brackets";
    const std::string_view stem = target.substr(9, target.size() - 9 - std::string_view(".hpp").size());
    const auto header = public_headers.find(stem);
    if (header == public_headers.end()) return "no layer is known for this public header: add it to public_headers";
    const std::string_view house = std::string_view(file.layer).substr(0, file.layer.find('/'));
    if (seen(header->second) || header->second == house) return "";
    return fmt::format("layer '{}' must not see layer '{}'", file.layer, header->second);
  }
  if (!angled) {
    if (file.is_public) return "a public header may include only public and standard headers";
    const std::string layer = layer_of(target);
    if (!visible_layers.contains(layer)) return "write it as \"layer/file.hpp\", relative to src";
    return seen(layer) ? "" : fmt::format("layer '{}' must not see layer '{}'", file.layer, layer);
  }
  for (const Library& library : libraries) {
    if (!target.starts_with(library.include_prefix)) continue;
    if (file.is_public) return "a public header must not need a third-party library";
    if (names(library.layers, file.layer)) return "";
    return fmt::format("{} belongs to {} only", library.include_prefix, fmt::join(library.layers, ", "));
  }
  constexpr std::array<std::string_view, 5> system_folders = {"sys/", "linux/", "net/", "netinet/", "arpa/"};
  const bool standard = target.find('/') == std::string_view::npos;
  const bool system = std::ranges::any_of(system_folders, [&](auto folder) { return target.starts_with(folder); });
  if (standard || system) return "";
  return "this library is in no table: decide which layers may use it";
}

/// All #include lines of a text, judged; each complaint names file and line.
std::vector<std::string> complaints_about(const File& file, std::istream& text) {
  std::vector<std::string> complaints;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    const auto hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const auto word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    const auto open = line.find_first_of("<\"", word);
    const auto close = open == std::string::npos ? open : line.find_first_of(">\"", open + 1);
    if (close == std::string::npos) {
      complaints.push_back(fmt::format("{}:{}: an include that is not a literal cannot be judged", file.name, number));
      continue;
    }
    const std::string target = line.substr(open + 1, close - open - 1);
    const std::string complaint = judge(file, target, line[open] == '<');
    if (!complaint.empty()) complaints.push_back(fmt::format("{}:{}: {}: {}", file.name, number, target, complaint));
  }
  return complaints;
}

std::vector<File> sources_of(const fs::path& repository) {
  std::vector<File> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(repository / "src")) {
    const fs::path relative = entry.path().lexically_relative(repository);
    const auto extension = entry.path().extension();
    if (extension != ".hpp" && extension != ".cpp") continue;
    std::string path = entry.path().lexically_relative(repository / "src").string();
    std::string layer = layer_of(path);
    files.push_back({.name = relative.string(), .path = std::move(path), .layer = std::move(layer)});
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(repository / "include/skillrun")) {
    const auto layer = public_headers.find(entry.path().stem().string());
    REQUIRE_MESSAGE(layer != public_headers.end(), entry.path().string(), " belongs to no layer");
    files.push_back({.name = entry.path().lexically_relative(repository).string(),
                     .path = {},
                     .layer = layer->second,
                     .is_public = true});
  }
  std::ranges::sort(files, {}, &File::name);
  return files;
}

std::vector<std::string> complaints_about(const std::string& folder, const std::string& text) {
  std::istringstream stream(text);
  const std::string path = folder + "/x.cpp";
  return complaints_about(File{.name = path, .path = path, .layer = layer_of(path)}, stream);
}

}  // namespace

TEST_CASE("every file includes only what its layer may see") {
  const fs::path repository = SKILLRUN_SOURCE_DIR;
  const std::vector<File> files = sources_of(repository);
  REQUIRE(files.size() > 20);
  for (const File& file : files) {
    REQUIRE_MESSAGE(visible_layers.contains(file.layer), file.name, " lies in a folder that is not a layer");
    std::ifstream text(repository / file.name);
    REQUIRE_MESSAGE(text, "cannot read ", file.name);
    for (const std::string& complaint : complaints_about(file, text)) FAIL_CHECK(complaint);
  }
}

TEST_CASE("the layers know no cycle") {
  for (const auto& [layer, unused] : visible_layers) {
    for (const auto& [other, also_unused] : visible_layers) {
      CAPTURE(layer);
      CAPTURE(other);
      if (layer != other && may_see(layer, other)) CHECK_FALSE(may_see(other, layer));
    }
  }
}

TEST_CASE("a layer that looks up is named with its line") {
  const auto found = complaints_about("manifest", "#include <string>\n#include \"policy/rule.hpp\"\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0] == "manifest/x.cpp:2: policy/rule.hpp: layer 'manifest' must not see layer 'policy'");
  CHECK(complaints_about("support", "# include <skillrun/spec.hpp>").size() == 1);
  CHECK(complaints_about("report", "#include <skillrun/engine.hpp>").size() == 1);
  CHECK(complaints_about("run", "#include \"report/text.hpp\"").size() == 1);
  CHECK(complaints_about("engine", "#include \"engine/log.hpp\"\n#include <skillrun/policy.hpp>").empty());
}

TEST_CASE("what starts programs is seen by engine, run and cli, and by no layer that starts none") {
  for (const char* folder : {"engine", "engine/wire", "engine/docker/cli", "run", "cli", "support/process"}) {
    CHECK(complaints_about(folder, "#include \"support/process/spawn.hpp\"").empty());
  }
  for (const char* folder : {"support", "manifest", "spec", "policy", "policy/rules", "lint", "report/html"}) {
    CHECK(complaints_about(folder, "#include \"support/process/spawn.hpp\"").size() == 1);
  }
  CHECK(complaints_about("support/process", "#include \"support/text.hpp\"").empty());
  CHECK(complaints_about("support/process", "#include <skillrun/engine.hpp>").size() == 1);
}

TEST_CASE("the rooms of the engine know what lies under them, and nobody else knows them") {
  const auto allowed = [](const char* from, const char* target) {
    return complaints_about(from, fmt::format("#include \"{}/x.hpp\"", target)).empty();
  };
  CHECK(allowed("engine/choice", "engine/docker/cli"));
  CHECK(allowed("engine/docker/api", "engine/docker"));
  CHECK(allowed("engine/docker/api", "engine/wire"));
  CHECK(allowed("engine/wire", "engine"));
  CHECK_FALSE(allowed("engine/docker/api", "engine/docker/cli"));
  CHECK_FALSE(allowed("engine/docker/cli", "engine/docker/api"));
  CHECK_FALSE(allowed("engine/docker/cli", "engine/wire"));
  CHECK_FALSE(allowed("engine/docker", "engine/docker/api"));
  CHECK_FALSE(allowed("engine/wire", "engine/docker"));
  CHECK_FALSE(allowed("engine", "engine/docker"));
  for (const char* room : {"engine/choice", "engine/docker", "engine/docker/api", "engine/docker/cli", "engine/wire"}) {
    CAPTURE(room);
    CHECK_FALSE(allowed("run", room));
    CHECK_FALSE(allowed("cli", room));
  }
}

TEST_CASE("the rooms of the policy are built on one another") {
  const auto allowed = [](const char* from, const char* target) {
    return complaints_about(from, fmt::format("#include \"{}/x.hpp\"", target)).empty();
  };
  CHECK(allowed("policy", "policy/document"));
  CHECK(allowed("policy/document", "policy/conditions"));
  CHECK(allowed("policy/rules", "policy/places"));
  CHECK_FALSE(allowed("policy/places", "policy/rules/support"));
  CHECK_FALSE(allowed("policy/rules", "policy/document"));
  CHECK_FALSE(allowed("policy/conditions", "policy/document"));
  CHECK_FALSE(allowed("policy/document", "policy"));
  CHECK_FALSE(allowed("lint/files", "policy"));
  CHECK(allowed("report", "policy/document"));
}

TEST_CASE("a third-party library stays in its layers") {
  CHECK(complaints_about("manifest", "#include <toml++/toml.h>\n#include <yaml-cpp/yaml.h>").empty());
  CHECK(complaints_about("spec", "#include <yaml-cpp/yaml.h>").size() == 1);
  CHECK(complaints_about("policy", "#include <boost/asio.hpp>").size() == 1);
  CHECK(complaints_about("engine", "#include <boost/json.hpp>").size() == 1);
  CHECK(complaints_about("support/process", "#include <boost/process/v2/start_dir.hpp>").empty());
  CHECK(complaints_about("engine", "#include <boost/process/v2/process.hpp>").size() == 1);
  CHECK(complaints_about("engine/wire", "#include <boost/beast/http.hpp>\n#include <sys/socket.h>").empty());
  CHECK(complaints_about("run", "#include <CLI/CLI.hpp>").size() == 1);
  CHECK(complaints_about("support", "#include <unknown/library.h>").size() == 1);
}

TEST_CASE("spellings that hide an include are complaints themselves") {
  CHECK(complaints_about("spec", "#include HEADER").size() == 1);
  CHECK(complaints_about("spec", "#include \"file.hpp\"").size() == 1);
  CHECK(complaints_about("spec", "#include \"../policy/rule.hpp\"").size() == 1);
  CHECK(complaints_about("spec", "#include \"skillrun/manifest.hpp\"").size() == 1);
}
