#include "report/lint_formats.hpp"

namespace skillrun {

std::string lint_as_html(const LintReport&) { return {}; }

}  // namespace skillrun
