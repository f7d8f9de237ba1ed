// Conditions reach all of a spec: the fields that explain shows and the fields of conditions are held together here.
#include "spec/condition_fields.hpp"

#include <set>

#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "policy/conditions/field_reference.hpp"
#include "policy_texts.hpp"
#include "spec/spec_fields.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

/// The fields of conditions that are about the skill, not about its container.
constexpr std::string_view own_fields[] = {"skill", "instance"};

std::string_view root_of(std::string_view field) { return field.substr(0, field.find('.')); }

/// Specs that together set every field.
std::vector<ContainerSpec> full_specs() {
  ContainerSpec full = testing::full_spec();
  full.build = testing::declared(
      BuildRecipe{.packages = std::nullopt,
                  .context = ContextRecipe{.context = "/srv/x",
                                           .dockerfile = "Dockerfile",
                                           .target = "run",
                                           .args = {{.value = {.key = "A", .value = "1"}, .origin = {}}}}});
  full.quiet = testing::declared(true);
  full.detach = testing::declared(false);
  full.rm = testing::declared(true);
  full.pull = testing::declared(PullPolicy::never);
  full.timeout = testing::declared(std::chrono::nanoseconds(5));
  full.stdin_open = testing::declared(true);
  full.tty = testing::declared(TtyMode::off);
  full.gateway_priority = testing::declared(std::int64_t{7});
  full.network_driver_options = {testing::declared(KeyValue{.key = "a", .value = "b"})};
  ContainerSpec rare = testing::rare_spec();
  rare.build = testing::declared(
      BuildRecipe{.packages = PackageRecipe{.suite = "bookworm", .include = {"jq"}}, .context = std::nullopt});
  return {full, rare};
}

bool holds(const std::string& condition, const ContainerSpec& spec) {
  const auto judged = policy("custom:\n  - {id: own, severity: error, message: m, assert: " + condition + "}\n");
  return !has(evaluate(*judged, spec, LexicalHost()), "own");
}

/// Every place in a value that explain shows, as a condition names it.
void collect(const json::object& object, const std::string& prefix, std::set<std::string>& names) {
  for (const auto& [key, value] : object) {
    const std::string name = prefix + std::string(key);
    if (const json::object* inner = value.if_object()) {
      if (name.ends_with("args") || name.ends_with("options") || name.ends_with("labels")) {
        for (const auto& entry : *inner) names.insert(fmt::format("{}[\"{}\"]", name, std::string_view(entry.key())));
      } else {
        collect(*inner, name + ".", names);
      }
    } else {
      names.insert(value.is_array() ? name + "[*]" : name);
    }
  }
}

}  // namespace

TEST_CASE("every field of a spec is a field of conditions, and the other way round") {
  const auto names = spec_field_names();
  for (const std::string_view name : names) {
    CAPTURE(name);
    const bool scalar = std::ranges::find(scalar_fields(), name, &ScalarField::name) != scalar_fields().end();
    const bool list = std::ranges::find(list_fields(), name, &ListField::name) != list_fields().end();
    CHECK(scalar != list);
  }
  const auto check = [&](std::string_view field) {
    CAPTURE(field);
    const bool own = std::ranges::find(own_fields, field) != std::end(own_fields);
    CHECK((own || std::ranges::find(names, root_of(field)) != names.end()));
  };
  for (const ScalarField& field : scalar_fields()) check(field.name);
  for (const ListField& field : list_fields()) check(field.name);
}

TEST_CASE("no name stands for two fields") {
  std::set<std::string_view> names;
  for (const ScalarField& field : scalar_fields()) CHECK_MESSAGE(names.insert(field.name).second, field.name);
  for (const ListField& field : list_fields()) CHECK_MESSAGE(names.insert(field.name).second, field.name);
}

TEST_CASE("what is set exists for a condition, and what is not does not") {
  const ContainerSpec empty;
  std::set<std::string_view> seen;
  for (const ContainerSpec& spec : full_specs()) {
    for (const SpecField& field : spec_fields(spec)) {
      if (!seen.insert(field.name).second) continue;
      CAPTURE(field.name);
      const std::string name(field.name);
      CHECK(holds("{field: " + name + ", exists: true}", spec));
      if (name != "image") CHECK(holds("{field: " + name + ", exists: false}", empty));
    }
  }
  for (const std::string_view name : spec_field_names()) {
    CAPTURE(name);
    CHECK(seen.contains(name));
  }
}

TEST_CASE("every part of a value that explain shows can be asked for") {
  for (const ContainerSpec& spec : full_specs()) {
    for (const SpecField& field : spec_fields(spec)) {
      const json::object* object = field.value.if_object();
      if (object == nullptr) continue;
      std::set<std::string> names;
      collect(*object, std::string(field.name) + (field.index ? "[*]." : "."), names);
      for (const std::string& name : names) {
        CAPTURE(name);
        const auto reference = parse_field_reference(name, nullptr);
        if (!reference) FAIL_CHECK(reference.error().message);
        if (!reference) continue;
        const bool each = name.find("[*]") != std::string::npos;
        const std::string test = "{field: '" + name + "', exists: true}";
        CHECK(holds(each ? "{any: " + test + "}" : test, spec));
      }
    }
  }
}

TEST_CASE("the values are those that a manifest would have") {
  const std::vector<ContainerSpec> specs = full_specs();
  for (const char* condition :
       {"{field: image, equals: 'docker.io/skillrun-test/full:1'}", "{field: image.tag, equals: '1'}",
        "{field: user, equals: '1000:1001'}", "{field: user.host, equals: false}", "{field: build, equals: context}",
        "{field: build.context, path_under: /srv}", "{field: 'build.args[\"A\"]', equals: '1'}",
        "{field: gpus, equals: all}", "{field: gpus.count, equals: -1}", "{field: tty, equals: 'false'}",
        "{field: pull, equals: never}", "{field: stop_timeout, equals: 7s}", "{field: quiet, equals: true}",
        "{any: {field: 'mounts[*].mode', equals: 1777}}", "{any: {field: 'mounts[*].relabel', equals: shared}}",
        "{any: {field: 'mounts[*].create_source', equals: true}}", "{any: {field: 'env[*].from_caller', equals: true}}",
        "{all: {field: 'devices[*].permissions', equals: r}}"}) {
    CAPTURE(condition);
    CHECK(holds(condition, specs[0]));
  }
  for (const char* condition : {"{field: pid_mode, equals: 'container:other'}",
                                "{field: ipc_mode, equals: shareable}",
                                "{field: uts_mode, in: [host]}",
                                "{field: gpus, equals: devices}",
                                "{field: gpus.count, exists: false}",
                                "{all: {field: 'gpus.devices[*]', in: ['0', '1']}}",
                                "{field: 'gpus.options[\"a\"]', equals: b}",
                                "{field: healthcheck, equals: command}",
                                "{field: healthcheck.interval, lte: 30s}",
                                "{field: healthcheck.disabled, equals: false}",
                                "{field: restart_policy, equals: on-failure}",
                                "{field: restart_policy.maximum_retries, lte: 3}",
                                "{field: network_mode, equals: lan}",
                                "{field: build, equals: packages}",
                                "{all: {field: 'build.packages.include[*]', matches: '[a-z]+'}}",
                                "{all: {field: 'device_read_bps[*].rate', lte: 1m}}",
                                "{all: {field: 'device_read_iops[*].rate', lte: 100}}",
                                "{any: {field: 'mounts[*].driver_options[\"device\"]', equals: tmpfs}}",
                                "{any: {field: 'mounts[*]', where: {field: 'labels[\"owner\"]', equals: x}}}",
                                "{any: {field: 'mounts[*].recursive', equals: disabled}}",
                                "{field: 'storage_options[\"size\"]', equals: 1G}",
                                "{all: {field: 'links[*].alias', equals: database}}",
                                "{field: ipv6_address, cidr: '2001:db8::/32'}"}) {
    CAPTURE(condition);
    CHECK(holds(condition, specs[1]));
  }
}

TEST_CASE("values at the edge of their type stay in order") {
  ContainerSpec spec = clean_spec();
  spec.stop_timeout = set(std::chrono::seconds::max(), "docker.stop_timeout");
  CHECK(holds("{field: stop_timeout, gte: 1000h}", spec));
  spec.network_mode->value = {.kind = NetworkKind::path, .name = std::string(5000, 'x')};
  CHECK(holds("{field: network_mode, matches: 'ns:x{1000}x{1000}x{1000}x{1000}x{1000}'}", spec));
  Healthcheck none;
  none.disabled = true;
  spec.healthcheck = set(none, "docker.extra_args[0]");
  CHECK(holds("{field: healthcheck, equals: disabled}", spec));
  CHECK(holds("{field: healthcheck.interval, exists: false}", spec));
}
