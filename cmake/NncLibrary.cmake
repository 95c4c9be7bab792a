# NncLibrary.cmake: nnc_add_library(Name SOURCES a.cpp... [DEPENDS Nnc...] [LINK libs...] [TABLEGEN targets...])
#
# One static library per directory. Headers of MLIR are precompiled once, in NncPch, and shared by all.
# DEPENDS names other directories' libraries; test/architecture checks that includes agree with it.
function(nnc_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK;TABLEGEN" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} ${ARG_LINK})
  if(ARG_TABLEGEN)
    add_dependencies(${name} ${ARG_TABLEGEN})
  endif()
  if(NOT name STREQUAL "NncPch")
    target_precompile_headers(${name} REUSE_FROM NncPch)
    target_link_libraries(${name} PUBLIC NncPch)
  endif()
endfunction()

file(WRITE ${CMAKE_BINARY_DIR}/pch/pch.cpp "")
add_library(NncPch STATIC ${CMAKE_BINARY_DIR}/pch/pch.cpp)
target_link_libraries(NncPch PUBLIC MLIR LLVM)
target_precompile_headers(NncPch PUBLIC
  <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/BuiltinTypes.h> <mlir/IR/DialectImplementation.h>
  <mlir/IR/OpImplementation.h> <mlir/IR/PatternMatch.h> <mlir/Interfaces/InferTypeOpInterface.h>
  <mlir/Interfaces/SideEffectInterfaces.h> <mlir/Dialect/Func/IR/FuncOps.h> <mlir/Pass/PassManager.h>
  <llvm/ADT/StringMap.h> <llvm/Support/FormatVariadic.h> <llvm/Support/raw_ostream.h>)
