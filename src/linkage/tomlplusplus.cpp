// What libtomlplusplus.so holds, from the library's own headers: Debian has no archive of it.
#define TOML_IMPLEMENTATION 1
#include <toml++/toml.h>
