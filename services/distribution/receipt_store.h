#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "services/distribution/location.h"
#include "services/distribution/receipt.h"

namespace qingqu::distribution {

// A receipt without its lines.
struct ReceiptHeader {
  std::string receipt_id;
  std::string despatch_id;
  std::string order_id;
  std::string supplier_id;
  std::string alliance_id;
  std::string location_id;
  std::string receiver_id;
  absl::Time created_at;
};

// A despatch, and where it goes.
struct Despatch {
  std::string order_id;
  std::string supplier_id;
  std::string alliance_id;
  Location central_store;
};

// NOT_FOUND DESPATCH_NOT_FOUND, also when the caller does not see it or does not work where it
// goes, or LOCATION_NOT_FOUND when it does not go to a central store of its alliance;
// FAILED_PRECONDITION DESPATCH_WITHDRAWN; PERMISSION_DENIED SAME_PERSON when the caller asked for,
// approved or ordered the goods. Its supplier cannot withdraw it until the transaction ends.
absl::StatusOr<Despatch> ReadDespatch(pqxx::transaction_base& tx, const CallContext& call,
                                      const std::string& despatch_id);

// The despatch's lines and pieces as they stand. Receipts of one despatch wait here for each other
// until the transaction ends.
std::vector<DespatchLine> LockDespatchLines(pqxx::transaction_base& tx,
                                            const std::string& despatch_id);
std::map<ItemPiece, DespatchedPiece> ReadDespatchedPieces(pqxx::transaction_base& tx,
                                                          const std::string& despatch_id);
// Those of the pieces that are in stock or on their way, wherever that is, or were used up (true).
std::map<ItemPiece, bool> FindPieces(pqxx::transaction_base& tx, const std::set<ItemPiece>& pieces);

// Adds what the planned lines fill to the progress of the despatch lines.
void AdvanceDespatch(pqxx::transaction_base& tx, const std::string& despatch_id,
                     const std::vector<DespatchLine>& despatch_lines,
                     const std::vector<ReceiptLine>& lines);

// Keeps the lots of the planned lines. Adds EXPIRY_CONFLICT where a lot is known with another
// expiry.
void KeepLots(pqxx::transaction_base& tx, const std::vector<ReceiptLine>& lines,
              LineProblems& problems);

// ALREADY_EXISTS RECEIPT_EXISTS.
absl::Status InsertReceipt(pqxx::transaction_base& tx, const ReceiptHeader& header);
// Inserts the planned lines. Adds SERIAL_ALREADY_RECEIVED for pieces that came in before.
void InsertReceiptLines(pqxx::transaction_base& tx, const ReceiptHeader& header,
                        const std::vector<ReceiptLine>& lines, LineProblems& problems);

// NOT_FOUND RECEIPT_NOT_FOUND.
absl::StatusOr<ReceiptHeader> ReadReceipt(pqxx::transaction_base& tx,
                                          const std::string& receipt_id);
std::vector<ReceiptLine> ReadReceiptLines(pqxx::transaction_base& tx,
                                          const std::string& receipt_id);

}  // namespace qingqu::distribution
