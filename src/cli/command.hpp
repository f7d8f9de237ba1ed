#pragma once

#include <any>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/exit_status.hpp"
#include "cli/global_options.hpp"
#include "cli/option_set.hpp"

namespace skillrun::cli {

/// What a file of src/cli/commands says of its command. `Request` is what its options are bound to.
template <class Request>
struct CommandParts {
  std::string_view name;  ///< "gc"; of one inside of another: "policy show"
  std::string_view help;  ///< one line
  int place = 0;          ///< among the others, in --help
  void (*declare)(OptionSet& options, Request& request) = nullptr;
  /// What is wrong with what was given, as half a sentence; completes the request.
  std::optional<std::string> (*check)(Request& request) = nullptr;
  /// The exit status. Null: others stand inside of it.
  int (*run)(const GlobalOptions& options, const Request& request) = nullptr;
  int wrong_usage = failed;  ///< the exit status of wrong usage
};

/// A command with a request of its own, for one command line.
struct Command {
  std::string_view name;
  std::string_view help;
  int place = 0;
  int wrong_usage = failed;
  std::any request;  ///< a shared pointer to the Request
  std::function<void(OptionSet&)> declare;
  std::function<std::optional<std::string>()> check;
  std::function<int(const GlobalOptions&)> run;  ///< empty: others stand inside of it

  template <class Request>
  explicit Command(CommandParts<Request> parts)
      : name(parts.name), help(parts.help), place(parts.place), wrong_usage(parts.wrong_usage) {
    auto own = std::make_shared<Request>();
    request = own;
    if (parts.declare != nullptr) declare = [own, parts](OptionSet& options) { parts.declare(options, *own); };
    if (parts.check != nullptr) check = [own, parts] { return parts.check(*own); };
    if (parts.run != nullptr) run = [own, parts](const GlobalOptions& options) { return parts.run(options, *own); };
  }
};

using CommandFactory = Command (*)();

/// One function per file of src/cli/commands; generated. `src/cli/commands/gc.cpp` defines `Command gc_command()`.
[[nodiscard]] std::span<const CommandFactory> command_factories();

}  // namespace skillrun::cli
