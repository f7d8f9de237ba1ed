#include "report/sentence.hpp"

namespace skillrun::inline v0 {

std::string sentence(std::string_view part) {
  std::string text(part);
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text.ends_with('?') ? text : text + ".";
}

}  // namespace skillrun::inline v0
