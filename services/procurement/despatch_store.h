#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "pqxx/transaction_base"

#include "services/procurement/despatch.h"
#include "services/procurement/requisition_store.h"

namespace qingqu::procurement {

bool DespatchExistsFor(pqxx::transaction_base& tx, const std::string& despatch_id);
// Until the transaction ends nobody receives the despatch. Whether somebody did before, a later
// statement sees.
void LockDespatch(pqxx::transaction_base& tx, const std::string& despatch_id);
// Whether anything of it was accepted or rejected at the door.
bool IsReceived(pqxx::transaction_base& tx, const std::string& despatch_id);
// Remembers the expiry of each lot of the supplier. LOT_EXPIRY_CONFLICT when it announced the lot
// before, or on another line, with another one.
absl::Status KeepLotExpiries(pqxx::transaction_base& tx, const Despatch& despatch);
// Inserts lines and serials too. DESPATCH_EXISTS, SERIAL_ALREADY_DESPATCHED.
absl::Status InsertDespatch(pqxx::transaction_base& tx, const Despatch& despatch);
// Writes that a despatch is withdrawn, and frees its quantities, its pieces, and the expiries of
// lots that no other despatch of the supplier holds.
void WriteWithdrawal(pqxx::transaction_base& tx, const Despatch& despatch);
// Without lines.
std::optional<Despatch> ReadDespatch(pqxx::transaction_base& tx, const std::string& despatch_id);
std::vector<DespatchLine> ReadDespatchLines(pqxx::transaction_base& tx,
                                            const std::string& despatch_id);
// Without lines; the filter is an order's id.
std::vector<Despatch> ListDespatches(pqxx::transaction_base& tx, const NewestFirstPage& page);

}  // namespace qingqu::procurement
