#include "services/distribution/ledger/book_store.h"

#include <limits>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/distribution/item_store.h"
#include "services/distribution/ledger/effect.h"
#include "services/distribution/ledger/movement_store.h"
#include "services/distribution/ledger_store.h"
#include "services/distribution/location_store.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

// Of a piece that is somewhere outside of the book.
constexpr size_t kOutsideOfBook = std::numeric_limits<size_t>::max();

absl::Status ChangedMeanwhile() {
  return MakeError(absl::StatusCode::kAborted, "CONCURRENT_CHANGE",
                   "others changed the same lot at the same time; try again");
}

template <typename Read>
void ReadReservations(pqxx::transaction_base& tx, const std::vector<std::string>& ids, Book& book,
                      Read place_of) {
  for (const auto& row : tx.exec_prepared(queries::kLockReservations.name, db::TextArray(ids))) {
    const LedgerSide side{.location_id = row["location_id"].as<std::string>(),
                          .kind = row["kind"].as<std::string>(),
                          .alliance_id = row["alliance_id"].as<std::string>(),
                          .institution_id = row["institution_id"].as<std::string>()};
    place_of(side.location_id);
    const auto item_id = row["item_id"].as<std::string>();
    const auto lot_id = row["lot_id"].as<std::string>();
    BookLot& lot = book.lots[book.AddLot(lot_id, item_id, row["lot_number"].as<std::string>())];
    lot.expiry = DateOf(row["expiry_date"]);
    const size_t account =
        book.AddAccount(side, item_id, lot_id, row["serial"].as<std::string>(),
                        row["owner"].as<std::string>(), row["condition"].as<std::string>());
    BookReservation& reservation =
        book.reservations[book.AddReservation(row["reservation_id"].as<std::string>(), account)];
    reservation.quantity = row["quantity"].as<int64_t>();
    reservation.open = row["open_quantity"].as<int64_t>();
    reservation.posted = row["posted_quantity"].as<int64_t>();
    reservation.state = row["state"].as<std::string>();
    reservation.expires_at = InstantOf(row["expires_us"]);
    reservation.actor_id = row["actor_id"].as<std::string>();
    reservation.stored = reservation.exists = true;
  }
}

// What commands name, each once.
struct Wanted {
  std::set<std::string> locations, items, packs, reservations, movements, originals, suppliers;

  explicit Wanted(const std::vector<const Command*>& commands) {
    for (const Command* command : commands) {
      movements.insert(command->movement_id);
      for (const std::string* id : {&command->from_location_id, &command->to_location_id}) {
        if (!id->empty()) locations.insert(*id);
      }
      if (!command->item_id.empty()) items.insert(command->item_id);
      if (!command->pack.empty()) packs.insert(command->pack);
      if (!command->reservation_id.empty()) reservations.insert(command->reservation_id);
      if (!command->original_id.empty()) originals.insert(command->original_id);
      if (IsSupplierOwned(command->owner)) {
        suppliers.insert(command->owner.substr(command->owner.find('/') + 1));
      }
    }
  }
};

std::vector<std::string> List(const std::set<std::string>& ids) { return {ids.begin(), ids.end()}; }

void ReadOriginals(pqxx::transaction_base& tx, Wanted& wanted, Facts& facts, Book& book) {
  std::set<std::string> missing = wanted.originals;
  for (auto& [id, movement] : FindMovements(tx, List(wanted.originals))) {
    missing.erase(id);
    for (const std::string* place : {&movement.from_location_id, &movement.to_location_id}) {
      if (place->find('/') == std::string::npos) wanted.locations.insert(*place);
    }
    facts.known.emplace(id, std::move(movement));
  }
  if (!missing.empty()) facts.archived = FindArchived(tx, List(missing));
  for (const auto& row :
       tx.exec_prepared(queries::kReadReversals.name, db::TextArray(List(wanted.originals)))) {
    book.reversed[row["original_id"].as<std::string>()] = true;
  }
}

void ReadLots(pqxx::transaction_base& tx, Book& book) {
  db::ArrayBuilder ids;
  std::map<std::string, size_t> indexes;
  for (size_t index = 0; index < book.lots.size(); ++index) {
    ids.AddText(book.lots[index].lot_id);
    indexes.emplace(book.lots[index].lot_id, index);
  }
  for (const auto& row : tx.exec_prepared(queries::kReadBookLots.name, ids.Build())) {
    BookLot& lot = book.lots[indexes.at(row["lot_id"].as<std::string>())];
    lot.stored = true;
    lot.lot_number = row["lot_number"].as<std::string>();
    lot.expiry = DateOf(row["expiry_date"]);
    lot.manufactured = DateOf(row["manufacture_date"]);
    lot.sterilisation_lot = row["sterilisation_lot"].as<std::string>();
    lot.registration = row["registration"].as<std::string>();
  }
}

// The columns that make accounts unique.
struct AccountColumns {
  db::ArrayBuilder locations, items, lots, serials, owners, conditions;
  void Add(const BookAccount& account) {
    locations.AddText(account.location_id);
    items.AddText(account.item_id);
    lots.AddText(account.lot_id);
    serials.AddText(account.serial);
    owners.AddText(account.owner);
    conditions.AddText(account.condition);
  }
};

// Ids of accounts that this process has not met yet; what is not there is opened later.
void FindAccountIds(pqxx::transaction_base& tx, AccountIds& known, Book& book) {
  AccountColumns wanted;
  std::vector<size_t> indexes;
  for (size_t index = 0; index < book.accounts.size(); ++index) {
    BookAccount& account = book.accounts[index];
    account.account_id = known.Find(AccountText(account));
    if (account.account_id != 0) continue;
    wanted.Add(account);
    indexes.push_back(index);
  }
  if (indexes.empty()) return;
  for (const auto& row :
       tx.exec_prepared(queries::kFindAccountIds.name, wanted.locations.Build(),
                        wanted.items.Build(), wanted.lots.Build(), wanted.serials.Build(),
                        wanted.owners.Build(), wanted.conditions.Build())) {
    BookAccount& account = book.accounts[indexes[row[0].as<size_t>() - 1]];
    account.account_id = row[1].as<int64_t>();
    known.Keep(AccountText(account), account.account_id);
  }
}

absl::Time LockAccounts(pqxx::transaction_base& tx, AccountIds& known, Book& book) {
  FindAccountIds(tx, known, book);
  absl::flat_hash_map<int64_t, BookAccount*> accounts;
  db::ArrayBuilder ids;
  for (BookAccount& account : book.accounts) {
    if (account.account_id == 0) continue;
    accounts.emplace(account.account_id, &account);
    ids.AddInteger(account.account_id);
  }
  absl::Time changed_at = absl::UnixEpoch();
  for (const auto& row : tx.exec_prepared(queries::kLockBookAccounts.name, ids.Build())) {
    BookAccount& account = *accounts.at(row[0].as<int64_t>());
    account.on_hand = account.on_hand_before = row[1].as<int64_t>();
    account.reserved = row[2].as<int64_t>();
    account.changed_at = InstantOf(row[3]);
    changed_at = std::max(changed_at, account.changed_at);
  }
  return changed_at;
}

std::string TextOfRow(const pqxx::row& row) {
  return AccountText(row["location_id"].as<std::string>(), row["item_id"].as<std::string>(),
                     row["lot_id"].as<std::string>(), row["serial"].as<std::string>(),
                     row["owner"].as<std::string>(), row["condition"].as<std::string>());
}

std::map<std::string, size_t> IndexOf(const Book& book) {
  std::map<std::string, size_t> indexes;
  for (size_t index = 0; index < book.accounts.size(); ++index) {
    indexes.emplace(AccountText(book.accounts[index]), index);
  }
  return indexes;
}

void FindPieces(pqxx::transaction_base& tx, const std::vector<Plan>& plans, Book& book) {
  db::ArrayBuilder items;
  db::ArrayBuilder serials;
  bool any = false;
  for (const Plan& plan : plans) {
    if (!plan.enters || !plan.debit.has_value()) continue;
    const BookAccount& account = book.accounts[*plan.debit];
    if (account.serial.empty()) continue;
    items.AddText(account.item_id);
    serials.AddText(account.serial);
    any = true;
  }
  if (!any) return;
  // In this order: a piece that another process uses up in between was found in stock.
  const std::map<std::string, size_t> indexes = IndexOf(book);
  for (const auto& row :
       tx.exec_prepared(queries::kReadPieces.name, items.Build(), serials.Build())) {
    const auto found = indexes.find(TextOfRow(row));
    book.pieces[row["item_id"].as<std::string>() + "\n" + row["serial"].as<std::string>()] =
        found == indexes.end() ? kOutsideOfBook : found->second;
  }
  for (const auto& row :
       tx.exec_prepared(queries::kReadUsedPieces.name, items.Build(), serials.Build())) {
    book.used_pieces.insert(row["item_id"].as<std::string>() + "\n" +
                            row["serial"].as<std::string>());
  }
}

void ReadSenders(pqxx::transaction_base& tx, const std::vector<Plan>& plans, Book& book) {
  std::map<int64_t, size_t> indexes;
  for (const Plan& plan : plans) {
    if (!plan.changes_hands || !plan.credit.has_value()) continue;
    book.senders.try_emplace(*plan.credit);
    const int64_t account_id = book.accounts[*plan.credit].account_id;
    if (account_id != 0) indexes.emplace(account_id, *plan.credit);
  }
  if (indexes.empty()) return;
  db::ArrayBuilder ids;
  for (const auto& [account_id, index] : indexes) ids.AddInteger(account_id);
  for (const auto& row : tx.exec_prepared(queries::kListSenders.name, ids.Build())) {
    Senders& senders = book.senders[indexes.at(row["account_id"].as<int64_t>())];
    senders.Add(row["actor_id"].as<std::string>(), row["actor_for_id"].as<std::string>(),
                row["now"].as<bool>());
  }
}

void AddDateOrNull(db::ArrayBuilder& dates, const std::optional<CivilDate>& date) {
  dates.AddTextOrNull(DateText(date));
}

absl::Status WriteLots(pqxx::transaction_base& tx, const Book& book) {
  db::ArrayBuilder ids[2], items, numbers, expiries[2], manufactured[2], sterilised[2],
      registered[2];
  size_t counts[2] = {0, 0};
  for (const BookLot& lot : book.lots) {
    if (!lot.changed) continue;
    const size_t kind = lot.stored ? 1 : 0;
    ++counts[kind];
    ids[kind].AddText(lot.lot_id);
    AddDateOrNull(expiries[kind], lot.expiry);
    AddDateOrNull(manufactured[kind], lot.manufactured);
    sterilised[kind].AddTextOrNull(lot.sterilisation_lot);
    registered[kind].AddTextOrNull(lot.registration);
    if (lot.stored) continue;
    items.AddText(lot.item_id);
    numbers.AddText(lot.lot_number);
  }
  if (counts[0] > 0) {
    tx.exec_prepared(queries::kInsertBookLots.name, ids[0].Build(), items.Build(), numbers.Build(),
                     expiries[0].Build(), manufactured[0].Build(), sterilised[0].Build(),
                     registered[0].Build());
  }
  if (counts[1] == 0) return absl::OkStatus();
  const pqxx::result completed =
      tx.exec_prepared(queries::kCompleteLots.name, ids[1].Build(), expiries[1].Build(),
                       manufactured[1].Build(), sterilised[1].Build(), registered[1].Build());
  return completed.affected_rows() == counts[1] ? absl::OkStatus() : ChangedMeanwhile();
}

void OpenNewAccounts(pqxx::transaction_base& tx, absl::Time posted_at, Book& book) {
  AccountColumns fresh;
  db::ArrayBuilder kinds, alliances, institutions, departments, from_institutions, from_departments;
  std::map<std::string, const BookAccount*> places;
  std::map<std::string, size_t> indexes;
  for (size_t index = 0; index < book.accounts.size(); ++index) {
    const BookAccount& account = book.accounts[index];
    if (account.account_id != 0 || !account.changed) continue;
    if (account.kind != "stock") places.emplace(account.location_id, &account);
    indexes.emplace(AccountText(account), index);
    fresh.Add(account);
    kinds.AddText(account.kind);
    alliances.AddText(account.alliance_id);
    institutions.AddTextOrNull(account.institution_id);
    departments.AddTextOrNull(account.department_id);
    from_departments.AddTextOrNull(account.from_department_id);
    from_institutions.AddTextOrNull(account.from_institution_id);
  }
  if (indexes.empty()) return;
  for (const auto& [location_id, account] : places) {
    EnsureLedgerPlace(tx, {.location_id = location_id,
                           .kind = account->kind,
                           .alliance_id = account->alliance_id,
                           .institution_id = account->institution_id,
                           .created_at = posted_at});
  }
  for (const auto& row : tx.exec_prepared(
           queries::kInsertBookAccounts.name, kinds.Build(), fresh.locations.Build(),
           fresh.items.Build(), fresh.lots.Build(), fresh.serials.Build(), fresh.owners.Build(),
           fresh.conditions.Build(), alliances.Build(), institutions.Build(), departments.Build(),
           from_institutions.Build(), from_departments.Build())) {
    book.accounts[indexes.at(TextOfRow(row))].account_id = row["account_id"].as<int64_t>();
  }
}

void WriteReservations(pqxx::transaction_base& tx, absl::Time posted_at, const Book& book) {
  db::ArrayBuilder ids[2], opens[2], posted[2], states[2];
  db::ArrayBuilder accounts, quantities, expires, actors, documents;
  size_t counts[2] = {0, 0};
  for (const BookReservation& reservation : book.reservations) {
    if (!reservation.changed) continue;
    const size_t kind = reservation.stored ? 1 : 0;
    ++counts[kind];
    ids[kind].AddText(reservation.reservation_id);
    opens[kind].AddInteger(reservation.open);
    posted[kind].AddInteger(reservation.posted);
    states[kind].AddText(reservation.state);
    if (reservation.stored) continue;
    accounts.AddInteger(book.accounts[reservation.account].account_id);
    quantities.AddInteger(reservation.quantity);
    expires.AddInteger(absl::ToUnixMicros(reservation.expires_at));
    actors.AddText(reservation.actor_id);
    documents.AddTextOrNull(reservation.document);
  }
  if (counts[0] > 0) {
    tx.exec_prepared(queries::kInsertReservations.name, ids[0].Build(), accounts.Build(),
                     quantities.Build(), opens[0].Build(), posted[0].Build(), states[0].Build(),
                     expires.Build(), actors.Build(), InstantText(posted_at), documents.Build());
  }
  if (counts[1] > 0) {
    tx.exec_prepared(queries::kSetReservations.name, ids[1].Build(), opens[1].Build(),
                     posted[1].Build(), states[1].Build());
  }
}

}  // namespace

Facts ReadFacts(pqxx::transaction_base& tx, const std::vector<const Command*>& commands,
                Book& book) {
  Facts facts;
  Wanted wanted(commands);
  facts.names_repeat = wanted.movements.size() < commands.size();
  facts.has_reversals = !wanted.originals.empty();
  facts.known = FindMovements(tx, List(wanted.movements));
  if (!wanted.originals.empty()) ReadOriginals(tx, wanted, facts, book);
  if (!wanted.reservations.empty()) {
    ReadReservations(tx, List(wanted.reservations), book,
                     [&](const std::string& place) { wanted.locations.insert(place); });
  }
  for (const BookAccount& account : book.accounts) wanted.items.insert(account.item_id);
  facts.locations = ReadLocations(tx, List(wanted.locations));
  facts.items = ReadItems(tx, List(wanted.items));
  if (!wanted.packs.empty()) facts.packs = ReadScannedItems(tx, List(wanted.packs));
  if (!wanted.suppliers.empty()) {
    for (const auto& row :
         tx.exec_prepared(queries::kFindSuppliers.name, db::TextArray(List(wanted.suppliers)))) {
      facts.suppliers.insert(row[0].as<std::string>());
    }
  }
  const auto tells_effect = [](const Command* command) {
    return command->effective_at.has_value();
  };
  if (std::ranges::any_of(commands, tells_effect)) facts.archived_until = ReadArchivedUntil(tx);
  for (const auto& row : tx.exec_prepared(queries::kReadClosedUntil.name)) {
    facts.closed_until[row["holder"].as<std::string>()] = InstantOf(row["ends_us"]);
  }
  return facts;
}

int64_t AccountIds::Find(const std::string& account_text) {
  const std::lock_guard lock(mutex_);
  const auto found = ids_.find(account_text);
  return found == ids_.end() ? 0 : found->second;
}

void AccountIds::Keep(const std::string& account_text, int64_t account_id) {
  const std::lock_guard lock(mutex_);
  if (ids_.size() >= kAccountsMax) ids_.clear();
  ids_.emplace(account_text, account_id);
}

absl::Time LockBook(pqxx::transaction_base& tx, const Facts& facts, const std::vector<Plan>& plans,
                    absl::Time now, AccountIds& known, Book& book) {
  ReadLots(tx, book);
  const absl::Time changed_at = LockAccounts(tx, known, book);
  FindPieces(tx, plans, book);
  ReadSenders(tx, plans, book);
  ReadEffectSpans(tx, facts, plans, now, book);
  return changed_at;
}

absl::Status WriteNewOfBook(pqxx::transaction_base& tx, absl::Time posted_at, Book& book) {
  QINGQU_RETURN_IF_ERROR(WriteLots(tx, book));
  OpenNewAccounts(tx, posted_at, book);
  WriteReservations(tx, posted_at, book);
  return absl::OkStatus();
}

absl::Status WriteBalancesOfBook(pqxx::transaction_base& tx, absl::Time posted_at,
                                 const Book& book) {
  std::vector<BalanceWrite> lowered;
  std::vector<BalanceWrite> raised;
  for (const BookAccount& account : book.accounts) {
    if (!account.changed) continue;
    const bool first = !account.serial.empty() && account.on_hand < account.on_hand_before;
    (first ? lowered : raised)
        .push_back({.account_id = account.account_id,
                    .on_hand = account.on_hand,
                    .reserved = account.reserved});
  }
  return SetBalances(tx, posted_at, lowered, raised);
}

}  // namespace qingqu::distribution
