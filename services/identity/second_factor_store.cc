#include "services/identity/second_factor_store.h"

#include "pqxx/pqxx"

#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"

namespace qingqu::identity {

std::optional<SecondFactor> LockSecondFactor(pqxx::transaction_base& tx,
                                             const std::string& user_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kLockSecondFactor.name, user_id);
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return SecondFactor{.sealed_key = row["sealed_key"].as<std::string>(),
                      .confirmed = row["confirmed"].as<bool>(),
                      .last_step = row["last_step"].as<int64_t>(),
                      .failed_count = row["failed_count"].as<int>(),
                      .failed_at = absl::FromUnixMicros(row["failed_us"].as<int64_t>())};
}

void PutSecondFactor(pqxx::transaction_base& tx, const std::string& user_id,
                     const std::string& sealed_key, absl::Time now) {
  tx.exec_prepared(queries::kPutSecondFactor.name, user_id, sealed_key, InstantText(now));
}

void AcceptSecondFactor(pqxx::transaction_base& tx, const std::string& user_id, int64_t step,
                        absl::Time now) {
  tx.exec_prepared(queries::kAcceptSecondFactor.name, user_id, step, InstantText(now));
}

void NoteWrongCode(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now) {
  tx.exec_prepared(queries::kNoteWrongCode.name, user_id, InstantText(now));
}

bool RemoveSecondFactor(pqxx::transaction_base& tx, const std::string& user_id) {
  return tx.exec_prepared(queries::kRemoveSecondFactor.name, user_id).affected_rows() == 1;
}

void ReplaceRecoveryCodes(pqxx::transaction_base& tx, const std::string& user_id,
                          const std::vector<std::string>& hashes) {
  tx.exec_prepared(queries::kClearRecoveryCodes.name, user_id);
  for (const std::string& hash : hashes) {
    tx.exec_prepared(queries::kInsertRecoveryCode.name, user_id, hash);
  }
}

bool UseRecoveryCode(pqxx::transaction_base& tx, const std::string& user_id,
                     const std::string& hash) {
  return tx.exec_prepared(queries::kUseRecoveryCode.name, user_id, hash).affected_rows() == 1;
}

}  // namespace qingqu::identity
