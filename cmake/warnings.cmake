# The warnings of this project's own code; link it PRIVATE. -Wrestrict is off: with optimisation g++ 12 sees overlaps in
# std::string's own operator+ that can not be (GCC bug 105651).
add_library(skillrun_warnings INTERFACE)
target_compile_options(skillrun_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wno-restrict -Woverloaded-virtual -Wcast-align -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough
  $<$<BOOL:${SKILLRUN_WERROR}>:-Werror>
  # A view of what is gone ends the build, which clang sees by SKILLRUN_VIEWED (see src/support/lifetime.hpp).
  $<$<CXX_COMPILER_ID:Clang>:-Werror=dangling> $<$<CXX_COMPILER_ID:Clang>:-Werror=return-stack-address>)
