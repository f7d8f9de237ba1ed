#pragma once

#include <skillrun/manifest.hpp>

#include "manifest/reporter.hpp"
#include "spec/fields.hpp"

namespace skillrun::inline v0 {

/// Expands the variables of texts in place; what cannot be expanded is reported and kept as
/// written, but for variables that nobody knows while linting: they are as if they were empty.
class TextExpander {
 public:
  TextExpander(Reporter& reporter, const VariableSource& variables, UndefinedVariables undefined)
      : reporter_(reporter), variables_(variables), undefined_(undefined) {}

  void expand(WrittenText& text, const Path& path);
  void expand(WrittenList& list, const Path& path);
  void expand(WrittenMap& map, const Path& path);  ///< values, never keys
  void expand(MountTables& mounts, const Path& path);
  void expand(PackageBuild& build, const Path& path);
  void expand(BuildTable& build, const Path& path);
  void expand(Located<bool>& /*value*/, const Path& /*path*/) {}

 private:
  template <class Table>
  void expand_fields(Table& table, const Path& path);

  Reporter& reporter_;
  const VariableSource& variables_;
  UndefinedVariables undefined_;
};

}  // namespace skillrun::inline v0
