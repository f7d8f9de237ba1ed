#include <algorithm>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <skillrun/report.hpp>

#include "app/caller_grants.hpp"
#include "app/places.hpp"
#include "cli/allow_question.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/granted_list.hpp"
#include "cli/prepare.hpp"
#include "cli/requests.hpp"
#include "cli/terminal_question.hpp"
#include "policy/grants.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

constexpr int answered_no = 1;
/// More than this many asks may have scrolled away when the question is read.
constexpr std::size_t a_screen = 15;

/// Errors that are about nothing that can be granted.
Findings incurable(const Findings& findings) {
  Findings errors;
  std::ranges::copy_if(findings, std::back_inserter(errors), [](const Finding& finding) {
    return finding.severity == Severity::error && !finding.waived && !finding.ask;
  });
  return errors;
}

/// Everything that is to be known before the answer.
struct Question {
  std::vector<PlacedAsk> asks;
  std::vector<PlacedAsk> closed;
  Findings errors;
  std::optional<app::GrantRecord> before;  ///< what was granted to this skill, by an answer
  bool changed = false;                    ///< since then, the manifest has
};

std::string subject_of(const app::GrantRecord& record) {
  return fmt::format("{} ({})", printable(app::name_of(record)), printable(record.manifest));
}

std::vector<Ask> asks_of(std::span<const PlacedAsk> placed) {
  std::vector<Ask> asks;
  asks.reserve(placed.size());
  for (const PlacedAsk& entry : placed) asks.push_back(entry.ask);
  return asks;
}

std::string closed_text(const Question& question, const app::GrantRecord& now) {
  if (question.closed.empty()) return {};
  std::string text = "It asks for what no answer can grant, only a policy (the machine's, yours, or one for -p):\n";
  return text + describe_asks(question.closed) +
         fmt::format("  in a policy: grants: [{}]\n\n", as_policy_grant(now.skill, asks_of(question.closed)));
}

/// What is asked stands last, right above where it is answered.
std::string question_text(const Question& question, const app::GrantRecord& now, const app::Judgement& judgement) {
  std::string text = closed_text(question, now);
  if (judgement.engine() == nullptr) text += "No engine answers: it is not known whose volumes it names.\n\n";
  text += fmt::format("The skill {}\n", subject_of(now));
  if (question.changed) {
    text += fmt::format("has changed since you allowed it on {}. It asks for:\n", printable(question.before->day));
  } else {
    text += question.before ? "asks for more than you have allowed it. It\n"
                            : "asks for more than is open to every skill. It\n";
  }
  text += describe_asks(question.asks, question.changed ? std::optional(question.before->asks) : std::nullopt);
  if (const std::string reach = describe_reach(judgement.spec(), judgement.findings()); !reach.empty())
    text += "\n" + reach;
  return text;
}

/// The record as it will be: what was asked now and, where the manifest is as it was, what was granted before.
app::GrantRecord answer(app::GrantRecord now, const Question& question) {
  if (question.before && !question.changed) now.asks = question.before->asks;
  for (const PlacedAsk& entry : question.asks) {
    std::erase_if(now.asks,
                  [&](const Ask& ask) { return ask.kind == entry.ask.kind && ask.subject == entry.ask.subject; });
    now.asks.push_back(entry.ask);
  }
  return now;
}

bool is_text(const app::GrantRecord& record) {
  return !find_invalid_utf8(record.manifest) && !find_invalid_utf8(record.skill) &&
         std::ranges::none_of(record.asks, [](const Ask& ask) { return find_invalid_utf8(ask.subject).has_value(); });
}

/// What an option of this call lets the skill have is asked for as well: the answer makes it last.
void add_options(const app::Prepared& prepared, const Findings& findings, std::vector<PlacedAsk>& asks) {
  for (const Grant& grant : prepared.options) {
    const auto used = [&](const Finding& finding) { return finding.ask && finding.granted == grant.by; };
    if (std::ranges::none_of(findings, used)) continue;
    asks.push_back({.ask = {.kind = grant.kind, .subject = grant.subject, .writes = grant.writes}, .place = grant.by});
  }
}

class Allow {
 public:
  Allow(const GlobalOptions& global, const RunRequest& request, const Console& console)
      : global_(global), request_(request), console_(console) {}

  int run() {
    const auto prepared = prepare(global_, request_, console_);
    if (!prepared) {
      console_.failure(prepared.error());
      return prepared.error().exit_status();
    }
    const auto store = app::grant_store();
    if (!store) return fail("there is no home: set HOME or XDG_CONFIG_HOME, so that an answer can be kept");
    const auto records = store->read();
    if (!records) return fail(records.error());
    auto now = app::record_for(prepared->resolved, to_string(app::today()));
    if (!now) return fail(now.error());
    if (const auto bound = app::bind_to_context(*now, prepared->spec); !bound) return fail(bound.error());
    app::Warnings warnings;
    const app::Judgement judgement = app::judge_here(global_, *prepared, app::AskEngine::always, warnings);
    console_.warnings(warnings);
    const Findings findings = judgement.findings();
    app::Recorded recorded = app::find_record(*records, *now);
    Question question{.asks = open_asks(findings, false),
                      .closed = open_asks(findings, true),
                      .errors = incurable(findings),
                      .before = std::move(recorded.record),
                      .changed = false};
    question.changed = question.before && !recorded.holds;
    add_options(*prepared, findings, question.asks);
    return question.asks.empty() || !question.errors.empty() ? nothing_to_ask(question, *now)
                                                             : ask(*store, question, *now, judgement);
  }

 private:
  int fail(std::string_view message) const {
    console_.error(message);
    return failed;
  }

  int nothing_to_ask(const Question& question, const app::GrantRecord& now) const {
    if (still_refused(question)) {
      // An answer would hold until the manifest changes, which it has to.
      console_.findings(question.errors);
      std::string message = fmt::format("the skill {} is refused, and {}", subject_of(now),
                                        question.errors.empty() ? "asks for nothing that an answer could allow"
                                                                : "nothing is asked until that is fixed");
      if (!question.closed.empty()) message += "\n\n" + closed_text(question, now);
      console_.error(message);
      return refused;
    }
    console_.note(fmt::format("nothing to allow: {} asks for nothing beyond what {}", subject_of(now),
                              question.before && !question.changed ? "you have allowed it" : "is open to it"));
    return success;
  }

  int ask(const app::GrantStore& store, const Question& question, const app::GrantRecord& now,
          const app::Judgement& judgement) const {
    const app::GrantRecord record = answer(now, question);
    if (!is_text(record)) return fail("a name or path with bytes that are not UTF-8 cannot be recorded");
    const auto terminal = CallerTerminal::open();
    if (!terminal) {
      return fail(
          fmt::format("`skillrun allow` asks at a terminal, and there is none; on an unattended machine write into its "
                      "policy, yours, or one for -p:\n  grants: [{}]",
                      as_policy_grant(now.skill, asks_of(question.asks))));
    }
    const bool told = terminal->print(question_text(question, now, judgement) + "\n");
    if (!told || !terminal->confirm(fmt::format(
                     "Allow {} {}, until its manifest changes? [y/N] ", printable(app::name_of(now)),
                     now.asks.size() > a_screen ? fmt::format("all {} of these", now.asks.size()) : "this"))) {
      console_.note("nothing was allowed");
      return answered_no;
    }
    // What others recorded meanwhile stays.
    const auto done = store.update([&](app::GrantRecords& records) { app::put_record(records, record); });
    if (!done) return fail(done.error());
    console_.note(fmt::format("recorded in {}; `skillrun allow --revoke {}` takes it back", printable(store.file()),
                              shell_quoted(app::name_of(now))));
    if (!still_refused(question)) return success;
    console_.error(
        fmt::format("'{}' is still refused until a policy grants what no answer can", printable(app::name_of(now))));
    return refused;
  }

  static bool still_refused(const Question& question) { return !question.errors.empty() || !question.closed.empty(); }

  const GlobalOptions& global_;
  const RunRequest& request_;
  const Console& console_;
};

void declare_allow(OptionSet& options, AllowRequest& request) {
  const DeclaredOption skill = declare_skill(options, request.run);
  DeclaredOption list = options.flag("--list", request.list, "List what was granted").excludes(skill);
  DeclaredOption revoke = options.flag("--revoke", request.revoke, "Take back what SKILL was granted").excludes(list);
  options.flag("--all", request.all, "With --revoke: take back everything").needs(revoke).excludes(skill);
  declare_callers_words(options, request.run);
  options.format(request.format);
  options.footer(
      "Asks once, at the terminal. The answer holds for this skill of this manifest as it is now: when the manifest "
      "changes,\nskillrun asks again and shows what is new. For unattended machines write `grants` into a policy.\n\n"
      "Exit status: 0 the skill has all that it asks for, 1 the answer was no, 125 there is no terminal, 126 the "
      "skill is refused\nfor a reason that no answer changes.");
}

std::optional<std::string> check_allow(AllowRequest& request) {
  const bool names_skill = !request.run.written.skill.empty();
  if (names_skill) {
    if (auto wrong = read_skill(request.run)) return wrong;
    return wrong_option(request.run);
  }
  if (request.list || request.all) return std::nullopt;
  return request.revoke ? "allow --revoke takes a skill, or --all" : "allow takes a skill, --list or --revoke";
}

int run_allow(const GlobalOptions& global, const AllowRequest& request) {
  const Console console(global);
  if (request.list) return list_granted(console, request.format);
  if (request.revoke) return revoke_granted(console, request.all, request.run.skill, request.run.instance);
  return Allow(global, request.run, console).run();
}

}  // namespace

Command allow_command() {
  return Command(
      CommandParts<AllowRequest>{.name = "allow",
                                 .help = "Show what a skill asks for beyond what is open to all, and let it have that",
                                 .place = 3,
                                 .declare = declare_allow,
                                 .check = check_allow,
                                 .run = run_allow});
}

}  // namespace skillrun::cli
