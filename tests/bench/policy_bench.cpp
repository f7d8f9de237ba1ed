// What judging a manifest costs: reading it, making the spec, evaluating every rule, and all of it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include <skillrun/skillrun.hpp>

namespace {

using namespace skillrun;

constexpr const char* manifest_text = R"(version = "1"

[defaults.env]
LANG = "C.UTF-8"

[skills.ffmpeg]
description = "Convert audio and video"
runtime = "docker"

[skills.ffmpeg.docker]
image = "jrottenberg/ffmpeg:5-alpine"
entrypoint = "/usr/local/bin/ffmpeg"
volumes = ["${SKILL_WORKDIR}:/workdir"]
working_dir = "/workdir"
environment = ["LANG=C.UTF-8"]
memory = "512m"
cpus = "2"
network = "none"
user = "1000:1000"
read_only = true
tmpfs = ["/tmp:size=64m"]
timeout = "10m"
extra_args = ["--cap-drop=ALL", "--pids-limit=100"]
)";

CallerContext caller() {
  return {.workdir = "/srv/project", .cwd = "/srv/project", .home = "/home/user", .uid = 1000, .gid = 1000};
}

const MapVariables& no_variables() {
  static const MapVariables variables({});
  return variables;
}

SourcePtr source() {
  static const auto text =
      std::make_shared<const SourceText>(SourceText{.name = "skills.toml", .directory = "/srv", .text = manifest_text});
  return text;
}

/// A benchmark of something that fails would measure the failure.
template <class Expected>
auto must(Expected expected) {
  if (!expected) {
    std::cerr << "the benchmark's manifest is not accepted\n";
    std::exit(1);
  }
  return std::move(*expected);
}

ContainerSpec spec_of(const Manifest& manifest) {
  const ResolvedSkill resolved =
      must(resolve_skill(manifest, manifest.skills[0], std::nullopt, caller(), no_variables()));
  return normalize(resolved, {}, caller(), no_variables());
}

void parse(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_manifest(source(), ManifestFormat::toml));
}
BENCHMARK(parse);

void resolve_and_normalize(benchmark::State& state) {
  const Manifest manifest = must(parse_manifest(source(), ManifestFormat::toml));
  for (auto _ : state) benchmark::DoNotOptimize(spec_of(manifest));
}
BENCHMARK(resolve_and_normalize);

void evaluate_all_rules(benchmark::State& state) {
  const auto policy = Policy::builtin("baseline");
  const ContainerSpec spec = with_defaults(*policy, spec_of(must(parse_manifest(source(), ManifestFormat::toml))));
  const LexicalHost host;
  for (auto _ : state) benchmark::DoNotOptimize(evaluate(*policy, spec, host));
}
BENCHMARK(evaluate_all_rules);

/// A spec that the restricted policy has nothing to say about, with so many harmless mounts, variables and labels.
void evaluate_clean(benchmark::State& state) {
  std::string text = R"(
[skills.clean.docker]
image = "docker.io/library/debian:12@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
memory = "512m"
cpus = "2"
user = "1000:1000"
timeout = "10m"
)";
  std::string volumes;
  std::string environment;
  std::string labels;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    volumes += "\"${SKILL_WORKDIR}/in/" + std::to_string(i) + ":/in/" + std::to_string(i) + ":ro\", ";
    environment += "\"SETTING_" + std::to_string(i) + "=value\", ";
    labels += "\"org.opencontainers.image." + std::to_string(i) + "\" = \"value\", ";
  }
  text += "volumes = [" + volumes + "]\nenvironment = [" + environment + "]\nlabels = { " +
          labels.substr(0, labels.empty() ? 0 : labels.size() - 2) + " }\n";
  const auto policy = Policy::builtin("restricted");
  const auto manifest = must(parse_manifest(
      std::make_shared<const SourceText>(SourceText{.name = "clean.toml", .directory = "/srv", .text = text}),
      ManifestFormat::toml));
  const ContainerSpec spec = with_defaults(*policy, spec_of(manifest));
  const LexicalHost host;
  if (!evaluate(*policy, spec, host).empty()) state.SkipWithError("the spec is not clean");
  for (auto _ : state) benchmark::DoNotOptimize(evaluate(*policy, spec, host));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(evaluate_clean)->RangeMultiplier(8)->Range(1, 512)->Complexity(benchmark::oN);

void whole(benchmark::State& state) {
  const auto policy = Policy::builtin("baseline");
  const LexicalHost host;
  for (auto _ : state) {
    const Manifest manifest = must(parse_manifest(source(), ManifestFormat::toml));
    benchmark::DoNotOptimize(must(admit(*policy, spec_of(manifest), host)));
  }
}
BENCHMARK(whole);

}  // namespace

BENCHMARK_MAIN();
