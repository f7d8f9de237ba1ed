# What nearly every file includes, read once per target where SKILLRUN_PRECOMPILE asks for it.
function(skillrun_precompile target)
  if(SKILLRUN_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <expected> <functional> <map> <memory> <optional> <string> <string_view> <vector>
      <fmt/format.h> <fmt/ranges.h> ${PROJECT_SOURCE_DIR}/include/skillrun/run.hpp
      ${PROJECT_SOURCE_DIR}/include/skillrun/report.hpp ${ARGN})
  endif()
endfunction()
