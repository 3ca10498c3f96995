// SPDX-License-Identifier: MIT
#include "window/privacy_page.hpp"

#include "language/language.hpp"

namespace poised::window {
namespace {

constexpr std::int64_t day = 24 * 3600;

std::string where(const ctl::Json& file) {
  const auto path = ctl::text(file, "path");
  return ctl::flag(file, "exists") ? path : tr_format("{} (not there yet)", path);
}

}  // namespace

PrivacyPage::PrivacyPage(DaemonLink& daemon) : daemon_(daemon) {
  append(*make_title(tr("Privacy")));
  append(*make_heading(tr("Now")));
  append(*make_text(
      tr("How long you have been at the screen, what comes next, your pauses, your posture, your "
         "plan with its weekly answers, exercises that hurt, and when your appointments are, never "
         "what they are.")));
  state_ = make_faint();
  append(*state_);
  append(*make_heading(tr("History")));
  append(*make_text(
      tr("Each day's totals, when you came and went, how each break ended, and changes of "
         "posture; for 48 hours also what was decided and why.")));
  history_ = make_faint();
  append(*history_);
  append(*make_heading(tr("Never")));
  append(*make_text(tr("Keys, window titles, names of applications, texts of your calendar.")));
  append(*make_heading(tr("Who can read it")));
  readers_ = make_text();
  append(*readers_);
  sent_ = make_text();
  append(*sent_);
  append(*make_heading(tr("Erase")));
  append(*Gtk::make_managed<Confirmed>(
      tr("E_rase everything…"),
      tr("Counts, history, plan and answers are gone for good. Settings stay."),
      tr("_Yes, erase everything"), [this] {
        daemon_.tell("Erase", {}, [this] {
          erased_->set_visible(true);
          refresh();
        });
      }));
  erased_ = make_text(tr("Everything is erased."));
  erased_->set_visible(false);
  append(*erased_);
}

void PrivacyPage::refresh() {
  daemon_.ask("Privacy", {}, [this](const ctl::Json& privacy) { show(privacy); });
}

void PrivacyPage::show(const ctl::Json& privacy) {
  state_->set_text(where(ctl::field(privacy, "state")));
  const auto keep = ctl::text(privacy, "keep");
  const auto days =
      static_cast<std::int64_t>(ctl::number(privacy, "retention_s").value_or(0)) / day;
  auto history = keep == "none"     ? std::string(tr("None is kept."))
                 : keep == "memory" ? std::string(tr("In memory only, until Poised ends."))
                                    : where(ctl::field(privacy, "history")) + "\n" +
                                          tr_count("Kept for {} day.", "Kept for {} days.",
                                                   static_cast<std::uint64_t>(days));
  for (const auto& file : ctl::list(privacy, "set_aside"))
    history += "\n" + tr_format("Set aside as damaged: {}", ctl::text(file, "path"));
  for (const auto& file : ctl::list(privacy, "plugins"))
    history +=
        "\n" + tr_format("Of your desk's motion, for 20 minutes: {}", ctl::text(file, "path"));
  history_->set_text(history);
  std::string readers = tr("You, and the administrators of this machine.");
  if (const auto server = ctl::text(privacy, "server"); !server.empty())
    readers +=
        " " +
        tr_format("Your home is on {}: its administrators and backups can read it too.", server);
  if (ctl::flag(privacy, "readable_by_others"))
    readers += std::string(" ") + tr("Others, too: the mode of a file lets them.");
  readers_->set_text(readers);
  sent_->set_text(ctl::text(privacy, "telemetry") == "off"
                      ? tr("Nothing leaves this machine.")
                      : tr("Nothing leaves this machine; figures about the software itself, not "
                           "about you, are written to a file on it."));
}

}  // namespace poised::window
