// A setting has one place: its rows in the table of settings, in that of docker's dialect and in that of OCI bundles,
// and the rules that are about it. What has parts of its own is more than a setting.
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

std::string without_comments(const fs::path& path) {
  std::ifstream file(path);
  std::string text;
  for (std::string line; std::getline(file, line);) text += line.substr(0, line.find("//")) + "\n";
  return text;
}

std::vector<std::string> settings() {
  const std::string text = without_comments(fs::path(SKILLRUN_SOURCE_DIR) / "include/skillrun/spec.hpp");
  static const std::regex member(R"(\n  (?:OptionalSetting|SettingList|Setting)<[^;]*> (\w+);)");
  std::vector<std::string> names;
  for (std::sregex_iterator found(text.begin(), text.end(), member), end; found != end; ++found) {
    names.push_back((*found)[1]);
  }
  return names;
}

/// The members of specs that a source names: spec.X, spec_->X, approved.spec().X, ContainerSpec::X.
std::set<std::string, std::less<>> members_named_in(std::string_view source) {
  std::set<std::string, std::less<>> names;
  const auto skip = [&](std::size_t& at, std::string_view what) {
    const bool there = source.substr(at).starts_with(what);
    if (there) at += what.size();
    return there;
  };
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_0123456789";
  for (std::size_t at = source.find("pec"); at != std::string_view::npos; at = source.find("pec", at)) {
    at += 3;
    skip(at, "_");
    skip(at, "()");
    if (!skip(at, ".") && !skip(at, "->") && !skip(at, "::")) continue;
    names.emplace(source.substr(at, source.find_first_not_of(letters, at) - at));
  }
  return names;
}

}  // namespace

TEST_CASE("no setting is known to more than seven source files") {
  constexpr std::size_t most = 7;
  const std::set<std::string> composite{"image",        "command", "build", "env", "mounts",
                                        "network_mode", "ports",   "gpus",  "user"};
  std::map<std::string, std::size_t, std::less<>> files;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SKILLRUN_SOURCE_DIR) / "src")) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
    for (const std::string& name : members_named_in(without_comments(entry.path()))) ++files[name];
  }
  const std::vector<std::string> names = settings();
  REQUIRE(names.size() > 80);
  CHECK(files["mounts"] > most);
  for (const std::string& name : names) {
    CAPTURE(name);
    if (!composite.contains(name)) CHECK(files[name] <= most);
  }
}
