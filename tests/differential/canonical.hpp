#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/json.hpp"

namespace differential {

namespace json = skillrun::json;

/// What relative and home-relative host paths mean in this run.
struct Places {
  std::string folder;  ///< working directory of the client and folder of the manifest
  std::string home;
};

/// A create request with all that makes no difference to the container taken out: the path of a field to its value as
/// text. Two requests with the same fields make the same container.
using Fields = std::map<std::string, std::string>;

/// One thing that is taken out, and why it makes no difference.
struct Normalisation {
  std::string_view fields;
  std::string_view reason;
};

/// Everything that canonical() takes out or rewrites.
[[nodiscard]] std::span<const Normalisation> normalisations();

[[nodiscard]] Fields canonical(const json::object& request, const Places& places);

/// The fields that differ, as "field: first | second".
[[nodiscard]] std::vector<std::string> differences(const Fields& first, const Fields& second);

/// Binds, Mounts, Tmpfs and Volumes of a request as fields "mount TARGET".
void put_canonical_mounts(const json::object& request, const Places& places, Fields& fields);

/// `path` by components: no empty one, no ".", ".." resolved. A relative one is below `places.folder`, "~" is the home.
[[nodiscard]] std::string absolute_path(std::string_view path, const Places& places);

/// True for null, false, 0 and everything empty.
[[nodiscard]] bool is_nothing(const json::value& value);

/// Members that say nothing are taken out, at every depth.
[[nodiscard]] json::value pruned(const json::value& value);

/// The members of `value` below `name`; a list is one field.
void put_fields(const std::string& name, const json::value& value, Fields& fields);

}  // namespace differential
