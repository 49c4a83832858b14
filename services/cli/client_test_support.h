#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "common/base/clock.h"
#include "services/cli/exit_code.h"
#include "services/cli/fake_platform.h"

namespace qingqu::cli {

struct ClientResult {
  ExitCode code = ExitCode::kOk;
  std::string output;
  std::string errors;
};

// Runs the client in this process against a FakePlatform, in a folder of its own.
class ClientTest : public testing::Test {
 protected:
  ClientTest();
  ~ClientTest() override;

  ClientResult Run(const std::vector<std::string>& words, const std::string& input = "");
  // Signs in as users/lin.
  void SignIn();
  // Writes a file into the test's folder and returns its path.
  std::string WriteFile(const std::string& name, const std::string& text) const;
  std::string ReadFile(const std::string& name) const;
  // The last line of an output as JSON.
  static nlohmann::json LastLine(const std::string& output);

  FakePlatform platform_;
  SystemClock clock_;
  std::string folder_;
  std::map<std::string, std::string> variables_;
};

}  // namespace qingqu::cli
