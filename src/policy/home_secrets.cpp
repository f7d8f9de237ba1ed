#include "policy/home_secrets.hpp"

#include <algorithm>
#include <span>

#include "policy/paths.hpp"

namespace skillrun {

namespace {

/// Relative to a home. Searched in every path, because a home can be anywhere and these names mean nothing else.
constexpr std::string_view secrets[] = {
    ".ssh",
    ".aws",
    ".azure",
    ".gnupg",
    ".kube",
    ".docker/config.json",
    ".docker/contexts",
    ".docker/machine",
    ".docker/trust",
    ".docker/cli-plugins",
    ".netrc",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    ".git-credentials",
    ".password-store",
    ".vault-token",
    ".terraform.d",
    ".terraformrc",
    ".mozilla",
    ".thunderbird",
    ".bash_history",
    ".zsh_history",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".m2/settings.xml",
    ".m2/settings-security.xml",
    ".gradle/gradle.properties",
    ".s3cfg",
    ".boto",
    ".oci",
    ".composer/auth.json",
    ".minikube",
    ".Xauthority",
    ".bitcoin",
    ".claude.json",
    ".psql_history",
    ".mysql_history",
    ".python_history",
    ".config/gcloud",
    ".config/composer/auth.json",
    ".config/sops",
    ".config/glab-cli",
    ".config/github-copilot",
    ".config/Signal",
    ".config/gh",
    ".config/git/credentials",
    ".config/hub",
    ".config/op",
    ".config/doctl",
    ".config/rclone",
    ".config/containers",
    ".config/google-chrome",
    ".config/chromium",
    ".config/BraveSoftware",
    ".config/systemd",
    ".config/autostart",
    ".local/share/keyrings",
    ".local/share/containers",
    ".local/share/docker",
    ".local/share/kwalletd",
    ".var/app",
    "Library/Keychains",
};

/// Likewise: what a shell, a desktop or a tool of the user reads as a program. To write there is to run on the host.
constexpr std::string_view programs[] = {
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".zlogout",
    ".oh-my-zsh",
    ".kshrc",
    ".cshrc",
    ".tcshrc",
    ".login",
    ".xinitrc",
    ".xprofile",
    ".xsession",
    ".xsessionrc",
    ".pam_environment",
    ".gitconfig",
    ".git/hooks",
    ".vimrc",
    ".vim",
    ".emacs",
    ".emacs.d",
    ".tmux.conf",
    ".screenrc",
    ".gdbinit",
    ".pythonrc",
    ".irbrc",
    ".direnvrc",
    ".envrc",
    ".asdf",
    ".nvm",
    ".pyenv",
    ".rbenv",
    ".cargo/bin",
    ".cargo/config",
    ".cargo/config.toml",
    ".cargo/env",
    ".npm-global",
    ".docker/cli-plugins",
    ".local/bin",
    ".local/share/applications",
    ".local/share/systemd",
    ".local/share/dbus-1",
    ".config/fish",
    ".config/git",
    ".config/nvim",
    ".config/environment.d",
    ".config/skillrun",
    ".config/direnv",
    ".config/plasma-workspace",
};

constexpr bool may_hold_secret(std::string_view path) noexcept {
  return path.find("/.") != std::string_view::npos || path.find("/Library") != std::string_view::npos;
}

static_assert(std::ranges::all_of(secrets, [](std::string_view secret) {
  return secret.starts_with('.') || secret.starts_with("Library/");
}));
static_assert(std::ranges::all_of(programs, [](std::string_view program) { return program.starts_with('.'); }));

/// Folders whose entries are homes, and homes themselves.
constexpr std::string_view homes[] = {"/home/*", "/Users/*", "/var/home/*", "/export/home/*"};

std::optional<std::string_view> find_among(std::span<const std::string_view> known, std::string_view path) noexcept {
  for (const std::string_view name : known) {
    if (has_sequence(path, name) || ends_inside_sequence(path, name)) return name;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> find_home_secret(std::string_view path) noexcept {
  if (!may_hold_secret(path)) return std::nullopt;  // most paths: the list need not be walked
  return find_among(secrets, path);
}

std::optional<std::string_view> find_home_program(std::string_view path) noexcept {
  if (path.find("/.") == std::string_view::npos) return std::nullopt;
  return find_among(programs, path);
}

bool is_whole_home(std::string_view path) noexcept {
  if (path == "/") return false;
  return path == "/root" || std::ranges::any_of(homes, [&](std::string_view pattern) {
           if (matches_above(path, pattern)) return true;
           return matches_within(path, pattern) && std::ranges::count(path, '/') == std::ranges::count(pattern, '/');
         });
}

}  // namespace skillrun
