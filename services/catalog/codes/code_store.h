#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "common/base/civil_date.h"
#include "common/db/import_session.h"
#include "services/catalog/codes/code_release.h"
#include "services/catalog/codes/code_row.h"

namespace qingqu::catalog {

// What an earlier batch of the import staged under the code of a row.
struct StagedBefore {
  std::string code;
  int64_t first_line = 0;
  bool same = false;  // it says the same
};

// Stages rows, each of another code, but for those whose code is staged already, which it returns.
std::vector<StagedBefore> StageCodes(pqxx::transaction_base& tx, int64_t import_number,
                                     std::span<const CodeRow* const> rows);
void DeleteStagedCodes(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers);

// Whether this part of a release may be imported now: CodeReleaseCancelled, CancellationProposed,
// ReleaseDateDiffers, ReleaseOutOfOrder.
absl::Status CheckReleaseOrder(pqxx::transaction_base& tx, const ReleasePart& part);

// Applies what was staged of a part of a release and deletes it from staging; makes the release
// when this is its first part, and tells the journal of each item whose code changed. One at a
// time: others wait. `accepted_count` is the number of rows that were not rejected.
//
// What CheckReleaseOrder says, CodeTranscodedOtherwise, RestorationIsTheCountys.
struct CodeMerge {
  int64_t import_number = 0;
  int64_t accepted_count = 0;
  ReleasePart part;
};
absl::StatusOr<db::ImportMerge> MergeStagedCodes(pqxx::transaction_base& tx,
                                                 const CallContext& call, const CodeMerge& merge);

struct ReleaseListOptions {
  CivilDate before_date;  // with `before_number`: behind this release, the latest first
  int64_t before_number = 0;
  int limit = 0;
};
std::vector<CodeRelease> ListCodeReleases(pqxx::transaction_base& tx,
                                          const ReleaseListOptions& options);

// The release, locked, and no list is imported until the transaction ends; NOT_FOUND.
absl::StatusOr<CodeRelease> LockCodeRelease(pqxx::transaction_base& tx, const std::string& id);
// CodeReleaseBuiltUpon when one that counts came after it.
absl::Status CheckNotBuiltUpon(pqxx::transaction_base& tx, const CodeRelease& release);
// Each keeps `release` as it is next.
void KeepProposedCancellation(pqxx::transaction_base& tx, const CodeRelease& release);
void KeepRejectedCancellation(pqxx::transaction_base& tx, const CodeRelease& release);
void KeepCancellation(pqxx::transaction_base& tx, const CodeRelease& release);
// Tells the journal of each item with a code of which the cancelled release said something what is
// so of it on `day` without it.
void TellItemsOfCancellation(pqxx::transaction_base& tx, const CallContext& call,
                             const CodeRelease& release, CivilDate day);

// A code as it was on a day.
struct NationalCode {
  CodeRow description;  // code, new_code and transcoding as they were; the rest when described
  bool described = false;
  std::string state;  // "current", "withdrawn", "transcoded"
  CivilDate effective_date;
  std::string release_id;
};
// Those that are known on the day, in the order of their codes.
std::vector<NationalCode> ReadNationalCodes(pqxx::transaction_base& tx,
                                            const std::vector<std::string>& codes, CivilDate day);

struct CodeListOptions {
  std::string after_code;
  std::string prefix;  // C and digits; empty for all
  int limit = 0;
};
std::vector<std::string> ListNationalCodes(pqxx::transaction_base& tx,
                                           const CodeListOptions& options);

// Something that happened to a code; `rank` orders what one release did on a day.
struct CodeEvent {
  CivilDate effective_date;
  int64_t release_number = 0;
  int rank = 0;
  std::string state;
  std::string release_id;
  std::string new_code;
  Transcoding transcoding = Transcoding::kNone;
  std::string specification;
  std::string model;
  std::string product_name;
  // When its release was cancelled and why; then it does not count.
  std::optional<absl::Time> cancelled_at;
  std::string cancellation_reason;
};
struct CodeEventListOptions {
  std::string code;
  CivilDate after_date;
  int64_t after_release = 0;
  int after_rank = 0;
  int limit = 0;
};
std::vector<CodeEvent> ListCodeEvents(pqxx::transaction_base& tx,
                                      const CodeEventListOptions& options);

struct ItemWithCode {
  std::string item_id;
  std::string display_name;
  std::string national_code;
  std::string state;
  CivilDate effective_date;
  std::string new_code;
  Transcoding transcoding = Transcoding::kNone;
  std::string release_id;
  std::string action;  // "refuse", "warn", "allow"
};
struct ItemCodeListOptions {
  std::string after_id;
  CivilDate day;
  int limit = 0;
};
std::vector<ItemWithCode> ListItemsWithWithdrawnCodes(pqxx::transaction_base& tx,
                                                      const ItemCodeListOptions& options);

struct CodePurchaseRule {
  std::string kind;    // "withdrawn", "changed", "mapped"
  std::string action;  // "refuse", "warn", "allow"
  std::optional<CivilDate> until_date;
  std::string reason;
  std::string setter_id;  // empty: nobody yet
  CivilDate start_date;
  int64_t version = 0;
};
// Those that hold on a day, and those that will.
std::vector<CodePurchaseRule> ListCodePurchaseRules(pqxx::transaction_base& tx, CivilDate day);
// The one of its kind that was set last.
CodePurchaseRule LastCodePurchaseRule(pqxx::transaction_base& tx, const std::string& kind);
// False when somebody else set one of this version.
bool InsertCodePurchaseRule(pqxx::transaction_base& tx, const CodePurchaseRule& rule,
                            absl::Time now);

}  // namespace qingqu::catalog
