// From words to findings: any extra_args, split at newlines, through the parser, every rule and both renderers. Holds:
// findings say what and where; what one policy refuses is not admitted; what is admitted reads back from its own words
// as it was judged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <skillrun/engine_request.hpp>
#include <skillrun/host_view.hpp>
#include <skillrun/normalize.hpp>

#include "engine/docker/gaps.hpp"
#include "support/text.hpp"

namespace {

using namespace skillrun;

void require(bool holds) {
  if (!holds) std::abort();
}

ResolvedSkill skill_with(std::string_view words) {
  ResolvedSkill skill;
  skill.source = std::make_shared<const SourceText>(
      SourceText{.name = "fuzz.toml", .directory = "/srv", .text = std::string(words)});
  skill.name = "tool";
  const auto text = [](std::string_view value) {
    return WrittenText{.value = std::string(value), .span = {}, .written = std::string(value)};
  };
  skill.docker.image = text("busybox:1");
  skill.docker.memory = text("64m");
  skill.docker.cpus = text("1");
  WrittenList list;
  for (const std::string_view word : split(words, '\n')) list.items.push_back(text(word));
  skill.docker.extra_args = std::move(list);
  return skill;
}

void check(const Findings& findings) {
  for (const Finding& finding : findings) {
    require(!finding.rule.empty() && !finding.message.empty());
    require(!finding.field.empty());
  }
}

void render(const ContainerSpec& spec) {
  EngineInfo engine;
  for (const char* kind : {"docker", "podman"}) {
    engine.kind = kind;
    for (const char* api : {"1.41", "1.47"}) {
      engine.api_version = api;
      (void)find_gaps(spec, dialect_of(engine));
      require(!create_request_json(spec, {}, {}, engine).empty());
      require(docker_run_command(spec, {}, {}, engine).words.size() > 2);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view words(reinterpret_cast<const char*>(data), size);
  const MapVariables variables({{"A", "a"}});
  const CallerContext caller{.workdir = "/w", .cwd = "/w", .home = "/home/me", .uid = 1000, .gid = 1000};
  const ContainerSpec spec = normalize(skill_with(words), {}, caller, variables);
  check(spec.problems);
  const LexicalHost host;
  bool stricter_refuses = false;
  for (const char* name : {"privileged", "baseline", "restricted"}) {
    const auto policy = Policy::builtin(name);
    const Findings findings = evaluate(*policy, spec, host);
    check(findings);
    const auto admitted = admit(*policy, spec, host);
    // A stricter policy refuses whatever a laxer one refuses.
    if (stricter_refuses) require(!admitted);
    stricter_refuses = !admitted;
    if (admitted) {
      require(spec.problems.empty() || !has_errors(spec.problems));
      render(admitted->spec());
    } else {
      require(has_errors(admitted.error().findings));
    }
  }
  return 0;
}
