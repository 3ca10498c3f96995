// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cctype>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "codec/command.hpp"
#include "codec/jiecang.hpp"
#include "codec/linak.hpp"
#include "codec/loctek.hpp"
#include "codec/megadesk.hpp"
#include "codec/mqtt.hpp"

// Frames of real desks, both ways.
namespace desk {
namespace {

/// "F1 F1 2B" or "F1F12B".
Bytes hex(std::string_view text) {
  Bytes bytes;
  std::string pair;
  for (const char digit : text) {
    if (std::isspace(static_cast<unsigned char>(digit)) != 0) continue;
    pair += digit;
    if (pair.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(pair, nullptr, 16)));
    pair.clear();
  }
  return bytes;
}

Bytes padded(std::string_view text, std::size_t size = linak::report_size) {
  auto bytes = hex(text);
  bytes.resize(size);
  return bytes;
}

Bytes bytes_of(const linak::Report& report) {
  return {report.begin(), report.end()};
}

// ------------------------------------------------------------------ LINAK over Bluetooth

TEST(LinakBluetooth, CommandsAreTwoBytes) {
  using linak::Command;
  EXPECT_EQ(linak::command(Command::down), hex("46 00"));
  EXPECT_EQ(linak::command(Command::up), hex("47 00"));
  EXPECT_EQ(linak::command(Command::stop), hex("FF 00"));
  EXPECT_EQ(linak::command(Command::wake), hex("FE 00"));
  EXPECT_EQ(linak::stop_target(), hex("01 80"));
}

TEST(LinakBluetooth, TargetsAreTenthsOfAMillimetreAboveTheBase) {
  const std::pair<int, const char*> targets[] = {{683, "76 02"},  {750, "14 05"},  {1040, "68 10"},
                                                 {1100, "C0 12"}, {1116, "60 13"}, {1270, "64 19"}};
  for (const auto& [mm, bytes] : targets)
    EXPECT_EQ(linak::target((mm - 620) * 10), hex(bytes)) << mm;
  // What stands for "stop" or "drive" can never be sent as a height.
  EXPECT_EQ(linak::target(0x8001), hex("FE 7F"));
  EXPECT_EQ(linak::target(-5), hex("00 00"));
}

TEST(LinakBluetooth, PositionsCarryHeightSpeedAndFlags) {
  const auto at = [](const char* bytes) { return linak::position(hex(bytes)).value(); };
  EXPECT_EQ(at("2A 16 00 00").raw, 5674);
  EXPECT_EQ(at("99 05 00 00").raw, 1433);
  EXPECT_EQ(at("20 0A 20 00").raw, 2592);
  EXPECT_EQ(at("17 FF 00 00").raw, -233);
  EXPECT_EQ(at("68 10 40 18").raw, 4200);
  EXPECT_NEAR(at("68 10 40 18").speed_mm_s, 37.9, 0.05);
  EXPECT_NEAR(at("68 10 C0 E7").speed_mm_s, -37.9, 0.05);
  EXPECT_EQ(at("14 05 02 00").raw, 1300);
  EXPECT_EQ(at("14 05 02 00").speed_mm_s, 0);
  EXPECT_EQ(at("14 05 02 00").trouble(), Trouble::collision);
  EXPECT_EQ(at("14 05 01 00").trouble(), Trouble::position_lost);
  EXPECT_EQ(at("14 05 04 00").trouble(), Trouble::overload);
  EXPECT_EQ(at("14 05 08 00").trouble(), Trouble::overload);
  EXPECT_FALSE(at("14 05 00 00").trouble());
  for (const char* bytes : {"2A 16 00 00", "99 05 00 00", "20 0A 20 00", "17 FF 00 00",
                            "68 10 40 18", "68 10 C0 E7", "14 05 02 00"})
    EXPECT_EQ(linak::encode(at(bytes)), hex(bytes)) << bytes;
  EXPECT_FALSE(linak::position(hex("2A 16 00")));
  EXPECT_FALSE(linak::position(hex("2A 16 00 00 00")));
}

TEST(LinakBluetooth, ThePanelAnswersItsRequests) {
  using linak::Dpg;
  EXPECT_EQ(linak::dpg_read(Dpg::user_id), hex("7F 86 00"));
  EXPECT_EQ(linak::dpg_read(Dpg::base_offset), hex("7F 81 00"));
  const auto reply = [](const char* bytes) { return linak::dpg_reply(hex(bytes)).value(); };
  const char* const replies[] = {
      "01 02 23 01",
      "01 03 01 66 18",
      "01 11 00 C6 0F CA 6A 36 34 47 60 A0 E1 A3 32 56 92 6C E4",
      "01 0B 07 37 05 32 0A 1E 1E 92 47 E4 7B",
      "01 07 01 88 05 59 44 E4 7B",
      "01 07 01 2A 16 FD 6D E4 7B",
      "01 05 00 00 00 00",
      "0B 00",
      "01 00",
  };
  for (const char* bytes : replies) {
    // It says five bytes and has four: read, but never sent.
    if (std::string_view(bytes) == "01 05 00 00 00 00") continue;
    EXPECT_EQ(linak::encode(reply(bytes)), hex(bytes)) << bytes;
  }
  const auto panel = linak::panel_capabilities(reply("01 02 23 01")).value();
  EXPECT_EQ(panel.memories, 3U);
  EXPECT_TRUE(panel.allows_bluetooth);
  EXPECT_FALSE(panel.auto_up || panel.auto_down || panel.display || panel.light);
  EXPECT_EQ(panel.references, 1);
  EXPECT_EQ(linak::base_offset(reply("01 03 01 66 18")), 6246);
  EXPECT_EQ(linak::memory(reply("01 07 01 88 05 59 44 E4 7B")), 0x0588);
  EXPECT_EQ(linak::memory(reply("01 07 01 2A 16 FD 6D E4 7B")), 5674);
  EXPECT_FALSE(linak::memory(linak::DpgReply{true, hex("00 00 00 00")}));
  EXPECT_FALSE(reply("0B 00").ok);
  EXPECT_FALSE(linak::base_offset(reply("0B 00")));

  const auto id = linak::user_id(reply(replies[2])).value();
  EXPECT_EQ(id[0], 0);
  const auto written = linak::dpg_write_user_id(id);
  EXPECT_EQ(written, hex("7F 86 80 01 C6 0F CA 6A 36 34 47 60 A0 E1 A3 32 56 92 6C E4"));
  EXPECT_EQ(written.size(), 20U);  // just what a packet holds
}

TEST(LinakBluetooth, AMemoryThatIsNotSetIsReadWhateverItsLengthSays) {
  const auto reply = linak::dpg_reply(hex("01 05 00 00 00 00"));
  ASSERT_TRUE(reply);
  EXPECT_FALSE(linak::memory(*reply));
}

// ------------------------------------------------------------------ LINAK over USB

TEST(LinakUsb, ReportsToTheByte) {
  EXPECT_EQ(bytes_of(linak::usb_init()), padded("03 04 00 FB"));
  EXPECT_EQ(bytes_of(linak::usb_end()), padded("05 01 80 01 80 01 80 01 80"));
  EXPECT_EQ(bytes_of(linak::usb_down()), padded("05 FF 7F FF 7F FF 7F FF 7F"));
  EXPECT_EQ(bytes_of(linak::usb_up()), padded("05 00 80 00 80 00 80 00 80"));
  EXPECT_EQ(bytes_of(linak::usb_go(6000)), padded("05 70 17 70 17 70 17 70 17"));
}

TEST(LinakUsb, StatusIsReadWhereItLies) {
  const auto status = [](std::string_view front) {
    auto report = padded(front);
    report[20] = 0x01;
    report[21] = 0x80;
    report[42] = report[43] = 0xFF;
    report[58] = 0x98;
    return linak::usb_status(report).value();
  };
  const auto idle = status("04 38 00 00 A7 06 00 00");
  EXPECT_TRUE(idle.ready);
  EXPECT_EQ(idle.position.raw, 1703);
  EXPECT_FALSE(idle.target_raw || idle.handset);
  EXPECT_EQ(status("04 38 00 00 EE 07 00 00").position.raw, 2030);
  EXPECT_GT(status("04 38 08 01 EE 07 10 02").position.speed_mm_s, 0);
  EXPECT_LT(status("04 38 08 01 EE 07 E0 FF").position.speed_mm_s, 0);
  EXPECT_EQ(status("04 38 08 01 EE 07 02 00").position.trouble(), Trouble::collision);
  EXPECT_FALSE(linak::usb_status(padded("04 38"))->ready);
  EXPECT_FALSE(linak::usb_status(padded("05 38")));
  EXPECT_FALSE(linak::usb_status(hex("04 38 00 00")));
  auto held = padded("04 38 00 00 A7 06");
  held[42] = 0x47;
  EXPECT_TRUE(linak::usb_status(held)->handset);
}

// ------------------------------------------------------------------ Jiecang

TEST(Jiecang, RequestsToTheByte) {
  using jiecang::Opcode;
  EXPECT_EQ(jiecang::request(Opcode::raise), hex("F1F10100017E"));
  EXPECT_EQ(jiecang::request(Opcode::stop), hex("F1F12B002B7E"));
  EXPECT_EQ(jiecang::request(Opcode::settings), hex("F1F10700077E"));
  EXPECT_EQ(jiecang::go_to(720), hex("F1F11B0202D0EF7E"));
  EXPECT_EQ(jiecang::go_to(750), hex("F1F11B0202EE0D7E"));
  EXPECT_EQ(jiecang::go_to(850), hex("F1F11B020352727E"));
  EXPECT_EQ(jiecang::go_to(1372), hex("F1F11B02055C7E7E"));
  EXPECT_EQ(jiecang::go_to(0), hex("F1F11B0200001D7E"));
  EXPECT_EQ(jiecang::request(Opcode::stop, jiecang::Dialect::omnidesk), hex("F2F22B002B7E"));
}

jiecang::Frame one(std::string_view bytes) {
  jiecang::Parser parser;
  const auto frames = parser.feed(hex(bytes));
  EXPECT_EQ(frames.size(), 1U) << bytes;
  return frames.empty() ? jiecang::Frame{} : frames.front();
}

TEST(Jiecang, ReportsToTheByte) {
  const char* const all[] = {"F2F20103050607167E",   "F2F20103013807447E", "F2F207040514028AB07E",
                             "F2F20704050D0283A27E", "F2F20502FFFF057E",   "F2F227020408357E",
                             "F2F228020433617E",     "F2F2020101047E",     "F2F20400047E"};
  for (const char* bytes : all) EXPECT_EQ(jiecang::encode_from_desk(one(bytes)), hex(bytes));
  const auto said = [](const char* bytes) { return jiecang::report(one(bytes)); };
  EXPECT_EQ(said(all[0]).height, 1286);
  EXPECT_EQ(said(all[1]).height, 312);
  EXPECT_EQ(said(all[2]).highest_mm, 1300);
  EXPECT_EQ(said(all[2]).lowest_mm, 650);
  EXPECT_EQ(said(all[3]).highest_mm, 1293);
  EXPECT_EQ(said(all[3]).lowest_mm, 643);
  EXPECT_EQ(said(all[4]), jiecang::Report{});
  EXPECT_EQ(said(all[5]).memory, (jiecang::Report::Memory{3, 1032}));
  EXPECT_EQ(said(all[6]).memory, (jiecang::Report::Memory{4, 1075}));
  EXPECT_EQ(said(all[7]).trouble, Trouble::overload);
  EXPECT_EQ(said(all[8]).trouble, Trouble::position_lost);
  EXPECT_EQ(jiecang::report({0x0E, {1}}).unit, jiecang::Unit::inches);
  EXPECT_EQ(jiecang::report({0x23, {1}}).limit_reached, true);
  EXPECT_FALSE(jiecang::report({0x01, {0, 0, 7}}).height);
  EXPECT_FALSE(jiecang::report({0x01, {0x27, 0x0F, 7}}).height);
}

TEST(Jiecang, FramesAreCutByLengthWhateverIsInside) {
  // A target echo whose last byte and sum are end marks, cut in every place, with garbage before.
  const auto stream = hex("00 7E F2 F2 1B 02 05 5C 7E 7E F2F20103050607167E");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    jiecang::Parser parser;
    auto frames = parser.feed(ByteView(stream).first(cut));
    const auto more = parser.feed(ByteView(stream).subspan(cut));
    frames.insert(frames.end(), more.begin(), more.end());
    ASSERT_EQ(frames.size(), 2U) << cut;
    EXPECT_EQ(frames[0], (jiecang::Frame{0x1B, {0x05, 0x5C}}));
    EXPECT_EQ(jiecang::report(frames[1]).height, 1286);
  }
}

TEST(Jiecang, TheDialectIsThatOfTheFirstFrame) {
  jiecang::Parser parser;
  const auto swapped = jiecang::encode_from_desk({1, {2, 0xD0, 7}}, jiecang::Dialect::omnidesk);
  EXPECT_EQ(parser.feed(swapped).size(), 1U);
  EXPECT_EQ(parser.dialect(), jiecang::Dialect::omnidesk);
  EXPECT_TRUE(parser.feed(hex("F2F20103050607167E")).empty());
}

TEST(Jiecang, HeightsAreMillimetresWhateverTheDisplayShows) {
  using jiecang::Unit;
  EXPECT_EQ(jiecang::likely_unit(312), Unit::inches);
  EXPECT_EQ(jiecang::likely_unit(720), Unit::centimetres);
  EXPECT_EQ(jiecang::millimetres(312, Unit::inches), 792);
  EXPECT_EQ(jiecang::millimetres(1286, Unit::centimetres), 1286);
  EXPECT_EQ(jiecang::old_height(hex("01 01 01 38")), 792);
  EXPECT_EQ(jiecang::old_height(hex("01 01 02 D0")), 720);
  EXPECT_FALSE(jiecang::old_height(hex("01 02 00 80")));
  // No host of ours sets a display's unit; a desk with the sync bytes swapped tells it just so.
  const auto told = jiecang::encode_from_desk({0x0E, {0x00}}, jiecang::Dialect::omnidesk);
  EXPECT_EQ(told, hex("F1F10E01000F7E"));
  EXPECT_EQ(jiecang::report(jiecang::Parser().feed(told).at(0)).unit, Unit::centimetres);
}

// ------------------------------------------------------------------ Loctek

TEST(Loctek, ButtonsToTheByte) {
  using loctek::Button;
  EXPECT_EQ(loctek::press(Button::none), hex("9B060200006CA19D"));
  EXPECT_EQ(loctek::press(Button::up), hex("9B06020100FCA09D"));
  EXPECT_EQ(loctek::press(Button::down), hex("9B060202000CA09D"));
  EXPECT_EQ(loctek::press(Button::preset_1), hex("9B06020400ACA39D"));
  EXPECT_EQ(loctek::press(Button::preset_2), hex("9B06020800ACA69D"));
  EXPECT_EQ(loctek::press(Button::preset_3), hex("9B06021000ACAC9D"));
  EXPECT_EQ(loctek::press(Button::preset_4), hex("9B06020001AC609D"));
}

TEST(Loctek, FramesOfTheBoxToTheByte) {
  const char* const all[] = {"9B04117CC39D",       "9B0415BFC29D",       "9B0413BD429D",
                             "9B071207863F09079D", "9B07120786061BC79D", "9B071207DB3F993F9D",
                             "9B07127FBF3F40959D", "9B0712063F5BB2249D", "9B071207ED6DC4A99D",
                             "9B0712000000B8949D", "9B07126D4000A5349D"};
  const int heights[] = {0, 0, 0, 710, 711, 720, 800, 1020, 755, 0, 0};
  loctek::Parser parser;
  for (std::size_t i = 0; i < std::size(all); ++i) {
    const auto frames = parser.feed(hex(all[i]));
    ASSERT_EQ(frames.size(), 1U) << all[i];
    EXPECT_EQ(loctek::encode(frames[0]), hex(all[i]));
    const auto height = loctek::height(frames[0]);
    EXPECT_EQ(height ? height->millimetres : 0, heights[i]) << all[i];
  }
  EXPECT_EQ(loctek::encode(loctek::display(755)), hex(all[8]));
  EXPECT_EQ(loctek::encode(loctek::display(1020)), hex(all[7]));
}

TEST(Loctek, OnlyHeightsAreHeights) {
  const auto shown = [](std::initializer_list<std::uint8_t> segments) {
    return loctek::height({loctek::display_type, segments}).has_value();
  };
  EXPECT_TRUE(shown({0x07, 0x86, 0x3F}));
  EXPECT_FALSE(shown({0x7F, 0x3F, 0x3F}));  // 800: the dot was lost
  EXPECT_FALSE(shown({0x00, 0x06, 0x3F}));  // a blank digit
  EXPECT_FALSE(shown({0x3F, 0x71, 0x71}));  // OFF
  EXPECT_FALSE(shown({0x07, 0x06}));
  EXPECT_TRUE(loctek::is_hot({loctek::display_type, {0x76, 0x3F, 0x78}}));
  // Inches have a dot too, and lie below any height in centimetres.
  const auto inches = loctek::height({loctek::display_type, {0x5B, 0xFF, 0x6D}});  // 28.5
  EXPECT_EQ(inches->millimetres, 724);
}

TEST(Loctek, FramesSurviveFragmentsAndGarbage) {
  const auto stream = hex("9B 9B 07 FF 9B071207863F09079D 9D 00 9B071207DB3F993F9D");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    loctek::Parser parser;
    auto frames = parser.feed(ByteView(stream).first(cut));
    const auto more = parser.feed(ByteView(stream).subspan(cut));
    frames.insert(frames.end(), more.begin(), more.end());
    ASSERT_EQ(frames.size(), 2U) << cut;
    EXPECT_EQ(loctek::height(frames[1])->millimetres, 720);
  }
}

// ------------------------------------------------------------------ Megadesk

TEST(Megadesk, SpeaksItsLines) {
  EXPECT_EQ(megadesk::query(), "<C0.0.");
  EXPECT_EQ(megadesk::go_to(3000), "<=3000,.");
  EXPECT_EQ(megadesk::move_by(300), "<+300..");
  EXPECT_EQ(megadesk::move_by(-300), "<-300..");
  EXPECT_EQ(megadesk::recall(2), "<L0,2.");
  EXPECT_EQ(megadesk::read_lowest(), "<R0.11.");
  EXPECT_EQ(megadesk::read_highest(), "<R0.12.");
}

TEST(Megadesk, ReadsRepliesAmongNoise) {
  megadesk::Parser parser;
  const auto replies =
      parser.feed(">=3000,0\r\n>R299,11\n>L6914,2\n>E0,1\n8E12\nDE2361,117\n>=x\n");
  ASSERT_EQ(replies.size(), 4U);
  EXPECT_EQ(replies[0], (megadesk::Reply{'=', 3000, 0}));
  EXPECT_EQ(replies[1], (megadesk::Reply{'R', 299, 11}));
  EXPECT_EQ(replies[2], (megadesk::Reply{'L', 6914, 2}));
  EXPECT_EQ(replies[3], (megadesk::Reply{'E', 0, 1}));
  EXPECT_EQ(megadesk::millimetres(299), 584);
  EXPECT_EQ(megadesk::millimetres(6914), 1194);
  EXPECT_EQ(megadesk::counts(584), 297);
  for (int mm = 600; mm < 1190; ++mm)
    EXPECT_NEAR(megadesk::millimetres(megadesk::counts(mm)), mm, 1);
}

// ------------------------------------------------------------------ MQTT

TEST(Mqtt, NumbersComePlainOrInJson) {
  EXPECT_EQ(mqtt::number("72.5", ""), 72.5);
  EXPECT_EQ(mqtt::number(" 72.500000\n", ""), 72.5);
  EXPECT_EQ(mqtt::number(R"({"desk":{"height":"71.0"}})", "/desk/height"), 71.0);
  EXPECT_EQ(mqtt::number(R"({"height":720})", "/height"), 720);
  for (const char* bad : {"", "nan", "inf", "72x", "unavailable", "1e300"})
    EXPECT_FALSE(mqtt::number(bad, "")) << bad;
  EXPECT_FALSE(mqtt::number(R"({"height":720})", "height"));
  EXPECT_FALSE(mqtt::number("[", "/height"));
  EXPECT_EQ(mqtt::payload("{value}", 1105, mqtt::Unit::centimetres), "110.5");
  EXPECT_EQ(mqtt::payload(R"({"goto": {value}})", 1100, mqtt::Unit::centimetres),
            R"({"goto": 110})");
  EXPECT_EQ(mqtt::payload("{value}", 1118, mqtt::Unit::inches), "44");
}

TEST(Mqtt, DiscoveryTellsHowADeskIsReached) {
  const auto endpoint = mqtt::discovered_number(
      R"({"name":"Height","~":"desk","cmd_t":"~/set","stat_t":"~/state","avty_t":"~/status",
          "min":62,"max":127,"unit_of_meas":"cm"})");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->set_topic, "desk/set");
  EXPECT_EQ(endpoint->state_topic, "desk/state");
  EXPECT_EQ(endpoint->availability_topic, "desk/status");
  EXPECT_EQ(endpoint->lowest, 62);
  EXPECT_EQ(endpoint->unit, mqtt::Unit::centimetres);
  auto stoppable = *endpoint;
  EXPECT_TRUE(mqtt::add_discovered_cover(R"({"command_topic":"desk/cover/command"})", stoppable));
  EXPECT_EQ(stoppable.stop_topic, "desk/cover/command");
  EXPECT_EQ(stoppable.stop_payload, "STOP");
  for (const char* bad : {"", "[]", "{}", R"({"cmd_t":"a","stat_t":"b","unit_of_meas":"°C"})"})
    EXPECT_FALSE(mqtt::discovered_number(bad)) << bad;
}

TEST(Mqtt, ACoverIsADeskBetweenTheTwoHeightsOfItsEnds) {
  const auto endpoint = mqtt::discovered_cover(
      R"({"name":"Desk","~":"desk","pos_t":"~/position/state","set_pos_t":"~/position/command",
          "cmd_t":"~/command","avty_t":"~/status"})",
      {620, 1270});
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->state_topic, "desk/position/state");
  EXPECT_EQ(endpoint->set_topic, "desk/position/command");
  EXPECT_EQ(endpoint->stop_topic, "desk/command");
  EXPECT_EQ(endpoint->stop_payload, "STOP");
  EXPECT_EQ(endpoint->availability_topic, "desk/status");
  EXPECT_EQ(endpoint->travel, (mqtt::Travel{620, 1270, 0, 100}));
  const auto upside_down = mqtt::discovered_cover(
      R"({"position_topic":"a","set_position_topic":"b","position_open":0,"position_closed":255,
          "command_topic":"c","payload_stop":null})",
      {620, 1270});
  ASSERT_TRUE(upside_down);
  EXPECT_EQ(upside_down->travel, (mqtt::Travel{620, 1270, 255, 0}));
  EXPECT_EQ(upside_down->stop_topic, "");
  for (const char* bad : {"", "[]", "{}", R"({"cmd_t":"a","stat_t":"b"})", R"({"pos_t":"a"})",
                          R"({"set_pos_t":"a"})", R"({"pos_t":"a","set_pos_t":"b","opt":true})",
                          R"({"pos_t":"a","set_pos_t":"b","pos_open":10})",
                          R"({"pos_t":"a","set_pos_t":"b","pos_open":0,"pos_clsd":0})"})
    EXPECT_FALSE(mqtt::discovered_cover(bad, {620, 1270})) << bad;
}

TEST(Mqtt, ThePositionOfACoverIsAHeightAndNeverBeyondTheOneAskedFor) {
  const mqtt::Travel travel{620, 1270};
  EXPECT_EQ(travel.step_mm(), 7);
  EXPECT_EQ(travel.height_mm(0), 620);
  EXPECT_EQ(travel.height_mm(74), 1101);
  EXPECT_EQ(travel.height_mm(100), 1270);
  for (const double wrong : {-1.0, -0.1, 100.1, 255.0, 1e6}) EXPECT_FALSE(travel.height_mm(wrong));
  EXPECT_EQ(travel.position(1100, 720), 73);
  EXPECT_EQ(travel.position(720, 1100), 16);
  EXPECT_EQ(travel.position(1101, 1101), 74);  // to stay
  EXPECT_EQ((mqtt::Travel{1270, 620}.height_mm(25)), 1108);
  for (const auto& each : {travel, mqtt::Travel{1270, 620}, mqtt::Travel{600, 1250, 255, 0}}) {
    for (auto mm = each.lowest_mm(); mm <= each.highest_mm(); ++mm) {
      const double step = 650 / std::abs(each.open - each.closed);
      const auto height = [&](std::int32_t from) {
        const auto part = (each.position(mm, from) - each.closed) / (each.open - each.closed);
        return each.closed_mm + part * (each.open_mm - each.closed_mm);
      };
      const auto rising = height(each.lowest_mm()), falling = height(each.highest_mm());
      EXPECT_LE(rising, mm + 1e-6);
      EXPECT_GT(rising, mm - step - 1e-6);
      EXPECT_GE(falling, mm - 1e-6);
      EXPECT_LT(falling, mm + step + 1e-6);
    }
  }
  EXPECT_EQ(mqtt::payload(R"({"position": {value}})", 74), R"({"position": 74})");
}

TEST(Mqtt, OurOwnDeskHasACommandTopicOnlyWhenItMayBeMoved) {
  mqtt::Published desk{"office", 620, 1270, false};
  EXPECT_EQ(mqtt::height_config(desk).topic, "homeassistant/sensor/poised_office/height/config");
  EXPECT_EQ(mqtt::height_config(desk).payload.find("cmd_t"), std::string::npos);
  desk.accepts_motion = true;
  EXPECT_EQ(mqtt::height_config(desk).topic, "homeassistant/number/poised_office/height/config");
  const auto back = mqtt::discovered_number(mqtt::height_config(desk).payload);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->set_topic, "poised/office/height/set");
  EXPECT_EQ(back->state_topic, "poised/office/height");
  EXPECT_EQ(back->unit, mqtt::Unit::millimetres);
}

// ------------------------------------------------------------------ a program of the person's own

TEST(CommandDriver, FillsWordsAndReadsOutput) {
  EXPECT_EQ(command::filled({"desk", "--to={mm}", "{cm}", "{in}"}, 1100),
            (std::vector<std::string>{"desk", "--to=1100", "110", "43.3"}));
  const std::regex pattern(R"(Height:\s+(\d+)mm)");
  EXPECT_EQ(command::height("Height:  720mm\n", pattern, mqtt::Unit::millimetres), 720);
  EXPECT_FALSE(command::height("no desk", pattern, mqtt::Unit::millimetres));
  EXPECT_EQ(command::go_to_line(1100), "goto 1100\n");
  EXPECT_EQ(command::line("height 720 moving"), (command::Line{720, true, ""}));
  EXPECT_EQ(command::line("height 720"), (command::Line{720, false, ""}));
  EXPECT_EQ(command::line("error no desk")->error, "no desk");
  for (const char* bad : {"height x", "height -3", "height 720 now", "", "hello"})
    EXPECT_FALSE(command::line(bad)) << bad;
}

}  // namespace
}  // namespace desk
