// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "window/daemon_link.hpp"
#include "window/page.hpp"
#include "window/widgets.hpp"

namespace poised::window {

/// What is said beside the exercises, by its id; empty if there is nothing of that id.
std::string guidance(const ctl::Json& catalogue, const std::string& id);

/// The warning signs, by what is to be done about them.
class SignList : public Gtk::Box {
 public:
  SignList() : Gtk::Box(Gtk::Orientation::VERTICAL, 4) {}

  /// With `report`, each sign has a button that calls it. Once is enough.
  void fill(const ctl::Json& catalogue, const std::function<void(const std::string&)>& report = {});

 private:
  bool filled_ = false;
};

/// Something feels wrong: what it means, and how it goes on (E8).
class SignsPage : public Page {
 public:
  explicit SignsPage(DaemonLink& daemon);
  void refresh() override;

 private:
  void show(const ctl::Json& programme);

  DaemonLink& daemon_;
  Gtk::Box* stopped_;
  Gtk::Label* what_to_do_;
  Gtk::Box* ask_;
  SignList* signs_;
};

}  // namespace poised::window
