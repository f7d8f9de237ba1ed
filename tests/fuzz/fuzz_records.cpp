// Files that skillrun keeps for itself: any bytes are refused, or are written back as what they say.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "app/grant_record.hpp"
#include "run/run_record.hpp"
#include "support/written_places.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto grants = app::parse_records(text)) {
    const std::string written = app::format_records(*grants);
    const auto again = app::parse_records(written);
    require(again && app::format_records(*again) == written);
    for (const auto& record : *grants) {
      for (const Grant& grant : app::grants_of(record)) {
        // Nothing that was recorded opens what is closed.
        require(!grant.covers({.kind = grant.kind, .subject = grant.subject, .writes = false, .closed = true}));
      }
    }
  }
  if (const auto record = RunRecord::parse(text)) {
    const auto again = RunRecord::parse(record->text());
    require(again && again->run() == record->run() && again->text() == record->text());
  }
  if (const auto places = parse_written_places(text)) {
    const std::string written = format_written_places(*places);
    const auto again = parse_written_places(written);
    require(again && format_written_places(*again) == written);
  }
  return 0;
}
