// SPDX-License-Identifier: MIT
#include "plugin/inspect.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "build_config.hpp"
#include "rig.hpp"

namespace poised::plugin::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Inspect : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "poised-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    chmod(directory_.c_str(), 0755);
    fs::copy_file(fs::path(TEST_PLUGIN_DIR) / "faulty.so", directory_ / "faulty.so");
    manifest("\"1.0\"");
  }
  void TearDown() override { fs::remove_all(directory_); }

  void manifest(const std::string& version) const {
    std::ofstream(directory_ / "faulty.plugin")
        << "[plugin]\nid = \"faulty\"\nname = \"Faulty\"\nversion = " << version
        << "\nabi = \"1.0\"\ncapabilities = [\"sink\", \"prompt\", \"desk\", \"availability\"]\n"
           "other = 1\n[settings.mode]\ntype = \"string\"\ndefault = \"\"\n";
  }

  int inspect(const std::string& path) {
    char* text = nullptr;
    char* line = nullptr;
    std::size_t size = 0;
    std::FILE* out = open_memstream(&text, &size);
    std::FILE* errors = open_memstream(&line, &size);
    const int status = inspect_plugin(path, out, errors);
    std::fclose(out);
    std::fclose(errors);
    out_ = text;
    error_ = line;
    std::free(text);
    std::free(line);
    return status;
  }

  fs::path directory_;
  std::string out_;
  std::string error_;
};

TEST_F(Inspect, ShowsManifestLibraryAndTrustFromEitherFile) {
  for (const char* name : {"faulty.plugin", "faulty.so"}) {
    EXPECT_EQ(inspect(directory_ / name), 0) << error_;
    EXPECT_EQ(error_, "");
    EXPECT_THAT(out_, HasSubstr("manifest " + (directory_ / "faulty.plugin").string() + "\n"));
    EXPECT_THAT(out_, HasSubstr("  capabilities      sink prompt desk availability\n"));
    EXPECT_THAT(out_, HasSubstr("  setting mode: string, default \"\"\n"));
    EXPECT_THAT(out_, HasSubstr("plugin.other: unknown key, ignoring\n"));
    EXPECT_THAT(out_, HasSubstr("library " + (directory_ / "faulty.so").string() + "\n"));
    EXPECT_THAT(out_, HasSubstr("  capabilities      availability desk prompt sink\n"));
    EXPECT_THAT(out_, HasSubstr("  loop of its own   no\n"));
    EXPECT_THAT(out_, HasSubstr(std::string("the daemon looks in ") + build::manifest_dir));
    EXPECT_THAT(out_,
                HasSubstr(build::development || geteuid() == 0 ? "trusted " : "trusted no: "));
  }
}

TEST_F(Inspect, SaysWhyItWouldNotBeTrusted) {
  chmod((directory_ / "faulty.so").c_str(), 0777);
  EXPECT_EQ(inspect(directory_ / "faulty.plugin"), 0) << "it is not where the daemon looks";
  EXPECT_THAT(out_, HasSubstr("trusted no: "));
}

TEST_F(Inspect, ADisagreementIsOneLineAndAnError) {
  manifest("\"3.0\"");
  EXPECT_EQ(inspect(directory_ / "faulty.plugin"), 1);
  EXPECT_EQ(error_, "plugin: faulty: the library's version is '1.0', the manifest's is '3.0'\n");
}

TEST_F(Inspect, WhatCannotBeReadIsOneLineAndAnError) {
  EXPECT_EQ(inspect(directory_ / "none.plugin"), 1);
  EXPECT_EQ(error_, "plugin: " + (directory_ / "none.plugin").string() + ": cannot be read\n");
  manifest("3");
  EXPECT_EQ(inspect(directory_ / "faulty.plugin"), 1);
  EXPECT_THAT(error_, HasSubstr("faulty.plugin:4:11: plugin.version: must be a string\n"));
  manifest("\"1.0\"");
  fs::remove(directory_ / "faulty.so");
  EXPECT_EQ(inspect(directory_ / "faulty.plugin"), 1);
  EXPECT_EQ(error_, std::string("plugin: ") + build::plugin_dir +
                        "/faulty.so: No such file or directory\n");
}

TEST_F(Inspect, ALibraryThatIsNoPluginIsNamed) {
  fs::copy_file(fs::path(TEST_PLUGIN_DIR) / "no-entry.so", directory_ / "faulty.so",
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(inspect(directory_ / "faulty.so"), 1);
  EXPECT_EQ(error_, "plugin: faulty: the library does not export poised_plugin_entry\n");
}

}  // namespace
}  // namespace poised::plugin::test
