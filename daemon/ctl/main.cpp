// SPDX-License-Identifier: MIT
#include "ctl/program.hpp"

int main(int argc, char** argv) {
  return poised::ctl::run(argc, argv);
}
