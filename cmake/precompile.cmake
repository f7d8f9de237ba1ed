# What nearly every file of a target includes, read once where SKILLRUN_PRECOMPILE asks for it.
function(skillrun_precompile target)
  if(SKILLRUN_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <expected> <map> <memory> <optional> <string> <string_view> <vector> <fmt/format.h> <fmt/ranges.h>
      ${PROJECT_SOURCE_DIR}/include/skillrun/report.hpp ${ARGN})
    # Otherwise clang takes a header that comes from ccache for older than its own text.
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endfunction()
