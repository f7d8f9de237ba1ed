#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// How a root says that it is the caller's working directory.
inline constexpr std::string_view workdir_variable = "${SKILL_WORKDIR}";

/// A folder that binds may come from.
struct MountRoot {
  std::string path;        ///< absolute and clean; empty for the caller's working directory
  bool read_only = false;  ///< only read-only mounts

  friend bool operator==(const MountRoot&, const MountRoot&) = default;
};

/// Host ports first to last of one protocol.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  std::string protocol;

  friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// A parameter's value in the form that its ParamType asks for: a number for sizes (bytes), counts, CPUs (billionths)
/// and durations (nanoseconds).
using ParamValue = std::variant<std::int64_t, std::vector<std::string>, std::vector<MountRoot>, std::vector<PortRange>>;

/// The parameters that a policy sets for one rule. Lookups allocate nothing.
class RuleParams {
 public:
  void set(std::string_view name, ParamValue value) { entries_.emplace_back(name, std::move(value)); }

  template <class T>
  [[nodiscard]] const T* find(std::string_view name) const noexcept {
    for (const auto& [known, value] : entries_) {
      if (known == name) return std::get_if<T>(&value);
    }
    return nullptr;
  }
  [[nodiscard]] const std::int64_t* number(std::string_view name) const noexcept { return find<std::int64_t>(name); }
  /// The words of a list; none when it is not set.
  [[nodiscard]] std::span<const std::string> words(std::string_view name) const noexcept {
    const auto* list = find<std::vector<std::string>>(name);
    return list == nullptr ? std::span<const std::string>() : std::span<const std::string>(*list);
  }
  [[nodiscard]] bool has_word(std::string_view name, std::string_view word) const noexcept;

 private:
  std::vector<std::pair<std::string_view, ParamValue>> entries_;  ///< names are those of the schema
};

/// What `value` lets pass that `below` (null: the parameter is not set) does not, as a text for messages; nothing when
/// it is at least as strict.
[[nodiscard]] std::optional<std::string> relaxation(const RuleParam& param, const ParamValue* below,
                                                    const ParamValue& value);

/// `value` over `below`: lists that are added to keep what they had, everything else is replaced.
[[nodiscard]] ParamValue merge(const RuleParam& param, const ParamValue* below, ParamValue value);

/// The value as a policy document would have it: one text for a number, one for each entry of a list.
[[nodiscard]] std::vector<std::string> texts_of(const RuleParam& param, const ParamValue& value);

/// True for the types whose value is one number.
[[nodiscard]] bool is_number(ParamType type) noexcept;

}  // namespace skillrun::inline v0
