#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include <skillrun/spec.hpp>

#include "canonical.hpp"
#include "stub_engine.hpp"

namespace differential {

/// One refusal: the rule and what it says.
struct Objection {
  std::string rule;
  std::string message;
};

/// What skillrun made of the same words.
struct SkillrunAnswer {
  std::vector<Objection> baseline;  ///< why baseline refuses; none: it allows
  std::vector<Objection>
      privileged;        ///< why the policy that allows all that can be understood refuses; none: it allows
  json::object sent;     ///< where privileged allows: the create body
  json::object request;  ///< the same, but as the words asked for what a run decides by itself
  std::string platform;
  std::vector<std::string> words;  ///< likewise: the canonical words, without "docker run"
};

/// The image and the command that every case asks for.
inline constexpr const char* asked_image = "alpine:3.20";
[[nodiscard]] const std::vector<std::string>& asked_command();

/// The spec of a skill whose extra_args are `words`, in a manifest in `places.folder`; what the manifest's reader
/// objects to otherwise.
[[nodiscard]] std::expected<skillrun::ContainerSpec, skillrun::Findings> spec_of_words(
    const std::vector<std::string>& words, const Places& places,
    const std::map<std::string, std::string, std::less<>>& environment);

/// Reads `words` as the extra_args of a manifest in `places.folder`, through the library and nothing else: manifest,
/// spec, policy, create body.
[[nodiscard]] SkillrunAnswer read_with_skillrun(const std::vector<std::string>& words, const std::string& api_version,
                                                const Places& places,
                                                const std::map<std::string, std::string, std::less<>>& environment);

/// Reads the create request that a client posted, with the parameters of its query, as a client in `places.folder`
/// would have it judged. There are no words: nobody compares them.
[[nodiscard]] SkillrunAnswer read_request_with_skillrun(const Request& create, const std::string& api_version,
                                                        const Places& places);

}  // namespace differential
