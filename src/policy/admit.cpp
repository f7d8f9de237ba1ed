#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <skillrun/host_view.hpp>

#include "policy/grants.hpp"
#include "policy/judge.hpp"
#include "policy/places/paths.hpp"
#include "policy/policy_data.hpp"
#include "policy/protect_files.hpp"
#include "policy/rules/support/label_audience.hpp"
#include "policy/rules/support/seccomp_profile.hpp"
#include "policy/rules/support/volume_owner.hpp"
#include "spec/finding_at.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Who "host" is, where a policy's default asked for it: the manifest's own `user = "host"` is complete already.
/// Without a number the image's own user would run, which is often root, so not knowing is a refusal.
void complete_user(ContainerSpec& spec, const HostView& host) {
  if (!spec.user || !spec.user->value.host) return;
  UserSpec& user = spec.user->value;
  if (!user.uid) user.uid = host.uid();
  if (!user.gid) user.gid = host.gid();
  if (user.uid && user.gid) {
    user.user = std::to_string(*user.uid);
    user.group = std::to_string(*user.gid);
    return;
  }
  const Origin user_field{
      .kind = OriginKind::policy_default, .field = "docker.user", .span = {}, .text = spec.user->origin.text};
  spec.problems.push_back(finding_at(spec, user_field, "invalid-value", Severity::error,
                                     "the user is to be the caller, but it is not known here who that is",
                                     "write the user's number, such as user = \"1000:1000\""));
}

/// An engine is given the text that was judged, never a path: what the file holds later changes nothing.
void read_seccomp_profiles(ContainerSpec& spec, const HostView& host) {
  for (auto& option : spec.security_opt) {
    const auto profile = seccomp_profile(option.value);
    if (!profile) continue;
    // What a manifest declares is the name of a file, to docker too: also one that looks like a profile's text.
    auto text = is_clean(*profile) ? host.file_text(std::string(*profile), HostView::text_limit) : std::nullopt;
    if (text) {
      option.value = "seccomp=" + *text;
    } else {
      spec.problems.push_back(finding_at(spec, option.origin, "invalid-value", Severity::error,
                                         fmt::format("the seccomp profile '{}' cannot be read", printable(*profile)),
                                         "name a file by its absolute path, or remove the option"));
    }
  }
}

/// From here on a symlink that is moved changes nothing: the engine is given what was judged.
void pin_host_paths(ContainerSpec& spec, const HostView& host) {
  for (auto& mount : spec.mounts) {
    if (mount.value.type != MountType::bind) continue;
    if (auto real = host.real_path(mount.value.source)) mount.value.source = std::move(*real);
  }
  if (spec.build && spec.build->value.context) {
    if (auto real = host.real_path(spec.build->value.context->context)) {
      spec.build->value.context->context = std::move(*real);
    }
  }
}

/// Everything that the manifest leaves open, as it will run.
ContainerSpec completed(const Policy& policy, ContainerSpec spec, const HostView& host) {
  spec = with_defaults(policy, std::move(spec));
  complete_user(spec, host);
  read_seccomp_profiles(spec, host);
  name_volumes(spec, host);
  add_deciding(spec, policy);
  return spec;
}

}  // namespace

struct ApprovedSpec::State {
  ContainerSpec spec;
  Findings findings;
  std::shared_ptr<const Policy> policy;
  std::optional<std::chrono::year_month_day> day;  ///< on which it was judged
};

const ContainerSpec& ApprovedSpec::spec() const noexcept { return state_->spec; }

const Findings& ApprovedSpec::findings() const noexcept { return state_->findings; }

const std::string& ApprovedSpec::policy() const noexcept { return state_->policy->name(); }

const std::string& ApprovedSpec::policy_digest() const noexcept { return state_->policy->digest(); }

ContainerSpec as_admitted(const Policy& policy, ContainerSpec spec, const HostView& host) {
  const bool knows_caller = host.uid().has_value();
  return knows_caller ? completed(policy, std::move(spec), host) : with_defaults(policy, std::move(spec));
}

std::expected<ApprovedSpec, Refusal> admit(const Policy& policy, ContainerSpec spec, const HostView& host) {
  const MemoHost memo(host);
  spec = completed(policy, std::move(spec), memo);
  Findings findings = judge(policy, data_of(policy).active, spec, memo, InlineWaivers::if_asked_for);
  if (has_errors(findings)) {
    return std::unexpected(Refusal{.spec = std::move(spec), .findings = std::move(findings), .policy = policy.name()});
  }
  pin_host_paths(spec, memo);
  protect_files(spec, policy, memo);
  return ApprovedSpec(std::make_shared<const ApprovedSpec::State>(std::move(spec), std::move(findings),
                                                                  policy.shared_from_this(), memo.today()));
}

bool ApprovedSpec::admits_label(const std::string& key, const std::string& value, const HostView& host) const {
  const LabelAudience audience = audience_of_label(key);
  if (audience == LabelAudience::people) return true;
  const std::string_view rule = audience == LabelAudience::programs ? obeyed_label_rule : unknown_label_rule;
  const Policy& policy = *state_->policy;
  return policy.severity(rule) < Severity::error ||
         !granted_by(policy, state_->spec, rule, ask_for_label(key, value), host).empty();
}

Findings ApprovedSpec::judge_again(const ContainerSpec& made, const HostView& host) const {
  const Policy& policy = *state_->policy;
  return judge(policy, data_of(policy).active, made, MemoHost(host, state_->day), InlineWaivers::if_asked_for);
}

}  // namespace skillrun::inline v0
