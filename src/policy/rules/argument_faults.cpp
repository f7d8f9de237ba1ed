#include "policy/rules/support/rule.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

// What the reader of extra_args reports; see manifest_faults.cpp.
constexpr Rule rules[] = {
    {.info = {.id = "unknown-flag",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "extra_args holds a flag that is not known, or that the selected engine lacks",
              .why = "a flag that nobody understands cannot be judged, and is never passed on",
              .remedy = "use the typed key of the docker table, or remove the flag",
              .source = "own"}},
    {.info = {.id = "flag-injects-positional",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "extra_args holds a positional word or --, or ends with a flag that waits for its value",
              .why = "the word would replace the image, or the flag would swallow it",
              .remedy = "write --flag=value as one word, and put arguments of the tool into command",
              .source = "own"}},
    {.info = {.id = "flag-repeats-field",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "extra_args sets what a typed field of the manifest sets too",
              .why = "readers see one value and the engine takes the other",
              .remedy = "keep the typed key and remove the flag",
              .source = "own"}},
    {.info = {.id = "ambiguous-value",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a flag or a key where the last one wins is given twice",
              .why = "the first value is what readers see, the last is what counts",
              .remedy = "write it once",
              .source = "own"}},
    {.info = {.id = "podman-only-flag",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a flag or a value that only podman knows",
              .why = "some of them read the host or loosen confinement, and docker would refuse the skill",
              .remedy = "use what docker and podman have in common",
              .source = "own"}},
    {.info = {.id = "env-file",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a file of variables or labels, or a cidfile",
              .why = "the file is read from or written to the host, and what it holds is not in the manifest",
              .remedy = "write the variables into env",
              .source = "own"}},
    {.info = {.id = "use-api-socket",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "--use-api-socket",
              .why = "it binds the engine's socket and copies registry credentials, with no path in the text",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove}},
    {.info = {.id = "unenforced-field",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a field that the selected engine cannot honour",
              .why = "what was declared and then dropped looks safe in the manifest and is not",
              .remedy = "remove it, or use an engine that has it",
              .source = "own"}},
};

}  // namespace

std::span<const Rule> argument_faults_rules() { return rules; }

}  // namespace skillrun::rules
