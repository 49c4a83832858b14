#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <istream>
#include <ostream>

#include "absl/cleanup/cleanup.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/commands.h"
#include "services/cli/local_file.h"
#include "services/cli/message_view.h"
#include "services/cli/method_lookup.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

constexpr size_t kPasswordFileBytesMax = size_t{4} << 10;
constexpr char kInterrupt = 3;

absl::Status BadUsage(Message message, const Catalogue& catalogue) {
  return UsageError(
      MakeError(absl::StatusCode::kInvalidArgument, "BAD_USAGE", catalogue.Text(message)));
}

std::string FirstLine(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(line);
}

// Reads a line from the terminal without showing it, and restores the terminal.
absl::StatusOr<std::string> AskForSecret(std::string_view prompt, const Catalogue& catalogue) {
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return BadUsage(Message::kNoTerminalForPassword, catalogue);
  const absl::Cleanup close_terminal = [terminal] { close(terminal); };
  termios before = {};
  if (tcgetattr(terminal, &before) != 0) {
    return BadUsage(Message::kNoTerminalForPassword, catalogue);
  }
  termios silent = before;
  // Without ISIG an interrupt comes as a character, and the terminal is restored before leaving.
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
  silent.c_lflag |= ECHONL;
  // TCSAFLUSH drops what was typed before the question.
  if (tcsetattr(terminal, TCSAFLUSH, &silent) != 0) {
    return BadUsage(Message::kNoTerminalForPassword, catalogue);
  }
  const absl::Cleanup restore = [terminal, &before] { tcsetattr(terminal, TCSAFLUSH, &before); };
  if (write(terminal, prompt.data(), prompt.size()) < 0) {
    return FileError(Message::kFileNotWritable, "/dev/tty", errno, catalogue);
  }
  std::string line;
  char character = 0;
  while (line.size() < kPasswordFileBytesMax) {
    const ssize_t length = read(terminal, &character, 1);
    if (length < 0 && errno == EINTR) continue;
    if (character == kInterrupt) return std::string();
    if (length <= 0 || character == '\n') break;
    line += character;
  }
  return line;
}

absl::StatusOr<std::string> ReadPassword(const CommandContext& context, const std::string& user) {
  const Arguments& arguments = context.arguments;
  std::string password;
  if (arguments.Has("password-file")) {
    QINGQU_ASSIGN_OR_RETURN(
        const std::string text,
        ReadWholeFile(arguments.Get("password-file"), kPasswordFileBytesMax, context.catalogue));
    password = FirstLine(text);
  } else if (arguments.Has("password-stdin")) {
    std::getline(context.environment.input, password);
    password = FirstLine(password);
  } else {
    QINGQU_ASSIGN_OR_RETURN(password, AskForSecret(context.catalogue.Format(
                                                       Message::kPasswordPrompt, ForTerminal(user)),
                                                   context.catalogue));
  }
  if (password.empty()) return BadUsage(Message::kPasswordEmpty, context.catalogue);
  return password;
}

// The next line of standard input when the password came from there, else asked for.
absl::StatusOr<std::string> ReadCode(const CommandContext& context) {
  if (!context.arguments.Has("password-stdin")) {
    return AskForSecret(context.catalogue.Text(Message::kCodePrompt), context.catalogue);
  }
  std::string line;
  std::getline(context.environment.input, line);
  return FirstLine(line);
}

absl::StatusOr<identity::v1::SignInResponse> SignIn(Session& session, const std::string& user,
                                                    const std::string& password,
                                                    const CommandContext& context) {
  absl::StatusOr<identity::v1::SignInResponse> signed_in = session.SignIn(user, password, "");
  if (ErrorReason(signed_in.status()) != "SECOND_FACTOR_REQUIRED") return signed_in;
  QINGQU_ASSIGN_OR_RETURN(const std::string code, ReadCode(context));
  // Without a code the answer would be the same question.
  if (code.empty()) return signed_in;
  return session.SignIn(user, password, code);
}

std::string RolesOf(const identity::v1::User& user) {
  std::string roles;
  for (const int role : user.roles()) {
    std::string name = identity::v1::Role_Name(static_cast<identity::v1::Role>(role));
    constexpr std::string_view kPrefix = "ROLE_";
    if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
    roles += fmt::format("{}{}", roles.empty() ? "" : ", ", name);
  }
  return roles;
}

}  // namespace

ExitCode RunLogin(CommandContext& context) {
  const std::string& user = context.arguments.positionals[0];
  if (context.arguments.Has("password-file") && context.arguments.Has("password-stdin")) {
    return context.Fail(UsageError(MakeError(
        absl::StatusCode::kInvalidArgument, "BAD_USAGE",
        context.catalogue.Format(Message::kOptionTwice, "--password-file, --password-stdin"))));
  }
  const auto connection = context.Connect();
  if (!connection.ok()) return context.Fail(connection.status());
  const auto password = ReadPassword(context, user);
  if (!password.ok()) return context.Fail(password.status());
  const auto signed_in = SignIn((*connection)->session, user, *password, context);
  if (!signed_in.ok()) return context.Fail(signed_in.status());
  if (signed_in->enrolment_required()) {
    context.Note(context.catalogue.Text(Message::kEnrolmentRequired));
  }
  if (!context.environment.variable("QINGQU_TOKEN").empty()) {
    context.Note(context.catalogue.Text(Message::kTokenFromEnvironment));
  }
  if (context.json) {
    context.environment.output << MessageAsJson(signed_in->user()) << '\n';
  } else {
    context.environment.output << context.catalogue.Format(Message::kSignedIn,
                                                           (*connection)->server,
                                                           ForTerminal(signed_in->user().name()),
                                                           RolesOf(signed_in->user()))
                               << '\n';
  }
  return ExitCode::kOk;
}

ExitCode RunLogout(CommandContext& context) {
  const auto connection = context.Connect();
  if (!connection.ok()) return context.Fail(connection.status());
  const auto was_signed_in = (*connection)->session.SignOut();
  if (!was_signed_in.ok()) return context.Fail(was_signed_in.status());
  if (context.json) {
    context.environment.output << "{}\n";
    return ExitCode::kOk;
  }
  context.environment.output << context.catalogue.Format(
                                    *was_signed_in ? Message::kSignedOut : Message::kWasNotSignedIn,
                                    (*connection)->server)
                             << '\n';
  return ExitCode::kOk;
}

ExitCode RunWhoami(CommandContext& context) {
  const auto connection = context.Connect();
  if (!connection.ok()) return context.Fail(connection.status());
  const auto method = FindMethod("IdentityService/GetSelf", context.catalogue);
  if (!method.ok()) return context.Fail(method.status());
  const auto user =
      (*connection)->caller.Call(**method, identity::v1::GetSelfRequest(), context.Policy());
  if (!user.ok()) return context.Fail(user.status());
  context.environment.output << (context.json ? MessageAsJson(**user) + "\n"
                                              : MessageForPeople(**user, context.catalogue));
  return ExitCode::kOk;
}

}  // namespace qingqu::cli
