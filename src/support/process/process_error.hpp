#pragma once

#include <cstdint>
#include <string>

namespace skillrun::inline v0 {

/// Why a program was not started.
struct ProcessError {
  enum class Kind : std::uint8_t {
    unfit,              ///< a word that no program can be given
    not_found,          ///< there is no such program
    permission_denied,  ///< it is there, but not to be executed by this user
    system,             ///< the system has no descriptor, no memory, ...
  };
  Kind kind = Kind::system;
  std::string message;
};

}  // namespace skillrun::inline v0
