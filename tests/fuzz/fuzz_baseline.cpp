// A baseline of any bytes is refused with a reason, or is written back as itself and takes nothing out of a report
// that it does not name.
#include "fuzz_lint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  const auto baseline = Baseline::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!baseline) {
    fuzz::require(baseline.error().size() > 5);
    return 0;
  }
  const std::string text = baseline->text();
  const auto again = Baseline::parse(text);
  fuzz::require(again && again->size() == baseline->size() && again->text() == text);
  LintReport report{.policy = Policy::builtin("baseline"), .files = {}};
  report.files.push_back(lint_manifest(fuzz::source_of("[skills.a.docker]\nimage = \"x\"\n", "a.toml"),
                                       ManifestFormat::toml, "a.toml", fuzz::lint_context()));
  const std::size_t before = report.files[0].findings.size();
  baseline->apply(report);
  fuzz::require(report.baselined + report.files[0].findings.size() == before);
  fuzz::require(report.baselined <= baseline->size());
  return 0;
}
