#include "spec/extra_args.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::vector<std::string> closest_flags(std::string_view name) {
  std::vector<std::string_view> names;
  for (const DockerRunFlag& flag : docker_run_flags()) names.push_back(flag.name);
  return closest(name, names);
}

/// Flags that podman 4.3 has and docker has not. Several read the host or change confinement, so that each is named.
constexpr std::array podman_flags = std::to_array<std::string_view>(
    {"arch",         "authfile",        "cgroup-conf", "cgroups",     "chrootdirs", "conmon-pidfile",
     "env-host",     "env-merge",       "gidmap",      "group-entry", "hostuser",   "health-on-failure",
     "http-proxy",   "image-volume",    "init-ctr",    "init-path",   "no-hosts",   "os",
     "passwd",       "passwd-entry",    "personality", "pidfile",     "pod",        "pod-id-file",
     "preserve-fds", "read-only-tmpfs", "replace",     "requires",    "rmi",        "rootfs",
     "sdnotify",     "seccomp-policy",  "secret",      "subgidname",  "subuidname", "systemd",
     "timeout",      "tls-verify",      "tz",          "uidmap",      "umask",      "unsetenv",
     "unsetenv-all", "variant"});

class WordReader {
 public:
  explicit WordReader(std::span<const WrittenText> words) : words_(words) {}

  ParsedWords read() {
    while (at_ < words_.size()) {
      const std::string_view word = words_[at_].value;
      if (word == "--") {
        inject("\"--\" would end docker's flags here, and the next word would replace the image");
      } else if (word.size() < 2 || word.front() != '-') {
        inject(fmt::format("the word '{}' is not a flag: docker would take it for the image", printable(word)));
      } else if (word.starts_with("-test.")) {
        unknown(word, word);  // pflag drops such words without a sign
      } else if (word.starts_with("--")) {
        long_flag(word.substr(2));
      } else {
        cluster(word.substr(1));
      }
      ++at_;
    }
    return std::move(result_);
  }

 private:
  void problem(std::string_view rule, std::string message, std::string remedy) {
    result_.problems.push_back({rule, std::move(message), std::move(remedy), at_});
  }

  void inject(std::string message) {
    problem("flag-injects-positional", std::move(message),
            "extra_args holds flags only; arguments of the program belong in command");
  }

  void unknown(std::string_view shown, std::string_view name) {
    if (std::ranges::find(podman_flags, name) != podman_flags.end()) {
      problem("podman-only-flag", fmt::format("only podman has the flag {}", printable(shown)),
              "remove it; what docker and podman do not have in common is not judged");
      return;
    }
    const auto near = closest_flags(name);
    problem("unknown-flag", fmt::format("docker run has no flag {}", printable(shown)),
            near.empty() ? "remove it" : fmt::format("did you mean --{}?", fmt::join(near, " or --")));
  }

  /// Takes the next word as the flag's value, whatever it looks like, as docker does.
  std::optional<std::string> next_word(std::string_view shown) {
    if (at_ + 1 >= words_.size()) {
      problem("flag-injects-positional",
              fmt::format("{} needs a value: docker would take the image for it", printable(shown)),
              fmt::format("write {}=VALUE", printable(shown)));
      return std::nullopt;
    }
    return words_[++at_].value;
  }

  void use(const DockerRunFlag& flag, std::string value) { result_.flags.push_back({&flag, std::move(value), at_}); }

  void long_flag(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const std::string shown = fmt::format("--{}", name);
    const DockerRunFlag* flag = find_docker_run_flag(name);
    if (flag == nullptr) return unknown(shown, name);
    if (equals != std::string_view::npos) return use(*flag, std::string(text.substr(equals + 1)));
    if (flag->arity == FlagArity::boolean) return use(*flag, "true");
    if (auto value = next_word(shown)) use(*flag, std::move(*value));
  }

  void cluster(std::string_view letters) {
    while (!letters.empty()) {
      const std::string shown = fmt::format("-{}", letters.front());
      const DockerRunFlag* flag = find_docker_run_flag(letters.front());
      if (flag == nullptr) {
        const bool alone = letters.size() == words_[at_].value.size() - 1;
        return unknown(alone ? std::string_view(words_[at_].value) : std::string_view(shown), letters);
      }
      const std::string_view rest = letters.substr(1);
      if (rest.size() > 1 && rest.front() == '=') return use(*flag, std::string(rest.substr(1)));
      if (flag->arity == FlagArity::boolean) {
        use(*flag, "true");
        letters = rest;
        continue;
      }
      if (!rest.empty()) return use(*flag, std::string(rest));
      if (auto value = next_word(shown)) use(*flag, std::move(*value));
      return;
    }
  }

  std::span<const WrittenText> words_;
  std::size_t at_ = 0;
  ParsedWords result_;
};

}  // namespace

ParsedWords parse_extra_args(std::span<const WrittenText> words) { return WordReader(words).read(); }

}  // namespace skillrun::inline v0
