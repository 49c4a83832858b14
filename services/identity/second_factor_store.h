#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

namespace qingqu::identity {

// A second factor as it is kept.
struct SecondFactor {
  std::string sealed_key;
  bool confirmed = false;
  int64_t last_step = 0;
  int failed_count = 0;
  absl::Time failed_at;
};

// No other transaction changes it until this one ends.
std::optional<SecondFactor> LockSecondFactor(pqxx::transaction_base& tx,
                                             const std::string& user_id);
// In the place of one that is not confirmed.
void PutSecondFactor(pqxx::transaction_base& tx, const std::string& user_id,
                     const std::string& sealed_key, absl::Time now);
// A code was right: `step` and those before it are used up; the factor is confirmed.
void AcceptSecondFactor(pqxx::transaction_base& tx, const std::string& user_id, int64_t step,
                        absl::Time now);
void NoteWrongCode(pqxx::transaction_base& tx, const std::string& user_id, absl::Time now);
// With its recovery codes. False when there was none.
bool RemoveSecondFactor(pqxx::transaction_base& tx, const std::string& user_id);
// Those before are good for nothing from now on.
void ReplaceRecoveryCodes(pqxx::transaction_base& tx, const std::string& user_id,
                          const std::vector<std::string>& hashes);
// False when there is no such code (any more).
bool UseRecoveryCode(pqxx::transaction_base& tx, const std::string& user_id,
                     const std::string& hash);

}  // namespace qingqu::identity
