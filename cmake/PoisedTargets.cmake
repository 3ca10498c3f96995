# SPDX-License-Identifier: MIT
# What every target of the project is compiled with, and the directories that are compiled in.

add_library(poised_options INTERFACE)
target_compile_options(poised_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
  -Wno-missing-field-initializers
  # g++ 12 takes the unused part of a std::variant or std::optional for uninitialised or dangling.
  -Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-unknown-warning-option
  $<$<BOOL:${POISED_WERROR}>:-Werror>)
# A daemon sleeps: what it costs is the memory that its code takes. Targets with POISED_FAST are for speed instead.
option(POISED_SMALL "Compile for size what does not run often" ON)
if(POISED_SMALL)
  target_compile_options(poised_options INTERFACE
    $<IF:$<BOOL:$<TARGET_PROPERTY:POISED_FAST>>,-O2,-Os> -ffunction-sections -fdata-sections)
  target_link_options(poised_options INTERFACE -Wl,--gc-sections)
endif()
target_include_directories(poised_options INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/daemon ${PROJECT_BINARY_DIR}/generated)

# Where an installed daemon looks. A development build looks into its own trees instead.
set(POISED_PLUGIN_DIR ${CMAKE_INSTALL_FULL_LIBDIR}/poised/plugins)
set(POISED_MANIFEST_DIR ${CMAKE_INSTALL_FULL_DATADIR}/poised/plugins.d)
set(POISED_DATA_DIR ${CMAKE_INSTALL_FULL_DATADIR}/poised)
set(POISED_LIBEXEC_DIR ${CMAKE_INSTALL_FULL_LIBEXECDIR}/poised)
set(POISED_LOCALE_DIR ${CMAKE_INSTALL_FULL_LOCALEDIR})
if(POISED_DEVELOPMENT)
  set(POISED_LOCALE_DIR ${PROJECT_BINARY_DIR}/locale)
  set(POISED_LIBEXEC_DIR ${PROJECT_BINARY_DIR}/bin)
  set(POISED_PLUGIN_DIR ${PROJECT_BINARY_DIR}/plugins.out)
  set(POISED_MANIFEST_DIR ${PROJECT_BINARY_DIR}/plugins.out)
  set(POISED_DATA_DIR ${PROJECT_SOURCE_DIR}/config)
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/build_config.hpp.in ${PROJECT_BINARY_DIR}/generated/build_config.hpp @ONLY)

# A layer of the daemon: a static library with the project's options. poised_layer(NAME SOURCES… LINK…)
function(poised_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC poised_options ${arg_LINK})
endfunction()

# A plugin of this tree: <id>.so beside its manifest <id>.plugin. poised_plugin(ID SOURCES… LINK…)
function(poised_plugin id)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(plugin_${id} MODULE ${arg_SOURCES})
  target_link_libraries(plugin_${id} PRIVATE poised_options ${arg_LINK})
  target_link_options(plugin_${id} PRIVATE -Wl,-z,defs)
  set_target_properties(plugin_${id} PROPERTIES
    PREFIX "" OUTPUT_NAME ${id} CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/plugins.out)
  configure_file(${CMAKE_CURRENT_SOURCE_DIR}/${id}.plugin ${PROJECT_BINARY_DIR}/plugins.out/${id}.plugin COPYONLY)
endfunction()

# As poised_plugin, and installed.
function(poised_installed_plugin id)
  poised_plugin(${id} ${ARGN})
  install(TARGETS plugin_${id} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/poised/plugins)
  install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/${id}.plugin DESTINATION ${CMAKE_INSTALL_DATADIR}/poised/plugins.d)
endfunction()

# A test program: every test in it is registered with ctest by its own name.
# SERIAL: beside no other test.
# poised_test(NAME [SERIAL] SOURCES… LINK… [LABELS…] [TIMEOUT seconds])
function(poised_test name)
  cmake_parse_arguments(arg "SERIAL" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE poised_options ${arg_LINK} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 XML_OUTPUT_DIR ${PROJECT_BINARY_DIR}/tests/results/${name}
    PROPERTIES TIMEOUT ${arg_TIMEOUT} RUN_SERIAL ${arg_SERIAL})
  # Of several labels, gtest_discover_tests would keep the first.
  if(arg_LABELS)
    set(labels ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake)
    file(WRITE ${labels}
      "if(${name}_TESTS)\n  set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${arg_LABELS}\")\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${labels})
  endif()
endfunction()

# Whether the tests that only root can run are registered; otherwise `dev test` says what was not run.
execute_process(COMMAND id -u OUTPUT_VARIABLE poised_uid OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND unshare --mount --cgroup --pid --time --fork true
  RESULT_VARIABLE poised_cannot_unshare OUTPUT_QUIET ERROR_QUIET)
if(poised_uid EQUAL 0 AND poised_cannot_unshare EQUAL 0)
  set(POISED_ROOT_TESTS ON)
else()
  set(POISED_ROOT_TESTS OFF)
endif()

# As poised_test, for tests that need root.
function(poised_root_test name)
  if(POISED_ROOT_TESTS)
    poised_test(${name} ${ARGN} LABELS root)
  else()
    file(APPEND ${PROJECT_BINARY_DIR}/needs-root.txt "${name}\n")
  endif()
endfunction()
