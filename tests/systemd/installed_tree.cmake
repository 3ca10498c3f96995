# SPDX-License-Identifier: MIT
# cmake -D SOURCE=… -D LAUNCHER=… -P installed_tree.cmake: builds what is installed. A development build would look for
# its plugins in its own tree.
execute_process(COMMAND ${CMAKE_COMMAND} --preset installed
  -DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
  WORKING_DIRECTORY ${SOURCE} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${SOURCE}/build/installed COMMAND_ERROR_IS_FATAL ANY)
