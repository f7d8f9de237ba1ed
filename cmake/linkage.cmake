# What the programs of the build tree are linked with (docs/decisions/0018-a-program-that-starts-fast.md). Installed
# libraries name the shared ones: whoever links them decides.

# skillrun_uses(TARGET LIBRARY...): links the libraries, or what stands in for them.
function(skillrun_uses target)
  foreach(library IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER "skillrun_static_${library}" stand_in)
    if(TARGET ${stand_in})
      target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${stand_in}> $<INSTALL_INTERFACE:${library}>)
    else()
      target_link_libraries(${target} PRIVATE ${library})
    endif()
  endforeach()
endfunction()

set(skillrun_program_link_options)
if(NOT SKILLRUN_STATIC)
  return()
endif()

# skillrun_stand_in(LIBRARY ARCHIVE|SOURCE FILE): compiled against like the library, linked as an archive of the system
# or as a source of src/linkage. Such objects come before every archive on the command line of the linker, so that no
# archive defines what one of them does.
function(skillrun_stand_in library kind file)
  string(MAKE_C_IDENTIFIER "skillrun_static_${library}" name)
  add_library(${name}_headers INTERFACE)
  foreach(property IN ITEMS INTERFACE_COMPILE_DEFINITIONS INTERFACE_COMPILE_OPTIONS INTERFACE_SYSTEM_INCLUDE_DIRECTORIES)
    set_property(TARGET ${name}_headers PROPERTY ${property} $<TARGET_PROPERTY:${library},${property}>)
  endforeach()
  add_library(${name} INTERFACE)
  target_link_libraries(${name} INTERFACE ${name}_headers)
  if(kind STREQUAL ARCHIVE)
    find_library(${name}_archive ${file} NO_CACHE)
    if(NOT ${name}_archive)
      message(FATAL_ERROR "${file} is not there, which SKILLRUN_STATIC needs: install it, or configure with -DSKILLRUN_STATIC=OFF")
    endif()
    target_link_libraries(${name} INTERFACE ${${name}_archive})
  else()
    add_library(${name}_objects OBJECT ${CMAKE_CURRENT_SOURCE_DIR}/linkage/${file})
    target_link_libraries(${name}_objects PRIVATE ${name}_headers)
    target_include_directories(${name}_objects PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_compile_features(${name}_objects PRIVATE cxx_std_23)
    set_target_properties(${name}_objects PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
      CXX_VISIBILITY_PRESET hidden)
    target_link_libraries(${name} INTERFACE $<TARGET_OBJECTS:${name}_objects> ${CMAKE_DL_LIBS})
  endif()
endfunction()

skillrun_stand_in(fmt::fmt SOURCE fmt.cpp)
skillrun_stand_in(spdlog::spdlog SOURCE spdlog.cpp)
skillrun_stand_in(PkgConfig::tomlplusplus SOURCE tomlplusplus.cpp)
skillrun_stand_in(yaml-cpp ARCHIVE libyaml-cpp.a)
skillrun_stand_in(PkgConfig::re2 ARCHIVE libre2.a)
skillrun_stand_in(PkgConfig::libutf8proc ARCHIVE libutf8proc.a)
skillrun_stand_in(Boost::json ARCHIVE libboost_json.a)
skillrun_stand_in(PkgConfig::libcrypto ARCHIVE libcrypto.a)  # digests and base64, which need little of it
skillrun_stand_in(PkgConfig::libarchive SOURCE libarchive.cpp)
skillrun_stand_in(PkgConfig::libssl SOURCE libssl.cpp)
set(skillrun_program_link_options -static-libstdc++ -static-libgcc)
