#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "gmock/gmock.h"

#include "services/cli/client_test_support.h"

// The real program, as people and scripts start it. QINGQU_BINARY is set by the build.
namespace qingqu::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ShellResult {
  int code = -1;
  std::string output;
};

ShellResult Shell(const std::string& command) {
  ShellResult result;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer{};
  size_t length = 0;
  while ((length = fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    result.output.append(buffer.data(), length);
  }
  const int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

TEST(Binary, ReadsScansWithoutAServer) {
  const ShellResult good =
      Shell("printf '0106901234567892172712311001A{GS}21X\\n' | " QINGQU_BINARY " udi");
  EXPECT_EQ(good.code, 0);
  EXPECT_THAT(good.output, HasSubstr("\"valid\":true"));
  EXPECT_THAT(good.output, HasSubstr("\"lot\":\"01A\""));
  const ShellResult bad = Shell("printf 'nonsense\\n' | " QINGQU_BINARY " udi");
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.output, HasSubstr("\"valid\":false"));
  EXPECT_EQ(Shell(QINGQU_BINARY " udi < /dev/null").code, 0);
}

TEST(Binary, ExitCodesMeanSomething) {
  EXPECT_EQ(Shell(QINGQU_BINARY " --help").code, 0);
  EXPECT_EQ(Shell(QINGQU_BINARY " 2>&1").code, 2);
  EXPECT_EQ(Shell(QINGQU_BINARY " cal 2>&1").code, 2);
  EXPECT_EQ(Shell("QINGQU_CONFIG_DIR=/none " QINGQU_BINARY " whoami 2>&1").code, 5);
  EXPECT_EQ(Shell("QINGQU_TOKEN=x QINGQU_CONFIG_DIR=/none " QINGQU_BINARY
                  " whoami --server=127.0.0.1:1 --timeout=1 2>&1")
                .code,
            6);
  EXPECT_EQ(Shell(QINGQU_BINARY " call GetItem @/none 2>&1").code, 8);
  EXPECT_EQ(Shell(QINGQU_BINARY " methods > /dev/full").code, 8);
}

TEST(Binary, WithoutATerminalNoPasswordIsAskedFor) {
  const ShellResult result =
      Shell("setsid -w " QINGQU_BINARY " login lin --lang=en --server=127.0.0.1:1 2>&1 </dev/null");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.output, HasSubstr("--password-stdin"));
}

// Reads what the terminal shows until `text` comes or it closes.
std::string ReadUntil(int terminal, const std::string& text) {
  std::string shown;
  std::array<char, 1024> buffer{};
  while (shown.find(text) == std::string::npos) {
    const ssize_t length = read(terminal, buffer.data(), buffer.size());
    if (length <= 0) break;
    shown.append(buffer.data(), static_cast<size_t>(length));
  }
  return shown;
}

class TerminalTest : public ClientTest {};

TEST_F(TerminalTest, PasswordIsNotShown) {
  const std::string server = "--server=" + platform_.address();
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  ASSERT_GE(child, 0);
  if (child == 0) {
    setenv("QINGQU_CONFIG_DIR", variables_["QINGQU_CONFIG_DIR"].c_str(), 1);
    unsetenv("QINGQU_TOKEN");
    execl(QINGQU_BINARY, "qingqu", "login", "lin", "--lang=en", server.c_str(), nullptr);
    _exit(127);
  }
  const std::string question = ReadUntil(terminal, "Password of lin: ");
  EXPECT_THAT(question, HasSubstr("Password of lin: "));
  const std::string answer = std::string(kFakePassword) + "\n";
  ASSERT_EQ(write(terminal, answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
  const std::string rest = ReadUntil(terminal, "users/lin");
  EXPECT_THAT(rest, HasSubstr("signed in"));
  EXPECT_THAT(question + rest, Not(HasSubstr("horse")));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  close(terminal);
}

}  // namespace
}  // namespace qingqu::cli
