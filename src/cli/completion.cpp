#include "cli/completion.hpp"

#include <algorithm>

namespace skillrun::cli {

namespace {

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

/// Follows the words before the cursor as the parser would.
class Line {
 public:
  Line(const CommandEntry& program, const CompletionSources& sources)
      : program_(program), command_(&program), sources_(sources) {}

  void pass(const std::string& word) {
    if (value_of_ != nullptr) {
      if (value_of_->is_called("--manifest")) manifests_.push_back(word);
      value_of_ = nullptr;
    } else if (skills_own_) {
      return;
    } else if (word == "--") {
      skills_own_ = takes_skill();
      no_options_ = true;
    } else if (is_option(word) && !no_options_) {
      pass_option(word);
    } else {
      pass_positional(word);
    }
  }

  [[nodiscard]] Completion complete(const std::string& word) const {
    Completion completion;
    const std::size_t equals = word.find('=');
    if (value_of_ != nullptr) {
      add_values(completion, *value_of_, word, "");
    } else if (skills_own_) {
      completion.paths = Completion::Paths::files;
    } else if (word.starts_with("--") && equals != std::string::npos && !no_options_) {
      const ArgumentEntry* option = find_option(word.substr(0, equals));
      if (option != nullptr) add_values(completion, *option, word.substr(equals + 1), word.substr(0, equals + 1));
    } else if (word.starts_with('-') && !no_options_) {
      add_options(completion, *command_, word);
      if (!after_skill() && command_ != &program_) add_options(completion, program_, word);
    } else {
      add_positionals(completion, word);
    }
    return completion;
  }

 private:
  [[nodiscard]] bool takes_skill() const {
    return command_ == &program_ || command_->name == "run" || command_->name == "explain";
  }
  /// From there on only options of the run are skillrun's, and the first other word is the skill's.
  [[nodiscard]] bool after_skill() const { return takes_skill() && command_ != &program_ && positionals_ > 0; }

  [[nodiscard]] const ArgumentEntry* find_option(std::string_view name) const {
    if (const ArgumentEntry* option = command_->find_option(name)) return option;
    return after_skill() ? nullptr : program_.find_option(name);
  }

  void pass_option(const std::string& word) {
    const bool is_long = word.starts_with("--");
    const std::size_t end = is_long ? word.find('=') : 2;
    const ArgumentEntry* option = find_option(word.substr(0, end));
    if (option == nullptr) {
      skills_own_ = after_skill();
    } else if (option->takes_value()) {
      const bool joined = is_long ? end != std::string::npos : word.size() > 2;
      value_of_ = option;
      if (joined) pass(word.substr(is_long ? end + 1 : end));
    }
  }

  void pass_positional(const std::string& word) {
    if (const CommandEntry* inner = command_->find_command(word); inner != nullptr && positionals_ == 0) {
      command_ = inner;
    } else if (command_ == &program_) {
      command_ = program_.find_command("run");
      positionals_ = 1;
      if (command_ == nullptr) command_ = &program_;
    } else if (after_skill()) {
      skills_own_ = true;
    } else {
      ++positionals_;
    }
  }

  static void add(Completion& completion, const Candidate& candidate, std::string_view word, std::string_view before) {
    const bool known = std::ranges::find(completion.candidates, candidate.word, &Candidate::word) !=
                       completion.candidates.end();  // --help is an option of the program and of each command
    if (known || !candidate.word.starts_with(word)) return;
    completion.candidates.push_back({std::string(before) + candidate.word, candidate.description});
  }

  static void add_options(Completion& completion, const CommandEntry& command, std::string_view word) {
    for (const ArgumentEntry& option : command.options) {
      for (const std::string& name : option.names) add(completion, {name, option.help}, word, "");
    }
  }

  void add_skills(Completion& completion, std::string_view word) const {
    for (const Candidate& skill : sources_.skills(manifests_, word.contains('@'))) {
      // Such a skill runs as `skillrun run NAME`.
      if (command_ == &program_ && program_.find_command(skill.word) != nullptr) continue;
      add(completion, skill, word, "");
    }
  }

  void add_values(Completion& completion, const ArgumentEntry& argument, std::string_view word,
                  std::string_view before) const {
    const std::string& kind = argument.takes_value() ? argument.value : argument.names.front();
    for (const std::string& value : argument.words) add(completion, {value, ""}, word, before);
    if (kind == "SKILL") add_skills(completion, word);
    if (kind == "ID") {
      for (const Candidate& rule : sources_.rules) add(completion, rule, word, before);
    }
    if (kind == "FILE|NAME" || (kind == "NAME" && command_->name == "show")) {
      for (const Candidate& policy : sources_.policies) add(completion, policy, word, before);
      completion.paths = Completion::Paths::files;
    }
    if (kind.starts_with("FILE") || kind == "PATH") completion.paths = Completion::Paths::files;
    if (kind == "DIR") completion.paths = Completion::Paths::folders;
  }

  void add_positionals(Completion& completion, std::string_view word) const {
    if (after_skill()) {
      completion.paths = Completion::Paths::files;
      return;
    }
    if (positionals_ == 0) {
      for (const CommandEntry& inner : command_->commands) add(completion, {inner.name, inner.help}, word, "");
    }
    if (command_ == &program_) {
      add_skills(completion, word);
    } else if (!command_->positionals.empty()) {
      const std::vector<ArgumentEntry>& all = command_->positionals;
      if (positionals_ < all.size()) {
        add_values(completion, all[positionals_], word, "");
      } else if (all.back().repeatable) {
        add_values(completion, all.back(), word, "");
      }
    }
  }

  const CommandEntry& program_;
  const CommandEntry* command_;
  const CompletionSources& sources_;
  const ArgumentEntry* value_of_ = nullptr;  ///< the option whose value comes next
  std::vector<std::string> manifests_;
  std::size_t positionals_ = 0;
  bool skills_own_ = false;  ///< what follows goes to the skill
  bool no_options_ = false;
};

}  // namespace

Completion complete(const CommandEntry& program, std::span<const std::string> words, const CompletionSources& sources) {
  Line line(program, sources);
  if (words.empty()) return line.complete("");
  for (const std::string& word : words.first(words.size() - 1)) line.pass(word);
  return line.complete(words.back());
}

}  // namespace skillrun::cli
