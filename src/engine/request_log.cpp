#include "engine/request_log.hpp"

#include "spec/secret_values.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t longest = 4096;
constexpr std::string_view mask = "***";

std::string cut(std::string text) {
  if (text.size() > longest) text.replace(longest, std::string::npos, "...");
  return printable(text);
}

/// NAME=*** of NAME=VALUE.
std::string without_value(std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) return std::string(assignment);
  return std::string(assignment.substr(0, equals + 1)).append(mask);
}

void mask_texts(json::value& value) {
  if (json::string* text = value.if_string()) {
    if (has_secret_shape(*text)) value = mask;
  } else if (json::array* list = value.if_array()) {
    for (json::value& entry : *list) mask_texts(entry);
  } else if (json::object* object = value.if_object()) {
    for (auto& entry : *object) mask_texts(entry.value());
  }
}

std::string shown_body(std::string_view body) {
  boost::system::error_code error;
  json::value document = json::parse(body, error);
  if (error || !document.is_object()) return std::to_string(body.size()) + " bytes";
  if (json::value* variables = document.get_object().if_contains("Env");
      variables != nullptr && variables->is_array()) {
    for (json::value& entry : variables->get_array()) {
      if (entry.is_string()) entry = without_value(entry.get_string());
    }
  }
  mask_texts(document);
  return json::serialize(document);
}

std::string shown_target(std::string_view target) {
  constexpr std::string_view arguments = "buildargs=";
  std::string shown(target);
  if (const std::size_t at = shown.find(arguments); at != std::string::npos) {
    const std::size_t begin = at + arguments.size();
    shown.replace(begin, std::min(shown.find('&', begin), shown.size()) - begin, mask);
  }
  return shown;
}

}  // namespace

std::string shown_request(std::string_view method, std::string_view target, std::string_view body) {
  std::string line(method);
  line.append(" ").append(shown_target(target));
  if (!body.empty()) line.append(" ").append(shown_body(body));
  return cut(std::move(line));
}

std::string shown_words(std::string_view program, std::span<const std::string> words) {
  std::string line(program);
  for (const std::string& word : words) {
    constexpr std::string_view argument = "--build-arg=";
    line += ' ';
    if (word.starts_with(argument)) {
      line.append(argument).append(without_value(std::string_view(word).substr(argument.size())));
    } else {
      line += has_secret_shape(word) ? std::string(mask) : word;
    }
  }
  return cut(std::move(line));
}

}  // namespace skillrun::inline v0
