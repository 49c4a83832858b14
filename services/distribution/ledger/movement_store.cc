#include "services/distribution/ledger/movement_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/status/status_macros.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

void AddIdOrNull(db::ArrayBuilder& ids, int64_t id) {
  if (id == 0) {
    ids.AddNull();
  } else {
    ids.AddInteger(id);
  }
}

// A side without an account has no balance.
void AddBalanceOrNull(db::ArrayBuilder& balances, int64_t account_id, int64_t balance) {
  if (account_id == 0) {
    balances.AddNull();
  } else {
    balances.AddInteger(balance);
  }
}

// One array for each column.
struct MovementArrays {
  db::ArrayBuilder ids, kinds, debits, credits, quantities, moved, held, debits_after,
      credits_after;
  db::ArrayBuilder effective_us, lines, overridden, actors, alliances, from_institutions;
  db::ArrayBuilder to_institutions, documents, reasons, groups, reservations, originals, refusals;
  db::ArrayBuilder from_locations, to_locations, hashes, from_departments, to_departments;
  db::ArrayBuilder actors_for;

  void Add(const MovementWrite& row) {
    ids.AddText(row.movement_id);
    kinds.AddText(row.kind);
    AddIdOrNull(debits, row.debit_account_id);
    AddIdOrNull(credits, row.credit_account_id);
    quantities.AddInteger(row.quantity);
    moved.AddInteger(row.moved);
    held.AddInteger(row.held);
    AddBalanceOrNull(debits_after, row.debit_account_id, row.debit_after);
    AddBalanceOrNull(credits_after, row.credit_account_id, row.credit_after);
    if (row.effective_at.has_value()) {
      effective_us.AddInteger(absl::ToUnixMicros(*row.effective_at));
    } else {
      effective_us.AddNull();
    }
    AddIdOrNull(lines, row.document_line);
    overridden.AddBoolean(row.expiry_overridden);
    AddTexts(row);
  }

 private:
  void AddTexts(const MovementWrite& row) {
    actors.AddText(row.actor_id);
    actors_for.AddText(row.actor_for_id);
    alliances.AddText(row.alliance_id);
    from_locations.AddTextOrNull(row.from_location_id);
    to_locations.AddTextOrNull(row.to_location_id);
    from_institutions.AddTextOrNull(row.from_institution_id);
    to_institutions.AddTextOrNull(row.to_institution_id);
    from_departments.AddTextOrNull(row.from_department_id);
    to_departments.AddTextOrNull(row.to_department_id);
    documents.AddTextOrNull(row.document);
    reasons.AddTextOrNull(row.reason);
    groups.AddTextOrNull(row.linked_group);
    reservations.AddTextOrNull(row.reservation_id);
    originals.AddTextOrNull(row.original_id);
    refusals.AddTextOrNull(row.refusal_json);
    hashes.AddTextOrNull(row.content_hash);
  }
};

absl::Status SetSomeBalances(pqxx::transaction_base& tx, absl::Time posted_at,
                             const std::vector<BalanceWrite>& balances) {
  if (balances.empty()) return absl::OkStatus();
  db::ArrayBuilder accounts;
  db::ArrayBuilder on_hands;
  db::ArrayBuilder reserved;
  for (const BalanceWrite& balance : balances) {
    accounts.AddInteger(balance.account_id);
    on_hands.AddInteger(balance.on_hand);
    reserved.AddInteger(balance.reserved);
  }
  const pqxx::result changed =
      tx.exec_prepared(queries::kSetBalances.name, accounts.Build(), on_hands.Build(),
                       reserved.Build(), InstantText(posted_at));
  if (changed.affected_rows() == balances.size()) return absl::OkStatus();
  return absl::InternalError("an account of a posting is missing or not visible");
}

}  // namespace

void InsertMovements(pqxx::transaction_base& tx, absl::Time posted_at,
                     const std::vector<MovementWrite>& movements) {
  MovementArrays columns;
  for (const MovementWrite& row : movements) columns.Add(row);
  tx.exec_prepared(
      queries::kInsertMovements.name, columns.ids.Build(), columns.kinds.Build(),
      columns.debits.Build(), columns.credits.Build(), columns.quantities.Build(),
      columns.moved.Build(), columns.held.Build(), columns.debits_after.Build(),
      columns.credits_after.Build(), columns.effective_us.Build(), columns.lines.Build(),
      columns.overridden.Build(), columns.actors.Build(), columns.alliances.Build(),
      columns.from_institutions.Build(), columns.to_institutions.Build(), columns.documents.Build(),
      columns.reasons.Build(), columns.groups.Build(), columns.reservations.Build(),
      columns.originals.Build(), InstantText(posted_at), columns.refusals.Build(),
      columns.from_locations.Build(), columns.to_locations.Build(), columns.hashes.Build(),
      columns.from_departments.Build(), columns.to_departments.Build(), columns.actors_for.Build());
}

absl::Status SetBalances(pqxx::transaction_base& tx, absl::Time posted_at,
                         const std::vector<BalanceWrite>& lowered,
                         const std::vector<BalanceWrite>& raised) {
  QINGQU_RETURN_IF_ERROR(SetSomeBalances(tx, posted_at, lowered));
  return SetSomeBalances(tx, posted_at, raised);
}

void EnterLedger(pqxx::transaction_base& tx) { tx.exec_prepared(queries::kEnterLedger.name); }

}  // namespace qingqu::distribution
