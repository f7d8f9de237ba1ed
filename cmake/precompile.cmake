# What nearly every file of a target includes, read once where SKILLRUN_PRECOMPILE asks for it.
function(skillrun_precompile target)
  if(SKILLRUN_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <expected> <map> <memory> <optional> <string> <string_view> <vector> <fmt/format.h> <fmt/ranges.h>
      ${PROJECT_SOURCE_DIR}/include/skillrun/report.hpp ${ARGN})
  endif()
endfunction()
