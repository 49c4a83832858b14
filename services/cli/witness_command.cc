#include <filesystem>
#include <ostream>

#include "absl/time/clock.h"
#include "nlohmann/json.hpp"

#include "common/base/durable_file.h"
#include "common/base/strings.h"
#include "common/sealed_log/note.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/commands.h"
#include "services/cli/journal/witness.h"
#include "services/cli/journal_options.h"
#include "services/cli/local_file.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

constexpr int64_t kEverySeconds = 10;
constexpr int64_t kEveryMax = 86400;

absl::Status WithReason(const absl::Status& status, std::string_view reason,
                        std::string_view message) {
  return MakeError(status.code(), reason, message);
}

// What keeps the state from being used, in the words of the command.
absl::Status StateError(const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) {
    return UsageError(WithReason(status, "OTHER_KEY", ToStd(status.message())));
  }
  return LocalFileError(WithReason(status, "STATE_UNUSABLE", ToStd(status.message())));
}

// What Witness::Look found, in the words of the command.
absl::Status LookError(const absl::Status& status, const CommandContext& context) {
  const std::string_view problem = ToStd(status.message());
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return ForkError(
          WithReason(status, "LOG_FORKED",
                     context.catalogue.Format(Message::kLogForked, problem, EvidenceOf(status))));
    case absl::StatusCode::kInvalidArgument:
      return NegativeError(
          WithReason(status, "CHECKPOINT_INVALID",
                     context.catalogue.Format(Message::kCheckpointInvalid, problem)));
    case absl::StatusCode::kOutOfRange:
      return NegativeError(WithReason(status, "CHECKPOINT_OLDER",
                                      context.catalogue.Text(Message::kCheckpointOlder)));
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
      return LocalFileError(WithReason(status, "STATE_UNUSABLE", problem));
    default:
      return MakeError(absl::StatusCode::kUnavailable, "LOG_UNREADABLE",
                       context.catalogue.Format(Message::kLogUnreadable, problem));
  }
}

void Report(const CommandContext& context, const Witness& witness, const Witness::Seen& seen) {
  const sealed_log::Checkpoint& checkpoint = seen.checkpoint;
  const bool same = seen.growth == Witness::Growth::kSame;
  if (context.json) {
    const nlohmann::json object = {{"growth", seen.growth == Witness::Growth::kFirst ? "first"
                                              : same                                 ? "same"
                                                                                     : "grew"},
                                   {"origin", checkpoint.origin},
                                   {"from", seen.from},
                                   {"size", checkpoint.size},
                                   {"root", sealed_log::ToHex(checkpoint.root)},
                                   {"witness_key", FormatVerifierKey(witness.own_key())},
                                   {"note", seen.cosigned}};
    context.environment.output << object.dump() << '\n' << std::flush;
    return;
  }
  if (seen.growth == Witness::Growth::kFirst) {
    context.Note(context.catalogue.Format(Message::kWitnessFirst, checkpoint.origin,
                                          checkpoint.size, FormatVerifierKey(witness.own_key())));
  } else {
    context.Note(context.catalogue.Format(same ? Message::kWitnessSame : Message::kWitnessGrew,
                                          checkpoint.origin, seen.from, checkpoint.size));
  }
  if (!context.arguments.Has("out")) context.environment.output << seen.cosigned << std::flush;
}

// One look at the log.
absl::StatusOr<Witness::Seen> LookOnce(const CommandContext& context, Witness& witness,
                                       LogSource& log) {
  std::string note;
  if (context.arguments.Has("checkpoint")) {
    QINGQU_ASSIGN_OR_RETURN(note, ReadWholeFile(context.arguments.Get("checkpoint"),
                                                sealed_log::kNoteBytesMax, context.catalogue));
  } else {
    auto fetched = log.ReadCheckpoint();
    if (!fetched.ok()) {
      return LookError(absl::UnavailableError(fetched.status().message()), context);
    }
    note = *std::move(fetched);
  }
  auto seen = witness.Look(note, log);
  if (!seen.ok()) return LookError(seen.status(), context);
  if (!context.arguments.Has("out")) return seen;
  const absl::Status written =
      WriteDurableFile({.path = context.arguments.Get("out"), .content = seen->cosigned});
  if (!written.ok()) {
    return LocalFileError(WithReason(written, "FILE_NOT_WRITABLE", ToStd(written.message())));
  }
  return seen;
}

struct WitnessSetup {
  Witness witness;
  std::unique_ptr<LogSource> log;
  absl::Duration every;
};

absl::StatusOr<WitnessSetup> Prepare(const CommandContext& context, const Clock& clock) {
  QINGQU_RETURN_IF_ERROR(NeedOption(context, "state"));
  QINGQU_ASSIGN_OR_RETURN(std::unique_ptr<LogSource> log, LogOption(context, "log"));
  QINGQU_ASSIGN_OR_RETURN(
      const int64_t every,
      NumberOption(context, "every", {.min = 1, .max = kEveryMax}, kEverySeconds));
  Witness::Options options{.folder = context.arguments.Get("state"),
                           .name = context.arguments.Get("name")};
  if (context.arguments.Has("key")) {
    QINGQU_ASSIGN_OR_RETURN(options.log_key, KeyOption(context));
  } else if (!std::filesystem::exists(options.folder + "/log.vkey")) {
    return NeedOption(context, "key");
  }
  auto witness = Witness::Open(options, &clock);
  if (!witness.ok()) return StateError(witness.status());
  return WitnessSetup{
      .witness = *std::move(witness), .log = std::move(log), .every = absl::Seconds(every)};
}

}  // namespace

ExitCode RunWitness(CommandContext& context) {
  absl::StatusOr<WitnessSetup> setup = Prepare(context, context.environment.clock);
  if (!setup.ok()) return context.Fail(setup.status());
  const bool follow = context.arguments.Has("follow");
  while (true) {
    const auto seen = LookOnce(context, setup->witness, *setup->log);
    ExitCode code = ExitCode::kOk;
    if (!seen.ok()) {
      code = context.Fail(seen.status());
    } else if (!follow || seen->growth != Witness::Growth::kSame) {
      Report(context, setup->witness, *seen);
    }
    // What was found stays found; what could not be read may be read later.
    const bool lasting = code == ExitCode::kForked || code == ExitCode::kLocalFile;
    if (!follow || lasting) return code;
    absl::SleepFor(setup->every);
  }
}

}  // namespace qingqu::cli
