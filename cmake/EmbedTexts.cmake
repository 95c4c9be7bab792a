# EmbedTexts.cmake: texts inside a program.
#
#   nnc_embed_texts(target output PREFIX prefix FILES file...)
#
# Adds a target that writes `output` in the binary directory: the entries of a C++ table {prefix + file name, text}. Texts are
# cut into pieces, as a compiler need not take literals of more than 64 KB. The file is also the script that is run then.
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "," ";" FILES "${FILES}")
  set(table "")
  foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME)
    file(READ ${file} rest)
    set(pieces "")
    string(LENGTH "${rest}" length)
    while(length GREATER 0)
      string(SUBSTRING "${rest}" 0 8000 piece)
      string(APPEND pieces "R\"nnc.text(${piece})nnc.text\"\n")
      if(length GREATER 8000)
        string(SUBSTRING "${rest}" 8000 -1 rest)
      else()
        set(rest "")
      endif()
      string(LENGTH "${rest}" length)
    endwhile()
    string(APPEND table "{\"${PREFIX}${name}\", ${pieces}},\n")
  endforeach()
  file(WRITE ${OUTPUT} "${table}")
  return()
endif()

function(nnc_embed_texts target output)
  cmake_parse_arguments(ARG "" "PREFIX" "FILES" ${ARGN})
  list(JOIN ARG_FILES "," files)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DFILES=${files} -DPREFIX=${ARG_PREFIX} -DOUTPUT=${CMAKE_CURRENT_BINARY_DIR}/${output}
            -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
    DEPENDS ${ARG_FILES} ${CMAKE_CURRENT_FUNCTION_LIST_FILE} VERBATIM)
  add_custom_target(${target} DEPENDS ${output})
endfunction()
