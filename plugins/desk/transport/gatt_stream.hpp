// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "transport/transport.hpp"

namespace desk {

/// A Bluetooth dongle that carries a serial line's bytes: one characteristic each way.
class GattStream final : public ByteStream {
 public:
  GattStream(std::unique_ptr<Gatt> gatt, std::string write_uuid, std::string notify_uuid)
      : gatt_(std::move(gatt)), write_(std::move(write_uuid)), notify_(std::move(notify_uuid)) {}

  void open(LinkEvents events, std::function<void(ByteView)> received) override {
    gatt_->open(std::move(events),
                [this, received = std::move(received)](std::string_view uuid, ByteView bytes) {
                  if (uuid == notify_) received(bytes);
                },
                {notify_});
  }
  void send(ByteView bytes) override { gatt_->write(write_, bytes); }
  void send_first(ByteView bytes) override { gatt_->write_first(write_, bytes); }

 private:
  std::unique_ptr<Gatt> gatt_;
  std::string write_, notify_;
};

}  // namespace desk
