# What nearly every file of a target includes, read once where SKILLRUN_PRECOMPILE asks for it. A main.cpp defines macros
# before it includes anything.
function(skillrun_precompile target)
  if(SKILLRUN_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <expected> <map> <memory> <optional> <string> <string_view> <vector> <fmt/format.h> <fmt/ranges.h>
      ${PROJECT_SOURCE_DIR}/include/skillrun/report.hpp ${ARGN})
    get_target_property(sources ${target} SOURCES)
    list(FILTER sources INCLUDE REGEX "main\\.cpp$")
    if(sources)
      set_source_files_properties(${sources} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endif()
endfunction()
