// Flags that docker's client keeps to itself, or that have no meaning for a skill. Each is accepted where it says what
// holds anyway and refused otherwise, so that none is ignored.
#include <fmt/format.h>

#include "spec/client_flags.hpp"
#include "spec/scan.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// skillrun reads and writes no file on a manifest's word.
void refuse_file(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  builder.problem("env-file", origin,
                  fmt::format("the file '{}' would be read or written on the host", printable(value)),
                  "write the variables and labels into the manifest");
}

/// What Linux engines do not know.
void refuse_windows(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  builder.problem("unenforced-field", origin,
                  fmt::format("'{}' would bound nothing: only Windows engines know this flag", printable(value)),
                  "use cpus, cpu-shares or the device-read and device-write flags");
}

void refuse_kernel_memory(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  builder.problem("unenforced-field", origin,
                  fmt::format("'{}' would bound nothing: engines no longer limit kernel memory", printable(value)),
                  "use memory, which counts it");
}

void refuse_detach_keys(SpecBuilder& builder, const std::string& /*value*/, const Origin& origin) {
  builder.problem("unenforced-field", origin, "no keys detach a skill: skillrun stays until its container ends",
                  "remove it");
}

void refuse_help(SpecBuilder& builder, const std::string& /*value*/, const Origin& origin) {
  builder.problem("unknown-flag", origin, "--help prints docker's help and runs nothing", "remove it");
}

/// It binds the engine's socket and copies the caller's credentials with no path in the text.
void check_api_socket(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto on = read_switch(builder, value, origin);
  if (!on || !*on) return;
  builder.problem("use-api-socket", origin, "the engine's socket and your registry credentials would be handed over",
                  "remove it; a skill that commands the engine commands the host");
}

void check_attach(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const std::string stream = to_lower(value);
  if (stream == "stdin" || stream == "stdout" || stream == "stderr") return;
  builder.problem("invalid-value", origin, fmt::format("'{}' is not a stream", printable(value)),
                  "remove it; skillrun passes on all three streams");
}

void check_signal_proxy(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto on = read_switch(builder, value, origin);
  if (!on || *on) return;
  builder.problem("unenforced-field", origin, "skillrun passes signals on, so that no container is left behind",
                  "remove it");
}

void check_content_trust(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto disabled = read_switch(builder, value, origin);
  if (!disabled || *disabled) return;
  builder.problem("unenforced-field", origin, "skillrun does not check docker's content trust",
                  "pin the image by its digest: name@sha256:...");
}

constexpr SettingRow client_rows[] = {
    {.flag = {.name = "attach", .shorthand = 'a', .arity = FlagArity::list}, .set = check_attach},
    {.flag = {.name = "cidfile"}, .set = refuse_file},
    {.flag = {.name = "cpu-count"}, .set = refuse_windows},
    {.flag = {.name = "cpu-percent"}, .set = refuse_windows},
    {.flag = {.name = "detach-keys"}, .set = refuse_detach_keys},
    {.flag = {.name = "disable-content-trust", .arity = FlagArity::boolean}, .set = check_content_trust},
    {.flag = {.name = "env-file", .arity = FlagArity::list},
     .service = {"env_file", ServiceShape::files},
     .set = refuse_file},
    {.flag = {.name = "help", .arity = FlagArity::boolean}, .set = refuse_help},
    {.flag = {.name = "io-maxbandwidth"}, .set = refuse_windows},
    {.flag = {.name = "io-maxiops"}, .set = refuse_windows},
    {.flag = {.name = "kernel-memory"}, .set = refuse_kernel_memory},
    {.flag = {.name = "label-file", .arity = FlagArity::list},
     .service = {"label_file", ServiceShape::files},
     .set = refuse_file},
    {.flag = {.name = "sig-proxy", .arity = FlagArity::boolean}, .set = check_signal_proxy},
    {.flag = {.name = "use-api-socket", .arity = FlagArity::boolean}, .set = check_api_socket},
};

}  // namespace

std::span<const SettingRow> client_settings() { return client_rows; }

void AttachedStreams::add(const std::string& value, const Origin& origin) {
  const std::string stream = to_lower(value);
  output_ = output_ || stream == "stdout";
  error_ = error_ || stream == "stderr";
  if (!first_) first_ = origin;
}

void AttachedStreams::check(SpecBuilder& builder) const {
  if (!first_ || (output_ && error_)) return;
  builder.problem("unenforced-field", *first_, "skillrun passes on standard output and standard error, never one alone",
                  "remove --attach");
}

}  // namespace skillrun::inline v0
