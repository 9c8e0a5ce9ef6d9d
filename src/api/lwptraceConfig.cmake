# What find_package(lwptrace) gives: the command lwptrace::command, the function lwptrace_add_golden_test, and for C++
# the library lwptrace::lwptrace. docs/testing-with-lwptrace.md shows them in use.

# What the library is linked with. A project that only has golden tests needs none of it, and one that links the library
# is told by CMake what is missing.
find_package(fmt QUIET)
find_package(simdjson QUIET)
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(zstd QUIET IMPORTED_TARGET libzstd)
  pkg_check_modules(seccomp QUIET IMPORTED_TARGET libseccomp)
endif()

include("${CMAKE_CURRENT_LIST_DIR}/lwptraceTargets.cmake")
# trace_command runs the lwptrace that came with its header.
set_property(TARGET lwptrace::lwptrace APPEND PROPERTY
             INTERFACE_COMPILE_DEFINITIONS "LWPTRACE_EXECUTABLE=\"$<TARGET_FILE:lwptrace::command>\"")

# lwptrace_add_golden_test(NAME name COMMAND program [arg…] GOLDEN file [WORKING_DIRECTORY folder])
# A ctest that passes if the program does what the golden file says (lwptrace check). `program` is a target that was
# added before, or a file; `file` is relative to the source folder. The folder is CMAKE_CURRENT_BINARY_DIR unless told
# otherwise: a program in it is ./program to the golden file.
function(lwptrace_add_golden_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;GOLDEN;WORKING_DIRECTORY" "COMMAND")
  foreach(word NAME COMMAND GOLDEN)
    if(NOT DEFINED ARG_${word})
      message(FATAL_ERROR "lwptrace_add_golden_test: ${word} is missing; it takes NAME, COMMAND and GOLDEN")
    endif()
  endforeach()
  if(DEFINED ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "lwptrace_add_golden_test(${ARG_NAME}): what is ${ARG_UNPARSED_ARGUMENTS}?")
  endif()
  list(POP_FRONT ARG_COMMAND program)
  if(TARGET ${program})
    set(program $<TARGET_FILE:${program}>)
  endif()
  cmake_path(ABSOLUTE_PATH ARG_GOLDEN BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  add_test(NAME "${ARG_NAME}" WORKING_DIRECTORY "${ARG_WORKING_DIRECTORY}"
           COMMAND lwptrace::command check ${ARG_GOLDEN} -- ${program} ${ARG_COMMAND})
endfunction()
