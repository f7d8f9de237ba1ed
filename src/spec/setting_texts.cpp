#include "spec/setting_texts.hpp"

#include <initializer_list>
#include <vector>

namespace skillrun::inline v0 {

namespace {

void give_all(std::initializer_list<const std::string*> texts, std::string_view may_hold, const Origin& origin,
              TextSink& sink) {
  for (const std::string* text : texts) sink.take(*text, may_hold, origin);
}

void give_all(const std::vector<std::string>& texts, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  for (const std::string& text : texts) sink.take(text, may_hold, origin);
}

void give_all(const std::vector<KeyValue>& entries, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  for (const KeyValue& entry : entries) give_texts(entry, may_hold, origin, sink);
}

}  // namespace

void give_texts(const std::string& value, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(value, may_hold, origin);
}

void give_texts(const ImageReference& image, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  give_all({&image.registry, &image.repository, &image.tag, &image.digest, &image.id}, may_hold, origin, sink);
}

void give_texts(const BuildRecipe& recipe, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  if (recipe.packages) {
    sink.take(recipe.packages->suite, may_hold, origin);
    give_all(recipe.packages->include, may_hold, origin, sink);
  }
  if (!recipe.context) return;
  give_all({&recipe.context->context, &recipe.context->dockerfile, &recipe.context->target}, may_hold, origin, sink);
  for (const Setting<KeyValue>& argument : recipe.context->args) {
    sink.take(argument.value.key, may_hold, argument.origin);
    sink.take(argument.value.value, line_characters, argument.origin);
  }
}

void give_texts(const UserSpec& user, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  give_all({&user.user, &user.group}, may_hold, origin, sink);
}

void give_texts(const KeyValue& entry, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(entry.key, may_hold, origin);
  sink.take(entry.value, "\t", origin);
}

/// What the caller's own variable or option holds may span lines, such as a certificate.
void give_texts(const EnvironmentEntry& entry, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(entry.name, may_hold, origin);
  const bool caller = entry.from_caller || origin.kind == OriginKind::command_line;
  if (entry.value) sink.take(*entry.value, caller ? line_characters : "\t", origin);
}

void give_texts(const NetworkMode& network, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(network.name, may_hold, origin);
}

void give_texts(const NamespaceSetting& setting, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(setting.name, may_hold, origin);
}

void give_texts(const RestartPolicy& policy, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(policy.name, may_hold, origin);
}

void give_texts(const Healthcheck& check, std::string_view /*may_hold*/, const Origin& origin, TextSink& sink) {
  sink.take(check.command, line_characters, origin);
}

void give_texts(const GpuRequest& gpus, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(gpus.driver, may_hold, origin);
  give_all(gpus.device_ids, may_hold, origin, sink);
  give_all(gpus.capabilities, may_hold, origin, sink);
  give_all(gpus.options, may_hold, origin, sink);
}

void give_texts(const Mount& mount, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  give_all({&mount.source, &mount.target, &mount.subpath, &mount.tmpfs_options, &mount.driver}, may_hold, origin, sink);
  give_all(mount.driver_options, may_hold, origin, sink);
  give_all(mount.labels, may_hold, origin, sink);
}

void give_texts(const Device& device, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  give_all({&device.host, &device.container, &device.permissions}, may_hold, origin, sink);
}

void give_texts(const DeviceRate& rate, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(rate.path, may_hold, origin);
}

void give_texts(const PortMapping& port, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  give_all({&port.host_ip, &port.protocol}, may_hold, origin, sink);
}

void give_texts(const ExtraHost& host, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  give_all({&host.host, &host.address}, may_hold, origin, sink);
}

void give_texts(const Link& link, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  give_all({&link.container, &link.alias}, may_hold, origin, sink);
}

void give_texts(const Ulimit& limit, std::string_view may_hold, const Origin& origin, TextSink& sink) {
  sink.take(limit.name, may_hold, origin);
}

}  // namespace skillrun::inline v0
