#include "policy/rules/support/rule.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

// What the manifest readers and the value parsers report. They have no check here: the finding arrives with the spec,
// or instead of one.
/// What the rule of that name says for others too.
constexpr std::string_view unresolved_setting_covers[] = {"undefined-variable"};

constexpr Rule rules[] = {
    {.info = {.id = "syntax-error",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a file that does not parse",
              .why = "half a manifest could miss the half that confines the skill",
              .remedy = "fix the file at the place shown",
              .source = "own"}},
    {.info = {.id = "unknown-key",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a key that the format does not have",
              .why = "a misspelt limit that is silently ignored is no limit",
              .remedy = "fix the spelling or remove the key",
              .source = "own"}},
    {.info = {.id = "unknown-skill-key",
              .privileged = info,
              .baseline = warning,
              .restricted = warning,
              .summary = "a key of a SKILL.md that neither its format nor a well-known agent has",
              .why =
                  "nothing that stands there runs, and some agent may read it; a misspelt key says nothing to anybody",
              .remedy = "fix the spelling, or put what is your own below metadata",
              .source = "own"}},
    {.info = {.id = "duplicate-key",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a key written twice, a YAML tag or second document, aliases that repeat too much, a merge "
                         "key in a policy",
              .why = "readers see one value and the parser takes the other",
              .remedy = "write each key once, spelled out",
              .source = "own"}},
    {.info = {.id = "invalid-value",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a value of the wrong type, or out of range",
              .why = "an engine may read it as something else, or as nothing at all",
              .remedy = "write a value of the kind that the message names",
              .source = "own"}},
    {.info = {.id = "missing-field",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a required field is absent",
              .why = "what is left out would be filled by a guess",
              .remedy = "add the field",
              .source = "own"}},
    {.info = {.id = "unsupported-runtime",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "runtime wasm or native: the skill is not judged, and running it fails",
              .why = "such a skill runs outside of a container, where none of these rules hold",
              .remedy = "use runtime = \"docker\"",
              .source = "own"}},
    {.info = {.id = "undefined-variable",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a variable without a default that is not set; when the skill runs always an error",
              .why = "an empty path or limit means something else than the author had in mind",
              .remedy = "set it, or write ${NAME:-default}",
              .source = "own"}},
    {.info = {.id = "unresolved-host-path",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a host path with a variable whose value is not known while linting",
              .why = "what will be mounted is only known, and judged, when the skill runs",
              .remedy = "give the variable a value for linting, or a default",
              .source = "own"}},
    {.info = {.id = "unread-file",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a Compose file that extends or includes what could not be read",
              .why = "what stands there may give a service every right that there is, and nobody has judged it",
              .remedy = "name a Compose file of the repository, or lint what `docker compose config` prints",
              .source = "own"}},
    {.info = {.id = "unresolved-setting",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a setting of a Compose service that can take confinement away, with a variable whose value is "
                  "not known while linting",
              .why = "it may give every right that there is, and nobody judges it before the service runs",
              .remedy = "give the variable a value for linting, or a default",
              .source = "own",
              .covers = unresolved_setting_covers}},
    {.info = {.id = "unknown-mount-type",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a mount type that is not bind, volume or tmpfs",
              .why = "what it would bring into the container cannot be judged",
              .remedy = "use bind, volume or tmpfs",
              .source = "own"}},
};

}  // namespace

std::span<const Rule> manifest_faults_rules() { return rules; }

}  // namespace skillrun::rules
