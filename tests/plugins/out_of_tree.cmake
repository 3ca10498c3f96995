# SPDX-License-Identifier: MIT
# The template as its reader would use it: copied elsewhere, built against an installed tree, inspected.
#   installer  the script that installs headers and CMake package
#   template   plugins/template
#   work       a directory of this test's own
#   poised     the daemon's program
set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${status}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} -D CMAKE_INSTALL_PREFIX=${prefix} -P ${installer})
file(COPY ${template}/ DESTINATION ${work}/hello)
run(${CMAKE_COMMAND} -G Ninja -S ${work}/hello -B ${work}/build -D CMAKE_PREFIX_PATH=${prefix}
  -D "CMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror")
run(${CMAKE_COMMAND} --build ${work}/build)
run(${poised} --inspect-plugin ${work}/build/hello.so)
foreach(line "id +hello" "version +1.0.0" "capabilities +sink" "setting greeting: string")
  if(NOT output MATCHES "${line}")
    message(FATAL_ERROR "--inspect-plugin does not say \"${line}\":\n${output}")
  endif()
endforeach()
