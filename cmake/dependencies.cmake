# Every third-party library, by the name that Debian's packages give it. Which layer may include which is written in
# docs/architecture.md and held by tests/unit/architecture.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
# JSON is linked, so that no symbol of it is one of ours. Beast, Asio and Process are header-only, and what is made of
# them is hidden.
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_path(DTL_INCLUDE_DIR dtl/dtl.hpp REQUIRED)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(libssl REQUIRED IMPORTED_TARGET libssl)
pkg_check_modules(libcrypto REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(libutf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
