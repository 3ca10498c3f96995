// SPDX-License-Identifier: MIT
#include "plugin/supervisor.hpp"

#include <fmt/format.h>

#include <csignal>

#include "plugin/library.hpp"
#include "plugin/supervisor_impl.hpp"

namespace poised::plugin {
namespace {

std::string environment_locale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "C.UTF-8";
}

}  // namespace

std::string_view to_string(PluginState state) {
  switch (state) {
    case PluginState::disabled:
      return "disabled";
    case PluginState::stopped:
      return "stopped";
    case PluginState::on_demand:
      return "on-demand";
    case PluginState::starting:
      return "starting";
    case PluginState::running:
      return "running";
    case PluginState::failed:
      return "failed";
    case PluginState::quarantined:
      return "quarantined";
  }
  return "";
}

Supervisor::Impl::Impl(asio::io_context& io, Options options, Callbacks callbacks)
    : io_(io), options_(std::move(options)), callbacks_(std::move(callbacks)) {
  if (options_.locale.empty()) options_.locale = environment_locale();
  if (options_.virtual_clock) now_ns_ = *options_.virtual_clock;
}

void Supervisor::Impl::close() {
  closed_ = true;
  for (const auto& slot : slots_) {
    if (slot->pid != 0) {
      kill(slot->pid, SIGKILL);
      reap_child(std::exchange(slot->pid, 0));
    }
    drop_process(*slot);
  }
}

void Supervisor::Impl::add(Manifest manifest, std::string settings_json, bool enabled) {
  if (!manifest.usable() || find(manifest.id) != nullptr) return;
  auto slot = std::make_unique<Slot>(io_, options_);
  PluginStatus& status = slot->status;
  status.id = manifest.id;
  status.name = manifest.name;
  status.version = manifest.version;
  status.capabilities = manifest.capabilities;
  status.isolation = options_.isolation.empty() ? manifest.isolation : options_.isolation;
  slot->settings = std::move(settings_json);
  slot->activity = manifest.has("activity");
  slot->manifest = std::move(manifest);
  const std::string& id = slot->manifest.id;
  LoadError error;
  if (!enabled) {
    status.state = PluginState::disabled;
  } else if (!allowed(id, options_.allow, options_.deny)) {
    status.state = PluginState::disabled;
    status.reason = fmt::format("plugin: {}: not allowed by plugins.allow and plugins.deny", id);
  } else if (!interface_fits(slot->manifest.abi_major, slot->manifest.abi_minor, id, error)) {
    status.state = PluginState::failed;
    status.reason = error.reason;
    status.outdated = error.outdated;
    slot->unusable = true;
  }
  slots_.push_back(std::move(slot));
  report(*slots_.back());
}

void Supervisor::Impl::add_instance(const std::string& of, const std::string& instance,
                                    Environment environment) {
  const Slot* const original = find(of);
  if (original == nullptr || original->status.state == PluginState::disabled || original->unusable)
    return;
  const std::string id = of + "@" + instance;
  Slot* slot = find(id);
  if (slot == nullptr) {
    slots_.push_back(std::make_unique<Slot>(io_, options_));
    slot = slots_.back().get();
    slot->manifest = original->manifest;
    slot->activity = original->activity;
    slot->status = {.id = id,
                    .name = original->status.name,
                    .version = original->status.version,
                    .capabilities = original->status.capabilities,
                    .isolation = "process"};
  }
  slot->instance = true;
  slot->gone = false;
  slot->settings = original->settings;
  slot->environment = std::move(environment);
  report(*slot);
}

void Supervisor::Impl::remove_instance(const std::string& id) {
  Slot* const slot = find(id);
  if (slot == nullptr || !slot->instance) return;
  slot->gone = true;
  if (slot->started) put_down(*slot);
}

void Supervisor::Impl::start(const std::string& id) {
  Slot* const slot = find(id);
  if (slot == nullptr || slot->unusable) return;
  const bool given_up = slot->status.state == PluginState::failed && !slot->status.retry_after;
  if (slot->status.state != PluginState::stopped && !given_up) return;
  slot->started = true;
  if (slot->manifest.on_demand) {
    slot->after = After::rest;
    set_state(*slot, PluginState::on_demand);
  } else if (slot->phase == Phase::none) {
    spawn(*slot);
  } else {
    // Still on its way out.
    slot->after = After::restart;
    set_state(*slot, PluginState::starting);
  }
}

std::uint64_t Supervisor::Impl::send(const std::string& id, Message message) {
  Slot* const slot = find(id);
  if (slot == nullptr || !takes(*slot, message)) return 0;
  const PluginState state = slot->status.state;
  if (state != PluginState::on_demand && state != PluginState::starting &&
      state != PluginState::running) {
    return 0;
  }
  if (slot->queue.size() >= options_.max_queued || slot->unsent.size() >= options_.max_queued) {
    return 0;
  }
  slot->wanted = true;
  slot->release_at.reset();
  message.seq = ++slot->next_seq;
  const std::uint64_t seq = message.seq;
  if (state == PluginState::running) {
    deliver(*slot, std::move(message));
  } else {
    slot->queue.push_back(std::move(message));
    if (state == PluginState::on_demand) {
      if (slot->phase == Phase::none) {
        spawn(*slot);
      } else {
        set_state(*slot, PluginState::starting);
      }
    }
  }
  return seq;
}

void Supervisor::Impl::release(const std::string& id) {
  Slot* const slot = find(id);
  if (slot == nullptr || !slot->started) return;
  if (!slot->manifest.on_demand) return put_down(*slot);
  slot->wanted = false;
  if (slot->status.state == PluginState::failed && slot->status.retry_after) {
    slot->retry_at.reset();
    slot->after = After::rest;
    set_state(*slot, PluginState::on_demand, slot->status.reason);
  }
  rest_later(*slot);
}

void Supervisor::Impl::restart(const std::string& id) {
  Slot* const slot = find(id);
  if (slot == nullptr || slot->unusable || slot->status.state == PluginState::disabled) return;
  slot->started = true;
  slot->restarts.clear();
  slot->failures = 0;
  slot->retry_at.reset();
  if (slot->phase != Phase::none) {
    slot->after = After::restart;
    slot->status.pid = 0;
    set_state(*slot, PluginState::starting);
    stop(*slot);
  } else {
    begin_again(*slot);
  }
}

void Supervisor::Impl::reconfigure(const std::string& id, const std::string& settings_json) {
  for (const auto& slot : slots_) {
    if (slot->manifest.id != id || slot->settings == settings_json) continue;
    slot->settings = settings_json;
    if (slot->resting) {
      wake(slot->status.id);
      continue;
    }
    if (slot->phase == Phase::ready || slot->phase == Phase::run) {
      deliver(*slot, {.kind = POISED_CONFIG_CHANGED,
                      .seq = ++slot->next_seq,
                      .payload = Start{slot->settings, options_.locale}});
    }
  }
}

void Supervisor::Impl::wake(const std::string& id) {
  Slot* const slot = find(id);
  if (slot == nullptr || !slot->resting) return;
  slot->resting = false;
  if (slot->phase == Phase::none) return spawn(*slot);
  // Still on its way out.
  slot->after = After::restart;
  set_state(*slot, PluginState::starting);
}

void Supervisor::Impl::stop_all(std::function<void()> done) {
  when_stopped_.push_back(std::move(done));
  for (auto slot = slots_.rbegin(); slot != slots_.rend(); ++slot) {
    if ((*slot)->started) put_down(**slot);
  }
  check_stopped();
}

std::vector<PluginStatus> Supervisor::Impl::status() const {
  std::vector<PluginStatus> all;
  for (const auto& slot : slots_)
    if (!slot->gone) all.push_back(slot->status);
  return all;
}

std::optional<std::int64_t> Supervisor::Impl::next_plugin_deadline() const {
  std::optional<std::int64_t> earliest;
  for (const auto& slot : slots_) {
    if (slot->timer && (!earliest || *slot->timer < *earliest)) earliest = slot->timer;
  }
  return earliest;
}

bool Supervisor::Impl::quiescent() const {
  return callbacks_on_their_way_ == 0 &&
         std::all_of(slots_.begin(), slots_.end(), [](const auto& slot) {
           return slot->phase == Phase::none ||
                  (slot->phase == Phase::run && slot->unacked.empty());
         });
}

void Supervisor::Impl::advance_clock(std::int64_t now_ns) {
  now_ns_ = std::max(now_ns_, now_ns);
  for (const auto& slot : slots_) {
    const bool alive = slot->phase == Phase::ready || slot->phase == Phase::run;
    if (!alive || !slot->timer || *slot->timer > now_ns_) continue;
    // It says when the next is, if there is one, before it acknowledges this.
    slot->timer.reset();
    slot->budget.grant(answers_per_message);
    expect_ack(*slot, ++slot->next_seq, 0);
    write(*slot, Clock{slot->next_seq, now_ns_});
  }
  changed_ = true;
  settle();
}

Supervisor::Impl::Slot* Supervisor::Impl::find(const std::string& id) {
  const auto slot =
      std::find_if(slots_.begin(), slots_.end(), [&](const auto& s) { return s->status.id == id; });
  return slot == slots_.end() ? nullptr : slot->get();
}

bool Supervisor::Impl::takes(const Slot& slot, const Message& message) {
  const std::string_view capability = capability_of(message.kind);
  const bool own = message.kind == POISED_START || message.kind == POISED_STOP ||
                   message.kind == POISED_CONFIG_CHANGED;
  return is_to_plugin(message.kind) && !own && check(message) == 0 &&
         (capability.empty() || slot.manifest.has(capability));
}

// ---------------------------------------------------------------- callbacks

void Supervisor::Impl::report(Slot& slot) {
  if (slot.reported == slot.status) return;
  slot.reported = slot.status;
  if (!callbacks_.on_state) return;
  call_back([status = slot.status](const Callbacks& c) { c.on_state(status); });
}

void Supervisor::Impl::set_state(Slot& slot, PluginState state, std::string reason) {
  slot.status.state = state;
  slot.status.reason = std::move(reason);
  if (state != PluginState::failed) slot.status.retry_after.reset();
  if (state != PluginState::starting && state != PluginState::running) {
    slot.status.pid = 0;
    slot.status.detail.clear();
    slot.status.sandbox.clear();
    slot.status.splits_devices = false;
  }
  report(slot);
}

void Supervisor::Impl::log(Slot& slot, int priority, std::string line) {
  if (!callbacks_.on_log) return;
  call_back([id = slot.status.id, priority, line = std::move(line)](const Callbacks& c) {
    c.on_log(id, priority, line);
  });
}

// ---------------------------------------------------------------- virtual clock

void Supervisor::Impl::settle() {
  if (!options_.virtual_clock || !changed_ || !quiescent()) return;
  changed_ = false;
  if (!callbacks_.on_quiescent) return;
  call_back([weak = weak_from_this()](const Callbacks& c) {
    const auto self = weak.lock();
    if (self->quiescent()) return c.on_quiescent();
    self->changed_ = true;
  });
}

Supervisor::Supervisor(asio::io_context& io, Options options, Callbacks callbacks)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(callbacks))) {}
Supervisor::~Supervisor() {
  impl_->close();
}
void Supervisor::add(Manifest manifest, std::string settings_json, bool enabled) {
  impl_->add(std::move(manifest), std::move(settings_json), enabled);
}
void Supervisor::start(const std::string& id) {
  impl_->start(id);
}
std::uint64_t Supervisor::send(const std::string& id, Message message) {
  return impl_->send(id, std::move(message));
}
void Supervisor::add_instance(const std::string& of, const std::string& instance,
                              Environment environment) {
  impl_->add_instance(of, instance, std::move(environment));
}
void Supervisor::remove_instance(const std::string& id) {
  impl_->remove_instance(id);
}
void Supervisor::release(const std::string& id) {
  impl_->release(id);
}
void Supervisor::restart(const std::string& id) {
  impl_->restart(id);
}
void Supervisor::reconfigure(const std::string& id, const std::string& settings_json) {
  impl_->reconfigure(id, settings_json);
}
void Supervisor::wake(const std::string& id) {
  impl_->wake(id);
}
void Supervisor::stop_all(std::function<void()> done) {
  impl_->stop_all(std::move(done));
}
std::vector<PluginStatus> Supervisor::status() const {
  return impl_->status();
}
std::optional<std::int64_t> Supervisor::next_plugin_deadline() const {
  return impl_->next_plugin_deadline();
}
bool Supervisor::quiescent() const {
  return impl_->quiescent();
}
void Supervisor::advance_clock(std::int64_t now_ns) {
  impl_->advance_clock(now_ns);
}

}  // namespace poised::plugin
