#include "spec/fold_extra_args.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "spec/extra_args.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

using Setter = void (*)(SpecBuilder&, const std::string&, const Origin&);

/// A setter for a flag that is a boolean: `field` of the spec is set to what the flag says.
template <Optional<bool> ContainerSpec::* Field>
void set_bool(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto flag = parse_bool(value);
  if (!flag) {
    builder.problem("invalid-value", origin, fmt::format("'{}' is neither true nor false", printable(value)),
                    "write the flag alone, or with =true or =false");
    return;
  }
  builder.set(builder.spec.*Field, *flag, origin);
}

struct FoldedFlag {
  std::string_view name;
  Setter set;
};

constexpr std::array folded_flags{
    FoldedFlag{"add-host", add_extra_host},
    FoldedFlag{"cap-add", add_capability},
    FoldedFlag{"cap-drop", drop_capability},
    FoldedFlag{"cpu-shares", set_cpu_shares},
    FoldedFlag{"cpus", set_cpus},
    FoldedFlag{"device", add_device},
    FoldedFlag{"dns", add_dns},
    FoldedFlag{"domainname", set_domainname},
    FoldedFlag{"entrypoint", set_entrypoint},
    FoldedFlag{"env", add_environment},
    FoldedFlag{"gpus", set_gpus},
    FoldedFlag{"group-add", add_group},
    FoldedFlag{"hostname", set_hostname},
    FoldedFlag{"init", set_bool<&ContainerSpec::init>},
    FoldedFlag{"interactive", set_bool<&ContainerSpec::stdin_open>},
    FoldedFlag{"label", add_label},
    FoldedFlag{"memory", set_memory},
    FoldedFlag{"memory-reservation", set_memory_reservation},
    FoldedFlag{"memory-swap", set_memory_swap},
    FoldedFlag{"mount", add_mount},
    FoldedFlag{"network", set_network},
    FoldedFlag{"oom-score-adj", set_oom_score_adj},
    FoldedFlag{"pids-limit", set_pids_limit},
    FoldedFlag{"platform", set_platform},
    FoldedFlag{"privileged", set_bool<&ContainerSpec::privileged>},
    FoldedFlag{"publish", add_ports},
    FoldedFlag{"pull", set_pull},
    FoldedFlag{"read-only", set_bool<&ContainerSpec::readonly_rootfs>},
    FoldedFlag{"rm", set_bool<&ContainerSpec::rm>},
    FoldedFlag{"security-opt", add_security_opt},
    FoldedFlag{"shm-size", set_shm_size},
    FoldedFlag{"stop-signal", set_stop_signal},
    FoldedFlag{"stop-timeout", set_stop_timeout},
    FoldedFlag{"sysctl", add_sysctl},
    FoldedFlag{"tmpfs", add_tmpfs},
    FoldedFlag{"ulimit", add_ulimit},
    FoldedFlag{"user", set_user},
    FoldedFlag{"volume", add_volume},
    FoldedFlag{"workdir", set_working_dir},
};

static_assert(std::ranges::is_sorted(folded_flags, {}, &FoldedFlag::name));

Setter setter_of(std::string_view name) {
  const auto* found = std::ranges::lower_bound(folded_flags, name, {}, &FoldedFlag::name);
  return found != folded_flags.end() && found->name == name ? found->set : nullptr;
}

}  // namespace

void fold_extra_args(SpecBuilder& builder, const TextList& words) {
  const auto origin_of = [&](std::size_t word) {
    Origin origin = SpecBuilder::manifest_origin(words.items[word], fmt::format("docker.extra_args[{}]", word));
    origin.kind = OriginKind::extra_args;
    return origin;
  };
  const ParsedWords parsed = parse_extra_args(words.items);
  for (const WordProblem& problem : parsed.problems) {
    builder.problem(problem.rule, origin_of(problem.word), problem.message, problem.remedy);
  }
  for (const FlagUse& use : parsed.flags) {
    const Origin origin = origin_of(use.word);
    if (words.items[use.word].undefined) continue;
    if (const Setter set = setter_of(use.flag->name)) {
      // docker reads "host" as a user's name; only the typed key gives it the caller's meaning.
      if (use.flag->name == "user" && use.value == "host") {
        builder.problem("invalid-value", origin, "--user=host names a user called host in the image",
                        "write user = \"host\" as a key for your own user and group");
        continue;
      }
      set(builder, use.value, origin);
      continue;
    }
    builder.problem("unknown-flag", origin, fmt::format("--{} is not accepted in extra_args", use.flag->name),
                    use.flag->typed_key.empty() ? std::string("remove it; skillrun does not judge what it does")
                                                : fmt::format("use the key {} instead", use.flag->typed_key));
  }
}

}  // namespace skillrun
