#include <concepts>
#include <type_traits>
#include <vector>

#include "spec/schema.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using enum FieldType;

template <auto member>
const Origin* origin_of(const Spec& spec) {
  const auto& setting = spec.*member;
  return setting ? &setting->origin : nullptr;
}

/// A part of a setting that is made of several. An empty text, number or time means that the part is not there.
template <auto member, auto inner>
constexpr ScalarField part(std::string_view name, FieldType type) {
  return {name, type,
          [](const Spec& spec, Scratch&) {
            const auto& setting = spec.*member;
            if (!setting) return FieldValue();
            const auto& value = setting->value.*inner;
            using Value = std::remove_cvref_t<decltype(value)>;
            if constexpr (std::same_as<Value, std::string>) {
              return optional_text(value);
            } else if constexpr (std::same_as<Value, std::int64_t> || std::same_as<Value, std::chrono::nanoseconds>) {
              return value == Value() ? FieldValue() : to_field(value);
            } else {
              return to_field(value);
            }
          },
          origin_of<member>};
}

const Origin* image_origin(const Spec& spec) { return &spec.image.origin; }

template <std::string ImageReference::* member>
constexpr ScalarField image(std::string_view name) {
  return {name, text, [](const Spec& spec, Scratch&) { return optional_text(spec.image.value.*member); }, image_origin};
}

/// ImageReference::canonical() without memory of its own.
FieldValue image_text(const Spec& spec, Scratch& scratch) {
  const ImageReference& image = spec.image.value;
  if (!image.id.empty()) return to_field(image.id);
  if (image.repository.empty()) return {};
  return joined(scratch, "{}/{}{}{}{}{}", image.registry, image.repository, image.tag.empty() ? "" : ":", image.tag,
                image.digest.empty() ? "" : "@", image.digest);
}

FieldValue image_repository(const Spec& spec, Scratch& scratch) {
  const ImageReference& image = spec.image.value;
  if (image.repository.empty()) return {};
  return joined(scratch, "{}/{}", image.registry, image.repository);
}

FieldValue user_text(const Spec& spec, Scratch& scratch) {
  if (!spec.user) return {};
  const UserSpec& user = spec.user->value;
  if (user.group.empty()) return optional_text(user.user);
  return joined(scratch, "{}:{}", user.user, user.group);
}

FieldValue network_text(const Spec& spec, Scratch& scratch) {
  if (!spec.network_mode) return {};
  const NetworkMode& mode = spec.network_mode->value;
  switch (mode.kind) {
    case NetworkKind::named: return to_field(mode.name);
    case NetworkKind::container: return joined(scratch, "container:{}", mode.name);
    case NetworkKind::path: return joined(scratch, "ns:{}", mode.name);
    default: return to_field(mode.kind);
  }
}

FieldValue gpus_text(const Spec& spec, Scratch& scratch) {
  if (!spec.gpus) return {};
  const GpuRequest& gpus = spec.gpus->value;
  if (!gpus.device_ids.empty()) return std::string_view("devices");
  if (gpus.count < 0) return std::string_view("all");
  return joined(scratch, "{}", gpus.count);
}

FieldValue restart_text(const Spec& spec, Scratch&) {
  return spec.restart_policy ? to_field(spec.restart_policy->value.name) : FieldValue();
}

/// Which of the ways to check a container's health is asked for.
FieldValue healthcheck_text(const Spec& spec, Scratch&) {
  if (!spec.healthcheck) return {};
  const Healthcheck& check = spec.healthcheck->value;
  return std::string_view(check.disabled ? "disabled" : check.command.empty() ? "image" : "command");
}

FieldValue build_text(const Spec& spec, Scratch&) {
  if (!spec.build) return {};
  return std::string_view(spec.build->value.packages ? "packages" : "context");
}

template <std::string ContextRecipe::* member>
constexpr ScalarField build_context(std::string_view name) {
  return {name, text,
          [](const Spec& spec, Scratch&) {
            const bool known = spec.build && spec.build->value.context;
            return known ? optional_text((*spec.build->value.context).*member) : FieldValue();
          },
          origin_of<&Spec::build>};
}

/// What is made of several parts, or stands beside the settings.
constexpr ScalarField composite_scalars[] = {
    {"skill", text, [](const Spec& spec, Scratch&) { return optional_text(spec.skill); }, image_origin},
    {"instance", text,
     [](const Spec& spec, Scratch&) { return spec.instance ? to_field(*spec.instance) : FieldValue(); }, image_origin},
    {"image", text, image_text, image_origin},
    image<&ImageReference::registry>("image.registry"),
    {"image.repository", text, image_repository, image_origin},
    image<&ImageReference::tag>("image.tag"),
    image<&ImageReference::digest>("image.digest"),
    image<&ImageReference::id>("image.id"),
    {"build", text, build_text, origin_of<&Spec::build>},
    build_context<&ContextRecipe::context>("build.context"),
    build_context<&ContextRecipe::dockerfile>("build.dockerfile"),
    build_context<&ContextRecipe::target>("build.target"),
    {"build.packages.suite", text,
     [](const Spec& spec, Scratch&) {
       const bool known = spec.build && spec.build->value.packages;
       return known ? optional_text(spec.build->value.packages->suite) : FieldValue();
     },
     origin_of<&Spec::build>},
    {"user", text, user_text, origin_of<&Spec::user>},
    part<&Spec::user, &UserSpec::user>("user.user", text),
    part<&Spec::user, &UserSpec::group>("user.group", text),
    part<&Spec::user, &UserSpec::uid>("user.uid", number),
    part<&Spec::user, &UserSpec::gid>("user.gid", number),
    part<&Spec::user, &UserSpec::host>("user.host", boolean),
    {"healthcheck", text, healthcheck_text, origin_of<&Spec::healthcheck>},
    part<&Spec::healthcheck, &Healthcheck::disabled>("healthcheck.disabled", boolean),
    part<&Spec::healthcheck, &Healthcheck::command>("healthcheck.command", text),
    part<&Spec::healthcheck, &Healthcheck::interval>("healthcheck.interval", duration),
    part<&Spec::healthcheck, &Healthcheck::timeout>("healthcheck.timeout", duration),
    part<&Spec::healthcheck, &Healthcheck::start_period>("healthcheck.start_period", duration),
    part<&Spec::healthcheck, &Healthcheck::start_interval>("healthcheck.start_interval", duration),
    part<&Spec::healthcheck, &Healthcheck::retries>("healthcheck.retries", number),
    {"restart_policy", text, restart_text, origin_of<&Spec::restart_policy>},
    part<&Spec::restart_policy, &RestartPolicy::maximum_retries>("restart_policy.maximum_retries", number),
    {"gpus", text, gpus_text, origin_of<&Spec::gpus>},
    part<&Spec::gpus, &GpuRequest::count>("gpus.count", number),
    part<&Spec::gpus, &GpuRequest::driver>("gpus.driver", text),
    {"network_mode", text, network_text, origin_of<&Spec::network_mode>},
    part<&Spec::network_mode, &NetworkMode::kind>("network_mode.kind", text),
    part<&Spec::network_mode, &NetworkMode::name>("network_mode.name", text),
};

}  // namespace

std::span<const ScalarField> scalar_fields() {
  static const std::vector<ScalarField> fields = [] {
    std::vector<ScalarField> all(std::begin(composite_scalars), std::end(composite_scalars));
    for (const SettingRow& row : schema()) {
      if (!row.member.scalar.name.empty()) all.push_back(row.member.scalar);
    }
    return all;
  }();
  return fields;
}

}  // namespace skillrun::inline v0
