// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>
#include <string_view>

#include "codec/command.hpp"
#include "codec/jiecang.hpp"
#include "codec/linak.hpp"
#include "codec/loctek.hpp"
#include "codec/megadesk.hpp"
#include "codec/mqtt.hpp"

// Every decoder of the desk drivers on any bytes. DECODER, a number, says which; run.sh builds one
// program for each.
namespace {

using desk::ByteView;

void check(bool holds) {
  if (!holds) std::abort();
}

void linak_bluetooth(ByteView bytes) {
  if (const auto position = desk::linak::position(bytes)) {
    const auto again = desk::linak::encode(*position);
    check(again.size() == 4 && ByteView(again)[0] == bytes[0] && ByteView(again)[1] == bytes[1]);
  }
  if (const auto reply = desk::linak::dpg_reply(bytes)) {
    static_cast<void>(desk::linak::base_offset(*reply));
    static_cast<void>(desk::linak::memory(*reply));
    static_cast<void>(desk::linak::panel_capabilities(*reply));
    if (const auto id = desk::linak::user_id(*reply))
      check(desk::linak::dpg_write_user_id(*id).size() == 20);
  }
}

void linak_usb(ByteView bytes) {
  static_cast<void>(desk::linak::usb_status(bytes));
}

/// Cut where the first byte says, a stream gives the same frames as in one piece.
template <class Parser>
void stream(ByteView bytes) {
  if (bytes.empty()) return;
  const auto rest = bytes.subspan(1);
  const std::size_t cut = rest.empty() ? 0 : bytes[0] % (rest.size() + 1);
  Parser whole, parts;
  const auto all = whole.feed(rest);
  auto some = parts.feed(rest.first(cut));
  for (auto& frame : parts.feed(rest.subspan(cut))) some.push_back(std::move(frame));
  check(all == some);
}

void jiecang(ByteView bytes) {
  stream<desk::jiecang::Parser>(bytes);
  desk::jiecang::Parser parser;
  for (const auto& frame : parser.feed(bytes)) {
    const auto report = desk::jiecang::report(frame);
    if (report.height)
      check(desk::jiecang::millimetres(*report.height, desk::jiecang::Unit::inches) >= 0);
  }
  static_cast<void>(desk::jiecang::old_height(bytes));
}

void loctek(ByteView bytes) {
  stream<desk::loctek::Parser>(bytes);
  desk::loctek::Parser parser;
  for (const auto& frame : parser.feed(bytes)) {
    const auto height = desk::loctek::height(frame);
    check(!height || (height->millimetres >= 500 && height->millimetres <= 1400));
    static_cast<void>(desk::loctek::is_hot(frame));
  }
}

void megadesk(ByteView bytes) {
  desk::megadesk::Parser parser;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const auto& reply : parser.feed(text))
    static_cast<void>(desk::megadesk::millimetres(reply.value));
}

void mqtt(ByteView bytes) {
  const std::string text(bytes.begin(), bytes.end());
  for (const char* pointer : {"", "/height", "/a/0"})
    if (const auto number = desk::mqtt::number(text, pointer)) check(*number <= 1e6);
  if (auto endpoint = desk::mqtt::discovered_number(text))
    static_cast<void>(desk::mqtt::add_discovered_cover(text, *endpoint));
  const desk::mqtt::Travel travel{620, 1270};
  if (const auto cover = desk::mqtt::discovered_cover(text, travel)) {
    check(cover->travel->step_mm() <= 7);
    if (const auto number = desk::mqtt::number(text, ""))
      static_cast<void>(cover->travel->height_mm(*number));
  }
}

void command(ByteView bytes) {
  static const std::regex pattern("([0-9]+(?:\\.[0-9]+)?)");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  static_cast<void>(desk::command::height(text, pattern, desk::mqtt::Unit::centimetres));
  if (const auto line = desk::command::line(text)) check(!line->height_mm || *line->height_mm > 0);
}

constexpr void (*decoders[])(ByteView) = {linak_bluetooth, linak_usb, jiecang, loctek,
                                          megadesk,        mqtt,      command};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decoders[DECODER](ByteView(data, size));
  return 0;
}
