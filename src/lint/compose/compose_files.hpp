#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/directive.hpp>

#include "lint/compose/repository.hpp"
#include "manifest/node.hpp"
#include "manifest/reporter.hpp"

namespace skillrun::inline v0 {

/// One Compose file: the one that is linted, or one that it brings in.
struct ComposeDocument {
  SourcePtr source;
  ValueNode root;
  Directives directives = nullptr;
  std::optional<Span> named_at = std::nullopt;  ///< in the file that is linted, where it is not that one
};

/// Reads what a Compose file brings in from others, and folds it in as Compose does. Every file is one of the
/// repository; of one that cannot be read no word is shown.
class ComposeFiles {
 public:
  /// `reporter` is that of the file that is linted.
  ComposeFiles(const ComposeRepository& repository, Reporter& reporter)
      : repository_(repository), reporter_(reporter) {}

  /// The file and all that it includes, in that order, each service with what it extends.
  [[nodiscard]] std::vector<ComposeDocument> gather(ComposeDocument first);

 private:
  using Seen = std::set<std::pair<const ComposeDocument*, std::string>>;

  void include(const ComposeDocument& from, std::vector<ComposeDocument>& gathered, std::size_t depth);
  void include_file(const ComposeDocument& from, const ValueNode& name, const ValueNode* folder,
                    std::vector<ComposeDocument>& gathered, std::size_t depth);
  [[nodiscard]] ValueNode extended(const ComposeDocument& document, const Member& service, Span place, Seen seen);
  [[nodiscard]] std::optional<ValueNode> base_of(const ComposeDocument& document, const ValueNode& extends, Span place,
                                                 Seen seen);
  /// Null after something was reported.
  [[nodiscard]] const ComposeDocument* read(const ComposeDocument& from, const std::string& name, Span place,
                                            std::string_view key);
  void not_judged(Span place, std::string_view key, std::string_view what, std::string_view why);

  const ComposeRepository& repository_;
  Reporter& reporter_;
  std::map<std::string, std::unique_ptr<const ComposeDocument>> read_;  ///< by the name of their source
  std::string service_;                                                 ///< that is being extended
  std::size_t inherited_ = 0;
};

}  // namespace skillrun::inline v0
