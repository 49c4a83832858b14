#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "services/distribution/location.h"
#include "services/distribution/transfer.h"

namespace qingqu::distribution {

// The header and the lines. ALREADY_EXISTS TRANSFER_EXISTS.
absl::Status InsertTransfer(pqxx::transaction_base& tx, const Transfer& transfer,
                            const Location& from, const Location& to);
// What was chosen for the lines.
void InsertTransferParts(pqxx::transaction_base& tx, const Transfer& transfer);

// Without its lines. NOT_FOUND TRANSFER_NOT_FOUND. Locked: until the transaction ends.
absl::StatusOr<Transfer> ReadTransfer(pqxx::transaction_base& tx, const std::string& transfer_id);
absl::StatusOr<Transfer> LockTransfer(pqxx::transaction_base& tx, const std::string& transfer_id);
void ReadTransferLines(pqxx::transaction_base& tx, Transfer& transfer);

// FAILED_PRECONDITION TRANSFER_NOT_SENT.
absl::Status FinishTransfer(pqxx::transaction_base& tx, const Transfer& transfer);

struct TransferPage {
  absl::Time before_time = absl::InfiniteFuture();
  std::string before_id;
  std::string state;  // "sent", "received"; "": both
  int rows_max = 0;
  std::string department_id;  // of who sees one only; "": all that the caller sees
};
// Newest first, without lines.
std::vector<Transfer> ListTransfers(pqxx::transaction_base& tx, const TransferPage& page);

}  // namespace qingqu::distribution
