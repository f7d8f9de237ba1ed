# What is made at configure time: the version header, the rule table, the built-in policies as text, and
# what the HTML report of lint looks like and does.
configure_file(${PROJECT_SOURCE_DIR}/cmake/version.hpp.in ${PROJECT_BINARY_DIR}/include/skillrun/version.hpp @ONLY)

# The rule table. src/policy/rules/host_network.cpp defines `std::span<const Rule> host_network_rules()`; a static
# library would drop a self-registering global, a generated table cannot be forgotten.
file(GLOB rule_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/policy/rules/*.cpp)
list(SORT rule_files)
set(SKILLRUN_RULE_DECLARATIONS)
set(SKILLRUN_RULE_ENTRIES)
foreach(file IN LISTS rule_files)
  get_filename_component(stem ${file} NAME_WE)
  string(APPEND SKILLRUN_RULE_DECLARATIONS "std::span<const Rule> ${stem}_rules();\n")
  string(APPEND SKILLRUN_RULE_ENTRIES "    rules::${stem}_rules,\n")
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/rule_table.cpp.in ${PROJECT_BINARY_DIR}/generated/rule_table.cpp @ONLY)

# The built-in policies.
file(GLOB policy_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/policies/*.yaml)
list(SORT policy_files)
set(SKILLRUN_POLICY_ENTRIES)
foreach(file IN LISTS policy_files)
  get_filename_component(stem ${file} NAME_WE)
  file(READ ${file} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  string(APPEND SKILLRUN_POLICY_ENTRIES "    {\"${stem}\", R\"skillrun(${text})skillrun\"},\n")
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/builtin_policies.cpp.in ${PROJECT_BINARY_DIR}/generated/builtin_policies.cpp @ONLY)

# The table of commands. src/cli/commands/gc.cpp defines `Command gc_command()`.
file(GLOB command_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/cli/commands/*.cpp)
list(SORT command_files)
set(SKILLRUN_COMMAND_DECLARATIONS)
set(SKILLRUN_COMMAND_ENTRIES)
foreach(file IN LISTS command_files)
  get_filename_component(stem ${file} NAME_WE)
  string(APPEND SKILLRUN_COMMAND_DECLARATIONS "Command ${stem}_command();\n")
  string(APPEND SKILLRUN_COMMAND_ENTRIES "      ${stem}_command,\n")
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/command_table.cpp.in ${PROJECT_BINARY_DIR}/generated/command_table.cpp @ONLY)

# The scripts of the shells.
file(GLOB completion_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/completions/skillrun.*)
list(SORT completion_files)
set(SKILLRUN_COMPLETION_ENTRIES)
foreach(file IN LISTS completion_files)
  get_filename_component(shell ${file} LAST_EXT)
  string(SUBSTRING ${shell} 1 -1 shell)
  file(READ ${file} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  string(APPEND SKILLRUN_COMPLETION_ENTRIES "    {\"${shell}\", R\"skillrun(${text})skillrun\"},\n")
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/completion_scripts.cpp.in ${PROJECT_BINARY_DIR}/generated/completion_scripts.cpp @ONLY)

# The style and the script of the HTML report.
foreach(kind IN ITEMS css js)
  set(file ${PROJECT_SOURCE_DIR}/src/report/html/lint.${kind})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  string(TOUPPER ${kind} upper)
  file(READ ${file} SKILLRUN_LINT_${upper})
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/lint_page_assets.cpp.in ${PROJECT_BINARY_DIR}/generated/lint_page_assets.cpp @ONLY)

set(skillrun_generated_policy_sources
  ${PROJECT_BINARY_DIR}/generated/rule_table.cpp ${PROJECT_BINARY_DIR}/generated/builtin_policies.cpp
  ${PROJECT_BINARY_DIR}/generated/lint_page_assets.cpp)
