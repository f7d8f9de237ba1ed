// A docker command line becomes a manifest that reads back, in both formats, or an error; env files likewise. Nothing
// of the line is lost: every flag is a key, a word of extra_args, or one of those that skillrun does by itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <skillrun/manifest.hpp>

#include "app/lint_variables.hpp"
#include "cli/manifest_draft.hpp"

namespace {

using namespace skillrun;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The skill of a manifest that was written, if its name and image are ones that manifests take.
void read_back(const cli::ManifestDraft& draft, ManifestFormat format) {
  const auto source = std::make_shared<const SourceText>(
      SourceText{.name = "x", .directory = "/srv", .text = cli::write_manifest(draft, format)});
  const ManifestReading reading = read_manifest(source, format);
  for (const Finding& finding : reading.findings) require(finding.rule != "syntax-error");
  require(reading.manifest.skills.size() == 1);
  const auto& docker = reading.manifest.skills.front().docker;
  require(docker && docker->image && docker->image->value == draft.docker.front().second.as_string());
}

void check_line(std::string_view line) {
  const auto draft = cli::draft_from_run(line, {});
  if (!draft) return require(!draft.error().empty());
  read_back(*draft, ManifestFormat::toml);
  read_back(*draft, ManifestFormat::yaml);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  if (data[0] == 'e') {
    app::VariableMap variables;
    const auto read = app::read_env_file(text, variables);
    require(read || !read.error().empty());
    for (const auto& [name, value] : variables) require(!name.empty() && name.find('=') == std::string::npos);
    return 0;
  }
  check_line(data[0] == 'w' ? text : "docker run " + text);
  return 0;
}
