#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"

#include "common/base/clock.h"
#include "services/cli/command.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  // A reader that goes away ends the program as it ends any filter.
  std::signal(SIGPIPE, SIG_DFL);
  const qingqu::SystemClock clock;
  qingqu::cli::Environment environment{.variable =
                                           [](const std::string& name) {
                                             const char* value = std::getenv(name.c_str());
                                             return std::string(value == nullptr ? "" : value);
                                           },
                                       .input = std::cin,
                                       .output = std::cout,
                                       .errors = std::cerr,
                                       .errors_are_terminal = isatty(STDERR_FILENO) == 1,
                                       .clock = clock};
  const std::vector<std::string> words(argv + 1, argv + argc);
  const qingqu::cli::ExitCode code = qingqu::cli::RunClient(words, environment);
  std::cout.flush();
  // What could not be printed was not done, as far as a script can tell.
  if (!std::cout && code == qingqu::cli::ExitCode::kOk) {
    return static_cast<int>(qingqu::cli::ExitCode::kLocalFile);
  }
  return static_cast<int>(code);
}
