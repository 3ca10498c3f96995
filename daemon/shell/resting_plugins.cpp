// SPDX-License-Identifier: MIT
#include "shell/resting_plugins.hpp"

namespace poised::shell {
namespace {

constexpr const char* the_bus = "org.freedesktop.DBus";

}  // namespace

void RestingPlugins::use(Bus* bus) {
  for (auto& [id, rest] : rests_) rest.watches.clear();
  driver_.reset();
  bus_ = bus;
  if (bus_ == nullptr) return;
  driver_ = sdbus::createProxy(bus_->connection(), ServiceName{the_bus},
                               sdbus::ObjectPath{"/org/freedesktop/DBus"});
  for (auto& [id, rest] : rests_) watch(id, rest);
}

void RestingPlugins::on_message(const std::string& id, const plugin::Message& message) {
  if (message.kind != POISED_RESTING) return;
  const auto& name = std::get<plugin::Resting>(message.payload).bus_name;
  if (name.empty()) return;
  auto& rest = rests_[id];
  rest.bus_name = name;
  if (bus_ != nullptr) watch(id, rest);
}

void RestingPlugins::on_state(const plugin::PluginStatus& status) {
  if (status.state != plugin::PluginState::on_demand) rests_.erase(status.id);
}

void RestingPlugins::watch(const std::string& id, Rest& rest) {
  rest.watches.clear();
  rest.watches.push_back(
      add_match(bus_->connection(),
                "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                "member='NameOwnerChanged',arg0='" +
                    rest.bus_name + "'",
                [this, id](auto& message) {
                  std::string name, before, after;
                  message >> name >> before >> after;
                  if (!after.empty()) supervisor_.wake(id);
                }));
  // It may have been taken since the plugin looked.
  driver_->callMethodAsync("NameHasOwner")
      .onInterface(the_bus)
      .withArguments(rest.bus_name)
      .uponReplyInvoke([this, id, name = rest.bus_name](CallError error, bool owned) {
        const auto found = rests_.find(id);
        if (!error && owned && found != rests_.end() && found->second.bus_name == name)
          supervisor_.wake(id);
      });
  bus_->pump();
}

}  // namespace poised::shell
