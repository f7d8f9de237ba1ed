#include "skillrun_reading.hpp"

#include <fmt/format.h>

#include <skillrun/engine_request.hpp>
#include <skillrun/host_view.hpp>
#include <skillrun/normalize.hpp>

#include "engine/docker/create_body.hpp"
#include "engine/docker/create_request.hpp"
#include "engine/docker/gaps.hpp"

namespace differential {

namespace {

using namespace skillrun;

/// A TOML string that is `text` again after variables were expanded.
std::string toml_string(const std::string& text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += byte;
    } else if (byte == '$') {
      out += "$$";
    } else if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      out += byte;
    }
  }
  return out + '"';
}

std::string toml_list(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const std::string& word : words) out += toml_string(word) + ", ";
  return out + "]";
}

std::vector<Objection> errors_of(const Findings& findings) {
  std::vector<Objection> out;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::error) out.push_back({finding.rule, finding.message});
  }
  return out;
}

/// The spec with the names that the words give its volumes: a run makes them its own.
ContainerSpec with_names_of(const ContainerSpec& asked, ContainerSpec admitted) {
  for (std::size_t i = 0; i < asked.mounts.size(); ++i) {
    const Mount& mount = asked.mounts[i].value;
    if (mount.type == MountType::volume) admitted.mounts[i].value.source = mount.source;
  }
  return admitted;
}

/// What a run decides by itself is put as the words asked for it, so that it can be compared.
json::object as_asked(json::object body, const ContainerSpec& spec) {
  json::object& host = body["HostConfig"].as_object();
  host["AutoRemove"] = spec.rm && spec.rm->value;
  body["OpenStdin"] = spec.stdin_open && spec.stdin_open->value;
  body["Tty"] = spec.tty && spec.tty->value == TtyMode::on;
  if (spec.network_mode && spec.network_mode->origin.kind == OriginKind::builtin) host.erase("NetworkMode");
  return body;
}

CallerContext caller_in(const Places& places) {
  return {.workdir = places.folder, .cwd = places.folder, .home = places.home, .uid = 1000, .gid = 1000};
}

/// What the two policies say, and what would be sent.
SkillrunAnswer judged(const ContainerSpec& spec, const EngineInfo& engine) {
  SkillrunAnswer answer;
  const LexicalHost host;
  if (const auto admitted = admit(*Policy::builtin("baseline"), spec, host); !admitted) {
    answer.baseline = errors_of(admitted.error().findings);
  }
  const auto admitted = admit(*Policy::builtin("privileged"), spec, host);
  if (!admitted) {
    answer.privileged = errors_of(admitted.error().findings);
    return answer;
  }
  const Dialect dialect = dialect_of(engine);
  for (const EngineGap& gap : find_gaps(admitted->spec(), dialect)) {
    if (!gap.gives_way) answer.privileged.push_back({"unenforced-field", gap.text()});
  }
  if (!answer.privileged.empty()) {
    answer.baseline.insert(answer.baseline.end(), answer.privileged.begin(), answer.privileged.end());
    return answer;
  }
  const StartOptions options{.standard_input = admitted->spec().wants_stdin(),
                             .tty = spec.tty && spec.tty->value == TtyMode::on};
  answer.sent = create_body(admitted->spec(), {}, options, dialect);
  const ContainerSpec named = with_names_of(spec, admitted->spec());
  answer.request = as_asked(create_body(named, {}, options, dialect), named);
  if (spec.platform) answer.platform = spec.platform->value;
  // Only the API has these: docker's words fold them to lower case.
  if (!spec.network_driver_options.empty() || spec.gateway_priority) return answer;
  answer.words = docker_run_command(admitted->spec(), {}, options, engine).words;
  answer.words.erase(answer.words.begin(), answer.words.begin() + 2);
  return answer;
}

EngineInfo docker_api(const std::string& api_version) {
  EngineInfo engine;
  engine.kind = "docker";
  engine.transport = "api";
  engine.api_version = api_version;
  return engine;
}

}  // namespace

const std::vector<std::string>& asked_command() {
  static const std::vector<std::string> command{"run-me", "--privileged", "-v", "/:/x", "two words"};
  return command;
}

std::expected<ContainerSpec, Findings> spec_of_words(
    const std::vector<std::string>& words, const Places& places,
    const std::map<std::string, std::string, std::less<>>& environment) {
  auto source = std::make_shared<const SourceText>(SourceText{
      .name = places.folder + "/skills.toml",
      .directory = places.folder,
      .text = fmt::format("version = \"1\"\n[skills.tool.docker]\nimage = \"{}\"\ncommand = {}\nextra_args = {}\n",
                          asked_image, toml_list(asked_command()), toml_list(words))});
  const auto manifest = parse_manifest(source, ManifestFormat::toml);
  if (!manifest) return std::unexpected(manifest.error());
  const CallerContext caller = caller_in(places);
  const MapVariables variables(environment);
  const auto skill = resolve_skill(*manifest, manifest->skills.front(), std::nullopt, caller, variables);
  if (!skill) return std::unexpected(skill.error());
  return normalize(*skill, {}, caller, variables);
}

SkillrunAnswer read_with_skillrun(const std::vector<std::string>& words, const std::string& api_version,
                                  const Places& places,
                                  const std::map<std::string, std::string, std::less<>>& environment) {
  const auto read = spec_of_words(words, places, environment);
  if (read) return judged(*read, docker_api(api_version));
  SkillrunAnswer answer;
  answer.baseline = errors_of(read.error());
  answer.privileged = answer.baseline;
  return answer;
}

SkillrunAnswer read_request_with_skillrun(const Request& create, const std::string& api_version, const Places& places) {
  const std::string name = query_value(create.query, "name");
  const std::string platform = query_value(create.query, "platform");
  ContainerSpec spec =
      read_create_request({.body = create.body, .name = name, .platform = platform}, caller_in(places));
  spec.skill = "tool";
  return judged(spec, docker_api(api_version));
}

}  // namespace differential
