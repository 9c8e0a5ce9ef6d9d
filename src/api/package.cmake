# What is installed, and the Debian package of it: the command with its manual page, and for CMake's find_package(lwptrace)
# a function, and a library with the headers that it needs. Included by the top CMakeLists.txt.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# One archive of the rooms that src/api stands on; lwptraceConfig.cmake finds what it is linked with.
set(objects)
foreach(room tables recording analysis render golden api)
  list(APPEND objects $<TARGET_OBJECTS:lwptrace_${room}>)
endforeach()
add_library(lwptrace_library STATIC ${objects})
set_target_properties(lwptrace_library PROPERTIES OUTPUT_NAME lwptrace EXPORT_NAME lwptrace LINKER_LANGUAGE CXX)
target_compile_features(lwptrace_library INTERFACE cxx_std_20)
target_link_libraries(lwptrace_library INTERFACE fmt::fmt simdjson::simdjson PkgConfig::zstd PkgConfig::seccomp)
set_target_properties(lwptrace PROPERTIES EXPORT_NAME command)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/lwptrace)
install(TARGETS lwptrace lwptrace_library EXPORT lwptraceTargets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(header event ids matchers names recorded_trace result trace)
  install(FILES include/lwptrace/${header}.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lwptrace)
endforeach()
install(EXPORT lwptraceTargets NAMESPACE lwptrace:: DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/lwptraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES src/api/lwptraceConfig.cmake ${CMAKE_BINARY_DIR}/lwptraceConfigVersion.cmake DESTINATION ${package})
install(FILES docs/lwptrace.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "The maintainers of lwptrace <lwptrace@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "shows how each thread and process of a program is born, lives and ends")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "lwptrace runs a program, or attaches to one, and tells of every thread and
process that the kernel makes for it: who made it and how, what they share, its
signals, its end and who waited for it. It compares runs with golden files, as a
command, a line in CMake and a C++ library for GoogleTest.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
    "cmake, libgmock-dev, libfmt-dev, libsimdjson-dev, libzstd-dev, libseccomp-dev, pkgconf")
include(CPack)
