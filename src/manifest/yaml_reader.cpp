#include <exception>
#include <optional>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "manifest/yaml_tree_builder.hpp"

namespace skillrun::inline v0 {

namespace {

void report(const YAML::Exception& error, const TextIndex& index, Reporter& reporter) {
  const std::size_t end = index.text().size();
  const std::size_t at = error.mark.pos < 0 ? end : std::min(static_cast<std::size_t>(error.mark.pos), end);
  reporter.report({}, index.span(at, at),
                  {.rule = syntax_error,
                   .message = "not valid YAML: " + printable(error.msg),
                   .evidence = {},
                   .remediation = "fix the syntax; check indentation and quotes"});
}

std::optional<ValueNode> read_tree(const TextIndex& index, Reporter& reporter, MergeKeys merge_keys) {
  YamlTreeBuilder builder(index, reporter, merge_keys);
  std::optional<ValueNode> root;
  try {
    std::istringstream stream{std::string(index.text())};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      root.emplace().kind = NodeKind::table;
      return root;
    }
    root = builder.take_root();
    if (root && root->kind == NodeKind::null) root->kind = NodeKind::table;  // an empty document
    parser.HandleNextDocument(builder);
  } catch (const AbandonYaml&) {
    return root;
  } catch (const YAML::Exception& error) {
    report(error, index, reporter);
  } catch (const std::exception& error) {
    reporter.report({}, {{1, 1}, {1, 1}},
                    {.rule = syntax_error,
                     .message = fmt::format("not valid YAML: {}", printable(error.what())),
                     .evidence = {},
                     .remediation = {}});
  }
  return root;
}

}  // namespace

std::optional<ValueNode> read_yaml(const TextIndex& index, Reporter& reporter, MergeKeys merge_keys) {
  auto root = read_tree(index, reporter, merge_keys);
  if (root) enforce_limits(reporter, *root);
  return root;
}

}  // namespace skillrun::inline v0
