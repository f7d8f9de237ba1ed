// What runs, as whom, and in what surroundings.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/native/bundle/bundle_rows.hpp"
#include "engine/native/bundle/oci_config.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

constexpr std::size_t short_id = 12;

/// What is executed: an entrypoint of the spec takes the image's command away, and an empty one the image's entrypoint
/// too (merge of daemon/commit.go in moby).
void write_args(const Spec& spec, ConfigWriter& config) {
  const ImageInfo& image = config.context().image;
  std::vector<std::string> args;
  if (!spec.entrypoint) {
    args = image.entrypoint;
  } else if (!spec.entrypoint->value.empty()) {
    args.push_back(spec.entrypoint->value);
  }
  if (spec.command.empty() && !spec.entrypoint) args.insert(args.end(), image.command.begin(), image.command.end());
  for (const auto& word : spec.command) args.push_back(word.value);
  if (args.empty() || args.front().empty()) {
    return config.refuse("no command specified: neither the skill nor its image says what to run; set command");
  }
  config.process()["args"] = json::array(args.begin(), args.end());
}

/// Variables in order; a later value of a name takes the place of the earlier one.
class Environment {
 public:
  void set(std::string_view name, std::string_view value) {
    const auto known = std::ranges::find(variables_, name, &Variable::first);
    if (known != variables_.end()) {
      known->second = value;
    } else {
      variables_.emplace_back(name, value);
    }
  }
  void remove(std::string_view name) {
    std::erase_if(variables_, [&](const Variable& variable) { return variable.first == name; });
  }
  [[nodiscard]] bool has_value(std::string_view name) const {
    const auto known = std::ranges::find(variables_, name, &Variable::first);
    return known != variables_.end() && !known->second.empty();
  }
  [[nodiscard]] json::array list() const {
    json::array list;
    for (const auto& [name, value] : variables_) list.emplace_back(fmt::format("{}={}", name, value));
    return list;
  }

 private:
  using Variable = std::pair<std::string, std::string>;
  std::vector<Variable> variables_;
};

/// Docker's own variables, the image's, the skill's and those of the run, each over those before. A name without a
/// value takes the variable away. HOME comes from the image's accounts, which is what OCI runtimes do where it is
/// missing.
void write_environment(const Spec& spec, ConfigWriter& config) {
  const BundleContext& context = config.context();
  Environment environment;
  environment.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  environment.set("HOSTNAME", container_name(spec, context.id, context.host_name));
  if (context.tty) environment.set("TERM", "xterm");
  for (const std::string& entry : context.image.env) {
    const std::string_view text = entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      environment.remove(text);
    } else {
      environment.set(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  for (const auto& entry : spec.env) {
    if (entry.value.value) {
      environment.set(entry.value.name, *entry.value.value);
    } else {
      environment.remove(entry.value.name);
    }
  }
  for (const auto& [name, value] : context.environment) environment.set(name, value);
  if (!environment.has_value("HOME")) environment.set("HOME", context.who.home.empty() ? "/" : context.who.home);
  config.process()["env"] = environment.list();
}

void write_working_folder(const Spec& spec, ConfigWriter& config) {
  const std::string& of_image = config.context().image.working_dir;
  const std::string folder = spec.working_dir ? spec.working_dir->value : of_image.empty() ? "/" : of_image;
  if (!folder.starts_with('/')) {
    return config.refuse(fmt::format("the working directory '{}' is invalid: it needs to be an absolute path", folder));
  }
  config.process()["cwd"] = folder;
}

/// What `user` and `group_add` mean in this image was resolved before: BundleContext::who.
void write_user(const Spec& /*spec*/, ConfigWriter& config) {
  const ImageIdentity& who = config.context().who;
  config.process()["user"] = json::object{
      {"uid", who.uid}, {"gid", who.gid}, {"additionalGids", json::array(who.groups.begin(), who.groups.end())}};
}

void write_host_name(const Spec& spec, ConfigWriter& config) {
  if (!shares_name(spec))
    config.top()["hostname"] = container_name(spec, config.context().id, config.context().host_name);
}

template <auto pointer>
void machine_name_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  const auto& setting = spec.*pointer;
  if (setting && shares_name(spec)) {
    gaps.differs(setting->origin, "it would change the name of the machine, whose UTS namespace the container shares");
  }
}

/// The specification had no domain name before 1.1: engines set the parameter that it is.
void write_domain_name(const Spec& spec, ConfigWriter& config) {
  if (spec.domainname) config.set_sysctl("kernel.domainname", spec.domainname->value);
}

/// In the machine's process namespace an init could not be the first process; docker leaves it out too.
void write_init(const Spec& spec, ConfigWriter& config) {
  if (!is_on(spec.init) || shares_processes(spec)) return;
  const std::string& program = config.context().init_program;
  if (program.empty()) return config.refuse("there is no init program: install tini, or set init to false");
  config.add_mount(
      {{"destination", init_target}, {"type", "bind"}, {"source", program}, {"options", json::array{"bind", "ro"}}});
  const auto* const command = config.process()["args"].if_array();
  if (command == nullptr) return;  // refused already
  json::array args{init_target, "--"};
  args.insert(args.end(), command->begin(), command->end());
  config.process()["args"] = std::move(args);
}

void init_program_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (is_on(spec.init) && !can.init_program) {
    gaps.lacks(spec.init->origin, "there is no init program: install tini, or set init to false");
  }
}

constexpr BundleRow process_rows[] = {
    outside("name", "the engine's record of the container has it"),
    outside("image", "the root file system is made of it"),
    outside("platform", "the image is chosen by it"),
    outside("build", "the image is made by it"),
    {.setting = "entrypoint", .write = write_args},
    outside("command", "written with the entrypoint"),
    {.setting = "env", .write = write_environment},
    outside("labels", "the engine's record of the container has them; docker tells no runtime of them"),
    {.setting = "working_dir", .write = write_working_folder},
    {.setting = "user", .write = write_user},
    outside("group_add", "written with the user"),
    {.setting = "hostname", .write = write_host_name, .gaps = machine_name_gaps<&Spec::hostname>},
    {.setting = "domainname", .write = write_domain_name, .gaps = machine_name_gaps<&Spec::domainname>},
    {.setting = "init", .write = write_init, .gaps = init_program_gaps},
    outside("stop_signal", "the engine sends it"),
    outside("stop_timeout", "the engine waits that long"),
};

}  // namespace

std::string container_name(const ContainerSpec& spec, std::string_view id, std::string_view machine) {
  if (spec.hostname) return spec.hostname->value;
  return std::string(shares_network(spec) ? machine : id.substr(0, short_id));
}

std::span<const BundleRow> process_bundle_rows() { return process_rows; }

}  // namespace skillrun::inline v0
