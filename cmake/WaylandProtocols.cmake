# SPDX-License-Identifier: MIT
# poised_wayland_protocol(NAME XML): the library wayland_protocol_NAME, made by wayland-scanner, with NAME-client.h and
# NAME-server.h.
find_program(WAYLAND_SCANNER wayland-scanner REQUIRED)
find_path(POISED_PLASMA_PROTOCOLS idle.xml PATH_SUFFIXES share/plasma-wayland-protocols REQUIRED
  DOC "Protocols of KDE: the package plasma-wayland-protocols")

function(poised_wayland_protocol name xml)
  set(dir ${PROJECT_BINARY_DIR}/generated/wayland)
  file(MAKE_DIRECTORY ${dir})
  foreach(made "client-header -client.h" "server-header -server.h" "private-code .c")
    separate_arguments(made)
    list(GET made 0 mode)
    list(GET made 1 suffix)
    add_custom_command(OUTPUT ${dir}/${name}${suffix}
      COMMAND ${WAYLAND_SCANNER} --strict ${mode} ${xml} ${dir}/${name}${suffix}
      DEPENDS ${xml} VERBATIM)
  endforeach()
  add_library(wayland_protocol_${name} STATIC ${dir}/${name}.c ${dir}/${name}-client.h ${dir}/${name}-server.h)
  # Generated code is not held to the project's warnings.
  target_include_directories(wayland_protocol_${name} SYSTEM PUBLIC ${dir})
  target_compile_options(wayland_protocol_${name} PRIVATE -w)
  set_target_properties(wayland_protocol_${name} PROPERTIES C_VISIBILITY_PRESET hidden)
endfunction()
