#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "policy/document/policy_document.hpp"
#include "policy/fold.hpp"
#include "policy/policy_data.hpp"
#include "spec/path.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_depth = 8;
constexpr std::size_t max_documents = 64;  ///< shared bases are read again, and that could multiply

/// Folds documents with what they extend.
class Loader {
 public:
  explicit Loader(const PolicyFiles* files) : files_(files) {}

  /// A document over its bases. What it leaves open stays open.
  [[nodiscard]] PolicySettings load(const SourcePtr& source, bool tightens) {
    PolicySettings settings;
    if (++documents_ > max_documents) {
      fault(source, {{1, 1}, {1, 1}}, fmt::format("more than {} policies extend each other", max_documents),
            "extend fewer");
      return settings;
    }
    // Each part is closed by its length, so that two lists never read alike.
    texts_ += fmt::format("{}\n{}\n", source->text, source->text.size());
    read_.push_back(source);
    auto document = read_policy_document(source, false);
    if (!document) {
      append(std::move(document.error()));
      return settings;
    }
    for (const PolicyBase& base : document->extends) extend(settings, source, base, tightens);
    lay_over(settings, std::move(document->settings), FoldMode::change, faults_);
    return settings;
  }

  /// load() of a document that nothing extends.
  [[nodiscard]] PolicySettings load_top(const PolicyInput& input, bool tightens) {
    const SourcePtr& source = input.source;
    project_ = input.layer == PolicyLayer::project ? project_of(source->directory) : std::string();
    const std::string_view name = source->name;
    if (!source->directory.empty()) {
      open_ = {clean_path(fmt::format("{}/{}", source->directory, name.substr(name.rfind('/') + 1)))};
    }
    PolicySettings settings = load(source, tightens);
    open_.clear();
    return settings;
  }

  [[nodiscard]] Findings& faults() noexcept { return faults_; }
  /// Of all documents that were read, in their order.
  [[nodiscard]] const std::string& texts() const noexcept { return texts_; }
  [[nodiscard]] std::vector<SourcePtr> take_documents() noexcept { return std::move(read_); }

 private:
  void extend(PolicySettings& settings, const SourcePtr& source, const PolicyBase& base, bool tightens) {
    if (!base.is_path()) {
      if (tightens && base.name == "privileged") {
        return fault(source, base.span, "privileged relaxes everything: a policy of this layer can only tighten",
                     "remove the entry");
      }
      if (const PolicySettings* builtin = builtin_settings(base.name)) {
        lay_over(settings, *builtin, FoldMode::change, faults_);
      }
      return;
    }
    if (files_ == nullptr || (source->directory.empty() && !base.name.starts_with('/'))) {
      return fault(source, base.span, fmt::format("the policy '{}' cannot be looked for here", printable(base.name)),
                   "extend built-in policies only: baseline, restricted or privileged");
    }
    const std::string path =
        clean_path(base.name.starts_with('/') ? base.name : fmt::format("{}/{}", source->directory, base.name));
    if (std::ranges::find(open_, path) != open_.end()) {
      return fault(source, base.span, fmt::format("the policy '{}' extends itself", printable(base.name)),
                   "remove one of the entries that form the circle");
    }
    if (open_.size() >= max_depth) {
      return fault(source, base.span, fmt::format("policies extend each other more than {} deep", max_depth),
                   "extend fewer");
    }
    if (!project_.empty() && !is_below(path, project_)) {
      return fault(source, base.span, fmt::format("the policy '{}' is outside of the project", printable(base.name)),
                   "extend what lies in the project, or a built-in policy");
    }
    const auto text = files_->read(path);
    if (!text) {
      return fault(source, base.span,
                   fmt::format("the policy '{}' cannot be read: {}", printable(base.name), text.error()),
                   "fix the path; it is relative to this document");
    }
    open_.push_back(path);
    lay_over(settings, load(*text, tightens), FoldMode::change, faults_);
    open_.pop_back();
  }

  void fault(const SourcePtr& source, Span span, std::string message, std::string remedy) {
    faults_.push_back(setting_fault({.policy = {}, .source = source, .span = span}, "extends", std::move(message),
                                    std::move(remedy)));
  }

  void append(Findings findings) { std::ranges::move(findings, std::back_inserter(faults_)); }

  /// The folder that holds the folder of the project's policy.
  [[nodiscard]] static std::string project_of(std::string_view folder) {
    const std::size_t slash = folder.rfind('/');
    return std::string(slash == 0 || slash == std::string_view::npos ? folder.substr(0, 1) : folder.substr(0, slash));
  }

  [[nodiscard]] static bool is_below(std::string_view path, std::string_view folder) {
    return folder == "/" || (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
  }

  const PolicyFiles* files_;
  /// What a document of the project may extend lies in here: its author is not the caller. Empty for other layers.
  std::string project_;
  std::vector<std::string> open_;
  std::size_t documents_ = 0;
  std::string texts_;
  std::vector<SourcePtr> read_;
  Findings faults_;
};

bool has_base(const PolicySettings& settings) {
  return std::ranges::all_of(settings.rules, [](const RuleSettings& rule) { return rule.severity.has_value(); });
}

/// All policies, one over the other, but for the one at `without`.
PolicySettings lay_all(Loader& loader, std::span<const PolicyInput> inputs, std::optional<std::size_t> without) {
  PolicySettings settings;
  const auto lay_on_baseline = [&] {
    if (!has_base(settings)) lay_over(settings, *builtin_settings("baseline"), FoldMode::change, loader.faults());
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const PolicyInput& input = inputs[i];
    const bool tightens = input.layer == PolicyLayer::user || input.layer == PolicyLayer::project;
    if (tightens) lay_on_baseline();
    if (i == without) continue;
    PolicySettings over;
    if (input.source) {
      over = loader.load_top(input, tightens);
    } else if (const PolicySettings* builtin = builtin_settings(input.builtin)) {
      over = *builtin;
    } else {
      loader.faults().push_back(setting_fault({}, "", fmt::format("no built-in policy '{}'", printable(input.builtin)),
                                              "the built-in ones are baseline, restricted and privileged"));
      continue;
    }
    if (input.layer == PolicyLayer::project) refuse_grants(over, loader.faults());
    if (tightens) {
      for (PolicyWaiver& waiver : over.waivers) waiver.layer = i;
    }
    if (!has_base(over)) lay_on_baseline();
    lay_over(settings, std::move(over), tightens ? FoldMode::tighten : FoldMode::change, loader.faults());
  }
  lay_on_baseline();
  return settings;
}

/// What all policies but one demand. Faults that come of its absence, such as a waiver of a rule that it defines, leave
/// out what they are about.
std::shared_ptr<const Floor> floor_without(std::size_t layer, std::span<const PolicyInput> inputs,
                                           const PolicyFiles* files) {
  Loader loader(files);
  const PolicySettings settings = lay_all(loader, inputs, layer);
  auto floor = std::make_shared<Floor>();
  for (const RuleSettings& rule : settings.rules) {
    Floor::Demand& demand = floor->demands.emplace_back();
    if (rule.severity) demand.severity = rule.severity->value;
    for (const ParamSetting& setting : rule.params) demand.params.set(setting.param->name, setting.value);
  }
  for (const CustomRule& rule : settings.custom) floor->custom.emplace(rule.id, rule.severity);
  return floor;
}

}  // namespace

std::expected<std::shared_ptr<const Policy>, Findings> Policy::fold(std::span<const PolicyInput> inputs,
                                                                    const PolicyFiles* files) {
  Loader loader(files);
  PolicySettings settings = lay_all(loader, inputs, std::nullopt);
  Findings faults = std::move(loader.faults());
  if (!faults.empty()) {
    sort_findings(faults);
    return std::unexpected(std::move(faults));
  }
  std::map<std::size_t, std::shared_ptr<const Floor>> floors;
  for (PolicyWaiver& waiver : settings.waivers) {
    if (!waiver.layer) continue;
    std::shared_ptr<const Floor>& floor = floors[*waiver.layer];
    if (!floor) floor = floor_without(*waiver.layer, inputs, files);
    waiver.floor = floor;
  }
  std::string layers;
  for (const PolicyInput& input : inputs) layers += fmt::format("{} {}\n", to_string(input.layer), input.builtin);
  return PolicyBuilder::build(std::move(settings), {inputs.begin(), inputs.end()}, loader.take_documents(),
                              layers + loader.texts());
}

std::expected<std::shared_ptr<const Policy>, Findings> Policy::parse(SourcePtr source, const PolicyFiles* files) {
  const PolicyInput input{.layer = PolicyLayer::option, .builtin = {}, .source = std::move(source)};
  return fold({&input, 1}, files);
}

}  // namespace skillrun::inline v0
