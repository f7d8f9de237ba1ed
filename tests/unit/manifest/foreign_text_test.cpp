// Nothing is quoted of a text that is not a manifest, whatever was meant by naming it.
#include <algorithm>
#include <array>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

constexpr std::string_view secret = "hunter2";

ManifestReading read(const std::string& text, ManifestFormat format) {
  return read_manifest(source(text, format), format);
}

/// True when the secret can be found in anything that is said, or behind it.
bool leaks(const ManifestReading& reading) {
  const auto holds = [](std::string_view text) { return text.find(secret) != std::string_view::npos; };
  return holds(reading.manifest.source->text) || std::ranges::any_of(reading.findings, [&](const Finding& finding) {
           return holds(finding.message) || holds(finding.evidence) || holds(finding.field) ||
                  holds(finding.remediation) || (finding.source && holds(finding.source->text));
         });
}

}  // namespace

TEST_CASE("files that are not manifests are one finding with a place, and not a word of them") {
  static constexpr std::array foreign{"root:hunter2:19000:0:99999:7:::\n",
                                      "hunter2\n",
                                      "[default]\naws_secret_access_key = hunter2\n",
                                      "[database]\npassword = \"hunter2\"\n",
                                      "machine example.com login me password hunter2\n",
                                      "apiVersion: v1\nkind: Secret\ndata: {password: hunter2}\n",
                                      "- hunter2\n",
                                      "\"hunter2\"\n",
                                      "version: \"3\"\npassword: hunter2\n",
                                      "version: \"1hunter2\"\n",
                                      "key: [hunter2\n",
                                      "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n",
                                      "[defaults]\nhunter2 = 1\n",
                                      "hunter2: 1\nhunter2: 2\n",
                                      "noskills: hunter2\n# skills\n"};
  for (const char* text : foreign) {
    for (const ManifestFormat format : {ManifestFormat::toml, ManifestFormat::yaml}) {
      CAPTURE(text);
      const ManifestReading reading = read(text, format);
      CHECK_FALSE(reading.valid);
      CHECK_FALSE(leaks(reading));
      REQUIRE(reading.findings.size() == 1);
      CHECK(reading.findings[0].span.known());
      CHECK(reading.findings[0].message.find("`skills`") != std::string::npos);
      CHECK(reading.findings[0].source->name == source("", format)->name);
    }
  }
}

TEST_CASE("what is wrong with the bytes of a file is said, because it quotes nothing") {
  const auto said = [](const std::string& text) {
    const ManifestReading reading = read(text, ManifestFormat::toml);
    CHECK_FALSE(reading.valid);
    CHECK_FALSE(leaks(reading));
    CHECK(reading.findings.front().span.known());
    CHECK(reading.findings.front().source->name == "skills.toml");
    return reading.findings.front().message;
  };
  CHECK(said("hunter2\xff\n") == "not valid UTF-8");
  CHECK(said(std::string("hunter2\n\0", 9)) == "a NUL byte in the file");
  CHECK(said("hunter2" + std::string(max_manifest_size, '\n')) == "larger than 1048576 bytes");
}

TEST_CASE("a manifest with faults is quoted, also one that cannot be read") {
  for (const std::string_view text : {"version = \"1\"\n[skils.a]\n", "[skills.a]\nimage = 1\n", "[skills.a\n",
                                      "\"skills\" = {a = 1}\n", "skills = {\n"}) {
    CAPTURE(text);
    const ManifestReading reading = read(std::string(text), ManifestFormat::toml);
    CHECK_FALSE(reading.valid);
    CHECK(reading.findings.front().source->text == text);
  }
  for (const std::string_view text : {"skills: {a: }\n", "skills:\n  a: [\n", "{skills: {a: 1}}\n"}) {
    CAPTURE(text);
    CHECK(read(std::string(text), ManifestFormat::yaml).findings.front().source->text == text);
  }
}

TEST_CASE("an empty document is an empty manifest") {
  CHECK(read("", ManifestFormat::toml).valid);
  CHECK(read("# nothing yet\n", ManifestFormat::yaml).valid);
}
