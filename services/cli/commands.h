#pragma once

#include "services/cli/command.h"

namespace qingqu::cli {

// What each command does; how it is called stands in command.cc.
ExitCode RunLogin(CommandContext& context);
ExitCode RunLogout(CommandContext& context);
ExitCode RunWhoami(CommandContext& context);
ExitCode RunCall(CommandContext& context);
ExitCode RunMethods(CommandContext& context);
ExitCode RunDescribe(CommandContext& context);
ExitCode RunUdi(CommandContext& context);
ExitCode RunImportClasses(CommandContext& context);
ExitCode RunImportCodes(CommandContext& context);
ExitCode RunImportWithdrawnCodes(CommandContext& context);
ExitCode RunImportTranscodedCodes(CommandContext& context);
ExitCode RunImportDevices(CommandContext& context);
ExitCode RunImportHistory(CommandContext& context);
ExitCode RunExportTable(CommandContext& context);
ExitCode RunTemplate(CommandContext& context);
ExitCode RunImportItems(CommandContext& context);
ExitCode RunLedgerCheck(CommandContext& context);
ExitCode RunTrace(CommandContext& context);
ExitCode RunVerifyInclusion(CommandContext& context);
ExitCode RunVerifyConsistency(CommandContext& context);
ExitCode RunWitness(CommandContext& context);
ExitCode RunVerifyJournal(CommandContext& context);
ExitCode RunSearch(CommandContext& context);
ExitCode RunExport(CommandContext& context);
ExitCode RunVerifyExport(CommandContext& context);

}  // namespace qingqu::cli
