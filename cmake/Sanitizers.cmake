# Sanitizers.cmake: -DNNC_SANITIZE=address,undefined (or thread) builds everything of nnc under them.
set(NNC_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: address, undefined, thread; empty for none")
if(NNC_SANITIZE)
  add_compile_options(-fsanitize=${NNC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NNC_SANITIZE})
endif()
