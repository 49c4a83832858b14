#include "services/cli/command.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <vector>

#include "common/status/status.h"
#include "services/cli/commands.h"
#include "services/cli/help.h"

namespace qingqu::cli {
namespace {

constexpr std::array kLoginOptions = std::to_array<OptionSpec>({
    {"password-file", "FILE", Message::kOptionPasswordFile},
    {"password-stdin", "", Message::kOptionPasswordStdin},
});

constexpr std::array kCallOptions = std::to_array<OptionSpec>({
    {"all", "", Message::kOptionAll},
});

constexpr std::array kImportClassesOptions = std::to_array<OptionSpec>({
    {"dry-run", "", Message::kOptionDryRun},
    {"offline", "", Message::kOptionOffline},
    {"mode", "MODE", Message::kOptionMode},
    {"rejects", "FILE", Message::kOptionRejects},
});

constexpr std::array kImportCodesOptions = std::to_array<OptionSpec>({
    {"release", "ID", Message::kOptionRelease},
    {"effective", "DATE", Message::kOptionEffective},
    {"mapping", "FILE", Message::kOptionMapping},
    {"sheet", "NAME", Message::kOptionSheet},
    {"dry-run", "", Message::kOptionDryRun},
    {"offline", "", Message::kOptionOffline},
    {"mode", "MODE", Message::kOptionMode},
    {"rejects", "FILE", Message::kOptionRejects},
});

constexpr std::array kExportTableOptions = std::to_array<OptionSpec>({
    {"prefix", "CODE", Message::kOptionPrefix},
    {"as-of", "DATE", Message::kOptionAsOf},
});

constexpr std::array kImportHistoryOptions = std::to_array<OptionSpec>({
    {"mapping", "FILE", Message::kOptionMapping},
    {"source", "NAME", Message::kOptionSource},
    {"dry-run", "", Message::kOptionDryRun},
    {"offline", "", Message::kOptionOffline},
    {"mode", "MODE", Message::kOptionMode},
    {"rejects", "FILE", Message::kOptionRejects},
});

constexpr std::array kInclusionOptions = std::to_array<OptionSpec>({
    {"leaf-index", "N", Message::kOptionLeafIndex},
    {"tree-size", "N", Message::kOptionTreeSize},
    {"leaf-hash", "HEX", Message::kOptionLeafHash},
    {"root", "HEX", Message::kOptionRoot},
    {"proof", "HEX,…", Message::kOptionProof},
});

constexpr std::array kConsistencyOptions = std::to_array<OptionSpec>({
    {"from", "N", Message::kOptionFrom},
    {"to", "N", Message::kOptionTo},
    {"root-from", "HEX", Message::kOptionRootFrom},
    {"root-to", "HEX", Message::kOptionRootTo},
    {"proof", "HEX,…", Message::kOptionProof},
});

constexpr std::array kWitnessOptions = std::to_array<OptionSpec>({
    {"state", "FOLDER", Message::kOptionState},
    {"log", "URL|FOLDER", Message::kOptionLog},
    {"key", "VERIFIER_KEY", Message::kOptionKey},
    {"name", "NAME", Message::kOptionWitnessName},
    {"checkpoint", "FILE", Message::kOptionCheckpoint},
    {"out", "FILE", Message::kOptionOut},
    {"follow", "", Message::kOptionFollow},
    {"every", "SECONDS", Message::kOptionEvery},
});

constexpr std::array kVerifyJournalOptions = std::to_array<OptionSpec>({
    {"database", "CONNINFO", Message::kOptionDatabase},
    {"tiles", "FOLDER|URL", Message::kOptionTiles},
    {"key", "VERIFIER_KEY", Message::kOptionKey},
    {"checkpoint", "FILE", Message::kOptionKeptCheckpoint},
    {"wait", "SECONDS", Message::kOptionWait},
});

constexpr std::array kSearchOptions = std::to_array<OptionSpec>({
    {"purpose", "TEXT", Message::kOptionPurpose},
    {"actor", "USER", Message::kOptionActor},
    {"institution", "INSTITUTION", Message::kOptionInstitution},
    {"event", "EVENT", Message::kOptionEvent},
    {"resource", "NAME", Message::kOptionResource},
    {"item", "ITEM", Message::kOptionItem},
    {"lot", "LOT", Message::kOptionLot},
    {"piece", "SERIAL", Message::kOptionPiece},
    {"since", "DATE|TIME", Message::kOptionSince},
    {"until", "DATE|TIME", Message::kOptionUntil},
    {"text", "TEXT", Message::kOptionText},
    {"oldest-first", "", Message::kOptionOldestFirst},
    {"limit", "N", Message::kOptionLimit},
    {"page-token", "TOKEN", Message::kOptionPageToken},
});

constexpr std::array kExportOptions = std::to_array<OptionSpec>({
    {"from", "N", Message::kOptionFromIndex},
    {"to", "N", Message::kOptionToIndex},
    {"purpose", "TEXT", Message::kOptionPurpose},
});

constexpr std::array kTraceOptions = std::to_array<OptionSpec>({
    {"purpose", "TEXT", Message::kOptionPurpose},
});

constexpr std::array kVerifyExportOptions = std::to_array<OptionSpec>({
    {"checkpoint", "FILE", Message::kOptionCheckpoint},
    {"key", "VERIFIER_KEY", Message::kOptionKey},
});

constexpr std::array kCommands = std::to_array<Command>({
    {.name = "login",
     .arguments = "USER",
     .summary = Message::kLoginSummary,
     .description = Message::kLoginDescription,
     .options = kLoginOptions,
     .examples = "  qingqu login lin\n  qingqu login admin --password-file=var/secrets/admin\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunLogin},
    {.name = "logout",
     .summary = Message::kLogoutSummary,
     .description = Message::kLogoutDescription,
     .examples = "  qingqu logout\n",
     .run = RunLogout},
    {.name = "whoami",
     .summary = Message::kWhoamiSummary,
     .description = Message::kWhoamiDescription,
     .examples = "  qingqu whoami\n  qingqu --json whoami\n",
     .run = RunWhoami},
    {.name = "call",
     .arguments = "SERVICE/METHOD [JSON | @FILE | -]",
     .summary = Message::kCallSummary,
     .description = Message::kCallDescription,
     .options = kCallOptions,
     .examples = "  qingqu call CatalogService/GetItem '{\"name\": \"items/stent-1\"}'\n"
                 "  qingqu call catalog.ListItems --all --json\n"
                 "  qingqu call qingqu.procurement.v1.ProcurementService/CreateOrder @order.json\n",
     .positionals_min = 1,
     .positionals_max = 2,
     .run = RunCall},
    {.name = "methods",
     .arguments = "[FILTER]",
     .summary = Message::kMethodsSummary,
     .description = Message::kMethodsDescription,
     .examples = "  qingqu methods\n  qingqu methods order\n",
     .positionals_max = 1,
     .run = RunMethods},
    {.name = "describe",
     .arguments = "METHOD",
     .summary = Message::kDescribeSummary,
     .description = Message::kDescribeDescription,
     .examples = "  qingqu describe procurement.CreateOrder\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunDescribe},
    {.name = "udi",
     .summary = Message::kUdiSummary,
     .description = Message::kUdiDescription,
     .examples = "  echo '(01)06901234567892(17)271231(10)A1' | qingqu udi\n"
                 "  qingqu udi < scans.txt > scans.json\n",
     .run = RunUdi},
    {.name = "import classes",
     .arguments = "FILE",
     .summary = Message::kImportClassesSummary,
     .description = Message::kImportClassesDescription,
     .options = kImportClassesOptions,
     .examples = "  qingqu import classes --dry-run classes.csv\n"
                 "  qingqu import classes --mode=per-row classes.csv\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunImportClasses},
    {.name = "import codes",
     .arguments = "--release ID --effective DATE FILE",
     .summary = Message::kImportCodesSummary,
     .description = Message::kImportCodesDescription,
     .options = kImportCodesOptions,
     .examples = "  qingqu import codes --release=2026-11 --effective=2026-11-01 sheet01.xlsx\n"
                 "  qingqu import codes --dry-run --offline sheet01.xlsx\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunImportCodes},
    {.name = "import withdrawn-codes",
     .arguments = "--release ID --effective DATE FILE",
     .summary = Message::kImportWithdrawnCodesSummary,
     .description = Message::kImportWithdrawnCodesDescription,
     .options = kImportCodesOptions,
     .examples = "  qingqu import withdrawn-codes --release=2026-11 --effective=2026-11-01 "
                 "withdrawn.xlsx\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunImportWithdrawnCodes},
    {.name = "import transcoded-codes",
     .arguments = "--release ID --effective DATE FILE",
     .summary = Message::kImportTranscodedCodesSummary,
     .description = Message::kImportTranscodedCodesDescription,
     .options = kImportCodesOptions,
     .examples = "  qingqu import transcoded-codes --release=2026-11 --effective=2026-11-01 "
                 "transcoded.xlsx\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunImportTranscodedCodes},
    {.name = "import devices",
     .arguments = "FILE",
     .summary = Message::kImportDevicesSummary,
     .description = Message::kImportDevicesDescription,
     .options = kImportClassesOptions,
     .examples = "  qingqu import devices --mode=per-row UDID_DAY_UPDATE_20261121.xml\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunImportDevices},
    {.name = "import history",
     .arguments = "--mapping FILE FILE",
     .summary = Message::kImportHistorySummary,
     .description = Message::kImportHistoryDescription,
     .options = kImportHistoryOptions,
     .examples = "  qingqu import history --mapping scms_mapping.json --dry-run deliveries.csv\n"
                 "  qingqu import history --mapping scms_mapping.json --json deliveries.csv\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunImportHistory},
    {.name = "import items",
     .arguments = "FILE",
     .summary = Message::kImportItemsSummary,
     .description = Message::kImportItemsDescription,
     .options = kImportClassesOptions,
     .examples = "  qingqu import items --dry-run items.xlsx\n"
                 "  qingqu import items --mode=per-row items.csv\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunImportItems},
    {.name = "export",
     .arguments = "NAME FILE",
     .summary = Message::kExportTableSummary,
     .description = Message::kExportTableDescription,
     .options = kExportTableOptions,
     .examples = "  qingqu export items items.xlsx\n"
                 "  qingqu export national-codes --prefix=C0305 codes.csv\n",
     .positionals_min = 2,
     .positionals_max = 2,
     .run = RunExportTable},
    {.name = "template",
     .arguments = "NAME FILE",
     .summary = Message::kTemplateSummary,
     .description = Message::kTemplateDescription,
     .examples = "  qingqu template codes codes.xlsx\n",
     .positionals_min = 2,
     .positionals_max = 2,
     .run = RunTemplate},
    {.name = "ledger check",
     .summary = Message::kLedgerCheckSummary,
     .description = Message::kLedgerCheckDescription,
     .examples = "  qingqu ledger check\n",
     .run = RunLedgerCheck},
    {.name = "trace",
     .arguments = "[--purpose TEXT] ITEM LOT",
     .summary = Message::kTraceSummary,
     .description = Message::kTraceDescription,
     .options = kTraceOptions,
     .examples = "  qingqu trace --purpose='recall 17' items/stent-1 L2026\n"
                 "  qingqu trace --purpose='recall 17' stent-1 L2026 --json\n",
     .positionals_min = 2,
     .positionals_max = 2,
     .run = RunTrace},
    {.name = "proof verify-inclusion",
     .arguments = "--leaf-index N --tree-size N --leaf-hash HEX --root HEX --proof HEX,…",
     .summary = Message::kInclusionSummary,
     .description = Message::kInclusionDescription,
     .options = kInclusionOptions,
     .examples = "  qingqu proof verify-inclusion --leaf-index=0 --tree-size=1 --leaf-hash=6e34… "
                 "--root=6e34… --proof=\n",
     .run = RunVerifyInclusion},
    {.name = "proof verify-consistency",
     .arguments = "--from N --to N --root-from HEX --root-to HEX --proof HEX,…",
     .summary = Message::kConsistencySummary,
     .description = Message::kConsistencyDescription,
     .options = kConsistencyOptions,
     .examples = "  qingqu proof verify-consistency --from=1 --to=2 --root-from=6e34… "
                 "--root-to=fac5… --proof=96a2…\n",
     .run = RunVerifyConsistency},
    {.name = "journal witness",
     .arguments = "--state FOLDER --log URL|FOLDER [--key VERIFIER_KEY]",
     .summary = Message::kWitnessSummary,
     .description = Message::kWitnessDescription,
     .options = kWitnessOptions,
     .examples = "  qingqu journal witness --state=witness --log=http://127.0.0.1:8080/journal "
                 "--key=journal.vkey\n"
                 "  qingqu journal witness --state=witness --log=http://127.0.0.1:8080/journal "
                 "--follow --out=cosigned\n",
     .run = RunWitness},
    {.name = "journal verify",
     .arguments = "--database CONNINFO --tiles FOLDER|URL --key VERIFIER_KEY",
     .summary = Message::kVerifyJournalSummary,
     .description = Message::kVerifyJournalDescription,
     .options = kVerifyJournalOptions,
     .examples = "  qingqu journal verify --database='dbname=qingqu user=auditor' "
                 "--tiles=var/journal --key=journal.vkey\n"
                 "  qingqu journal verify --database='dbname=qingqu user=auditor' "
                 "--tiles=var/journal --key=journal.vkey --checkpoint=witness/checkpoint\n",
     .run = RunVerifyJournal},
    {.name = "journal search",
     .arguments = "--purpose TEXT",
     .summary = Message::kSearchSummary,
     .description = Message::kSearchDescription,
     .options = kSearchOptions,
     .examples =
         "  qingqu journal search --item=stent --lot=L1 --oldest-first --purpose='case 17'\n"
         "  qingqu journal search --actor=lin --since=2026-01-01 --until=2026-01-31 "
         "--text='退回供应商' --purpose='case 17'\n",
     .run = RunSearch},
    {.name = "journal export",
     .arguments = "--purpose TEXT FILE",
     .summary = Message::kExportSummary,
     .description = Message::kExportDescription,
     .options = kExportOptions,
     .examples =
         "  qingqu journal export --from=1000 --to=2000 --purpose='case 17' case17.journal\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunExport},
    {.name = "journal verify-export",
     .arguments = "FILE --checkpoint FILE --key VERIFIER_KEY",
     .summary = Message::kVerifyExportSummary,
     .description = Message::kVerifyExportDescription,
     .options = kVerifyExportOptions,
     .examples = "  qingqu journal verify-export case17.journal "
                 "--checkpoint=case17.journal.checkpoint --key=journal.vkey\n",
     .positionals_min = 1,
     .positionals_max = 1,
     .run = RunVerifyExport},
});

absl::Status BadUsage(std::string_view message) {
  return UsageError(MakeError(absl::StatusCode::kInvalidArgument, "BAD_USAGE", message));
}

// The commands that begin with `word`: "import classes" and "import history" for "import".
std::vector<const Command*> CommandsBeginningWith(std::string_view word) {
  std::vector<const Command*> found;
  for (const Command& command : kCommands) {
    const std::string_view first = command.name.substr(0, command.name.find(' '));
    if (first == word) found.push_back(&command);
  }
  return found;
}

std::string NearestOf(std::string_view word, std::span<const Command* const> commands) {
  std::vector<std::string> names;
  for (const Command* command : commands) {
    names.emplace_back(command->name);
    // "imprt" is meant for "import", whatever was to follow.
    names.emplace_back(command->name.substr(0, command->name.find(' ')));
  }
  return Nearest(word, names);
}

absl::Status UnknownCommand(std::string_view words, std::span<const Command* const> candidates,
                            const Catalogue& catalogue) {
  const std::string nearest = NearestOf(words, candidates);
  if (nearest.empty()) return BadUsage(catalogue.Format(Message::kUnknownCommand, words));
  return BadUsage(catalogue.Format(Message::kUnknownCommandMeant, words, nearest));
}

// The command that the words name, or why none.
absl::StatusOr<const Command*> FindCommand(std::span<const std::string> words,
                                           const Catalogue& catalogue) {
  const std::vector<const Command*> begun = CommandsBeginningWith(words.front());
  if (begun.empty()) {
    std::vector<const Command*> all;
    for (const Command& command : kCommands) all.push_back(&command);
    return UnknownCommand(words.front(), all, catalogue);
  }
  if (begun.front()->name == words.front()) return begun.front();
  if (words.size() < 2 || words[1].starts_with('-')) {
    std::string names;
    for (const Command* command : begun) {
      names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", command->name);
    }
    return BadUsage(catalogue.Format(Message::kSubcommandNeeded, words.front(), names));
  }
  const std::string name = fmt::format("{} {}", words[0], words[1]);
  const auto exact = std::ranges::find_if(
      begun, [&name](const Command* command) { return command->name == name; });
  if (exact != begun.end()) return *exact;
  return UnknownCommand(name, begun, catalogue);
}

absl::Status CheckPositionals(const Command& command, const Arguments& arguments,
                              const Catalogue& catalogue) {
  if (arguments.positionals.size() < command.positionals_min) {
    return BadUsage(catalogue.Format(Message::kTooFewArguments, command.name, command.arguments));
  }
  if (arguments.positionals.size() > command.positionals_max) {
    return BadUsage(catalogue.Format(Message::kTooManyArguments,
                                     arguments.positionals[command.positionals_max], command.name,
                                     command.arguments));
  }
  return absl::OkStatus();
}

// Takes over the options that every command has.
absl::Status ApplyGlobalOptions(CommandContext& context) {
  const Arguments& arguments = context.arguments;
  context.json = context.json || arguments.Has("json");
  context.quiet = context.quiet || arguments.Has("quiet");
  if (arguments.Has("lang")) {
    const std::string language = arguments.Get("lang");
    if (language != "zh" && language != "en") {
      return BadUsage(
          context.catalogue.Format(Message::kBadOptionValue, "--lang", language, "zh, en"));
    }
    context.catalogue = Catalogue(LanguageOfLocale(language));
  }
  if (!arguments.Has("timeout")) return absl::OkStatus();
  const std::string text = arguments.Get("timeout");
  const auto seconds = ParseNumber(text, {.min = 1, .max = 3600});
  if (!seconds.has_value()) {
    return BadUsage(
        context.catalogue.Format(Message::kBadOptionValue, "--timeout", text, "1 … 3600"));
  }
  context.timeout = absl::Seconds(*seconds);
  return absl::OkStatus();
}

// The options before the command and those after it together; the same twice is refused.
absl::Status Merge(const Arguments& before, Arguments after, CommandContext& context) {
  for (const auto& [name, value] : before.options) {
    if (!after.options.emplace(name, value).second) {
      return BadUsage(context.catalogue.Format(Message::kOptionTwice, "--" + name));
    }
  }
  context.arguments = std::move(after);
  return ApplyGlobalOptions(context);
}

ExitCode FailUsage(const CommandContext& context, const absl::Status& status,
                   std::string_view command) {
  const ExitCode code = context.Fail(status);
  if (!context.json) {
    const std::string words = command.empty() ? "" : fmt::format(" {}", command);
    context.environment.errors << "qingqu: " << context.catalogue.Format(Message::kSeeHelp, words)
                               << '\n';
  }
  return code;
}

ExitCode RunCommand(const Command& command, std::span<const std::string> words,
                    const Arguments& before, CommandContext& context) {
  std::vector<OptionSpec> options(GlobalOptions().begin(), GlobalOptions().end());
  options.insert(options.end(), command.options.begin(), command.options.end());
  auto after = ParseArguments(words, options, Positionals::kAll, context.catalogue);
  if (!after.ok()) return FailUsage(context, after.status(), command.name);
  const absl::Status merged = Merge(before, *std::move(after), context);
  if (!merged.ok()) return FailUsage(context, merged, command.name);
  if (context.arguments.Has("help")) {
    context.environment.output << CommandHelp(command, context.catalogue);
    return ExitCode::kOk;
  }
  const absl::Status fits = CheckPositionals(command, context.arguments, context.catalogue);
  if (!fits.ok()) return FailUsage(context, fits, command.name);
  return command.run(context);
}

Language LanguageOf(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string locale = environment.variable(name);
    if (!locale.empty()) return LanguageOfLocale(locale);
  }
  return Language::kEnglish;
}

}  // namespace

std::span<const Command> AllCommands() { return kCommands; }

ExitCode RunClient(std::span<const std::string> words, Environment& environment) {
  CommandContext context{.environment = environment,
                         .catalogue = Catalogue(LanguageOf(environment))};
  auto before =
      ParseArguments(words, GlobalOptions(), Positionals::kStopAtFirst, context.catalogue);
  if (!before.ok()) return FailUsage(context, before.status(), "");
  context.arguments = *before;
  const absl::Status applied = ApplyGlobalOptions(context);
  if (!applied.ok()) return FailUsage(context, applied, "");
  const std::span<const std::string> rest = words.subspan(before->words_read);
  if (rest.empty() || before->Has("help")) {
    (rest.empty() && !before->Has("help") ? environment.errors : environment.output)
        << GeneralHelp(AllCommands(), context.catalogue);
    return before->Has("help") ? ExitCode::kOk : ExitCode::kUsage;
  }
  const std::vector<const Command*> begun = CommandsBeginningWith(rest[0]);
  const bool asks_for_help = rest.size() == 2 && (rest[1] == "--help" || rest[1] == "-h");
  if (begun.size() > 1 && asks_for_help) {
    for (const Command* command : begun) {
      environment.output << CommandHelp(*command, context.catalogue) << '\n';
    }
    return ExitCode::kOk;
  }
  const auto command = FindCommand(rest, context.catalogue);
  if (!command.ok()) return FailUsage(context, command.status(), "");
  const auto words_of_name = static_cast<size_t>(1 + std::ranges::count((*command)->name, ' '));
  return RunCommand(**command, rest.subspan(words_of_name), *before, context);
}

}  // namespace qingqu::cli
