# EmbedLibrary.cmake: writes OUTPUT, the entries of a C++ table {name, text}, from the .nn files in FILES (separated
# by commas). Run at build time: cmake -DFILES=a.nn,b.nn -DOUTPUT=std.inc -P EmbedLibrary.cmake
string(REPLACE "," ";" FILES "${FILES}")
set(text "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} content)
  string(APPEND text "{\"nn/${name}\", R\"nn.text(${content})nn.text\"},\n")
endforeach()
file(WRITE ${OUTPUT} "${text}")
