// SPDX-License-Identifier: MIT
#include "window/application.hpp"

namespace poised::window {

Application::Application() : Gtk::Application("org.poised.Window") {}

Glib::RefPtr<Application> Application::create() {
  return Glib::make_refptr_for_instance(new Application());
}

void Application::on_startup() {
  Gtk::Application::on_startup();
  daemon_ = std::make_unique<DaemonLink>();
  const auto text = [](const Glib::VariantBase& value) {
    return Glib::VariantBase::cast_dynamic<Glib::Variant<Glib::ustring>>(value).get().raw();
  };
  add_action_with_parameter("show", Glib::Variant<Glib::ustring>::variant_type(),
                            [this, text](const Glib::VariantBase& page) {
                              window().show_page(text(page));
                              window().present();
                            });
}

void Application::on_activate() {
  window().present();
}

MainWindow& Application::window() {
  if (!window_) {
    window_ = std::make_unique<MainWindow>(*daemon_);
    add_window(*window_);
  }
  return *window_;
}

}  // namespace poised::window
