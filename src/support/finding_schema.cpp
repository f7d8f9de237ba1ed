#include "support/finding_schema.hpp"

#include "support/ask_kinds.hpp"

namespace skillrun::schema {

namespace {

json::object waived() {
  return or_null(record({
      {"reason", described("why the finding may pass", text())},
      {"owner", described("who answers for it; null for a comment of a manifest", or_null(text()))},
      {"expires", described("the last day (UTC) on which it holds", text_like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))},
      {"file", described("the file that waives; null for a built-in policy", or_null(text()))},
      {"line", whole(0)},
  }));
}

json::object ask() {
  std::vector<std::string_view> kinds;
  for (const AskKind kind : ask_kinds()) kinds.push_back(to_string(kind));
  return or_null(record({
      {"kind", one_of_words(kinds)},
      {"subject", described("a real path, a name, KEY=VALUE, or IP:PORT/PROTOCOL", text())},
      {"writes", described("not only read", flag())},
      {"closed", described("only a policy can grant it", flag())},
  }));
}

}  // namespace

json::object finding(bool identified) {
  Table table;
  const auto add = [&](std::string_view key, std::string_view description, json::object schema) {
    table.add(key, described(description, std::move(schema)), Presence::required);
  };
  add("rule", "id of the rule; `skillrun rules ID` shows its page", name());
  add("severity", "an error refuses a run",
      one_of_words({to_string(Severity::error), to_string(Severity::warning), to_string(Severity::info)}));
  add("message", "what is wrong", text());
  add("skill", "the skill that it is about; empty for the whole file", text());
  add("instance", "the skill's instance, where one was judged", or_null(text()));
  add("file", "the file that it is about", or_null(text()));
  add("line", "from 1 up; 0 for the whole file", whole(0));
  add("column", "in characters, from 1 up", whole(0));
  add("end_line", "the line of its end", whole(0));
  add("end_column", "the column after the last character", whole(0));
  add("field", "path of the value, such as docker.extra_args[0]", text());
  add("evidence", "the value at fault, as written", text());
  add("remediation", "how to fix it", text());
  if (identified) {
    add("fingerprint", "the same for the same finding in another version of the file", text_like("^[0-9a-f]{32}$"));
  }
  add("waived", "who lets the finding pass; null when nobody does", waived());
  add("ask", "what the skill asks for of the caller's; null where it is about something else", ask());
  add("granted", "who lets the skill have what it asks for; null when nobody does", or_null(text()));
  add("covers", "rules that found the same fault, which is said once, by the strongest", list_of_items(name()));
  return table.take();
}

}  // namespace skillrun::schema
