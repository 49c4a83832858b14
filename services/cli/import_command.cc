#include <algorithm>
#include <filesystem>
#include <ostream>

#include "nlohmann/json.hpp"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/targets.h"
#include "services/cli/commands.h"
#include "services/cli/import_run.h"
#include "services/cli/local_file.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

constexpr size_t kMappingBytesMax = size_t{1} << 20;
constexpr size_t kSourceLengthMax = 40;
constexpr std::string_view kHistoryTarget = "history";
constexpr std::string_view kDefaultSource = "scms";
constexpr std::string_view kAllOrNothing = "all-or-nothing";
constexpr std::string_view kPerRow = "per-row";
constexpr int kCellsShownMax = 20;
// With the delays between them these outlast a restart of the server and its database.
constexpr int kAttemptsMax = 12;
constexpr absl::Duration kCallTimeout = absl::Minutes(10);

absl::Status BadUsage(std::string_view message) {
  return UsageError(MakeError(absl::StatusCode::kInvalidArgument, "BAD_USAGE", message));
}

absl::StatusOr<bool> IsAllOrNothing(const CommandContext& context) {
  const std::string mode = context.arguments.Get("mode", kAllOrNothing);
  if (mode == kAllOrNothing) return true;
  if (mode == kPerRow) return false;
  return BadUsage(context.catalogue.Format(Message::kBadOptionValue, "--mode", mode,
                                           fmt::format("{}, {}", kAllOrNothing, kPerRow)));
}

bool IsDryRun(const CommandContext& context) { return context.arguments.Has("dry-run"); }
// A dry run that needs no server.
bool IsOffline(const CommandContext& context) { return context.arguments.Has("offline"); }

BadCellOptions WhereBadCellsGo(const CommandContext& context) {
  const std::filesystem::path file(context.arguments.positionals[0]);
  BadCellOptions options;
  if (context.arguments.Has("rejects")) {
    options.rejects_path = context.arguments.Get("rejects");
    options.file_even_if_empty = true;
  } else if (!IsOffline(context)) {
    options.rejects_path = file.string() + ".rejects.csv";
    options.fallback_path = file.filename().string() + ".rejects.csv";
  }
  if (IsDryRun(context)) {
    options.list = &context.environment.output;
    options.listed_max = -1;
    options.list_as_json = context.json;
  } else if (!context.json && !context.quiet) {
    options.list = &context.environment.errors;
    options.listed_max = kCellsShownMax;
  }
  return options;
}

void PrintJson(const CommandContext& context, const ImportKind& kind,
               const ImportOutcome& outcome) {
  nlohmann::ordered_json line = {{"read", outcome.read},
                                 {"imported", outcome.imported},
                                 {"unchanged", outcome.unchanged},
                                 {"rejected", outcome.rejected}};
  if (kind.device_xml) line["mended"] = outcome.mended;
  context.environment.output << line.dump() << '\n';
}

void PrintForPeople(const CommandContext& context, const ImportOutcome& outcome) {
  const Catalogue& catalogue = context.catalogue;
  std::ostream& output = context.environment.output;
  if (IsOffline(context)) {
    output << (outcome.bad_rows == 0
                   ? catalogue.Format(Message::kDryRunClean, outcome.read)
                   : catalogue.Format(Message::kDryRunBad, outcome.read, outcome.bad_rows))
           << '\n';
    return;
  }
  if (outcome.refused) {
    output << catalogue.Format(
                  IsDryRun(context) ? Message::kDryRunRefused : Message::kImportRefused,
                  outcome.bad_rows, outcome.read)
           << '\n';
    return;
  }
  const auto column = [&catalogue](Message heading) {
    return TableColumn{.heading = std::string(catalogue.Text(heading)), .right_aligned = true};
  };
  output << RenderTable(
      {column(Message::kImportRead), column(Message::kImportImported),
       column(Message::kImportUnchanged), column(Message::kImportRejected)},
      {{fmt::format("{}", outcome.read), fmt::format("{}", outcome.imported),
        fmt::format("{}", outcome.unchanged), fmt::format("{}", outcome.rejected)}});
  if (IsDryRun(context)) output << catalogue.Text(Message::kDryRunChangedNothing) << '\n';
}

ExitCode ExitCodeOfOutcome(const CommandContext& context, const ImportOutcome& outcome) {
  if (outcome.bad_rows == 0 && outcome.rejected == 0) return ExitCode::kOk;
  if (IsDryRun(context)) return ExitCode::kNegative;
  return outcome.refused ? ExitCode::kRefused : ExitCode::kPartial;
}

struct ImportPlan {
  const ImportKind& kind;
  const tabular::Mapping& mapping;
  std::vector<std::pair<std::string, std::string>> start_fields = {};
};

CallPolicy PolicyOfImport(const CommandContext& context, ProgressBar& progress) {
  CallPolicy policy = context.Policy();
  policy.outlasts_outages = true;
  policy.attempts_max = kAttemptsMax;
  if (!context.arguments.Has("timeout")) policy.timeout = kCallTimeout;
  policy.on_retry = [&progress, note = policy.on_retry](const absl::Status& status) {
    progress.Clear();
    note(status);
  };
  return policy;
}

absl::StatusOr<ImportOutcome> Import(const CommandContext& context, const ImportOptions& options,
                                     const ImportSurroundings& surroundings) {
  if (IsOffline(context)) return CheckFile(options, surroundings);
  QINGQU_ASSIGN_OR_RETURN(const auto connection, context.Connect());
  return RunImport(connection->caller, options, surroundings);
}

// Whoever cannot ask the server may still want to know whether the file is sound.
ExitCode Fail(const CommandContext& context, const absl::Status& status) {
  const ExitCode code = context.Fail(status);
  const bool unasked = code == ExitCode::kUnavailable || code == ExitCode::kNotAllowed;
  if (unasked && IsDryRun(context)) context.Note(context.catalogue.Text(Message::kDryRunOffline));
  return code;
}

ExitCode RunPlan(const CommandContext& context, const ImportPlan& plan) {
  if (IsOffline(context) && !IsDryRun(context)) {
    return context.Fail(BadUsage(context.catalogue.Text(Message::kOfflineNeedsDryRun)));
  }
  const auto all_or_nothing = IsAllOrNothing(context);
  if (!all_or_nothing.ok()) return context.Fail(all_or_nothing.status());
  BadCells bad_cells(WhereBadCellsGo(context), context.catalogue);
  Environment& environment = context.environment;
  ProgressBar progress(environment.errors,
                       environment.errors_are_terminal && !context.quiet && !context.json,
                       environment.clock, context.catalogue);
  const ImportOptions options{
      .kind = plan.kind,
      .path = context.arguments.positionals[0],
      .mapping = plan.mapping,
      .start = {.fields = plan.start_fields, .all_or_nothing = *all_or_nothing},
      .policy = PolicyOfImport(context, progress),
      .dry_run = IsDryRun(context)};
  const auto outcome = Import(context, options,
                              {.bad_cells = bad_cells,
                               .progress = progress,
                               .clock = environment.clock,
                               .catalogue = context.catalogue,
                               .note = [&context](std::string_view text) { context.Note(text); }});
  // The import takes effect at its end and can be run again, so it is never in doubt what to do.
  if (!outcome.ok()) return Fail(context, outcome.status());
  if (context.json) {
    PrintJson(context, plan.kind, *outcome);
  } else {
    PrintForPeople(context, *outcome);
  }
  if (!bad_cells.written_path().empty()) {
    context.Note(context.catalogue.Format(Message::kRejectsWritten, bad_cells.count(),
                                          bad_cells.written_path()));
  }
  return ExitCodeOfOutcome(context, *outcome);
}

bool IsSource(std::string_view source) {
  return !source.empty() && source.size() <= kSourceLengthMax &&
         std::ranges::all_of(source, [](char character) {
           return (character >= 'a' && character <= 'z') ||
                  (character >= '0' && character <= '9') || character == '-';
         });
}

// The mapping of --mapping, fit for the target.
absl::StatusOr<tabular::Mapping> ReadMapping(const CommandContext& context, std::string_view target,
                                             std::span<const tabular::TargetField> fields) {
  QINGQU_ASSIGN_OR_RETURN(
      const std::string text,
      ReadWholeFile(context.arguments.Get("mapping"), kMappingBytesMax, context.catalogue));
  auto mapping = tabular::ParseMapping(text);
  if (!mapping.ok()) return LocalFileError(mapping.status());
  const absl::Status fits = tabular::CheckTarget(*mapping, target, fields);
  if (!fits.ok()) return LocalFileError(fits);
  return mapping;
}

struct CodeListImport {
  const ImportKind& kind;
  const tabular::BuiltInTarget& target;
  std::string_view list;  // of the rpc that opens the import
};

ExitCode RunImportOfCodes(CommandContext& context, const CodeListImport& import) {
  for (const auto& [option, value] : {std::pair("release", "ID"), std::pair("effective", "DATE")}) {
    if (context.arguments.Has(option) || IsOffline(context)) continue;
    return context.Fail(BadUsage(
        context.catalogue.Format(Message::kOptionNeedsValue, fmt::format("--{}", option), value)));
  }
  auto mapping = context.arguments.Has("mapping")
                     ? ReadMapping(context, import.target.name, import.target.fields)
                     : tabular::ParseMapping(import.target.mapping);
  if (!mapping.ok()) return context.Fail(mapping.status());
  if (context.arguments.Has("sheet")) mapping->sheet = context.arguments.Get("sheet");
  return RunPlan(context, {.kind = import.kind,
                           .mapping = *mapping,
                           .start_fields = {{"release_id", context.arguments.Get("release")},
                                            {"effective_date", context.arguments.Get("effective")},
                                            {"list", std::string(import.list)}}});
}

}  // namespace

ExitCode RunImportCodes(CommandContext& context) {
  return RunImportOfCodes(
      context,
      {.kind = kCodesImport, .target = tabular::CodesTarget(), .list = "CODE_LIST_SPECIFICATIONS"});
}

ExitCode RunImportWithdrawnCodes(CommandContext& context) {
  return RunImportOfCodes(context, {.kind = kWithdrawnCodesImport,
                                    .target = tabular::WithdrawnCodesTarget(),
                                    .list = "CODE_LIST_WITHDRAWALS"});
}

ExitCode RunImportTranscodedCodes(CommandContext& context) {
  return RunImportOfCodes(context, {.kind = kTranscodedCodesImport,
                                    .target = tabular::TranscodedCodesTarget(),
                                    .list = "CODE_LIST_TRANSCODINGS"});
}

ExitCode RunImportClasses(CommandContext& context) {
  const auto mapping = tabular::ParseMapping(tabular::BuiltInClassesMapping());
  if (!mapping.ok()) return context.Fail(mapping.status());
  return RunPlan(context, {.kind = kClassesImport, .mapping = *mapping});
}

ExitCode RunImportItems(CommandContext& context) {
  const auto mapping = tabular::ParseMapping(tabular::BuiltInItemsMapping());
  if (!mapping.ok()) return context.Fail(mapping.status());
  return RunPlan(context, {.kind = kItemsImport, .mapping = *mapping});
}

ExitCode RunImportDevices(CommandContext& context) {
  const tabular::Mapping none;
  return RunPlan(context, {.kind = kDevicesImport, .mapping = none});
}

ExitCode RunImportHistory(CommandContext& context) {
  const Catalogue& catalogue = context.catalogue;
  if (!context.arguments.Has("mapping")) {
    return context.Fail(
        BadUsage(catalogue.Format(Message::kOptionNeedsValue, "--mapping", "FILE")));
  }
  const std::string source = context.arguments.Get("source", kDefaultSource);
  if (!IsSource(source)) {
    return context.Fail(BadUsage(catalogue.Format(Message::kBadSource, source)));
  }
  const auto mapping = ReadMapping(context, kHistoryTarget, tabular::HistoryFields());
  if (!mapping.ok()) return context.Fail(mapping.status());
  return RunPlan(
      context, {.kind = kHistoryImport, .mapping = *mapping, .start_fields = {{"source", source}}});
}

}  // namespace qingqu::cli
