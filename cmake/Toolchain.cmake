# Toolchain.cmake: the packages nnc is built on, at the versions it was tested with.

# The project's own Python environment (tools/setup.sh makes it): Halide, lit, and the Python of the tests.
set(NNC_ENV ${CMAKE_SOURCE_DIR}/build/env CACHE PATH "Python environment made from tools/requirements.txt")
file(GLOB halide_dirs ${NNC_ENV}/lib/python3*/site-packages/halide)
set(CMAKE_PREFIX_PATH ${CMAKE_PREFIX_PATH} ${halide_dirs})
set_property(GLOBAL PROPERTY FIND_LIBRARY_USE_LIB64_PATHS ON) # the wheel uses lib64, which Debian's CMake skips
cmake_path(GET CMAKE_MAKE_PROGRAM PARENT_PATH make_dir) # `ninja` is of that environment, wherever it was made
find_program(NNC_LIT lit HINTS ${NNC_ENV}/bin ${make_dir} REQUIRED)
find_program(NNC_PYTHON python3 HINTS ${NNC_ENV}/bin ${make_dir} REQUIRED)
find_program(NNC_NINJA ninja HINTS ${NNC_ENV}/bin ${make_dir} REQUIRED)

find_package(LLVM 19.1 REQUIRED CONFIG PATHS /usr/lib/llvm-19/lib/cmake/llvm)
find_package(MLIR 19.1 REQUIRED CONFIG PATHS /usr/lib/llvm-19/lib/cmake/mlir)
find_package(Halide 21.0 REQUIRED CONFIG COMPONENTS shared)

list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND ${LLVM_DEFINITIONS})
add_compile_definitions(${LLVM_DEFINITIONS_LIST})

add_compile_options(-Wall -Wextra $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti> $<$<COMPILE_LANGUAGE:CXX>:-Wno-unused-parameter>
)
