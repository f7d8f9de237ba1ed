#pragma once

#include "spec/settings.hpp"

namespace skillrun {

// Flags that docker's client keeps to itself, or that have no meaning for a skill. Each is accepted where it says what
// holds anyway and refused otherwise, so that none is ignored.

/// --env-file, --label-file and --cidfile: skillrun reads and writes no file on a manifest's word.
void refuse_file(SpecBuilder& builder, const std::string& value, const Origin& origin);
/// --cpu-count and the like, which Linux engines do not know.
void refuse_windows(SpecBuilder& builder, const std::string& value, const Origin& origin);
void refuse_kernel_memory(SpecBuilder& builder, const std::string& value, const Origin& origin);
void refuse_detach_keys(SpecBuilder& builder, const std::string& value, const Origin& origin);
void refuse_help(SpecBuilder& builder, const std::string& value, const Origin& origin);
/// --use-api-socket binds the engine's socket and copies the caller's credentials with no path in the text.
void check_api_socket(SpecBuilder& builder, const std::string& value, const Origin& origin);
void check_attach(SpecBuilder& builder, const std::string& value, const Origin& origin);
void check_signal_proxy(SpecBuilder& builder, const std::string& value, const Origin& origin);
void check_content_trust(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// --user: docker reads "host" as a user's name; only the typed key gives it the caller's meaning.
void set_user_flag(SpecBuilder& builder, const std::string& value, const Origin& origin);
/// --tty is true or false; only the typed key knows "auto".
void set_tty_flag(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// The streams that --attach named: naming one output stream alone would leave the other out.
class AttachedStreams {
 public:
  void add(const std::string& value, const Origin& origin);
  void check(SpecBuilder& builder) const;

 private:
  std::optional<Origin> first_;
  bool output_ = false;
  bool error_ = false;
};

}  // namespace skillrun
