# Install.cmake: `cmake --install build --prefix P` makes P usable without the build tree.
#
#   bin/{nnc,nnc-opt,nnc-run}      the programs; the standard library and the runtime are inside nnc
#   lib/nnc/libHalide.so           Halide comes from the Python environment of the build, which users do not have;
#                                  157 MiB, nearly all of what is installed
#   include/nnc.h                  the interface that all compiled models share
#   lib/cmake/nnc/                 find_package(nnc): nnc::nnc, nnc::nnc-run, nnc::headers, nnc_add_model()
#
# LLVM and MLIR are Debian's shared libraries and stay packages of the system; libMLIR is found in LLVM's directory.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(nnc_private_libdir ${CMAKE_INSTALL_LIBDIR}/nnc)
set(nnc_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nnc)
file(RELATIVE_PATH bin_to_private ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_PREFIX}/${nnc_private_libdir})

add_library(nnc-headers INTERFACE)
set_target_properties(nnc-headers PROPERTIES EXPORT_NAME headers)
target_include_directories(nnc-headers INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(FILES runtime/nnc.h TYPE INCLUDE)

set_target_properties(nnc nnc-opt PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_private};${LLVM_LIBRARY_DIR}")
install(TARGETS nnc nnc-opt nnc-run nnc-headers EXPORT nncTargets)
install(IMPORTED_RUNTIME_ARTIFACTS Halide::Halide LIBRARY DESTINATION ${nnc_private_libdir})

install(EXPORT nncTargets NAMESPACE nnc:: DESTINATION ${nnc_package_dir})
configure_package_config_file(cmake/nncConfig.cmake.in ${CMAKE_BINARY_DIR}/nncConfig.cmake
  INSTALL_DESTINATION ${nnc_package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change nnc.h's layout.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/nncConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/nncConfig.cmake ${CMAKE_BINARY_DIR}/nncConfigVersion.cmake
  ${CMAKE_SOURCE_DIR}/cmake/NncAddModel.cmake DESTINATION ${nnc_package_dir})
