#include "cli/granted_list.hpp"

#include <fmt/format.h>
#include <skillrun/manifest.hpp>

#include "app/caller_grants.hpp"
#include "app/prepare.hpp"
#include "cli/exit_status.hpp"
#include "manifest/readers.hpp"
#include "support/json.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

/// "in-force", "changed" or "gone".
std::string_view state_of(const app::GrantRecord& record) {
  const auto text = read_file(record.manifest, max_manifest_size);
  if (!text) return "gone";
  if (app::manifest_digest(*text) != record.digest) return "changed";
  return !record.context || app::digest_of_context(*record.context) == record.context->digest ? "in-force" : "changed";
}

std::string_view explanation(std::string_view state, const app::GrantRecord& record) {
  if (state == "in-force") return "";
  if (state == "gone") return ": does not count, the manifest cannot be read";
  return record.context ? ": does not count, the manifest or its build context has changed"
                        : ": does not count, the manifest has changed";
}

std::string as_text(const app::GrantRecords& records) {
  std::string text;
  for (const app::GrantRecord& record : records) {
    text += fmt::format("{}, {}, since {}{}\n", printable(app::name_of(record)), printable(record.manifest),
                        printable(record.day), explanation(state_of(record), record));
    for (const Ask& ask : record.asks) text += fmt::format("  {}\n", describe(ask));
  }
  return text.empty() ? "nothing is allowed\n" : text;
}

json::object as_json(const app::GrantRecords& records, const std::string& file) {
  json::array grants;
  for (const app::GrantRecord& record : records) {
    json::array asks;
    for (const Ask& ask : record.asks) {
      asks.push_back(json::object{
          {"kind", to_string(ask.kind)}, {"subject", ask.subject}, {"writes", ask.writes}, {"text", describe(ask)}});
    }
    grants.push_back(json::object{{"skill", record.skill},
                                  {"instance", record.instance ? json::value(*record.instance) : json::value(nullptr)},
                                  {"manifest", record.manifest},
                                  {"digest", record.digest},
                                  {"granted", record.day},
                                  {"state", state_of(record)},
                                  {"asks", std::move(asks)}});
  }
  return {{"version", 1}, {"file", file}, {"grants", std::move(grants)}};
}

}  // namespace

int list_granted(const Console& console, OutputFormat format) {
  const auto store = app::grant_store();
  const auto records = store ? store->read() : app::GrantRecords();
  if (!records) {
    console.error(records.error());
    return failed;
  }
  const bool json = format == OutputFormat::json;
  return console.print(json ? pretty(as_json(*records, store ? store->file() : "")) : as_text(*records)) ? success
                                                                                                         : failed;
}

int revoke_granted(const Console& console, bool all, const std::string& skill,
                   const std::optional<std::string>& instance) {
  const auto store = app::grant_store();
  if (!store) {
    console.error("there is no home: set HOME or XDG_CONFIG_HOME, where answers are kept");
    return failed;
  }
  std::size_t revoked = 0;
  const auto done = store->update([&](app::GrantRecords& records) {
    revoked = std::erase_if(records, [&](const app::GrantRecord& record) {
      return all || (record.skill == skill && (!instance || record.instance == instance));
    });
  });
  if (!done) {
    console.error(done.error());
    return failed;
  }
  if (revoked == 0 && !all) {
    console.error(fmt::format("'{}' was not allowed anything; `skillrun allow --list` shows what was",
                              printable(instance ? skill + "@" + *instance : skill)));
    return failed;
  }
  console.note(fmt::format("took back {} grant{}", revoked, revoked == 1 ? "" : "s"));
  return success;
}

}  // namespace skillrun::cli
