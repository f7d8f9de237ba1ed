#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include "manifest/limits.hpp"
#include "manifest/readers.hpp"
#include "manifest/yaml_spans.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

/// What aliases may add to a document, in nodes and 64-byte pieces of text.
inline constexpr std::size_t max_alias_cost = 20'000;

/// What values with anchors may hold, each with those of the anchors within it: they are kept until the end.
inline constexpr std::size_t max_anchor_cost = 100'000;

/// Thrown through yaml-cpp after a fault was reported that makes reading on pointless.
struct AbandonYaml {};

/// Builds the node tree of a document from yaml-cpp's events, each node with the place that it was written at. What the
/// format does not have is reported there.
class YamlTreeBuilder final : public YAML::EventHandler {
 public:
  YamlTreeBuilder(const TextIndex& index, Reporter& reporter, MergeKeys merge_keys)
      : index_(index), reporter_(reporter), merge_keys_(merge_keys) {}

  [[nodiscard]] std::optional<ValueNode> take_root() { return std::exchange(root_, std::nullopt); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    const std::size_t at = offset(mark);
    fail(index_.span(at, at), {.rule = duplicate_key,
                               .message = "a second document in the file",
                               .evidence = {},
                               .remediation = "keep one document per file"});
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t begin = skip_yaml_properties(text(), offset(mark));
    ValueNode node;
    node.span = null_span(begin);
    node.text = index_.slice(node.span);
    if (expects_key()) {
      reporter_.report({}, node.span, bad_key("an empty key"));
      take_key(std::nullopt, node.span);
      return;
    }
    add(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const std::size_t begin = skip_yaml_properties(text(), offset(mark));
    ValueNode node;
    node.kind = NodeKind::string;
    node.plain = is_plain_yaml_scalar(text(), begin);
    node.text = value;
    last_end_ = yaml_scalar_end(text(), begin, value);
    node.span = index_.span(begin, last_end_);
    take_tag(tag, node.plain ? "?" : "!", node);
    if (expects_key()) {
      if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
      const bool merge = node.plain && value == "<<";
      if (merge && merge_keys_ != MergeKeys::refused) {
        frames_.back().has_key = true;
        frames_.back().merges = true;
        return;
      }
      if (merge) {
        reporter_.report({}, node.span,
                         {.rule = duplicate_key,
                          .message = "merge keys (<<) are not supported",
                          .evidence = value,
                          .remediation = "write the keys out"});
      }
      take_key(merge ? std::nullopt : std::optional(std::move(node.text)), node.span);
      return;
    }
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t begin = offset(mark);
    last_end_ = std::min(text().find_first_of(" \t\r\n,]}", begin), text().size());
    const Span span = index_.span(begin, last_end_);
    if (expects_key()) {
      reporter_.report({}, span, bad_key("an alias as a key"));
      take_key(std::nullopt, span);
      return;
    }
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      fail(span, {.rule = duplicate_key,
                  .message = "an alias to a value that holds the alias itself",
                  .evidence = std::string(index_.slice(span)),
                  .remediation = "write the value out"});
    }
    const NodeMeasure size = measure(found->second);
    alias_cost_ += size.cost;
    if (alias_cost_ > max_alias_cost) {
      fail(span, {.rule = duplicate_key,
                  .message = "aliases that repeat too much",
                  .evidence = std::string(index_.slice(span)),
                  .remediation = "write the values out"});
    }
    if (frames_.size() + size.depth > max_nesting) fail(span, too_deep());
    add(ValueNode(found->second), YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(NodeKind::array, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(']'); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(NodeKind::table, mark, tag, anchor);
  }
  void OnMapEnd() override { close('}'); }

 private:
  struct Frame {
    ValueNode node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::size_t begin = 0;
    bool is_key = false;      ///< this collection stands where a key should
    bool has_key = false;     ///< a key was read, its value is next
    bool drop_value = false;  ///< the key was at fault
    bool merges = false;      ///< the key is <<
    bool resets = false;      ///< tagged !reset: it ends as nothing
    std::vector<ValueNode> merged;
    std::string key;
    Span key_span;
    std::unordered_set<std::string> keys;
  };

  [[nodiscard]] std::string_view text() const noexcept { return index_.text(); }

  [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const noexcept {
    return mark.pos < 0 ? text().size() : std::min(static_cast<std::size_t>(mark.pos), text().size());
  }

  [[noreturn]] void fail(Span span, Fault fault) {
    reporter_.report({}, span, std::move(fault));
    throw AbandonYaml{};
  }

  [[nodiscard]] static Fault bad_key(std::string_view what) {
    return {.rule = syntax_error,
            .message = fmt::format("{}, where a key is expected", what),
            .evidence = {},
            .remediation = "write the key as plain text"};
  }

  /// What YAML's own tags say of the value: !!str is a string without quotes, too. False for a tag that is none of
  /// these, or of another kind of value.
  static bool take_standard_tag(std::string_view tag, ValueNode& node) {
    constexpr std::string_view yaml = "tag:yaml.org,2002:";
    constexpr std::string_view of_scalars[] = {"str", "int", "float", "bool", "null", "timestamp", "merge"};
    if (!tag.starts_with(yaml)) return false;
    tag.remove_prefix(yaml.size());
    if (node.kind == NodeKind::table) return tag == "map";
    if (node.kind == NodeKind::array) return tag == "seq";
    if (std::ranges::find(of_scalars, tag) == std::end(of_scalars)) return false;
    if (tag == "str") node.plain = false;
    if (tag == "null") node.kind = NodeKind::null;
    return true;
  }

  /// What Compose's own tags say of the value: of one that is reset nothing is left.
  void take_tag(const std::string& tag, std::string_view usual, ValueNode& node) {
    const bool with_tags = merge_keys_ == MergeKeys::read_with_tags;
    if (with_tags && take_standard_tag(tag, node)) return;
    if (!with_tags || (tag != "!override" && tag != "!reset")) return check_tag(tag, usual, node.span);
    node.replaces = true;
    if (tag == "!reset") node.kind = NodeKind::null;
  }

  void check_tag(const std::string& tag, std::string_view usual, Span span) {
    if (tag.empty() || tag == usual) return;
    reporter_.report({}, span,
                     {.rule = duplicate_key,
                      .message = fmt::format("tags are not supported, found {}", printable(tag)),
                      .evidence = tag,
                      .remediation = "remove the tag; quote the value where it must be a string"});
  }

  [[nodiscard]] bool expects_key() const noexcept {
    return !frames_.empty() && frames_.back().node.kind == NodeKind::table && !frames_.back().has_key;
  }

  void take_key(std::optional<std::string> key, Span span) {
    Frame& frame = frames_.back();
    frame.has_key = true;
    frame.key_span = span;
    frame.drop_value = !key;
    if (!key) return;
    if (!frame.keys.insert(*key).second) {
      frame.drop_value = true;
      reporter_.report({}, span,
                       {.rule = duplicate_key,
                        .message = fmt::format("written twice: the key \"{}\"", printable(*key)),
                        .evidence = *key,
                        .remediation = "keep one of the two"});
    }
    frame.key = std::move(*key);
  }

  void add(ValueNode node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) keep(anchor, node);
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == NodeKind::array) {
      // One more than may be there is enough for what is said of it.
      if (frame.node.items.size() <= max_entries) frame.node.items.push_back(std::move(node));
      return;
    }
    if (frame.merges) {
      frame.merged.push_back(std::move(node));
      frame.has_key = false;
      frame.merges = false;
      return;
    }
    if (!frame.drop_value) frame.node.members.push_back({std::move(frame.key), frame.key_span, std::move(node)});
    frame.has_key = false;
    frame.drop_value = false;
  }

  void keep(YAML::anchor_t anchor, const ValueNode& node) {
    anchor_cost_ += measure(node).cost;
    if (anchor_cost_ > max_anchor_cost) {
      fail(node.span, {.rule = duplicate_key,
                       .message = "anchors of values that hold too much",
                       .evidence = {},
                       .remediation = "remove the anchors that nothing names, and write the values out"});
    }
    anchors_[anchor] = node;
  }

  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    Frame frame;
    frame.node.kind = kind;
    frame.anchor = anchor;
    frame.begin = skip_yaml_properties(text(), offset(mark));
    frame.is_key = expects_key();
    const Span span = index_.span(frame.begin, frame.begin);
    frame.node.span = span;
    take_tag(tag, "?", frame.node);
    frame.resets = std::exchange(frame.node.kind, kind) == NodeKind::null;
    if (frame.is_key) reporter_.report({}, span, bad_key(kind == NodeKind::array ? "a list" : "a table"));
    if (frames_.size() >= max_nesting) fail(span, too_deep());
    frames_.push_back(std::move(frame));
  }

  /// The members of a merged table that the frame does not have itself; of a list the first table counts most.
  void merge(Frame& frame, ValueNode&& node) {
    if (node.kind == NodeKind::array) {
      for (ValueNode& item : node.items) merge(frame, std::move(item));
      return;
    }
    if (node.kind != NodeKind::table) {
      reporter_.report({}, node.span,
                       {.rule = syntax_error,
                        .message = fmt::format("{}, where a table to merge is expected", describe(node)),
                        .evidence = node.text,
                        .remediation = "merge a table: <<: *name"});
      return;
    }
    for (Member& member : node.members) {
      if (frame.keys.insert(member.key).second) frame.node.members.push_back(std::move(member));
    }
  }

  void close(char closing) {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    for (ValueNode& merged : frame.merged) merge(frame, std::move(merged));
    const char opening = closing == ']' ? '[' : '{';
    if (frame.begin < text().size() && text()[frame.begin] == opening) {
      last_end_ = yaml_flow_end(text(), std::max(last_end_, frame.begin + 1), closing);
    }
    frame.node.span = index_.span(frame.begin, std::max(last_end_, frame.begin));
    if (frame.resets) {
      frame.node.kind = NodeKind::null;
      frame.node.items.clear();
      frame.node.members.clear();
    }
    if (frame.is_key) {
      take_key(std::nullopt, frame.node.span);
    } else {
      add(std::move(frame.node), frame.anchor);
    }
  }

  /// A null that is written out has a place; one that is left out is shown at its key.
  Span null_span(std::size_t begin) {
    const bool in_table = !frames_.empty() && frames_.back().node.kind == NodeKind::table && frames_.back().has_key;
    if (begin >= last_end_) {
      const std::string_view between = text().substr(last_end_, begin - last_end_);
      for (const std::string_view spelling : {"~", "null", "Null", "NULL"}) {
        if (!text().substr(begin).starts_with(spelling)) continue;
        if (in_table && between.find('\n') != std::string_view::npos) break;
        last_end_ = begin + spelling.size();
        return index_.span(begin, last_end_);
      }
    }
    return in_table ? frames_.back().key_span : index_.span(begin, begin);
  }

  const TextIndex& index_;
  Reporter& reporter_;
  MergeKeys merge_keys_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, ValueNode> anchors_;
  std::optional<ValueNode> root_;
  std::size_t last_end_ = 0;
  std::size_t alias_cost_ = 0;
  std::size_t anchor_cost_ = 0;
  std::size_t documents_ = 0;
};

}  // namespace skillrun::inline v0
