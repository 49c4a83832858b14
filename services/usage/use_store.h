#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/privacy/pseudonym.h"
#include "services/usage/use.h"

namespace qingqu::usage {

struct UseLocation {
  std::string location_id;
  std::string kind;  // "central_store", "institution_store", "department"
  std::string institution_id;
  std::string alliance_id;
  std::string department_id;  // of a department's place, else ""
};

// NOT_FOUND LOCATION_NOT_FOUND.
absl::StatusOr<UseLocation> FindLocation(pqxx::transaction_base& tx,
                                         const std::string& location_id);

// One entry for each pack; none where the catalogue knows no item with the identifier.
ScannedItems FindScannedItems(pqxx::transaction_base& tx,
                              const std::vector<scanning::ScannedPack>& packs);

// Writes a pending use with its lines. ALREADY_EXISTS USE_EXISTS.
absl::Status InsertUse(pqxx::transaction_base& tx, const Use& use);

// Keeps the pseudonyms of those whom the use names.
void KeepPeople(pqxx::transaction_base& tx, const Use& use, const privacy::PseudonymKey& key);

struct ResolvedPerson {
  std::string person_id;
  std::string institution_id;
};
// NOT_FOUND PSEUDONYM_NOT_FOUND.
absl::StatusOr<ResolvedPerson> FindPerson(pqxx::transaction_base& tx, privacy::PersonKind kind,
                                          const std::string& pseudonym);

// With lines. NOT_FOUND USE_NOT_FOUND.
absl::StatusOr<Use> ReadUse(pqxx::transaction_base& tx, const std::string& use_id);

struct UsePage {
  std::string location_id;    // empty: all
  std::string department_id;  // the only one that the caller sees; empty: no matter which
  std::string after_created_at;
  std::string after_use_id;
  int size = 0;
};
// Without lines, and with the sort key of each.
struct Uses {
  std::vector<Use> uses;
  std::vector<std::vector<std::string>> keys;
};
// Newest first.
Uses ListUses(pqxx::transaction_base& tx, const UsePage& page);

// False when another caller holds the lease or the use is finished.
bool TakeLease(pqxx::transaction_base& tx, const std::string& use_id, absl::Duration duration);
void ReleaseLease(pqxx::transaction_base& tx, const std::string& use_id);
// False when it was finished before.
bool MarkPosted(pqxx::transaction_base& tx, const std::string& use_id);
bool MarkRefused(pqxx::transaction_base& tx, const std::string& use_id, const Refusal& refusal);
// Those that nobody tried for the longest time first.
std::vector<std::string> ListPending(pqxx::transaction_base& tx, absl::Duration older_than,
                                     int limit);

}  // namespace qingqu::usage
