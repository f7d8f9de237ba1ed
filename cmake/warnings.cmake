# The warnings of this project's own code; link it PRIVATE.
add_library(skillrun_warnings INTERFACE)
target_compile_options(skillrun_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wcast-align -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough
  $<$<BOOL:${SKILLRUN_WERROR}>:-Werror>)
