#include "services/procurement/agreement_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/procurement/queries.h"
#include "services/procurement/sql_values.h"

namespace qingqu::procurement {
namespace {

Agreement FromRow(const pqxx::row& row) {
  return {.agreement_id = row["agreement_id"].as<std::string>(),
          .alliance_id = row["alliance_id"].as<std::string>(),
          .supplier_id = row["supplier_id"].as<std::string>(),
          .item_id = row["item_id"].as<std::string>(),
          .unit_price = Money::FromTenThousandths(row["unit_price"].as<int64_t>()),
          .quantity_ceiling = Quantity(row["quantity_ceiling"].as<int64_t>()),
          .quantity_ordered = Quantity(row["quantity_ordered"].as<int64_t>()),
          .quantity_received = Quantity(row["quantity_received"].as<int64_t>()),
          .start_date = ReadDate(row["start_date"]),
          .end_date = ReadDate(row["end_date"]),
          .state = ParseAgreementState(row["state"].c_str()).value(),
          .proposer_id = row["proposer_id"].as<std::string>(),
          .proposer_for_id = row["proposer_for_id"].as<std::string>(),
          .approver_id = row["approver_id"].as<std::string>(),
          .created_at = ReadInstant(row["created_at_us"]),
          .version = row["version"].as<int64_t>()};
}

std::vector<Agreement> FromRows(const pqxx::result& rows) {
  std::vector<Agreement> agreements;
  for (const auto& row : rows) agreements.push_back(FromRow(row));
  return agreements;
}

std::optional<Agreement> FirstOf(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return FromRow(rows[0]);
}

struct QuantityArrays {
  std::string ids;
  std::string quantities;
};

QuantityArrays ArraysOf(const QuantityById& quantities) {
  db::ArrayBuilder ids;
  db::ArrayBuilder amounts;
  for (const auto& [agreement_id, quantity] : quantities) {
    ids.AddText(agreement_id);
    amounts.AddInteger(quantity.base_units());
  }
  return {ids.Build(), amounts.Build()};
}

}  // namespace

bool InsertAgreement(pqxx::transaction_base& tx, const Agreement& agreement) {
  return tx.exec_prepared(queries::kInsertAgreement.name, agreement.agreement_id,
                          agreement.alliance_id, agreement.supplier_id, agreement.item_id,
                          agreement.unit_price.ten_thousandths(),
                          agreement.quantity_ceiling.base_units(), agreement.start_date.ToString(),
                          agreement.end_date.ToString(), agreement.proposer_id,
                          SqlInstant(agreement.created_at))
             .affected_rows() == 1;
}

std::optional<Agreement> ReadAgreement(pqxx::transaction_base& tx,
                                       const std::string& agreement_id) {
  return FirstOf(tx.exec_prepared(queries::kReadAgreement.name, agreement_id));
}

std::optional<Agreement> LockAgreement(pqxx::transaction_base& tx,
                                       const std::string& agreement_id) {
  return FirstOf(tx.exec_prepared(queries::kLockAgreement.name, agreement_id));
}

std::vector<Agreement> ListAgreements(pqxx::transaction_base& tx, const AgreementPage& page) {
  return FromRows(tx.exec_prepared(queries::kListAgreements.name, page.after_id, page.supplier_id,
                                   page.item_id, page.limit));
}

void LockPeriod(pqxx::transaction_base& tx, const Agreement& agreement) {
  tx.exec_prepared(queries::kLockAgreementPeriod.name, agreement.alliance_id, agreement.supplier_id,
                   agreement.item_id);
}

std::optional<std::string> FindOverlap(pqxx::transaction_base& tx, const Agreement& agreement) {
  const pqxx::result rows = tx.exec_prepared(
      queries::kFindOverlappingAgreement.name, agreement.alliance_id, agreement.supplier_id,
      agreement.item_id, agreement.start_date.ToString(), agreement.end_date.ToString());
  if (rows.empty()) return std::nullopt;
  return rows[0]["agreement_id"].as<std::string>();
}

void MarkApproved(pqxx::transaction_base& tx, const std::string& agreement_id,
                  const std::string& approver_id) {
  tx.exec_prepared(queries::kApproveAgreement.name, agreement_id, approver_id);
}

std::vector<Agreement> LockAgreementsInForce(pqxx::transaction_base& tx,
                                             const AgreementsInForce& wanted) {
  return FromRows(tx.exec_prepared(queries::kLockAgreementsInForce.name, wanted.alliance_id,
                                   wanted.supplier_id, db::TextArray(wanted.item_ids),
                                   wanted.day.ToString()));
}

absl::Status OrderFromAgreements(pqxx::transaction_base& tx, const QuantityById& quantities) {
  const auto [ids, amounts] = ArraysOf(quantities);
  const pqxx::result updated = tx.exec_prepared(queries::kOrderFromAgreements.name, ids, amounts);
  if (updated.affected_rows() != quantities.size()) {
    return absl::InternalError("an agreement that is locked has less left than was checked");
  }
  return absl::OkStatus();
}

void ReturnToAgreements(pqxx::transaction_base& tx, const QuantityById& quantities) {
  const auto [ids, amounts] = ArraysOf(quantities);
  tx.exec_prepared(queries::kLockAgreements.name, ids);
  tx.exec_prepared(queries::kReturnToAgreements.name, ids, amounts);
}

void ReceiveOnAgreements(pqxx::transaction_base& tx, const QuantityById& quantities) {
  const auto [ids, amounts] = ArraysOf(quantities);
  tx.exec_prepared(queries::kLockAgreements.name, ids);
  tx.exec_prepared(queries::kReceiveOnAgreements.name, ids, amounts);
}

}  // namespace qingqu::procurement
