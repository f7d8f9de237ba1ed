#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::inline v0 {

/// What a place of the host is to a skill. Each place is in one of the three, by the tree that it lies in and not by a
/// list of leaves; what nobody thought of is closed.
enum class PlaceClass : std::uint8_t {
  open,    ///< the working directory, and the manifest's own folder
  own,     ///< the caller's: asked for, and shown until it is granted
  closed,  ///< the system's, another user's, or secret: only a policy that names it opens it
};

enum class Closed : std::uint8_t {
  no,
  system,      ///< in a tree of the system
  home,        ///< a whole home, or a folder that holds one
  other_home,  ///< in a home that is not the caller's
  secret,      ///< keys, tokens and profiles of a user
  program,     ///< writable, and the user's own programs run or obey it
  dot_entry,   ///< any other entry of a home that begins with a dot
  keys,        ///< a folder with keys right in it, or a file that is one
  own_folder,  ///< of skillrun itself, or a folder that holds one
};

struct Place {
  PlaceClass place_class = PlaceClass::closed;
  Closed why = Closed::no;
  std::string what = {};  ///< for messages: the tree, the entry, the home or the key
};

/// The caller's geography, looked up once for all paths that a rule judges. Must not outlive `context`.
class HostPlaces {
 public:
  explicit HostPlaces(const RuleContext& context) : context_(context) {}

  /// Classes the path by the name that is judged now.
  [[nodiscard]] Place find(const HostPath& host) const;

  /// Classes the declared path and what it leads to: the more guarded of the two.
  [[nodiscard]] PlaceClass find_both(const HostPath& declared) const;

  /// True when the path is the manifest's own folder or lies in it, by the declared and by the real path.
  [[nodiscard]] bool is_of_manifest(const HostPath& declared) const;

 private:
  struct Root {
    std::string_view written;
    std::optional<std::string> real;

    [[nodiscard]] bool holds(const HostPath& host) const noexcept;
  };
  struct Home {
    std::string_view path = {};  ///< empty: the path is in no home
    bool callers = false;
  };

  void look_up() const;
  [[nodiscard]] bool is_whole_home_of_anybody(std::string_view path) const;
  [[nodiscard]] Home home_of(std::string_view path) const;
  [[nodiscard]] bool is_own_folder(const HostPath& host) const;
  [[nodiscard]] std::string_view dot_entry_of_any_home(const HostPath& host) const;
  [[nodiscard]] bool is_exempt_from_system(const HostPath& host, std::string_view tree, const Home& home) const;
  [[nodiscard]] std::string key_in(const HostPath& host) const;

  const RuleContext& context_;
  mutable bool known_ = false;
  mutable std::vector<std::string> homes_;        ///< the caller's by each of its names; none: nobody knows the caller
  mutable std::vector<std::string> accounts_;     ///< those of others
  mutable std::vector<std::string> own_folders_;  ///< skillrun's own folders, by each of their names
  mutable Root workdir_;
  mutable Root manifest_;
};

}  // namespace skillrun::inline v0
