#pragma once

#include <span>
#include <string>
#include <string_view>

#include "fmt/format.h"

namespace qingqu::cli {

enum class Language { kEnglish, kChinese };

// Everything the client says to people. The texts stand in messages.cc; {} are filled in order.
enum class Message {
  // The command line.
  kUnknownOption,
  kUnknownOptionMeant,
  kOptionTakesNoValue,
  kOptionNeedsValue,
  kOptionTwice,
  kUnknownCommand,
  kUnknownCommandMeant,
  kSubcommandNeeded,
  kTooFewArguments,
  kTooManyArguments,
  kSeeHelp,
  kBadOptionValue,
  // Help.
  kUsage,
  kAbout,
  kCommands,
  kOptions,
  kGlobalOptions,
  kExamples,
  kExitCodes,
  kFiles,
  kMoreHelp,
  // Options that every command has.
  kOptionServer,
  kOptionCaFile,
  kOptionCertFile,
  kOptionKeyFile,
  kOptionLanguage,
  kOptionJson,
  kOptionTimeout,
  kOptionQuiet,
  kOptionHelp,
  // Commands: one line for the list, and what `--help` teaches.
  kLoginSummary,
  kLoginDescription,
  kLogoutSummary,
  kLogoutDescription,
  kWhoamiSummary,
  kWhoamiDescription,
  kCallSummary,
  kCallDescription,
  kMethodsSummary,
  kMethodsDescription,
  kDescribeSummary,
  kDescribeDescription,
  kUdiSummary,
  kUdiDescription,
  kImportClassesSummary,
  kImportClassesDescription,
  kImportHistorySummary,
  kImportHistoryDescription,
  kLedgerCheckSummary,
  kLedgerCheckDescription,
  kTraceSummary,
  kTraceDescription,
  kInclusionSummary,
  kInclusionDescription,
  kConsistencySummary,
  kConsistencyDescription,
  kWitnessSummary,
  kWitnessDescription,
  kVerifyJournalSummary,
  kVerifyJournalDescription,
  // Options of commands.
  kOptionPasswordFile,
  kOptionPasswordStdin,
  kOptionAll,
  kOptionMapping,
  kOptionSource,
  kOptionDryRun,
  kOptionMode,
  kOptionRejects,
  kOptionLeafIndex,
  kOptionTreeSize,
  kOptionLeafHash,
  kOptionRoot,
  kOptionProof,
  kOptionFrom,
  kOptionTo,
  kOptionRootFrom,
  kOptionRootTo,
  kOptionState,
  kOptionLog,
  kOptionKey,
  kOptionWitnessName,
  kOptionCheckpoint,
  kOptionOut,
  kOptionFollow,
  kOptionEvery,
  kOptionDatabase,
  kOptionTiles,
  kOptionWait,
  // Signing in.
  kPasswordPrompt,
  kNoTerminalForPassword,
  kPasswordEmpty,
  kSignedIn,
  kSignedOut,
  kWasNotSignedIn,
  kNotSignedIn,
  kSessionOver,
  kTokenFromEnvironment,
  // Files of this machine.
  kFileNotReadable,
  kFileNotWritable,
  kFileTooLarge,
  kConfigInvalid,
  kTlsIncomplete,
  kCredentialsInvalid,
  kCredentialsExposed,
  kNoConfigDirectory,
  // Calls.
  kServerUnreachable,
  kServiceWithoutAddress,
  kUnknownMethod,
  kUnknownMethodMeant,
  kAmbiguousMethod,
  kAllNeedsList,
  kInDoubt,
  kMorePages,
  kNothing,
  kUnreadableAnswer,
  kRequestHeading,
  kResponseHeading,
  kPermissionIs,
  kRepeated,
  kMethodHeading,
  kPermissionHeading,
  kFieldHeading,
  kTypeHeading,
  kMeaningHeading,
  // Imports.
  kBadSource,
  kProgress,
  kProgressTime,
  kBadCell,
  kBadRow,
  kImportRead,
  kImportImported,
  kImportUnchanged,
  kImportRejected,
  kImportRefused,
  kRejectsWritten,
  kDryRunClean,
  kDryRunBad,
  kImportStartsOver,
  kImportRetries,
  kImportSumsDiffer,
  kColumnsIgnored,
  // Ledger and traces.
  kLedgerFine,
  kLedgerFindings,
  kTimeHeading,
  kEventHeading,
  kWhoHeading,
  kDocumentHeading,
  kQuantityHeading,
  kDetailsHeading,
  kQuantityWithRejected,
  // Proofs.
  kOptionMissing,
  kProofHolds,
  kProofMalformedNumber,
  kProofMalformedHash,
  kProofImpossible,
  kProofOtherRoot,
  // The sealed journal.
  kVerifierKeyExpected,
  kLogPlaceExpected,
  kLogForked,
  kLogUnreadable,
  kCheckpointInvalid,
  kCheckpointOlder,
  kWitnessFirst,
  kWitnessSame,
  kWitnessGrew,
  kConninfoInvalid,
  kDatabaseUnreadable,
  kJournalFine,
  kJournalCheckpoint,
  kJournalEntryChanged,
  kJournalEntryMissing,
  kJournalEntryInserted,
  kJournalEntryUnsealed,
  kJournalTile,
  kJournalRoot,
  // Events of the journal.
  kEventSupplierProposed,
  kEventSupplierApproved,
  kEventSupplierSuspended,
  kEventSupplierReinstatementProposed,
  kEventSupplierReinstated,
  kEventItemProposed,
  kEventItemApproved,
  kEventItemSuspended,
  kEventItemReinstatementProposed,
  kEventItemReinstated,
  kEventClassesImported,
  kEventAgreementProposed,
  kEventAgreementApproved,
  kEventRequisitionSubmitted,
  kEventRequisitionApproved,
  kEventRequisitionRejected,
  kEventRequisitionOrdered,
  kEventRequisitionReturned,
  kEventOrderPlaced,
  kEventOrderAnswered,
  kEventOrderReceived,
  kEventOrderCompleted,
  kEventDespatchAnnounced,
  kEventDespatchWithdrawn,
  kEventHistoryImported,
  kEventLocationCreated,
  kEventReceiptPosted,
  kEventTransferSent,
  kEventTransferReceived,
  kEventStockConsumed,
  kEventStockReserved,
  kEventMovementsPosted,
  kEventExpiryOverridden,
  kEventLotCorrected,
  kEventLotExpiryExtended,
  kEventPeriodClosed,
  kEventLedgerArchived,
  kEventUseRecorded,
  kEventUsePosted,
  kEventUseRefused,
  kEventAllianceCreated,
  kEventInstitutionCreated,
  kEventDepartmentCreated,
  kEventPostCreated,
  kEventPostEnded,
  kEventSessionPostSwitched,
  kEventRolesSeeded,
  kEventRolePermissionsChanged,
  kEventUserCreated,
  kEventUserDisabled,
  kEventUserSignedIn,
  kEventUserSignInFailed,
  kEventUserSignedOut,
  kEventUserPasswordChanged,
  kEventUserSessionsEnded,
  kEventUserSecondFactorEnrolled,
  kEventUserSecondFactorRemoved,
  kEventUserRecoveryCodesRenewed,
  kEventUserRecoveryCodeUsed,
  kEventSigningKeyRotated,
  kEventSessionTokenReused,
  kEventQuestionAsked,
  kEventQuestionRefused,
  kCount  // how many there are
};

// The texts of one language. Cheap to copy.
class Catalogue {
 public:
  explicit Catalogue(Language language) : language_(language) {}

  Language language() const { return language_; }
  std::string_view Text(Message message) const;

  // `arguments` fill the placeholders, of which every language has the same.
  template <typename... Values>
  std::string Format(Message message, const Values&... values) const {
    const std::string_view text = Text(message);
    return fmt::vformat(fmt::string_view(text.data(), text.size()),
                        fmt::make_format_args(values...));
  }

 private:
  Language language_;
};

// "zh" or "en"; `locale` is what LC_ALL, LC_MESSAGES or LANG say ("zh_CN.UTF-8").
Language LanguageOfLocale(std::string_view locale);

struct MessageText {
  Message message;
  std::string_view english;
  std::string_view chinese;
};

// All texts, in the order of Message.
std::span<const MessageText> AllMessages();

}  // namespace qingqu::cli
