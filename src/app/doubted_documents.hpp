#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/manifest.hpp>
#include <skillrun/policy.hpp>

#include "support/written_places.hpp"

namespace skillrun::app {

/// Asks the record of what skills could write about every document that decides what runs. One that a skill could have
/// made or changed, or a link on the way to it, is not trusted until the caller touches it.
class WrittenDocuments {
 public:
  WrittenDocuments();

  /// Why the document at this path, absolute and as it was named, is in doubt, and what to do; nothing: it is not.
  [[nodiscard]] std::optional<std::string> doubt(const std::string& path) const;

 private:
  std::vector<WrittenPlace> places_;
  std::string unreadable_;  ///< then everything is in doubt
};

/// Says of each manifest in doubt why it is.
void mark_doubted(Discovery& discovery);

/// Why the policy may not be used; nothing: no document of it is in doubt.
[[nodiscard]] std::optional<std::string> why_doubted(const Policy& policy);

/// What was read or looked for to find a manifest, for ContainerSpec::deciding. A folder that is searched by its path
/// counts as a whole.
[[nodiscard]] std::vector<std::string> deciding_documents(const DiscoveryOptions& options, const Discovery& discovery);

}  // namespace skillrun::app
