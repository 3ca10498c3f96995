# SPDX-License-Identifier: MIT
# Puts the keys into the page: cmake -D IN=… -D OUT=… -D KEYS=… -D VERSION=… -P keys.cmake
file(READ ${KEYS} KEYS)
set(PROJECT_VERSION ${VERSION})
configure_file(${IN} ${OUT} @ONLY)
