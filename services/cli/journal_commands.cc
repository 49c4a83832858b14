#include <optional>
#include <ostream>

#include "nlohmann/json.hpp"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/commands.h"
#include "services/cli/journal/database_leaves.h"
#include "services/cli/journal/journal_check.h"
#include "services/cli/journal_options.h"
#include "services/cli/progress.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

constexpr int64_t kWaitSeconds = 10;
constexpr int64_t kWaitMax = 3600;

// What a problem is called: for scripts, and in the words of the command.
struct ProblemName {
  JournalProblem problem;
  std::string_view name;
  Message message;
};
constexpr ProblemName kProblemNames[] = {
    {JournalProblem::kCheckpoint, "CHECKPOINT", Message::kJournalCheckpoint},
    {JournalProblem::kEntryChanged, "ENTRY_CHANGED", Message::kJournalEntryChanged},
    {JournalProblem::kEntryMissing, "ENTRY_MISSING", Message::kJournalEntryMissing},
    {JournalProblem::kEntryInserted, "ENTRY_INSERTED", Message::kJournalEntryInserted},
    {JournalProblem::kEntryUnsealed, "ENTRY_UNSEALED", Message::kJournalEntryUnsealed},
    {JournalProblem::kTile, "TILE", Message::kJournalTile},
    {JournalProblem::kRoot, "ROOT", Message::kJournalRoot},
    {JournalProblem::kRewritten, "REWRITTEN", Message::kJournalRewritten}};

const ProblemName* NameOf(JournalProblem problem) {
  for (const ProblemName& name : kProblemNames) {
    if (name.problem == problem) return &name;
  }
  return nullptr;
}

// Why there is no verdict.
absl::Status NoVerdict(const absl::Status& status, const Catalogue& catalogue) {
  if (absl::IsInvalidArgument(status)) {
    return UsageError(
        MakeError(status.code(), "BAD_USAGE", catalogue.Text(Message::kConninfoInvalid)));
  }
  const auto code =
      absl::IsPermissionDenied(status) ? status.code() : absl::StatusCode::kUnavailable;
  return MakeError(code, "JOURNAL_UNREADABLE",
                   catalogue.Format(Message::kDatabaseUnreadable, ToStd(status.message())));
}

absl::StatusOr<JournalReport> Verify(const CommandContext& context) {
  QINGQU_RETURN_IF_ERROR(NeedOption(context, "database"));
  QINGQU_ASSIGN_OR_RETURN(const std::unique_ptr<LogSource> log, LogOption(context, "tiles"));
  QINGQU_ASSIGN_OR_RETURN(const sealed_log::VerifierKey key, KeyOption(context));
  std::optional<sealed_log::Checkpoint> kept;
  if (context.arguments.Has("checkpoint")) {
    QINGQU_ASSIGN_OR_RETURN(kept, CheckpointOption(context));
  }
  QINGQU_ASSIGN_OR_RETURN(const int64_t wait,
                          NumberOption(context, "wait", {.min = 0, .max = kWaitMax}, kWaitSeconds));
  const Environment& environment = context.environment;
  ProgressBar bar(environment.errors,
                  environment.errors_are_terminal && !context.quiet && !context.json,
                  environment.clock, context.catalogue);
  const JournalCheck check{
      .log = log.get(),
      .key = key,
      .kept = kept,
      .open_leaves = [&] { return OpenDatabaseLeaves(context.arguments.Get("database")); },
      .wait = absl::Seconds(wait),
      .on_progress =
          [&bar](uint64_t done, uint64_t total) {
            bar.Show({.bytes_done = static_cast<int64_t>(done),
                      .bytes_total = static_cast<int64_t>(total),
                      .rows_done = static_cast<int64_t>(done)});
          }};
  auto report = CheckJournal(check);
  if (!report.ok()) return NoVerdict(report.status(), context.catalogue);
  return report;
}

}  // namespace

ExitCode RunVerifyJournal(CommandContext& context) {
  const auto report = Verify(context);
  if (!report.ok()) return context.Fail(report.status());
  const ProblemName* problem = NameOf(report->problem);
  std::ostream& output = context.environment.output;
  const std::string root = sealed_log::ToHex(report->checkpoint.root);
  if (context.json) {
    nlohmann::json object = {{"valid", problem == nullptr},
                             {"entries", report->entries},
                             {"unfinished", report->unfinished},
                             {"size", report->checkpoint.size},
                             {"root", root}};
    if (problem != nullptr) {
      object["problem"] = problem->name;
      object["index"] = report->index;
      object["detail"] = report->detail;
    }
    output << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else if (problem == nullptr) {
    output << context.catalogue.Format(Message::kJournalFine, report->entries, root,
                                       report->unfinished)
           << '\n';
  } else if (report->problem == JournalProblem::kCheckpoint ||
             report->problem == JournalProblem::kRewritten) {
    output << context.catalogue.Format(problem->message, ForTerminal(report->detail)) << '\n';
  } else {
    output << context.catalogue.Format(problem->message, report->index, ForTerminal(report->detail))
           << '\n';
  }
  return problem == nullptr ? ExitCode::kOk : ExitCode::kNegative;
}

}  // namespace qingqu::cli
