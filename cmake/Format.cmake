# Format.cmake: `ninja nnc-format` formats all C and C++ of the tree in place, with the version everybody uses.
find_program(NNC_CLANG_FORMAT clang-format-19)
if(NNC_CLANG_FORMAT)
  add_custom_target(nnc-format
    COMMAND find runtime ir frontend passes codegen tools test examples
            ( -name *.c -o -name *.h -o -name *.cpp ) -exec ${NNC_CLANG_FORMAT} -i {} +
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} VERBATIM COMMENT "Formatting")
endif()
