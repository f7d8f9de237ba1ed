#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// Control characters that scripts and filters may hold: they span lines.
inline constexpr std::string_view line_characters = "\n\r\t";

/// Takes the texts of a spec.
class TextSink {
 public:
  TextSink() = default;
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;
  virtual ~TextSink() = default;
  /// `may_hold`: the control characters that have a meaning in this text.
  virtual void take(std::string_view text, std::string_view may_hold, const Origin& origin) = 0;
};

/// Changes the texts of a spec that is to be shown. Pairs and variables are whole, because the name says what the value
/// is.
class TextRewriter {
 public:
  TextRewriter() = default;
  TextRewriter(const TextRewriter&) = delete;
  TextRewriter& operator=(const TextRewriter&) = delete;
  virtual ~TextRewriter() = default;
  virtual void take(std::string& text, std::string_view may_hold, const Origin& origin) = 0;
  virtual void pair(KeyValue& entry, const Origin& origin) = 0;
  virtual void variable(EnvironmentEntry& entry, const Origin& origin) = 0;
};

// Gives a TextSink or TextRewriter each text of a value that an engine would get. `may_hold` is what the setting says
// of its texts. A type without one does not compile as a setting, so that no text is left out.

/// A value that is only looked at, or changed.
template <class Value, class Type>
concept Maybe = std::same_as<std::remove_const_t<Value>, Type>;

template <class... Texts>
void give_all(std::string_view may_hold, const Origin& origin, auto& sink, Texts&... texts) {
  (sink.take(texts, may_hold, origin), ...);
}

template <Maybe<std::vector<std::string>> Texts>
void give_each(Texts& texts, std::string_view may_hold, const Origin& origin, auto& sink) {
  for (auto& text : texts) sink.take(text, may_hold, origin);
}

template <Maybe<std::vector<KeyValue>> Entries>
void give_each(Entries& entries, std::string_view may_hold, const Origin& origin, auto& sink) {
  for (auto& entry : entries) give_texts(entry, may_hold, origin, sink);
}

template <Maybe<std::string> Value, class Sink>
void give_texts(Value& value, std::string_view may_hold, const Origin& origin, Sink& sink) {
  sink.take(value, may_hold, origin);
}

template <Maybe<ImageReference> Value, class Sink>
void give_texts(Value& image, std::string_view may_hold, const Origin& origin, Sink& sink) {
  give_all(may_hold, origin, sink, image.registry, image.repository, image.tag, image.digest, image.id);
}

template <Maybe<BuildRecipe> Value, class Sink>
void give_texts(Value& recipe, std::string_view may_hold, const Origin& origin, Sink& sink) {
  if (recipe.packages) {
    sink.take(recipe.packages->suite, may_hold, origin);
    give_each(recipe.packages->include, may_hold, origin, sink);
  }
  if (!recipe.context) return;
  give_all(may_hold, origin, sink, recipe.context->context, recipe.context->dockerfile, recipe.context->target);
  for (auto& argument : recipe.context->args) {
    if constexpr (requires { sink.pair(argument.value, argument.origin); }) {
      sink.pair(argument.value, argument.origin);
    } else {
      sink.take(argument.value.key, may_hold, argument.origin);
      sink.take(argument.value.value, line_characters, argument.origin);
    }
  }
}

template <Maybe<UserSpec> Value, class Sink>
void give_texts(Value& user, std::string_view may_hold, const Origin& origin, Sink& sink) {
  give_all(may_hold, origin, sink, user.user, user.group);
}

template <Maybe<KeyValue> Value, class Sink>
void give_texts(Value& entry, std::string_view may_hold, const Origin& origin, Sink& sink) {
  if constexpr (requires { sink.pair(entry, origin); }) {
    sink.pair(entry, origin);
  } else {
    sink.take(entry.key, may_hold, origin);
    sink.take(entry.value, "\t", origin);
  }
}

/// What the caller's own variable or option holds may span lines, such as a certificate.
template <Maybe<EnvironmentEntry> Value, class Sink>
void give_texts(Value& entry, std::string_view may_hold, const Origin& origin, Sink& sink) {
  if constexpr (requires { sink.variable(entry, origin); }) {
    sink.variable(entry, origin);
    return;
  }
  sink.take(entry.name, may_hold, origin);
  const bool caller = entry.from_caller || origin.kind == OriginKind::command_line;
  if (entry.value) sink.take(*entry.value, caller ? line_characters : "\t", origin);
}

template <Maybe<NetworkMode> Value, class Sink>
void give_texts(Value& network, std::string_view may_hold, const Origin& origin, Sink& sink) {
  sink.take(network.name, may_hold, origin);
}

template <Maybe<NamespaceSetting> Value, class Sink>
void give_texts(Value& setting, std::string_view may_hold, const Origin& origin, Sink& sink) {
  sink.take(setting.name, may_hold, origin);
}

template <Maybe<RestartPolicy> Value, class Sink>
void give_texts(Value& policy, std::string_view may_hold, const Origin& origin, Sink& sink) {
  sink.take(policy.name, may_hold, origin);
}

template <Maybe<Healthcheck> Value, class Sink>
void give_texts(Value& check, std::string_view /*may_hold*/, const Origin& origin, Sink& sink) {
  sink.take(check.command, line_characters, origin);
}

template <Maybe<GpuRequest> Value, class Sink>
void give_texts(Value& gpus, std::string_view may_hold, const Origin& origin, Sink& sink) {
  sink.take(gpus.driver, may_hold, origin);
  give_each(gpus.device_ids, may_hold, origin, sink);
  give_each(gpus.capabilities, may_hold, origin, sink);
  give_each(gpus.options, may_hold, origin, sink);
}

template <Maybe<Mount> Value, class Sink>
void give_texts(Value& mount, std::string_view may_hold, const Origin& origin, Sink& sink) {
  give_all(may_hold, origin, sink, mount.source, mount.target, mount.subpath, mount.tmpfs_options, mount.driver);
  give_each(mount.driver_options, may_hold, origin, sink);
  give_each(mount.labels, may_hold, origin, sink);
}

template <Maybe<Device> Value, class Sink>
void give_texts(Value& device, std::string_view may_hold, const Origin& origin, Sink& sink) {
  give_all(may_hold, origin, sink, device.host, device.container, device.permissions);
}

template <Maybe<DeviceRate> Value, class Sink>
void give_texts(Value& rate, std::string_view may_hold, const Origin& origin, Sink& sink) {
  sink.take(rate.path, may_hold, origin);
}

template <Maybe<PortMapping> Value, class Sink>
void give_texts(Value& port, std::string_view may_hold, const Origin& origin, Sink& sink) {
  give_all(may_hold, origin, sink, port.host_ip, port.protocol);
}

template <Maybe<ExtraHost> Value, class Sink>
void give_texts(Value& host, std::string_view may_hold, const Origin& origin, Sink& sink) {
  give_all(may_hold, origin, sink, host.host, host.address);
}

template <Maybe<Link> Value, class Sink>
void give_texts(Value& link, std::string_view may_hold, const Origin& origin, Sink& sink) {
  give_all(may_hold, origin, sink, link.container, link.alias);
}

template <Maybe<Ulimit> Value, class Sink>
void give_texts(Value& limit, std::string_view may_hold, const Origin& origin, Sink& sink) {
  sink.take(limit.name, may_hold, origin);
}

/// Numbers, words of an enumeration and times hold none.
template <class T>
concept Textless = std::is_arithmetic_v<T> || std::is_enum_v<T> || requires { typename T::period; };

template <class T>
inline constexpr bool is_setting = false;
template <class T>
inline constexpr bool is_setting<Setting<T>> = true;

/// A setting, one that may be absent, or a list of them.
template <class Declared, class Sink>
void give_setting(Declared& declared, std::string_view may_hold, Sink& sink) {
  if constexpr (is_setting<std::remove_const_t<Declared>>) {
    if constexpr (!Textless<std::remove_cvref_t<decltype(declared.value)>>) {
      give_texts(declared.value, may_hold, declared.origin, sink);
    }
  } else if constexpr (requires { declared.has_value(); }) {
    if (declared) give_setting(*declared, may_hold, sink);
  } else {
    for (auto& setting : declared) give_setting(setting, may_hold, sink);
  }
}

}  // namespace skillrun::inline v0
