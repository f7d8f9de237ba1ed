# What `cmake --install` puts where: the libraries with their headers and package files, the program, and what the
# program reads and its users read.
include(CMakePackageConfigHelpers)

foreach(component IN ITEMS policy runtime)
  install(TARGETS skillrun_${component} EXPORT skillrun-${component}-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT skillrun-${component}-targets NAMESPACE skillrun::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/skillrun)
  # prefix is relative to the .pc file, so that an installation can be moved or staged with DESTDIR.
  file(RELATIVE_PATH prefix_from_pkgconfig /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/skillrun-${component}.pc.in
    ${PROJECT_BINARY_DIR}/skillrun-${component}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/skillrun-${component}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# The shared library, of those builds that make one.
if(NOT SKILLRUN_BUILD_FUZZ)
  install(TARGETS skillrun_shared EXPORT skillrun-shared-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT skillrun-shared-targets NAMESPACE skillrun:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/skillrun)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/skillrun.pc.in ${PROJECT_BINARY_DIR}/skillrun.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/skillrun.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/skillrun-config.cmake.in
  ${PROJECT_BINARY_DIR}/skillrun-config.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/skillrun
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/skillrun-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/skillrun-config.cmake ${PROJECT_BINARY_DIR}/skillrun-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/skillrun)

install(TARGETS skillrun RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS skillrun-keeper RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/skillrun)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/manifests ${PROJECT_SOURCE_DIR}/policies ${PROJECT_SOURCE_DIR}/schemas
  DESTINATION ${CMAKE_INSTALL_DATADIR}/skillrun)
install(FILES ${PROJECT_SOURCE_DIR}/ci/gitlab.yml DESTINATION ${CMAKE_INSTALL_DATADIR}/skillrun/ci)
install(FILES ${PROJECT_SOURCE_DIR}/completions/skillrun.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME skillrun)
install(FILES ${PROJECT_SOURCE_DIR}/completions/skillrun.zsh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _skillrun)
install(FILES ${PROJECT_SOURCE_DIR}/completions/skillrun.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${PROJECT_SOURCE_DIR}/man/skillrun.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/SECURITY.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
