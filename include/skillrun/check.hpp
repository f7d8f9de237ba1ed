#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/declaration.hpp>
#include <skillrun/export.hpp>
#include <skillrun/host_view.hpp>
#include <skillrun/manifest.hpp>
#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// What a check judges by. Every member may be left as it is; what is pointed at must outlive the call.
struct CheckOptions {
  std::shared_ptr<const Policy> policy = nullptr;  ///< null: the built-in "baseline"
  /// Null: this machine's file system, accounts and date, without an engine. A LexicalHost judges the text alone, which
  /// is right only for what will not run here: a link that leads to /etc is then just a name.
  const HostView* host = nullptr;
  const VariableSource* variables = nullptr;  ///< null: this process's environment
  std::optional<CallerContext> caller = {};   ///< absent: this process's user and folders
  std::string name = "<text>";                ///< what findings call the text
  std::string directory = {};  ///< absolute, what relative paths of the text are below; empty: the caller's
  std::string skill = {};      ///< the one skill to judge; empty: all of the manifest
  std::optional<std::string> instance = {};  ///< of the skill or skills; absent: the manifest's default
  Grants grants = {};                        ///< what the caller lets the skills have
};

/// What policy says.
struct Verdict {
  bool admitted = false;               ///< everything that was judged may run
  Findings findings;                   ///< sorted; warnings and infos where it may
  std::vector<ApprovedSpec> approved;  ///< the skills that may run, in the order of the manifest
};

/// Reads a manifest and judges its skills: what `skillrun` would say before it runs one. A manifest that cannot be
/// read, that has no such skill, or that has none at all is not admitted, and a finding says why. Each skill is judged
/// by itself: one at fault takes no approval from another. Reads no file but those that the host does. May be called
/// from several threads.
[[nodiscard]] SKILLRUN_API Verdict check(std::string_view text, ManifestFormat format,
                                         const CheckOptions& options = {});

/// Judges a spec made by hand, or by normalize(): fills the policy's defaults in first, as a run does. Of the options,
/// only `policy`, `host` and `grants` (beside the spec's own) apply.
[[nodiscard]] SKILLRUN_API Verdict check(ContainerSpec spec, const CheckOptions& options = {});

}  // namespace skillrun::inline v0
