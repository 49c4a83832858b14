#pragma once

#include "absl/status/status.h"

namespace qingqu::cli {

// What `qingqu` exits with. Scripts rely on the numbers; `qingqu --help` lists them.
enum class ExitCode {
  kOk = 0,
  kNegative = 1,     // the question was answered, and the answer is no: findings, invalid scans
  kUsage = 2,        // a wrong command line or request
  kPartial = 3,      // some rows were rejected, the others imported
  kRefused = 4,      // the server refused: a rule, a state, a name that does not exist
  kNotAllowed = 5,   // not signed in, or without the right
  kUnavailable = 6,  // no server, no answer in time, or it failed inside; nothing was changed
  kInDoubt = 7,      // the change may or may not have happened: repeat with the same request id
  kLocalFile = 8,    // a file on this machine cannot be read or written, or does not make sense
  kForked = 9        // a log contradicts what it signed before: somebody rewrote history
};

// What an error is to a script. `changes` says whether the call could have changed something.
ExitCode ExitCodeOf(const absl::Status& status, bool changes);

// Marks an error as one of this machine's files (kLocalFile) or of the command line (kUsage).
absl::Status LocalFileError(absl::Status status);
absl::Status UsageError(absl::Status status);

// Marks an error as what a log contradicts itself in (kForked), or as an answer that is no
// (kNegative).
absl::Status ForkError(absl::Status status);
absl::Status NegativeError(absl::Status status);

// Marks an error after which the call certainly never reached the server.
absl::Status NotSentError(absl::Status status);

}  // namespace qingqu::cli
