// SPDX-License-Identifier: MIT
#include "window/application.hpp"

#include <giomm/settingsschemasource.h>
#include <glibmm/main.h>
#include <gtkmm/settings.h>

#include <algorithm>

namespace poised::window {
namespace {

constexpr unsigned patience_ms = 2000;

bool has_exercises(const ctl::Json& guide) {
  return std::ranges::any_of(ctl::list(guide, "cues"), [](const ctl::Json& cue) {
    return !ctl::text(cue, "exercise").empty();
  });
}

}  // namespace

Application::Application() : Gtk::Application("org.poised.Window") {}

Glib::RefPtr<Application> Application::create() {
  return Glib::make_refptr_for_instance(new Application());
}

void Application::on_startup() {
  Gtk::Application::on_startup();
  follow_contrast();
  daemon_ = std::make_unique<DaemonLink>();
  const auto text = [](const Glib::VariantBase& value) {
    return Glib::VariantBase::cast_dynamic<Glib::Variant<Glib::ustring>>(value).get().raw();
  };
  add_action_with_parameter("show", Glib::Variant<Glib::ustring>::variant_type(),
                            [this, text](const Glib::VariantBase& page) {
                              window().show_page(text(page));
                              window().present();
                            });
  add_action_with_parameter("guide", Glib::Variant<Glib::ustring>::variant_type(),
                            [this, text](const Glib::VariantBase& what) { guide(text(what)); });
}

// GTK looks at it only when it starts; asked again for the theme, it takes what holds now.
void Application::follow_contrast() {
  constexpr const char* schema = "org.gnome.desktop.a11y.interface";
  const auto schemas = Gio::SettingsSchemaSource::get_default();
  if (!schemas || !schemas->lookup(schema, true)) return;
  contrast_ = Gio::Settings::create(schema);
  contrast_->signal_changed("high-contrast").connect([](const Glib::ustring&) {
    Gtk::Settings::get_default()->reset_property("gtk-theme-name");
  });
  // Changes are told only of what was read once.
  contrast_->get_boolean("high-contrast");
}

void Application::on_activate() {
  window().present();
}

// From a notification: nothing is opened for a break that has nothing to be led through, such as
// standing up.
void Application::guide(const std::string& what) {
  hold();
  const auto begun = std::make_shared<sigc::connection>();
  const auto open = [this, what, begun](const ctl::Json& guide) {
    begun->disconnect();
    if (!what.empty() || has_exercises(guide)) {
      window().guide(guide);
      window().present();
    }
    release();
  };
  const auto give_up = [this, begun](const std::string&) {
    begun->disconnect();
    release();
  };
  // The answer to the notification and this call come to the daemon in whatever order.
  const auto once_more = [this, what, begun, open, give_up](const std::string&) {
    *begun = daemon_->changed.connect([this, what, begun, open, give_up] {
      begun->disconnect();
      daemon_->ask("Guide", {DaemonLink::text(what), DaemonLink::text(daemon_->language())}, open,
                   give_up);
    });
    Glib::signal_timeout().connect_once(
        [begun, give_up] {
          if (begun->connected()) give_up({});
        },
        patience_ms);
  };
  daemon_->ask("Guide", {DaemonLink::text(what), DaemonLink::text(daemon_->language())}, open,
               once_more);
}

MainWindow& Application::window() {
  if (!window_) {
    window_ = std::make_unique<MainWindow>(*daemon_);
    add_window(*window_);
  }
  return *window_;
}

}  // namespace poised::window
