#include "lint/compose/compose_files.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "lint/compose/merge.hpp"
#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "manifest/directives.hpp"
#include "manifest/limits.hpp"
#include "manifest/readers.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view services = "services";
constexpr std::size_t max_documents = 100;
/// What services may take over from others, in nodes and 64-byte pieces of text.
constexpr std::size_t max_inherited_cost = 20'000;

/// Nothing where the text is no Compose file.
std::optional<ComposeDocument> parse(const SourcePtr& source) {
  if (find_invalid_utf8(source->text) || source->text.find('\0') != std::string::npos) return std::nullopt;
  Reporter unheard(source);
  const TextIndex index(source->text);
  auto root = read_yaml(index, unheard, MergeKeys::read_with_tags);
  if (!root || unheard.failed()) return std::nullopt;
  const ValueNode* table = entry_of(&*root, services);
  if (table != nullptr && table->kind != NodeKind::table) return std::nullopt;
  if (table == nullptr && find_member(*root, "include") == nullptr) return std::nullopt;
  Directives directives = find_directives(index, *root, unheard, services);
  return ComposeDocument{.source = source, .root = std::move(*root), .directives = std::move(directives)};
}

/// What is left of !reset when all is merged: nothing.
void drop_resets(ValueNode& node) {
  const auto reset = [](const ValueNode& value) { return value.replaces && value.kind == NodeKind::null; };
  std::erase_if(node.members, [&](const Member& member) { return reset(member.value); });
  std::erase_if(node.items, reset);
  for (Member& member : node.members) drop_resets(member.value);
  for (ValueNode& item : node.items) drop_resets(item);
}

void remove_member(ValueNode& table, std::string_view key) {
  std::erase_if(table.members, [&](const Member& member) { return member.key == key; });
}

}  // namespace

std::vector<ComposeDocument> ComposeFiles::gather(ComposeDocument first) {
  std::vector<ComposeDocument> gathered;
  gathered.push_back(std::move(first));
  include(ComposeDocument(gathered.front()), gathered, 0);
  for (ComposeDocument& document : gathered) {
    const auto table = std::ranges::find(document.root.members, services, &Member::key);
    if (table == document.root.members.end()) continue;
    const ComposeDocument written = document;
    for (Member& service : table->value.members) {
      reporter_.enter_skill(service.key);
      const Member* extends = find_member(service.value, "extends");
      if (extends == nullptr) continue;
      service_ = service.key;
      service.value = extended(written, service, document.named_at.value_or(extends->value.span), {});
    }
    reporter_.leave_skill();
  }
  for (ComposeDocument& document : gathered) drop_resets(document.root);
  return gathered;
}

void ComposeFiles::include(const ComposeDocument& from, std::vector<ComposeDocument>& gathered, std::size_t depth) {
  const ValueNode* list = entry_of(&from.root, "include");
  if (list == nullptr) return;
  for (const ValueNode& entry : list->items) {
    const ValueNode* paths = entry.kind == NodeKind::table ? entry_of(&entry, "path") : &entry;
    if (paths == nullptr) continue;
    const ValueNode* folder = entry_of(&entry, "project_directory");
    if (paths->kind != NodeKind::array) include_file(from, *paths, folder, gathered, depth);
    for (const ValueNode& path : paths->items) include_file(from, path, folder, gathered, depth);
  }
}

void ComposeFiles::include_file(const ComposeDocument& from, const ValueNode& name, const ValueNode* folder,
                                std::vector<ComposeDocument>& gathered, std::size_t depth) {
  const Span place = from.named_at.value_or(name.span);
  const ComposeDocument* read_before = read(from, name.text, place, "include");
  if (read_before == nullptr) return;
  const auto same = [&](const ComposeDocument& known) { return known.source->name == read_before->source->name; };
  if (std::ranges::any_of(gathered, same)) return;
  if (depth == max_nesting || gathered.size() == max_documents) {
    return not_judged(place, "include", name.text, "too many files are included");
  }
  ComposeDocument document = *read_before;
  document.named_at = place;
  if (folder != nullptr) {
    SourceText moved = *document.source;
    const auto move = [&](const std::string& base) {
      return (fs::path(base) / folder->text).lexically_normal().string();
    };
    moved.directory = move(from.source->directory);
    if (!from.source->place.empty()) moved.place = move(from.source->place);
    document.source = std::make_shared<const SourceText>(std::move(moved));
  }
  gathered.push_back(document);
  include(document, gathered, depth + 1);
}

ValueNode ComposeFiles::extended(const ComposeDocument& document, const Member& service, Span place, Seen seen) {
  ValueNode own = service.value;
  const Member* extends = find_member(service.value, "extends");
  if (extends == nullptr) return own;
  remove_member(own, "extends");
  if (!seen.emplace(&document, service.key).second) {
    not_judged(place, "extends", service.key, "it extends itself");
    return own;
  }
  const auto base = base_of(document, extends->value, place, std::move(seen));
  return base ? merge_services(*base, own) : own;
}

std::optional<ValueNode> ComposeFiles::base_of(const ComposeDocument& document, const ValueNode& extends, Span place,
                                               Seen seen) {
  const std::string name = extends.kind == NodeKind::table ? member_text(extends, "service") : extends.text;
  const std::string file = member_text(extends, "file");
  const ComposeDocument* from = file.empty() ? &document : read(document, file, place, "extends");
  if (from == nullptr) return std::nullopt;
  const ValueNode* table = entry_of(&from->root, services);
  const Member* service = table == nullptr ? nullptr : find_member(*table, name);
  if (service == nullptr || service->value.kind != NodeKind::table) {
    not_judged(place, "extends", name, "there is no such service");
    return std::nullopt;
  }
  ValueNode base = extended(*from, *service, place, std::move(seen));
  inherited_ += measure(base).cost;
  if (inherited_ > max_inherited_cost) {
    not_judged(place, "extends", name, "too much is extended");
    return std::nullopt;
  }
  const std::string folder = fs::path(file).parent_path().string();
  if (from != &document) move_service(base, folder.empty() || folder.front() == '.' ? folder : "./" + folder, place);
  return base;
}

const ComposeDocument* ComposeFiles::read(const ComposeDocument& from, const std::string& name, Span place,
                                          std::string_view key) {
  const auto fail = [&](std::string_view why) {
    not_judged(place, key, name, why);
    return nullptr;
  };
  if (name.empty() || name.find('$') != std::string::npos) return fail("it is not known which file that is");
  if (name.find("://") != std::string::npos || name.starts_with("oci:") || name.starts_with("git@")) {
    return fail("it is not a file of the repository");
  }
  if (!repository_.read) return fail("no file but this one is read");
  auto source = repository_.read(*from.source, name);
  if (!source) return fail(fmt::format("it {}", source.error()));
  auto& known = read_[(*source)->name];
  if (known == nullptr) {
    auto document = parse(*source);
    if (!document) return fail("it cannot be read as a Compose file");
    known = std::make_unique<const ComposeDocument>(std::move(*document));
  }
  return known.get();
}

void ComposeFiles::not_judged(Span place, std::string_view key, std::string_view what, std::string_view why) {
  const Path root;
  const Path table(root, services);
  const Path service(table, service_);
  const bool in_service = key == "extends";
  reporter_.report(
      Path(in_service ? service : root, key), place,
      {.rule = "unread-file",
       .message = fmt::format("what `{}` brings in from '{}' is not judged: {}", key, printable(what), why),
       .evidence = std::string(what),
       .remediation = "name a Compose file of the repository, or lint what `docker compose config` prints",
       .severity = Severity::info});
}

}  // namespace skillrun::inline v0
