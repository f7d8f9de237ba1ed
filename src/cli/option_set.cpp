#include "cli/option_set.hpp"

#include <map>

#include <CLI/CLI.hpp>

namespace skillrun::cli {

DeclaredOption& DeclaredOption::required() {
  option_->required();
  return *this;
}

DeclaredOption& DeclaredOption::excludes(const DeclaredOption& other) {
  option_->excludes(other.option_);
  return *this;
}

DeclaredOption& DeclaredOption::needs(const DeclaredOption& other) {
  option_->needs(other.option_);
  return *this;
}

DeclaredOption& DeclaredOption::environment(const char* variable) {
  option_->envname(variable);
  return *this;
}

DeclaredOption OptionSet::flag(const std::string& names, bool& value, const std::string& help) {
  return DeclaredOption(app_->add_flag(names, value, help));
}

DeclaredOption OptionSet::count(const std::string& names, int& value, const std::string& help) {
  return DeclaredOption(app_->add_flag(names, value, help));
}

DeclaredOption OptionSet::text(const std::string& names, std::string& value, const std::string& placeholder,
                               const std::string& help) {
  return DeclaredOption(app_->add_option(names, value, help)->type_name(placeholder));
}

DeclaredOption OptionSet::text(const std::string& names, std::optional<std::string>& value,
                               const std::string& placeholder, const std::string& help) {
  std::string& given = words_.emplace_back();
  const DeclaredOption option = text(names, given, placeholder, help);
  conversions_.emplace_back([&value, &given, declared = option.option_] {
    if (declared->count() > 0) value = given;
  });
  return option;
}

DeclaredOption OptionSet::list(const std::string& names, std::vector<std::string>& values,
                               const std::string& placeholder, const std::string& help) {
  return DeclaredOption(app_->add_option(names, values, help)->allow_extra_args(false)->type_name(placeholder));
}

DeclaredOption OptionSet::list(const std::string& names, std::vector<std::string>& values,
                               const std::vector<std::string>& words, const std::string& placeholder,
                               const std::string& help) {
  DeclaredOption option = list(names, values, placeholder, help);
  option.option_->check(CLI::IsMember(words).description(""));
  return option;
}

DeclaredOption OptionSet::word(const std::string& names, std::string& value, const std::vector<std::string>& words,
                               const std::string& placeholder, const std::string& help) {
  DeclaredOption option = text(names, value, placeholder, help);
  option.option_->check(CLI::IsMember(words).description(""));
  return option;
}

DeclaredOption OptionSet::format(OutputFormat& value) {
  return choice<OutputFormat>("--format", value, {{"text", OutputFormat::text}, {"json", OutputFormat::json}}, "FORMAT",
                              "text or json (default: text)");
}

DeclaredOption OptionSet::positional(const std::string& name, std::string& value, const std::string& help) {
  return DeclaredOption(app_->add_option(name, value, help)->type_name(""));
}

DeclaredOption OptionSet::positionals(const std::string& name, std::vector<std::string>& values, int least, int most,
                                      const std::string& help) {
  auto* option = app_->add_option(name, values, help)->expected(least, most)->type_name("");
  if (least > 0) option->required();
  return DeclaredOption(option);
}

DeclaredOption OptionSet::positionals(const std::string& name, std::vector<std::string>& values,
                                      const std::vector<std::string>& words, const std::string& help) {
  DeclaredOption option = positionals(name, values, 1, 1, help);
  option.option_->check(CLI::IsMember(words).description(""));
  return option;
}

void OptionSet::alias(const std::string& name) { app_->alias(name); }

void OptionSet::footer(const std::string& text) { app_->footer(text); }

void OptionSet::rest(std::vector<std::string>& words) {
  rest_ = &words;
  app_->set_help_flag("--help", "Print this help and exit");
}

void OptionSet::finish() {
  for (const auto& convert : conversions_) convert();
  if (given_ == nullptr) return;
  std::map<const CLI::Option*, std::size_t> taken;
  for (const CLI::Option* option : app_->parse_order()) {
    const std::size_t index = taken[option]++;
    const auto& results = option->results();
    given_->emplace_back(option->get_name(), index < results.size() ? results[index] : std::string());
  }
}

}  // namespace skillrun::cli
