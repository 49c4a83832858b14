#include "services/cli/client_test_support.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "services/cli/command.h"

namespace qingqu::cli {

ClientTest::ClientTest() {
  std::string folder = (std::filesystem::temp_directory_path() / "qingqu_XXXXXX").string();
  folder_ = mkdtemp(folder.data());
  variables_["QINGQU_CONFIG_DIR"] = folder_ + "/config";
  variables_["QINGQU_SERVER"] = platform_.address();
}

ClientTest::~ClientTest() { std::filesystem::remove_all(folder_); }

ClientResult ClientTest::Run(const std::vector<std::string>& words, const std::string& input) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream errors;
  Environment environment{.variable =
                              [this](const std::string& name) {
                                const auto found = variables_.find(name);
                                return found == variables_.end() ? "" : found->second;
                              },
                          .input = in,
                          .output = out,
                          .errors = errors,
                          .clock = clock_};
  const ExitCode code = RunClient(words, environment);
  return {.code = code, .output = out.str(), .errors = errors.str()};
}

void ClientTest::SignIn() {
  ASSERT_EQ(Run({"login", kFakeUser, "--password-stdin"}, kFakePassword).code, ExitCode::kOk);
}

std::string ClientTest::WriteFile(const std::string& name, const std::string& text) const {
  const std::string path = folder_ + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string ClientTest::ReadFile(const std::string& name) const {
  std::ifstream file(folder_ + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::json ClientTest::LastLine(const std::string& output) {
  const size_t end = output.find_last_not_of('\n');
  const size_t start = output.rfind('\n', end);
  const std::string line = output.substr(start == std::string::npos ? 0 : start + 1);
  return nlohmann::json::parse(line, nullptr, false);
}

}  // namespace qingqu::cli
