#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <ostream>

#include "absl/time/clock.h"
#include "nlohmann/json.hpp"

#include "common/base/durable_file.h"
#include "common/base/strings.h"
#include "common/sealed_log/checkpoint.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/commands.h"
#include "services/cli/journal/export_file.h"
#include "services/cli/journal_options.h"
#include "services/cli/local_file.h"
#include "services/cli/method_lookup.h"
#include "services/cli/progress.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

using supervision::v1::LogChunk;

// Breaks without a row in between, before the export is given up.
constexpr int kBreaksMax = 12;
constexpr absl::Duration kPauseAfterBreak = absl::Milliseconds(200);
constexpr absl::Duration kPauseMax = absl::Seconds(10);
constexpr int64_t kIndexMax = std::numeric_limits<int64_t>::max();

// A file that grows at its end.
class GrowingFile {
 public:
  explicit GrowingFile(const CommandContext& context, std::string path)
      : catalogue_(context.catalogue), path_(std::move(path)) {}
  ~GrowingFile() {
    if (file_ >= 0) close(file_);
  }
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  // Cuts off what comes after `bytes`.
  absl::Status Open(int64_t bytes) {
    file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file_ < 0 || ftruncate(file_, bytes) != 0) return Failed();
    return absl::OkStatus();
  }
  absl::Status Append(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Failed();
      text.remove_prefix(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }
  absl::Status Sync() { return fsync(file_) == 0 ? absl::OkStatus() : Failed(); }

 private:
  absl::Status Failed() const {
    return FileError(Message::kFileNotWritable, path_, errno, catalogue_);
  }

  const Catalogue catalogue_;
  const std::string path_;
  int file_ = -1;
};

bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsUnknown(status) || absl::IsCancelled(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsUnauthenticated(status);
}

// One export, over as many calls as it takes.
class ExportRun {
 public:
  ExportRun(CommandContext& context, Connection& connection)
      : context_(context),
        connection_(connection),
        path_(context.arguments.positionals[0]),
        file_(context, path_),
        bar_(context.environment.errors,
             context.environment.errors_are_terminal && !context.quiet && !context.json,
             context.environment.clock, context.catalogue) {}

  absl::Status Run() {
    QINGQU_RETURN_IF_ERROR(ReadOptions());
    QINGQU_RETURN_IF_ERROR(TakeUp());
    if (checker_.complete()) {
      context_.Note(context_.catalogue.Format(Message::kExportComplete, path_));
      return absl::OkStatus();
    }
    QINGQU_ASSIGN_OR_RETURN(const auto* method,
                            FindMethod("JournalService/ExportEntries", context_.catalogue));
    int breaks = 0;
    while (!checker_.complete()) {
      const uint64_t before = checker_.next();
      const absl::Status status = connection_.caller.Stream(
          *method, Request(), context_.timeout, [this](const google::protobuf::Message& message) {
            LogChunk chunk;
            chunk.CopyFrom(message);
            return Take(chunk);
          });
      if (checker_.complete()) break;
      breaks = checker_.next() == before ? breaks + 1 : 0;
      const absl::Status problem = status.ok() ? absl::UnavailableError("") : status;
      // A token that is refused at once will be refused again.
      const bool refused = absl::IsUnauthenticated(problem) && breaks > 0;
      if (!IsPassing(problem) || refused || !checker_.begun() || breaks > kBreaksMax) {
        return problem;
      }
      context_.Note(context_.catalogue.Format(Message::kImportRetries,
                                              ForTerminal(ToStd(problem.message()))));
      absl::SleepFor(std::min(kPauseAfterBreak * (1 << breaks), kPauseMax));
    }
    return file_.Sync();
  }

  const ExportChecker& checker() const { return checker_; }

 private:
  absl::Status ReadOptions() {
    QINGQU_RETURN_IF_ERROR(NeedOption(context_, "purpose"));
    QINGQU_ASSIGN_OR_RETURN(const int64_t from,
                            NumberOption(context_, "from", {.min = 0, .max = kIndexMax}, 0));
    QINGQU_ASSIGN_OR_RETURN(const int64_t to,
                            NumberOption(context_, "to", {.min = 0, .max = kIndexMax}, 0));
    request_.set_purpose(context_.arguments.Get("purpose"));
    request_.set_from_index(from);
    request_.set_to_index(to);
    return absl::OkStatus();
  }

  // Whether what is there is of the stretch that is asked for; without an end: of the whole log.
  bool IsThisExport() const {
    const auto to = static_cast<uint64_t>(request_.to_index());
    return checker_.begun() && checker_.from() == static_cast<uint64_t>(request_.from_index()) &&
           checker_.to() == (to == 0 ? checker_.tree_size() : to);
  }

  // Reads what is there already; everything after its last good record is cut off.
  absl::Status TakeUp() {
    std::error_code error;
    const auto size = std::filesystem::file_size(path_, error);
    int64_t good_bytes = 0;
    if (!error && size > 0) {
      const auto report = ReadExport(path_, checker_);
      if (!report.ok()) return FileError(Message::kFileNotReadable, path_, EIO, context_.catalogue);
      const bool whole = report->problem == ExportProblem::kNone;
      const bool cut = report->problem == ExportProblem::kTruncated;
      // One that broke before its header may become any export.
      if (!(cut && !checker_.begun()) && (!IsThisExport() || (!whole && !cut))) {
        return LocalFileError(
            MakeError(absl::StatusCode::kFailedPrecondition, "NOT_THIS_EXPORT",
                      context_.catalogue.Format(Message::kExportOfOthers, path_)));
      }
      if (whole) return absl::OkStatus();
      good_bytes = report->good_bytes;
      if (checker_.begun()) {
        context_.Note(context_.catalogue.Format(Message::kExportGoesOn, path_, checker_.next()));
      }
    }
    QINGQU_RETURN_IF_ERROR(file_.Open(good_bytes));
    return good_bytes > 0 ? absl::OkStatus() : file_.Append(kExportMagic);
  }

  supervision::v1::ExportEntriesRequest Request() const {
    supervision::v1::ExportEntriesRequest request = request_;
    if (!checker_.begun()) return request;
    request.set_from_index(static_cast<int64_t>(checker_.next()));
    request.set_to_index(static_cast<int64_t>(checker_.to()));
    request.set_tree_size(static_cast<int64_t>(checker_.tree_size()));
    return request;
  }

  absl::Status Take(const LogChunk& chunk) {
    const bool goes_on = checker_.begun() && chunk.has_header();
    if (!checker_.Add(chunk)) {
      return NegativeError(
          MakeError(absl::StatusCode::kDataLoss, "EXPORT_DISAGREES",
                    context_.catalogue.Format(Message::kExportDisagrees, checker_.next())));
    }
    bar_.Show({.bytes_done = static_cast<int64_t>(checker_.next() - checker_.from()),
               .bytes_total = static_cast<int64_t>(checker_.to() - checker_.from()),
               .rows_done = static_cast<int64_t>(checker_.next() - checker_.from())});
    if (chunk.has_header()) {
      const std::string note_path = path_ + ".checkpoint";
      const absl::Status kept =
          WriteDurableFile({.path = note_path, .content = chunk.header().checkpoint().note()});
      if (!kept.ok()) return LocalFileError(kept);
    }
    return goes_on ? absl::OkStatus() : file_.Append(ExportRecord(chunk));
  }

  CommandContext& context_;
  Connection& connection_;
  const std::string path_;
  GrowingFile file_;
  ProgressBar bar_;
  ExportChecker checker_;
  supervision::v1::ExportEntriesRequest request_;
};

struct ProblemName {
  ExportProblem problem;
  std::string_view name;
  Message message;
};
constexpr ProblemName kProblemNames[] = {
    {ExportProblem::kTruncated, "TRUNCATED", Message::kExportTruncated},
    {ExportProblem::kMalformed, "MALFORMED", Message::kExportMalformed},
    {ExportProblem::kOtherCheckpoint, "OTHER_CHECKPOINT", Message::kExportOtherCheckpoint},
    {ExportProblem::kGap, "GAP", Message::kExportGap},
    {ExportProblem::kRowChanged, "ROW_CHANGED", Message::kExportRowChanged},
    {ExportProblem::kRestricted, "RESTRICTED_CHANGED", Message::kExportRestricted},
    {ExportProblem::kOtherRoot, "OTHER_ROOT", Message::kExportOtherRoot}};

const ProblemName* NameOf(ExportProblem problem) {
  const auto* const found = std::ranges::find(kProblemNames, problem, &ProblemName::problem);
  return found == std::end(kProblemNames) ? nullptr : found;
}

absl::StatusOr<ExportReport> VerifyExport(const CommandContext& context,
                                          const sealed_log::Checkpoint& checkpoint) {
  const std::string& path = context.arguments.positionals[0];
  ProgressBar bar(context.environment.errors,
                  context.environment.errors_are_terminal && !context.quiet && !context.json,
                  context.environment.clock, context.catalogue);
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return FileError(Message::kFileNotReadable, path, error.value(), context.catalogue);
  ExportChecker checker;
  auto report = ReadExport(path, checker, [&](int64_t bytes, uint64_t rows) {
    bar.Show({.bytes_done = bytes,
              .bytes_total = static_cast<int64_t>(size),
              .rows_done = static_cast<int64_t>(rows)});
  });
  if (!report.ok()) return FileError(Message::kFileNotReadable, path, EIO, context.catalogue);
  if (report->problem != ExportProblem::kNone) return report;
  report->problem = checker.Judge(checkpoint);
  report->index = report->from;
  return report;
}

}  // namespace

ExitCode RunExport(CommandContext& context) {
  const auto connection = context.Connect();
  if (!connection.ok()) return context.Fail(connection.status());
  ExportRun run(context, **connection);
  const absl::Status status = run.Run();
  if (!status.ok()) return context.Fail(status);
  const ExportChecker& checker = run.checker();
  const uint64_t rows = checker.next() - checker.from();
  if (context.json) {
    const nlohmann::json object = {{"rows", rows},
                                   {"from", checker.from()},
                                   {"to", checker.to()},
                                   {"size", checker.tree_size()}};
    context.environment.output << object.dump() << '\n';
  } else {
    context.environment.output << context.catalogue.Format(
                                      Message::kExportDone, rows, context.arguments.positionals[0],
                                      checker.from(), checker.to(), checker.tree_size())
                               << '\n';
  }
  return ExitCode::kOk;
}

ExitCode RunVerifyExport(CommandContext& context) {
  const auto checkpoint = CheckpointOption(context);
  if (!checkpoint.ok()) return context.Fail(checkpoint.status());
  const auto report = VerifyExport(context, *checkpoint);
  if (!report.ok()) return context.Fail(report.status());
  const ProblemName* problem = NameOf(report->problem);
  std::ostream& output = context.environment.output;
  if (context.json) {
    nlohmann::json object = {{"valid", problem == nullptr},
                             {"rows", report->rows},
                             {"from", report->from},
                             {"to", report->to},
                             {"size", report->tree_size}};
    if (problem != nullptr) {
      object["problem"] = problem->name;
      object["index"] = report->index;
    }
    output << object.dump() << '\n';
  } else if (problem == nullptr) {
    output << context.catalogue.Format(Message::kExportFine, report->rows, report->from, report->to,
                                       report->tree_size)
           << '\n';
  } else {
    output << context.catalogue.Format(problem->message, report->index, report->tree_size) << '\n';
  }
  return problem == nullptr ? ExitCode::kOk : ExitCode::kNegative;
}

}  // namespace qingqu::cli
