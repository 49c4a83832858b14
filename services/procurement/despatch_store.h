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
// Remembers the expiry of each lot of the supplier. LOT_EXPIRY_CONFLICT when it announced the lot
// before, or on another line, with another one.
absl::Status KeepLotExpiries(pqxx::transaction_base& tx, const Despatch& despatch);
// Inserts lines and serials too. DESPATCH_EXISTS, SERIAL_ALREADY_DESPATCHED.
absl::Status InsertDespatch(pqxx::transaction_base& tx, const Despatch& despatch);
// Without lines.
std::optional<Despatch> ReadDespatch(pqxx::transaction_base& tx, const std::string& despatch_id);
std::vector<DespatchLine> ReadDespatchLines(pqxx::transaction_base& tx,
                                            const std::string& despatch_id);
// Without lines; the filter is an order's id.
std::vector<Despatch> ListDespatches(pqxx::transaction_base& tx, const NewestFirstPage& page);

}  // namespace qingqu::procurement
