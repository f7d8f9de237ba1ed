#include "spec/fold_extra_args.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "spec/client_flags.hpp"
#include "spec/extra_args.hpp"

namespace skillrun::inline v0 {

namespace {

/// Places in the word "--env=NAME=${V}" become places in the flag's value "NAME=${V}".
void count_from_value(std::vector<Expansion>& expansions, std::string_view word, std::string_view value) {
  if (!word.ends_with(value)) return;
  const std::size_t skipped = word.size() - value.size();
  for (Expansion& expansion : expansions) {
    expansion.begin -= std::min(expansion.begin, skipped);
    expansion.end -= std::min(expansion.end, skipped);
  }
}

}  // namespace

void fold_extra_args(SpecBuilder& builder, const WrittenList& words) {
  const auto origin_of = [&](std::size_t word) {
    Origin origin = SpecBuilder::manifest_origin(words.items[word], fmt::format("docker.extra_args[{}]", word));
    origin.kind = OriginKind::extra_args;
    return origin;
  };
  const ParsedWords parsed = parse_extra_args(words.items);
  for (const WordProblem& problem : parsed.problems) {
    builder.problem(problem.rule, origin_of(problem.word), problem.message, problem.remedy);
  }
  AttachedStreams attached;
  for (const FlagUse& use : parsed.flags) {
    if (words.items[use.word].undefined) continue;
    Origin origin = origin_of(use.word);
    count_from_value(origin.expansions, words.items[use.word].value, use.value);
    use.flag->set(builder, use.value, origin);
    if (use.flag->name == "attach") attached.add(use.value, origin);
  }
  attached.check(builder);
}

}  // namespace skillrun::inline v0
