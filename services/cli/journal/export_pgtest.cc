// The client's export and its check, with files that the real JournalService has made.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "services/cli/command.h"
#include "services/supervision/supervision_service.h"
#include "tests/support/test_host.h"

namespace qingqu::cli {
namespace {

struct Outcome {
  ExitCode code;
  nlohmann::json answer;  // the last line of the output
  std::string errors;
};

class RealExportTest : public ::testing::Test {
 protected:
  RealExportTest() {
    std::filesystem::create_directory(folder_);
    // More than a full tile, some of it about patients, one entry larger than a chunk.
    host_.database().Execute(
        "SELECT journal.append('thing.done', 'test', '', 'things/' || n, ARRAY['things/' || n], "
        "'county-hospital', 'east', '', '', CASE n WHEN 300 THEN jsonb_build_object('note', "
        "repeat('冷链', 300000)) ELSE '{}' END, CASE n % 3 WHEN 0 THEN '{\"patient\": "
        "\"p77\"}'::jsonb ELSE '{}' END) FROM generate_series(0, 699) AS n");
  }
  ~RealExportTest() override { std::filesystem::remove_all(folder_); }

  Outcome Run(const std::string& role, std::vector<std::string> words) {
    words.insert(words.begin(), "--json");
    const std::string authorization =
        host_.Authorization(testing::PrincipalOf("user-" + role, role, "county-hospital", "east"));
    const std::map<std::string, std::string> variables = {
        {"QINGQU_SERVER", fmt::format("127.0.0.1:{}", host_.host().port())},
        {"QINGQU_CONFIG_DIR", folder_ + "/config"},
        {"QINGQU_TOKEN", authorization.substr(authorization.find(' ') + 1)}};
    std::istringstream input;
    std::ostringstream output;
    std::ostringstream errors;
    Environment environment{.variable =
                                [&](const std::string& name) {
                                  const auto found = variables.find(name);
                                  return found == variables.end() ? "" : found->second;
                                },
                            .input = input,
                            .output = output,
                            .errors = errors,
                            .clock = clock_};
    const ExitCode code = RunClient(words, environment);
    std::string last;
    std::istringstream lines(output.str());
    for (std::string line; std::getline(lines, line);) last = line;
    return {.code = code,
            .answer = nlohmann::json::parse(last, nullptr, false),
            .errors = errors.str()};
  }
  // Until `size` entries are sealed.
  Outcome Export(const std::string& role, int from, int to) {
    for (int i = 0; i < 300; ++i) {
      std::filesystem::remove(File());
      Outcome outcome =
          Run(role, {"journal", "export", "--purpose=a test", fmt::format("--from={}", from),
                     fmt::format("--to={}", to), File()});
      if (outcome.code == ExitCode::kOk) return outcome;
      absl::SleepFor(absl::Milliseconds(50));
    }
    return Run(role, {"journal", "export", "--purpose=a test", File()});
  }
  Outcome Verify() {
    return Run("nobody",
               {"journal", "verify-export", File(), "--checkpoint=" + File() + ".checkpoint",
                "--key=" + host_.keys_dir() + "/journal.vkey"});
  }
  std::string File() const { return folder_ + "/export"; }

  SystemClock clock_;
  testing::TestHost host_{
      {supervision::SupervisionSpec()}, "", {.per_user = 100'000, .per_institution = 100'000}};
  const std::string folder_ = host_.keys_dir() + "/../files";
};

TEST_F(RealExportTest, WhatTheServiceExportsIsVerified) {
  for (const char* role : {"discipline_inspector", "bureau_administrator"}) {
    for (const auto& [from, to] : {std::pair(0, 700), {255, 257}, {299, 301}, {700, 700}}) {
      const Outcome exported = Export(role, from, to);
      ASSERT_EQ(exported.code, ExitCode::kOk) << role << exported.errors;
      const Outcome verified = Verify();
      EXPECT_EQ(verified.code, ExitCode::kOk) << from << verified.errors << verified.answer;
      EXPECT_EQ(verified.answer["rows"], to - from);
    }
  }
}

TEST_F(RealExportTest, AChangedByteIsNamedByItsIndex) {
  ASSERT_EQ(Export("discipline_inspector", 200, 300).code, ExitCode::kOk);
  std::ifstream in(File(), std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  const size_t place = text.find("things/270");
  ASSERT_NE(place, std::string::npos);
  text[place + 9] = '1';
  std::ofstream(File(), std::ios::binary) << text;
  const Outcome verified = Verify();
  EXPECT_EQ(verified.code, ExitCode::kNegative) << verified.errors;
  EXPECT_EQ(verified.answer["index"], 270);
}

TEST_F(RealExportTest, WhoSeesNoPatientsVerifiesWithoutThem) {
  const auto bytes = [&](const std::string& role) {
    EXPECT_EQ(Export(role, 0, 100).code, ExitCode::kOk);
    std::ifstream in(File(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string inspected = bytes("discipline_inspector");
  EXPECT_NE(inspected.find(R"({"patient":"~)"), std::string::npos) << "a pseudonym";
  EXPECT_EQ(inspected.find("p77"), std::string::npos);
  const std::string administered = bytes("bureau_administrator");
  EXPECT_EQ(administered.find("p77"), std::string::npos);
  EXPECT_EQ(administered.find(R"({"patient":"~)"), std::string::npos);
  EXPECT_EQ(Verify().code, ExitCode::kOk);
}

}  // namespace
}  // namespace qingqu::cli
