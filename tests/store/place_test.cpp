// SPDX-License-Identifier: MIT
#include "store/place.hpp"

#include <gtest/gtest.h>

namespace poised::store {
namespace {

constexpr const char* mounts = R"(22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:30 / /home rw,relatime shared:5 - nfs4 files.example.org:/export/home rw,vers=4.2
31 30 8:2 / /home/lee rw,relatime - ext4 /dev/sda2 rw
32 22 0:32 / /srv/with\040blank rw - cifs //print.example.org/share rw
33 22 0:33 / /home/mo rw - fuse.sshfs mo@far.example.org:/home/mo rw
)";

TEST(AServer, IsWhereTheHomeLies) {
  EXPECT_EQ(server_of("/home/kim/.local/state/poised", mounts), "files.example.org");
  EXPECT_EQ(server_of("/srv/with blank/poised", mounts), "print.example.org");
  EXPECT_EQ(server_of("/home/mo/x", mounts), "far.example.org");
}

TEST(AServer, IsNoneForADiskOfThisMachine) {
  EXPECT_EQ(server_of("/home/lee/.local/state/poised", mounts), std::nullopt);
  EXPECT_EQ(server_of("/homestead/x", mounts), std::nullopt);
  EXPECT_EQ(server_of("/proc", mounts), std::nullopt);
  EXPECT_EQ(server_of("/home/kim", "nonsense\n\n1 2 3\n"), std::nullopt);
}

TEST(AServer, IsNoneForTheDiskOfThisTest) {
  EXPECT_EQ(server_of("/"), std::nullopt);
}

}  // namespace
}  // namespace poised::store
