// Compose files of any bytes: what cannot be read has findings, each of which can be shown; the same text gives the
// same findings. Whatever such a file names to extend or to include is that text again, under its own name.
#include "fuzz_lint.hpp"
#include "lint/compose/compose.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  const auto source = fuzz::source_of(std::string(reinterpret_cast<const char*>(data), size), "compose.yaml");
  const ComposeRepository repository{
      .read = [&](const SourceText& from, const std::string& path) -> std::expected<SourcePtr, std::string> {
        if (path.size() > 64) return std::unexpected("is not there");
        SourceText named = from;
        named.name = path;
        return std::make_shared<const SourceText>(std::move(named));
      },
      .root = "/srv"};
  const LintedFile file = lint_compose(source, "compose.yaml", repository, fuzz::lint_context());
  fuzz::check_linted(file);
  for (const Finding& finding : file.findings) fuzz::require(!finding.fix);
  fuzz::check_again(file, lint_compose(source, "compose.yaml", repository, fuzz::lint_context()));
  return 0;
}
