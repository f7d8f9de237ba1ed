#include "policy/rules/support/image_glob.hpp"

#include <cstddef>

namespace skillrun::inline v0 {

namespace {

/// One step of the text that a glob is held against: how long it is, and whether only `**` may stand for it.
struct Step {
  std::size_t size;
  bool wide;
};

Step plain_step(std::string_view text) noexcept { return {1, text.front() == '/'}; }

/// In a pattern that is itself the text, `**` is one step.
Step pattern_step(std::string_view text) noexcept { return text.starts_with("**") ? Step{2, true} : plain_step(text); }

struct Resume {
  std::size_t glob = std::string_view::npos;  ///< after the star
  std::size_t text = 0;
};

/// Tries each star with the shortest text first. Going back to the last `*`, and where that would cross a component to
/// the last `**`, is enough: an earlier star could only take what the later one can take too.
template <class Steps>
bool matches(std::string_view glob, std::string_view text, Steps step) noexcept {
  Resume narrow;
  Resume wide;
  std::size_t g = 0;
  std::size_t t = 0;
  while (true) {
    if (glob.substr(g).starts_with("**")) {
      g += 2;
      wide = {g, t};
      narrow = {};
      continue;
    }
    if (g < glob.size() && glob[g] == '*') {
      ++g;
      narrow = {g, t};
      continue;
    }
    if (t == text.size() && g == glob.size()) return true;
    if (t < text.size() && g < glob.size() && glob[g] == text[t] && step(text.substr(t)).size == 1) {
      ++g;
      ++t;
      continue;
    }
    if (narrow.glob != std::string_view::npos && narrow.text < text.size() && !step(text.substr(narrow.text)).wide) {
      narrow.text += 1;
      g = narrow.glob;
      t = narrow.text;
    } else if (wide.glob != std::string_view::npos && wide.text < text.size()) {
      wide.text += step(text.substr(wide.text)).size;
      narrow = {};
      g = wide.glob;
      t = wide.text;
    } else {
      return false;
    }
  }
}

}  // namespace

bool image_glob_matches(std::string_view glob, std::string_view name) noexcept {
  return matches(glob, name, plain_step);
}

bool image_glob_covers(std::string_view outer, std::string_view inner) noexcept {
  return matches(outer, inner, pattern_step);
}

}  // namespace skillrun::inline v0
