# The warnings of this project's own code; link it PRIVATE. Left out:
# - with optimisation g++ 12 sees overlaps in std::string's own operator+ that cannot be (GCC bug 105651, -Wrestrict)
#   and null pointers inside of std::vector; without, it looks for neither;
# - clang blames std::stable_sort of libstdc++ 12 for what it calls;
# - among sources that are compiled together, a local name may be that of a neighbour's function.
add_library(skillrun_warnings INTERFACE)
target_compile_options(skillrun_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wcast-align -Wformat=2 -Wimplicit-fallthrough
  $<$<BOOL:${SKILLRUN_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  "$<$<CXX_COMPILER_ID:Clang>:-Wnull-dereference;-Wno-deprecated-declarations>"
  $<$<BOOL:${SKILLRUN_UNITY}>:-Wno-shadow>
  # A view of what is gone ends the build, which clang sees by SKILLRUN_VIEWED (see src/support/lifetime.hpp).
  $<$<CXX_COMPILER_ID:Clang>:-Werror=dangling> $<$<CXX_COMPILER_ID:Clang>:-Werror=return-stack-address>)
