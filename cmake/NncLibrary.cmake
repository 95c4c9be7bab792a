# NncLibrary.cmake: nnc_add_library(Name SOURCES a.cpp... [DEPENDS Nnc...] [LINK libs...] [TABLEGEN targets...])
# and nnc_add_program(name SOURCES main.cpp [LINK libs...])
#
# One static library per directory. Headers of MLIR are precompiled once, in NncPch, and shared by all.
# DEPENDS names other directories' libraries; tools/check-architecture.py holds the directions.
function(nnc_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK;TABLEGEN" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} ${ARG_LINK} NncPch)
  target_precompile_headers(${name} REUSE_FROM NncPch)
  if(ARG_TABLEGEN)
    add_dependencies(${name} ${ARG_TABLEGEN})
  endif()
endfunction()

# A program of C++ that links MLIR, in build/bin.
function(nnc_add_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} NncPch)
  # The precompiled headers are of libraries, -fPIC, and good only for code compiled alike; CMake would say -fPIE.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM NncPch)
endfunction()

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch/pch.cpp CONTENT "")
add_library(NncPch STATIC ${CMAKE_BINARY_DIR}/pch/pch.cpp)
target_link_libraries(NncPch PUBLIC MLIR LLVM)
target_precompile_headers(NncPch PRIVATE
  <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/BuiltinTypes.h> <mlir/IR/DialectImplementation.h>
  <mlir/IR/OpImplementation.h> <mlir/IR/PatternMatch.h> <mlir/Interfaces/InferTypeOpInterface.h>
  <mlir/Interfaces/SideEffectInterfaces.h> <mlir/Dialect/Func/IR/FuncOps.h> <mlir/Pass/PassManager.h>
  <llvm/ADT/StringMap.h> <llvm/Support/FormatVariadic.h> <llvm/Support/raw_ostream.h>)
