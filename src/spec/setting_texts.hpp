#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

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

// Gives each text of a value that an engine would get. `may_hold` is what the setting says of its texts. A type without
// one does not compile as a setting, so that no text is left out.

void give_texts(const std::string& value, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const ImageReference& image, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const BuildRecipe& recipe, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const UserSpec& user, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const KeyValue& entry, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const EnvironmentEntry& entry, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const NetworkMode& network, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const NamespaceSetting& setting, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const RestartPolicy& policy, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const Healthcheck& check, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const GpuRequest& gpus, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const Mount& mount, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const Device& device, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const DeviceRate& rate, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const PortMapping& port, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const ExtraHost& host, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const Link& link, std::string_view may_hold, const Origin& origin, TextSink& sink);
void give_texts(const Ulimit& limit, std::string_view may_hold, const Origin& origin, TextSink& sink);

/// Numbers, words of an enumeration and times hold none.
template <class T>
concept Textless = std::is_arithmetic_v<T> || std::is_enum_v<T> || requires { typename T::period; };

template <class T>
void give_setting(const Setting<T>& setting, std::string_view may_hold, TextSink& sink) {
  if constexpr (!Textless<T>) give_texts(setting.value, may_hold, setting.origin, sink);
}

template <class T>
void give_setting(const OptionalSetting<T>& setting, std::string_view may_hold, TextSink& sink) {
  if (setting) give_setting(*setting, may_hold, sink);
}

template <class T>
void give_setting(const SettingList<T>& settings, std::string_view may_hold, TextSink& sink) {
  for (const Setting<T>& setting : settings) give_setting(setting, may_hold, sink);
}

}  // namespace skillrun::inline v0
