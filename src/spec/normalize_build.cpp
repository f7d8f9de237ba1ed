#include "spec/normalize_build.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "spec/host_path.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// Debian policy 5.6.7: at least two of lower-case letters, digits, '+', '-', '.'; the first a letter or digit. Behind
/// a name apt reads '-' as "remove it", and no package's name ends so.
bool is_package_name(std::string_view name) {
  return name.size() >= 2 && name.size() <= 128 && is_lower_or_digit(name.front()) && !name.ends_with('-') &&
         std::ranges::all_of(name, [](char c) { return is_lower_or_digit(c) || c == '+' || c == '-' || c == '.'; });
}

bool is_suite_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, [](char c) { return is_lower_or_digit(c) || c == '-' || c == '.'; });
}

std::optional<PackageRecipe> read_packages(SpecBuilder& builder, const PackageBuild& table) {
  const std::string field = "docker.build.packages";
  PackageRecipe recipe;
  bool usable = true;
  if (!table.suite) {
    builder.problem("missing-field", SpecBuilder::manifest_origin(table.span, field + ".suite", {}),
                    "build.packages names no suite", "name a Debian release, such as suite = \"bookworm\"");
    usable = false;
  } else if (!is_suite_name(table.suite->value)) {
    builder.problem("invalid-value", SpecBuilder::manifest_origin(*table.suite, field + ".suite"),
                    fmt::format("'{}' is not the name of a Debian release", printable(table.suite->value)),
                    "write it like bookworm");
    usable = false;
  } else {
    recipe.suite = table.suite->value;
  }
  if (!table.include || table.include->items.empty()) {
    builder.problem("missing-field", SpecBuilder::manifest_origin(table.span, field + ".include", {}),
                    "build.packages includes no package", "list packages, such as include = [\"jq\"]");
    return std::nullopt;
  }
  for (std::size_t i = 0; i < table.include->items.size(); ++i) {
    const WrittenText& name = table.include->items[i];
    if (!is_package_name(name.value)) {
      builder.problem("invalid-value", SpecBuilder::manifest_origin(name, fmt::format("{}.include[{}]", field, i)),
                      fmt::format("'{}' is not the name of a Debian package", printable(name.value)),
                      "use the package's own name, without version or architecture");
      usable = false;
    }
    recipe.include.push_back(name.value);
  }
  std::ranges::sort(recipe.include);
  const auto repeats = std::ranges::unique(recipe.include);
  recipe.include.erase(repeats.begin(), repeats.end());
  return usable ? std::optional(std::move(recipe)) : std::nullopt;
}

/// A path below the context: relative and without "..".
bool is_path_below(std::string_view path) {
  if (path.empty() || path.starts_with('/')) return false;
  return std::ranges::none_of(split(path, '/'), [](std::string_view part) { return part == ".."; });
}

/// What docker build would fetch: a URL, or a repository by ssh.
bool is_remote_context(std::string_view context) {
  return context == "-" || context.contains("://") || context.starts_with("git@") || context.starts_with("github.com/");
}

/// Where the table is written as its context alone, both have one place.
std::optional<ContextRecipe> read_context(SpecBuilder& builder, const BuildTable& table, const std::string& field) {
  const Origin origin =
      SpecBuilder::manifest_origin(*table.context, table.context->span == table.span ? field : field + ".context");
  if (!builder.clean(table.context->value, origin)) return std::nullopt;
  if (is_remote_context(table.context->value)) {
    builder.problem("invalid-value", origin,
                    fmt::format("'{}' is not a folder of this machine", printable(table.context->value)),
                    "fetch it first, look at it, and name the folder");
    return std::nullopt;
  }
  auto context = absolute_host_path(table.context->value, builder.paths());
  if (!context) {
    builder.problem("invalid-value", origin, context.error().message, "name a folder, such as ./image");
    return std::nullopt;
  }
  ContextRecipe recipe{.context = std::move(*context), .dockerfile = "Dockerfile", .target = {}, .args = {}};
  if (table.dockerfile) {
    const Origin where = SpecBuilder::manifest_origin(*table.dockerfile, field + ".dockerfile");
    if (!builder.clean(table.dockerfile->value, where)) return std::nullopt;
    if (!is_path_below(table.dockerfile->value)) {
      builder.problem("invalid-value", where,
                      fmt::format("'{}' is not a path inside the context", printable(table.dockerfile->value)),
                      "write it relative to the context, without ..");
      return std::nullopt;
    }
    recipe.dockerfile = table.dockerfile->value;
  }
  if (table.target) {
    const Origin where = SpecBuilder::manifest_origin(*table.target, field + ".target");
    if (!builder.clean(table.target->value, where)) return std::nullopt;
    recipe.target = table.target->value;
  }
  if (table.args) {
    for (const WrittenEntry& arg : table.args->entries) {
      const Origin where = SpecBuilder::manifest_origin(arg.value, field + ".args." + arg.key.value);
      if (!builder.clean(arg.value.value, where)) return std::nullopt;
      recipe.args.push_back({{arg.key.value, arg.value.value}, where});
    }
  }
  return recipe;
}

bool holds_undefined(const BuildTable& table) {
  const auto undefined = [](const std::optional<WrittenText>& text) { return text && text->undefined; };
  const auto any_item = [](const std::optional<WrittenList>& list) {
    return list && std::ranges::any_of(list->items, &WrittenText::undefined);
  };
  return undefined(table.context) || undefined(table.dockerfile) || undefined(table.target) ||
         (table.args && std::ranges::any_of(table.args->entries, [](const auto& e) { return e.value.undefined; })) ||
         (table.packages && (undefined(table.packages->suite) || any_item(table.packages->include)));
}

}  // namespace

void read_build(SpecBuilder& builder) {
  const auto& table = builder.skill().docker.build;
  if (!table || holds_undefined(*table)) return;
  const std::string field = builder.spec.table + ".build";
  const Origin origin = SpecBuilder::manifest_origin(table->span, field, {});
  if (table->packages && (table->dockerfile || table->target || table->args)) {
    builder.problem("invalid-value", origin, "dockerfile, target and args belong to a build from a context",
                    "leave them out next to packages");
    return;
  }
  if (table->packages) {
    if (auto packages = read_packages(builder, *table->packages)) {
      builder.spec.build = Setting<BuildRecipe>{BuildRecipe{.packages = std::move(packages), .context = {}}, origin};
    }
  } else if (!table->context) {
    builder.problem("missing-field", origin, "build has neither context nor packages",
                    "an image is made from exactly one of them");
  } else if (auto context = read_context(builder, *table, field)) {
    builder.spec.build = Setting<BuildRecipe>{BuildRecipe{.packages = {}, .context = std::move(context)}, origin};
  }
}

}  // namespace skillrun::inline v0
