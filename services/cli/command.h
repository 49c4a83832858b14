#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/clock.h"
#include "services/cli/arguments.h"
#include "services/cli/caller.h"
#include "services/cli/exit_code.h"
#include "services/cli/messages.h"

namespace qingqu::cli {

// The world outside, which tests replace.
struct Environment {
  std::function<std::string(const std::string&)> variable;  // "" when it is not set
  std::istream& input;
  std::ostream& output;
  std::ostream& errors;
  bool errors_are_terminal = false;
  const Clock& clock;
};

// A server and who is signed in there.
struct Connection {
  std::string server;
  RpcClient client;
  Session session;
  Caller caller;

  Connection(const std::string& server_text, ServiceAddresses addresses, const ClientTls& tls,
             CredentialStore store, SessionOptions options, const Clock& clock,
             const Catalogue& catalogue)
      : server(server_text),
        client(std::move(addresses), tls, catalogue),
        session(client, std::move(store), std::move(options), clock, catalogue),
        caller(client, session) {}
};

// What a command runs with.
struct CommandContext {
  Environment& environment;
  Catalogue catalogue;
  Arguments arguments;  // the command's own words and all options
  bool json = false;
  bool quiet = false;
  absl::Duration timeout = absl::Seconds(30);

  // Where the server is and who is signed in; no connection is made before the first call.
  absl::StatusOr<std::unique_ptr<Connection>> Connect() const;
  // A call with the command line's timeout; says so when it repeats itself.
  CallPolicy Policy() const;
  // A line for people on standard error, unless --quiet or --json.
  void Note(std::string_view text) const;
  // Reports an error on standard error (one line, violations below it; a JSON object with --json)
  // and returns its exit code.
  ExitCode Fail(const absl::Status& status, bool changes = false,
                std::string_view request_id = "") const;
};

struct Command {
  std::string_view name;       // one word or two: "import classes"
  std::string_view arguments;  // "SERVICE/METHOD [JSON | @FILE | -]"
  Message summary;
  Message description;
  std::span<const OptionSpec> options;
  std::string_view examples;  // command lines
  size_t positionals_min = 0;
  size_t positionals_max = 0;
  ExitCode (*run)(CommandContext& context) = nullptr;
};

std::span<const Command> AllCommands();

// Runs `qingqu` with the words after the program's name.
ExitCode RunClient(std::span<const std::string> words, Environment& environment);

}  // namespace qingqu::cli
