// SPDX-License-Identifier: MIT
#include <gtkmm/application.h>

#include <cstdio>

#include "language/language.hpp"
#include "window/application.hpp"

int main(int argc, char** argv) {
  poised::use_language(poised::session_language());
  try {
    return poised::window::Application::create()->run(argc, argv);
  } catch (const Glib::Error& error) {
    std::fprintf(stderr, "poised-window: session bus: %s\n", error.what());
    return 1;
  }
}
