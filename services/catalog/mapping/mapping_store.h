#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/catalog/mapping/local_code.h"
#include "services/catalog/mapping/mapping_decision.h"

namespace qingqu::catalog {

struct Institution {
  std::string id;
  std::string alliance_id;
};

// NOT_FOUND INSTITUTION_NOT_FOUND, also when the caller does not see it.
absl::StatusOr<Institution> FindInstitution(pqxx::transaction_base& tx, std::string_view id);

// Makes those that are not there, without a row yet; they are then locked by LockLocalCodes.
void InsertLocalCodes(pqxx::transaction_base& tx, const Institution& institution,
                      const std::vector<std::string>& codes);
// By local code. What is not there is missing.
using LocalCodes = std::map<std::string, LocalCode, std::less<>>;
LocalCodes GetLocalCodes(pqxx::transaction_base& tx, std::string_view institution_id,
                         const std::vector<std::string>& codes);
// The same, locked in sorted order until the end of the transaction.
LocalCodes LockLocalCodes(pqxx::transaction_base& tx, std::string_view institution_id,
                          const std::vector<std::string>& codes);

struct NewRow {
  UploadedRow row;
  int64_t version = 0;
  bool awaits = false;  // the platform compares it
};
struct Upload {
  std::string uploader_id;
  absl::Time uploaded_at;
};
void InsertRows(pqxx::transaction_base& tx, const Institution& institution, const Upload& upload,
                const std::vector<NewRow>& rows);

// Of one institution, in the order of their local codes; what the platform has yet to compare.
std::vector<LocalCode> ListAwaiting(pqxx::transaction_base& tx, int limit);

// Reads what can be mapped onto. Locked, none of them is merged or suspended until the end of the
// transaction; items are locked before local codes, as whoever merges items does.
MappingTargets LockTargets(pqxx::transaction_base& tx, const std::vector<std::string>& item_ids);
MappingTargets ReadTargets(pqxx::transaction_base& tx, const std::vector<std::string>& item_ids);

struct Judged {
  const LocalCode* code = nullptr;
  PlatformJudgement judgement;
};
// Writes what the platform made of locked local codes of one institution.
void WriteJudgements(pqxx::transaction_base& tx, const Institution& institution, absl::Time now,
                     const std::vector<Judged>& judged);

struct Decided {
  const LocalCode* code = nullptr;
  DecisionEffect effect;
};
struct Decider {
  std::string user_id;
  absl::Time now;
};
// Writes what a person decided on locked local codes of one institution.
void WriteDecisions(pqxx::transaction_base& tx, const Institution& institution,
                    const Decider& decider, const std::vector<Decided>& decided);

struct ReviewQueueOptions {
  std::string institution_id;
  LocalCodeState state = LocalCodeState::kReview;
  std::string only_group;  // "": all
  std::string after_group;
  int32_t after_score = 0;
  std::string after_code;
  int limit = 0;
};
std::vector<LocalCode> ListReviewQueue(pqxx::transaction_base& tx,
                                       const ReviewQueueOptions& options);
std::map<LocalCodeState, int64_t> CountLocalCodes(pqxx::transaction_base& tx,
                                                  std::string_view institution_id);
std::map<std::string, int64_t> CountReviewGroups(pqxx::transaction_base& tx,
                                                 const ReviewQueueOptions& options,
                                                 const std::vector<std::string>& groups);

// Everything that waits for people is compared again; how many.
int64_t CompareAgain(pqxx::transaction_base& tx, std::string_view institution_id);

struct RowVersion {
  int64_t version = 0;
  UploadedRow row;
  Upload upload;
};
struct RowVersionOptions {
  std::string institution_id;
  std::string local_code;
  int64_t before_version = 0;
  int limit = 0;
};
// The latest first.
std::vector<RowVersion> ListRowVersions(pqxx::transaction_base& tx,
                                        const RowVersionOptions& options);

// A period of a local code, as it stands on record.
struct MappingRecord {
  std::string institution_id;
  std::string local_code;
  OpenMapping mapping;
  std::optional<CivilDate> valid_to;
  std::string ender_id;
  std::string end_reason;
};
struct MappingListOptions {
  std::string institution_id;
  std::string local_code;        // "": all
  std::string item_id;           // "": all
  std::optional<CivilDate> day;  // only what holds then
  std::string after_code;
  int64_t after_mapping_id = 0;
  int limit = 0;
};
std::vector<MappingRecord> ListMappings(pqxx::transaction_base& tx,
                                        const MappingListOptions& options);
// What these are on `day`, by local code.
std::map<std::string, MappingRecord> LookupLocalCodes(pqxx::transaction_base& tx,
                                                      std::string_view institution_id,
                                                      const std::vector<std::string>& codes,
                                                      CivilDate day);

}  // namespace qingqu::catalog
