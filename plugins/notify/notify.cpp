// SPDX-License-Identifier: MIT
#include <glib-unix.h>
#include <libnotify/notify.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <poised/plugin.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "language/language.hpp"
#include "popup.hpp"
#include "server.hpp"
#include "sound/cues.hpp"
#include "wording.hpp"

// Prompts as desktop notifications. One notification for each prompt id, replaced in place. A
// prompt that cannot be shown yet is kept until a server comes.
namespace notify {
namespace {

using namespace std::chrono_literals;
using poised::Answer;
using poised::PromptState;

// Reasons of NotificationClosed.
constexpr int dismissed_by_person = 2;

// How long a clicked notification waits to become that of the running break.
constexpr auto start_grace = 2s;
// A server that hangs may come back without anybody saying so.
constexpr auto ask_again_after = 30s;

class Notify final : public poised::Plugin {
 public:
  explicit Notify(const poised_host& host)
      : Plugin(host), ask_again_(*this, [this] { show_waiting(); }) {}

  ~Notify() override { close_all(); }

  int run(const poised::Loop& loop) {
    struct Running {
      const poised::Loop& loop;
      GMainLoop* main;
    } running{loop, g_main_loop_new(nullptr, FALSE)};
    const auto ready = +[](gint, GIOCondition, gpointer data) noexcept -> gboolean {
      auto* self = static_cast<Running*>(data);
      if (self->loop.dispatch()) return G_SOURCE_CONTINUE;
      g_main_loop_quit(self->main);
      return G_SOURCE_REMOVE;
    };
    g_unix_fd_add(loop.fd(), static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR), ready,
                  &running);
    g_main_loop_run(running.main);
    g_main_loop_unref(running.main);
    return 0;
  }

 private:
  struct Entry {
    Kept prompt;
    bool banner = true;
    bool waiting = true;   ///< to be shown as soon as a server answers
    bool started = false;  ///< the person chose to start: the daemon says next what becomes of it
    bool hidden = false;   ///< the person closed it while the break runs
    std::unique_ptr<Popup> popup;
    std::unique_ptr<poised::Timer> timer;
  };

  // ---------------------------------------------------------------- messages

  void on_start(const poised::Settings& /*settings*/) override {
    // The daemon, whose environment this is, has settled which.
    poised::use_language(poised::session_language());
    notify_init("Poised");
    server_ = std::make_unique<Server>(Server::Events{
        [this] { guarded([this] { ready(std::string{"libnotify on the session bus"}); }); },
        [this](const Capabilities& server) { guarded([&] { show_on(server); }); },
        [this](const std::string& reason) { guarded([&] { cannot_show(reason); }); },
        [this] { guarded([this] { show_waiting(); }); },
        [this] { guarded([this] { server_gone(); }); },
        [this](const std::string& reason) { guarded([&] { failed(reason); }); }});
  }

  void on_config_changed(const poised::Settings& /*settings*/) override {}

  void on_stop() override { close_all(); }

  void on_prompt(const poised::Prompt& prompt) override {
    Entry& entry = entries_[prompt.id];
    entry.hidden = false;
    take(entry, prompt, true);
  }

  void on_update_prompt(const poised::Prompt& prompt) override {
    // What nobody has seen yet keeps its banner.
    const auto known = entries_.find(prompt.id);
    const bool unseen = known != entries_.end() && known->second.waiting && !known->second.popup;
    const bool banner = unseen && known->second.banner;
    Entry& entry = entries_[prompt.id];
    if (entry.hidden && prompt.state == PromptState::running) {
      entry.prompt = Kept{prompt};
      return;
    }
    entry.hidden = false;
    take(entry, prompt, banner);
  }

  void on_withdraw_prompt(std::uint64_t id) override {
    entries_.erase(id);
    rest_if_done();
  }

  void take(Entry& entry, const poised::Prompt& prompt, bool banner) {
    entry.prompt = Kept{prompt};
    entry.banner = banner;
    entry.waiting = true;
    entry.started = false;
    entry.timer.reset();
    show_waiting();
  }

  // ---------------------------------------------------------------- showing

  void show_waiting() {
    for (const auto& [id, entry] : entries_)
      if (entry.waiting) return server_->ask();
  }

  void show_on(const Capabilities& server) {
    capabilities_ = server;
    ask_again_.disarm();
    for (auto& [id, entry] : entries_)
      if (entry.waiting && !show(id, entry)) return;
    if (std::exchange(degraded_, false)) degraded("");
  }

  void cannot_show(const std::string& reason) {
    if (!std::exchange(degraded_, true)) degraded(reason);
    ask_again_.arm(now() + ask_again_after);
    drop_news();
  }

  /// Notes and farewells that nobody can see now are no news later.
  void drop_news() {
    std::vector<std::uint64_t> stale;
    for (const auto& [id, entry] : entries_)
      if (entry.waiting &&
          (entry.prompt.state == PromptState::finished || entry.prompt.state == PromptState::note))
        stale.push_back(id);
    for (const std::uint64_t id : stale) {
      end(id);
      prompt_closed(id);
    }
  }

  bool show(std::uint64_t id, Entry& entry) {
    if (!entry.popup)
      entry.popup = std::make_unique<Popup>(
          *server_,
          Popup::Events{[this, id](const std::string& key, const char* token) {
                          guarded([&] { clicked(id, key, token); });
                        },
                        [this, id](int reason) { guarded([&] { closed(id, reason); }); }});
    const Content content = content_of(entry.prompt, entry.banner, now(), capabilities_);
    try {
      entry.popup->show(content);
    } catch (const std::runtime_error& error) {
      entry.popup.reset();
      entry.waiting = true;
      cannot_show(std::string{"notify: the notification server: "} + error.what());
      return false;
    }
    entry.waiting = false;
    if (!content.sound.empty() && !capabilities_.sound) cues_.play(content.sound.c_str());
    // Once: what follows in the same place is only the time that is left.
    entry.prompt.sound.clear();
    if (const auto next = next_change(entry.prompt, now())) {
      arm(id, entry, *next);
    } else if (content.expires) {
      // Some servers keep everything that they are sent.
      arm(id, entry, now() + *content.expires);
    }
    return true;
  }

  void arm(std::uint64_t id, Entry& entry, poised::Instant at) {
    entry.timer = std::make_unique<poised::Timer>(*this, [this, id] { timer_elapsed(id); });
    entry.timer->arm(at);
  }

  void timer_elapsed(std::uint64_t id) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.hidden) return;
    Entry& entry = found->second;
    if (entry.prompt.state == PromptState::running && !entry.waiting) {
      entry.banner = false;
      show(id, entry);
      return;
    }
    const bool report = !entry.started;
    end(id);
    if (report) prompt_closed(id);
  }

  // ---------------------------------------------------------------- what the person does

  void clicked(std::uint64_t id, const std::string& key, const char* token) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.started) return;
    const Kept::Action* action = action_of(found->second.prompt, key);
    if (action == nullptr) return;
    const Answer answer = action->answer;
    const std::string action_id = action->id;
    // Some servers leave a notification after its action, some take it away. A started break goes
    // on in the same place, so that one is left for the daemon to say.
    if (answer == Answer::start) {
      found->second.started = true;
      arm(id, found->second, now() + start_grace);
      server_->open_guide(token);
    } else {
      end(id);
    }
    prompt_answered(id, answer, action_id);
  }

  void closed(std::uint64_t id, int reason) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    entry.popup.reset();
    if (entry.started || entry.waiting) return;
    const bool by_person = reason == dismissed_by_person;
    if (by_person && entry.prompt.state == PromptState::running) {
      entry.hidden = true;
      entry.timer.reset();
      return prompt_answered(id, Answer::dismiss);
    }
    const bool asked = entry.prompt.state == PromptState::open;
    end(id);
    by_person&& asked ? prompt_answered(id, Answer::dismiss) : prompt_closed(id);
  }

  // ---------------------------------------------------------------- ends

  /// What asks or runs is shown again by the next server; the rest went with this one.
  void server_gone() {
    std::vector<std::uint64_t> gone;
    for (auto& [id, entry] : entries_) {
      if (!entry.popup) continue;
      entry.popup->forget();
      entry.popup.reset();
      if (entry.waiting) continue;
      const bool asks = entry.prompt.state == PromptState::open && !entry.started;
      const bool runs = entry.prompt.state == PromptState::running && !entry.hidden;
      if (!asks && !runs && !entry.hidden) gone.push_back(id);
      entry.waiting = asks || runs;
      entry.banner = asks;
      entry.timer.reset();
    }
    for (const std::uint64_t id : gone) {
      const bool report = !entries_.at(id).started;
      end(id);
      if (report) prompt_closed(id);
    }
    show_waiting();
  }

  void end(std::uint64_t id) {
    entries_.erase(id);
    rest_if_done();
  }

  void rest_if_done() {
    for (const auto& [id, entry] : entries_)
      if (entry.waiting) return;
    ask_again_.disarm();
  }

  void close_all() {
    entries_.clear();
    if (server_) server_->flush();
    server_.reset();
    if (notify_is_initted() != FALSE) notify_uninit();
  }

  /// For GLib's callbacks, which no exception may cross.
  template <class Action>
  void guarded(Action&& action) noexcept {
    try {
      action();
    } catch (const std::exception& error) {
      log(poised::LogPriority::error, std::string{"notify: "} + error.what());
    }
  }

  std::unique_ptr<Server> server_;
  Capabilities capabilities_;
  std::map<std::uint64_t, Entry> entries_;
  poised::Timer ask_again_;
  bool degraded_ = false;
  poised::sound::Cues cues_;
};

}  // namespace

POISED_DEFINE_PLUGIN(Notify, "notify", "Desktop notifications", "0.1.0", "prompt");

}  // namespace notify
