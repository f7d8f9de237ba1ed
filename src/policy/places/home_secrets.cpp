#include "policy/places/home_secrets.hpp"

#include <algorithm>
#include <span>

#include "policy/places/paths.hpp"

namespace skillrun::inline v0 {

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
constexpr std::string_view homes[] = {"/home/*", "/Users/*", "/var/home/*", "/usr/home/*", "/export/home/*"};

constexpr std::string_view harmless[] = {
    ".fonts",         ".local/share/fonts", ".local/share/icons", ".local/share/themes", ".icons",
    ".themes",        ".cache/pip",         ".cache/uv",          ".cache/go-build",     ".cache/yarn",
    ".cache/pnpm",    ".cache/torch",       ".cache/whisper",     ".cache/fontconfig",   ".cargo/registry",
    ".m2/repository", ".gradle/caches",     ".npm/_cacache",      ".nuget/packages",
};

/// Of folders. A project can have a .npmrc or a .docker of its own; these it cannot.
constexpr std::string_view home_marks[] = {
    ".ssh",       ".aws",    ".gnupg",           ".kube",           ".azure",
    ".netrc",     ".pgpass", ".git-credentials", ".password-store", ".vault-token",
    ".Xauthority"};

constexpr std::string_view key_names[] = {"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"};
constexpr std::string_view key_endings[] = {".p12", ".pfx", ".kdbx", ".jks", ".keystore", ".ppk"};
constexpr std::string_view text_endings[] = {".pem", ".key"};

template <class Known>
bool is_among(std::string_view name, const Known& known) noexcept {
  return std::ranges::find(known, name) != std::end(known);
}

template <class Endings>
bool ends_with_any(std::string_view name, const Endings& endings) noexcept {
  return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

std::string_view below_home(std::string_view path, std::string_view home) noexcept {
  return is_within(path, home) && path.size() > home.size() ? path.substr(home.size() + 1) : std::string_view();
}

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

std::string_view dot_entry(std::string_view path, std::string_view home) noexcept {
  const std::string_view below = below_home(path, home);
  return below.starts_with('.') ? below.substr(0, below.find('/')) : std::string_view();
}

bool is_harmless_dot_entry(std::string_view path, std::string_view home) noexcept {
  const std::string_view below = below_home(path, home);
  return std::ranges::any_of(harmless, [&](std::string_view known) { return is_within(below, known); });
}

std::string_view usual_home(std::string_view path) noexcept {
  if (is_within(path, "/root")) return path.substr(0, 5);
  for (const std::string_view pattern : homes) {
    if (!matches_within(path, pattern)) continue;
    std::size_t end = 0;
    for (auto parts = std::ranges::count(pattern, '/'); parts > 0; --parts) end = path.find('/', end + 1);
    return path.substr(0, end);
  }
  return {};
}

bool is_key_name(std::string_view name) noexcept {
  return is_among(name, key_names) || ends_with_any(name, key_endings);
}

bool may_be_key(std::string_view name) noexcept { return ends_with_any(name, text_endings); }

bool marks_home(std::string_view name) noexcept { return is_among(name, home_marks); }

bool is_whole_home(std::string_view path) noexcept {
  if (path == "/") return false;
  return path == "/root" || std::ranges::any_of(homes, [&](std::string_view pattern) {
           if (matches_above(path, pattern)) return true;
           return matches_within(path, pattern) && std::ranges::count(path, '/') == std::ranges::count(pattern, '/');
         });
}

}  // namespace skillrun::inline v0
