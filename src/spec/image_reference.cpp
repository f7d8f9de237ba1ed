#include <algorithm>
#include <array>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "an image such as debian:12 or registry.example.com/tools/jq:1.7";
constexpr std::string_view hub = "docker.io";
constexpr std::string_view official = "library/";
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_tag = 128;
constexpr std::size_t id_length = 64;

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) { return is_digit(byte) || (byte >= 'a' && byte <= 'f'); });
}

bool is_image_id(std::string_view text) { return text.size() == id_length && is_lower_hex(text); }

/// The algorithms that engines know, each with exactly its number of digits.
bool is_digest(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 3> algorithms = {
      {{"sha256", 64}, {"sha384", 96}, {"sha512", 128}}};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view digits = text.substr(colon + 1);
  return std::ranges::any_of(algorithms, [&](const auto& algorithm) {
    return text.substr(0, colon) == algorithm.first && digits.size() == algorithm.second && is_lower_hex(digits);
  });
}

bool is_tag(std::string_view text) {
  const auto is_word = [](char byte) { return is_alnum(byte) || byte == '_'; };
  return !text.empty() && text.size() <= longest_tag && is_word(text.front()) &&
         std::ranges::all_of(text, [&](char byte) { return is_word(byte) || byte == '.' || byte == '-'; });
}

bool is_registry(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (port.empty() || !std::ranges::all_of(port, is_digit)) return false;
  }
  return std::ranges::all_of(split(text.substr(0, colon), '.'), [](std::string_view label) {
    return !label.empty() && is_alnum(label.front()) && is_alnum(label.back()) &&
           std::ranges::all_of(label, [](char byte) { return is_alnum(byte) || byte == '-'; });
  });
}

/// Runs of lower-case letters and digits, joined by one dot, one or two underscores, or any number of dashes.
bool is_path_component(std::string_view text) {
  const auto is_plain = [](char byte) { return is_digit(byte) || is_lower(byte); };
  while (true) {
    const auto* const run_end = std::ranges::find_if_not(text, is_plain);
    if (run_end == text.begin()) return false;
    if (run_end == text.end()) return true;
    text.remove_prefix(static_cast<std::size_t>(run_end - text.begin()));
    const auto* const joint_end = std::ranges::find_if(text, is_plain);
    const std::string_view joint = text.substr(0, static_cast<std::size_t>(joint_end - text.begin()));
    if (joint != "." && joint != "_" && joint != "__" && joint.find_first_not_of('-') != std::string_view::npos) {
      return false;
    }
    text.remove_prefix(joint.size());
  }
}

/// Whether docker takes the component before the first slash for a registry rather than for a part of a name on the
/// Hub. An upper-case letter alone makes one only for newer versions; older ones refuse the name, and so does this.
bool names_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:") != std::string_view::npos;
}

void split_name(std::string_view name, ImageReference& reference) {
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  if (slash != std::string_view::npos && names_registry(first)) {
    reference.registry = first == "index.docker.io" ? hub : first;
    name.remove_prefix(slash + 1);
  } else {
    reference.registry = hub;
  }
  if (reference.registry == hub && name.find('/') == std::string_view::npos) reference.repository = official;
  reference.repository += name;
}

std::string with_version(std::string name, const ImageReference& reference) {
  if (!reference.tag.empty()) {
    name += ":" + reference.tag;
  } else if (reference.digest.empty()) {
    name += ":latest";
  }
  if (!reference.digest.empty()) name += "@" + reference.digest;
  return name;
}

}  // namespace

std::string ImageReference::canonical() const {
  return id.empty() ? with_version(fmt::format("{}/{}", registry, repository), *this) : id;
}

std::string ImageReference::familiar() const {
  if (!id.empty()) return id;
  if (registry != hub) return canonical();
  const bool is_official =
      repository.starts_with(official) && repository.find('/', official.size()) == std::string::npos;
  return with_version(is_official ? repository.substr(official.size()) : repository, *this);
}

std::expected<ImageReference, ParseError> parse_image_reference(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const auto wrong = [text](std::string_view why) {
    return refuse(fmt::format("expected {}, found {}: {}", expectation, quoted(text), why));
  };
  ImageReference reference;
  constexpr std::string_view id_prefix = "sha256:";
  const std::string_view id = text.starts_with(id_prefix) ? text.substr(id_prefix.size()) : text;
  if (is_image_id(id)) {
    reference.id = id;
    return reference;
  }
  if (is_digest(text)) return wrong("a digest alone names no image");
  if (text.front() == '-') return wrong("an image's name does not begin with a dash");

  std::string_view name = text;
  if (const std::size_t at = name.find('@'); at != std::string_view::npos) {
    reference.digest = name.substr(at + 1);
    name = name.substr(0, at);
    if (!is_digest(reference.digest)) return wrong("after @ comes sha256: and 64 hexadecimal digits in lower case");
  }
  const std::size_t colon = name.rfind(':');
  if (colon != std::string_view::npos && name.find('/', colon) == std::string_view::npos) {
    reference.tag = name.substr(colon + 1);
    name = name.substr(0, colon);
    if (!is_tag(reference.tag)) return wrong("a tag has up to 128 letters, digits, dots, dashes and underscores");
  }
  split_name(name, reference);
  if (!is_registry(reference.registry)) return wrong(fmt::format("{} is not a registry", quoted(reference.registry)));
  // Docker's older command line drops docker.io/ on its way to the engine, which would then ask the other registry.
  if (reference.registry == hub && names_registry(reference.repository.substr(0, reference.repository.find('/')))) {
    return wrong(fmt::format("{} begins like another registry", quoted(reference.repository)));
  }
  if (std::ranges::any_of(reference.repository, is_upper)) return wrong("a repository is written in lower case");
  if (!std::ranges::all_of(split(reference.repository, '/'), is_path_component)) {
    return wrong(fmt::format("{} is not a repository", quoted(reference.repository)));
  }
  if (reference.registry.size() + 1 + reference.repository.size() > longest_name) {
    return wrong(fmt::format("registry and repository have more than {} characters", longest_name));
  }
  return reference;
}

}  // namespace skillrun::inline v0
