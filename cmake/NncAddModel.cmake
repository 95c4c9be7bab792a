# NncAddModel.cmake: nnc_add_model() compiles a model while a project is built.
#
#   nnc_add_model(<target>
#     SOURCES <model.nn>            one file; what it uses is found through it
#     [TYPE SHARED]                 the kind of library
#     [TARGETS <cpu>...]            as --target: host (nnc's default), x86-64-v3, x86-64-v4
#     [DEFINES <name=value>...]     as -D: compile-time parameters of the model
#     [OPTIONS <option>...]         anything else nnc takes: -O3 --dtype=f64
#     [OUTPUT_DIRECTORY <dir>])     default: nnc/<target> in the current binary directory
#
# Makes <target>, a library to link: it brings the directory of the header, named as the source (sine.nn: sine.h),
# and it is compiled again when any file it was made from, or nnc, changes. Install it with
# install(IMPORTED_RUNTIME_ARTIFACTS <target>). Programs can ask <target> for its properties NNC_HEADER and
# IMPORTED_LOCATION.
include_guard()
cmake_policy(VERSION 3.20...3.31) # 3.20: DEPFILE for every generator

set(NNC_EXECUTABLE "" CACHE FILEPATH "The nnc that compiles models; empty: the one of the nnc package")

function(nnc_add_model target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "TYPE;OUTPUT_DIRECTORY" "SOURCES;TARGETS;DEFINES;OPTIONS")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "nnc_add_model(${target}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  list(LENGTH ARG_SOURCES source_count)
  if(NOT source_count EQUAL 1)
    message(FATAL_ERROR "nnc_add_model(${target}): expected one .nn file after SOURCES, found ${source_count}")
  endif()
  if(ARG_TYPE AND NOT ARG_TYPE STREQUAL "SHARED")
    message(FATAL_ERROR "nnc_add_model(${target}): nnc makes shared libraries; found TYPE ${ARG_TYPE}")
  endif()

  cmake_path(ABSOLUTE_PATH ARG_SOURCES BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE OUTPUT_VARIABLE source)
  cmake_path(GET source STEM LAST_ONLY stem)
  if(NOT ARG_OUTPUT_DIRECTORY)
    set(ARG_OUTPUT_DIRECTORY nnc/${target})
  endif()
  cmake_path(ABSOLUTE_PATH ARG_OUTPUT_DIRECTORY BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE
    OUTPUT_VARIABLE directory)
  file(MAKE_DIRECTORY ${directory}) # an include directory has to exist while CMake runs
  set(library ${directory}/${stem}.so)
  set(header ${directory}/${stem}.h)

  if(NNC_EXECUTABLE)
    set(nnc ${NNC_EXECUTABLE})
  else()
    set(nnc $<TARGET_FILE:nnc::nnc>)
  endif()
  set(options ${ARG_OPTIONS})
  if(ARG_TARGETS)
    list(JOIN ARG_TARGETS "," targets)
    list(APPEND options --target=${targets})
  endif()
  foreach(define IN LISTS ARG_DEFINES)
    list(APPEND options -D ${define})
  endforeach()

  add_custom_command(OUTPUT ${library} ${header}
    COMMAND ${nnc} ${source} -o ${library} ${options} -MD -MF ${library}.d
    DEPENDS ${source} ${nnc}
    DEPFILE ${library}.d
    COMMENT "Compiling model ${target}"
    VERBATIM)
  add_custom_target(${target}-compile DEPENDS ${library} ${header})

  add_library(${target} SHARED IMPORTED GLOBAL)
  add_dependencies(${target} ${target}-compile)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION ${library}
    IMPORTED_SONAME ${stem}.so
    INTERFACE_INCLUDE_DIRECTORIES ${directory}
    NNC_HEADER ${header})
endfunction()
