// SPDX-License-Identifier: MIT
#include "sound/cues.hpp"

#include <canberra.h>

namespace poised::sound {
namespace {

constexpr const char* softer_db = "-6";
constexpr const char* as_it_is_db = "0";

}  // namespace

struct Cues::Context {
  Context() {
    if (ca_context_create(&context) != CA_SUCCESS) {
      context = nullptr;
      return;
    }
    ca_context_change_props(context, CA_PROP_APPLICATION_NAME, "Poised", CA_PROP_APPLICATION_ID,
                            "org.poised.Poised", nullptr);
  }
  ~Context() {
    if (context != nullptr) ca_context_destroy(context);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  bool play(const char* name, const char* volume_db) const {
    return context != nullptr &&
           ca_context_play(context, 0, CA_PROP_EVENT_ID, name, CA_PROP_MEDIA_ROLE, "event",
                           CA_PROP_CANBERRA_VOLUME, volume_db, nullptr) == CA_SUCCESS;
  }

  ca_context* context = nullptr;
};

const char* theme_name(Cue cue) {
  switch (cue) {
    case Cue::step:
      return "message";
    case Cue::side:
      return "bell";
    case Cue::end:
      break;
  }
  return "complete";
}

Cues::Cues() : context_(std::make_unique<Context>()) {}
Cues::~Cues() = default;

bool Cues::play(Cue cue) {
  return context_->play(theme_name(cue), cue == Cue::step ? softer_db : as_it_is_db);
}

bool Cues::play(const char* name) {
  return context_->play(name, as_it_is_db);
}

}  // namespace poised::sound
