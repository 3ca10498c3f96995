// SPDX-License-Identifier: MIT
#include <cstdint>
#include <poised/plugin.hpp>
#include <string>
#include <string_view>

// A sink: it is told what happens and does something with it. This one only counts.
namespace {

class Hello final : public poised::Plugin {
 public:
  using Plugin::Plugin;

 private:
  void on_start(const poised::Settings& settings) override {
    // A real plugin reads this object with a JSON library.
    log(poised::LogPriority::info, "settings " + std::string{settings.json});
    ready("counts what it is told");
  }

  void on_config_changed(const poised::Settings& settings) override {
    log(poised::LogPriority::info, "settings " + std::string{settings.json});
  }

  void on_event(std::string_view /*json*/) override { ++events_; }

  // How many, and nothing about them: a log is no place for what a person does.
  void on_stop() override {
    log(poised::LogPriority::info, "greeted " + std::to_string(events_) + " events");
  }

  std::uint64_t events_ = 0;
};

}  // namespace

POISED_DEFINE_PLUGIN(Hello, "hello", "Hello", "1.0.0", "sink");
