#include "services/distribution/ledger/posting.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/distribution/ledger/movement_store.h"
#include "services/distribution/queries.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr int kAttemptsMax = 8;
constexpr const char* kEvent = "movements.posted";

// Names have nothing to escape; what people wrote is the library's to write.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
  });
}

void AppendMember(std::string& json, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  json.append(",\"").append(name).append("\":");
  if (IsPlain(value)) {
    json.append("\"").append(value).append("\"");
  } else {
    json.append(nlohmann::json(value).dump());
  }
}

// A movement as the journal tells it: of a refusal, which moved nothing, the goods and places that
// were asked for. So who tried to issue a lot is found under that lot.
struct Told {
  Told(const Outcome& outcome, const Command& command)
      : status(outcome.status),
        movement(outcome.movement),
        item_id(status.ok() ? movement.item_id : command.item_id),
        lot_number(status.ok() ? movement.lot_number : command.lot_number),
        serial(status.ok() ? movement.serial : command.serial),
        from_location_id(status.ok() ? movement.from_location_id : command.from_location_id),
        to_location_id(status.ok() ? movement.to_location_id : command.to_location_id),
        reservation_id(status.ok() ? movement.reservation_id : command.reservation_id),
        original_id(status.ok() ? movement.original_id : command.original_id) {}

  const absl::Status& status;
  const StoredMovement& movement;
  const std::string& item_id;
  const std::string& lot_number;
  const std::string& serial;
  const std::string& from_location_id;
  const std::string& to_location_id;
  const std::string& reservation_id;
  const std::string& original_id;
};

void AppendMovement(std::string& json, const Told& told) {
  const StoredMovement& movement = told.movement;
  fmt::format_to(std::back_inserter(json),
                 R"({{"movement":"movements/{}","kind":"{}","quantity":{})", movement.movement_id,
                 movement.kind, movement.quantity);
  if (!told.status.ok()) AppendMember(json, "refused", ErrorReason(told.status));
  if (!told.item_id.empty()) AppendMember(json, "item", "items/" + told.item_id);
  AppendMember(json, "lot", told.lot_number);
  AppendMember(json, "serial", told.serial);
  AppendMember(json, "from", told.from_location_id);
  AppendMember(json, "to", told.to_location_id);
  if (movement.to_owner != movement.from_owner) AppendMember(json, "owner", movement.to_owner);
  if (movement.to_condition != movement.from_condition) {
    AppendMember(json, "condition", movement.to_condition);
  }
  AppendMember(json, "document", movement.document);
  AppendMember(json, "reason", movement.reason);
  AppendMember(json, "reservation", told.reservation_id);
  AppendMember(json, "original", told.original_id);
  if (movement.expiry_overridden) json += ",\"expiry_overridden\":true";
  json += '}';
}

// One entry for each slice.
class Entries {
 public:
  void Add(const PostingSlice& slice) {
    std::set<std::string> subjects;
    std::string details = "{\"movements\":[";
    const Outcome* first = nullptr;
    std::string reason;
    for (size_t index = 0; index < slice.outcomes.size(); ++index) {
      const Outcome& outcome = slice.outcomes[index];
      if (!outcome.written) continue;
      if (first != nullptr) details += ',';
      if (first == nullptr) first = &outcome;
      const Told told(outcome, slice.commands[index]);
      AppendMovement(details, told);
      AddSubjects(told, subjects);
      if (reason.empty() && outcome.status.ok()) reason = outcome.movement.reason;
    }
    if (first == nullptr) return;
    const CallContext& call = *slice.call;
    const std::string resource = "movements/" + first->movement.movement_id;
    subjects.insert(resource);
    methods_.AddText(call.method);
    request_ids_.AddText(call.request_id);
    resources_.AddText(resource);
    subjects_.AddText(db::TextArray({subjects.begin(), subjects.end()}));
    users_.AddText(call.principal.user_id);
    institutions_of_users_.AddText(call.principal.institution_id);
    roles_.AddText(db::TextArray(call.principal.roles));
    clients_.AddText(call.client);
    institutions_.AddText(first->from_institution_id);
    alliances_.AddText(first->alliance_id);
    reasons_.AddText(reason);
    details_.AddText(details + "]}");
    any_ = true;
  }

  void Append(pqxx::transaction_base& tx) const {
    if (!any_) return;
    tx.exec_prepared(queries::kAppendMovementEntries.name, kEvent, methods_.Build(),
                     request_ids_.Build(), resources_.Build(), subjects_.Build(), users_.Build(),
                     institutions_of_users_.Build(), roles_.Build(), clients_.Build(),
                     institutions_.Build(), alliances_.Build(), reasons_.Build(), details_.Build());
  }

  bool any() const { return any_; }

 private:
  static void AddSubjects(const Told& told, std::set<std::string>& subjects) {
    for (const std::string* place : {&told.from_location_id, &told.to_location_id}) {
      if (!place->empty() && place->find('/') == std::string::npos) {
        subjects.insert("locations/" + *place);
      }
    }
    if (!told.movement.document.empty()) subjects.insert(told.movement.document);
    if (!told.original_id.empty()) subjects.insert("movements/" + told.original_id);
    if (told.item_id.empty()) return;
    subjects.insert("items/" + told.item_id);
    if (told.lot_number.empty()) return;
    subjects.insert(db::LotSubject(told.item_id, told.lot_number));
  }

  db::ArrayBuilder methods_, request_ids_, resources_, subjects_, users_, institutions_of_users_;
  db::ArrayBuilder roles_, clients_, institutions_, alliances_, reasons_, details_;
  bool any_ = false;
};

MovementWrite RowOf(const Outcome& outcome, const Book& book, const Plan& plan) {
  const StoredMovement& movement = outcome.movement;
  MovementWrite row{.movement_id = movement.movement_id,
                    .kind = movement.kind,
                    .quantity = movement.quantity,
                    .moved = movement.moved,
                    .held = movement.held,
                    .debit_after = movement.debit_after,
                    .credit_after = movement.credit_after,
                    .expiry_overridden = movement.expiry_overridden,
                    .actor_id = movement.actor_id,
                    .alliance_id = outcome.alliance_id,
                    .from_location_id = movement.from_location_id,
                    .from_institution_id = outcome.from_institution_id,
                    .to_location_id = movement.to_location_id,
                    .to_institution_id = outcome.to_institution_id,
                    .document = movement.document,
                    .reason = movement.reason,
                    .linked_group = movement.linked_group,
                    .reservation_id = movement.reservation_id,
                    .original_id = movement.original_id,
                    .content_hash = movement.content_hash,
                    .refusal_json = movement.refusal_json};
  if (!outcome.status.ok()) return row;
  row.credit_account_id = book.accounts[*plan.credit].account_id;
  if (plan.debit.has_value()) row.debit_account_id = book.accounts[*plan.debit].account_id;
  if (movement.effective_at < movement.posted_at) row.effective_at = movement.effective_at;
  return row;
}

// One run of a batch inside of its transaction.
class Run {
 public:
  Run(pqxx::transaction_base& tx, const Clock& clock, AccountIds& known,
      const std::vector<PostingSlice>& slices)
      : tx_(tx), clock_(clock), known_(known), slices_(slices) {}

  absl::Status Post() {
    EnterLedger(tx_);
    for (const PostingSlice& slice : slices_) {
      for (const Command& command : slice.commands) commands_.push_back(&command);
    }
    const Facts facts = ReadFacts(tx_, commands_, book_);
    MakePlans(facts);
    const absl::Time changed_at = LockBook(tx_, plans_, known_, book_);
    posted_at_ = std::max(ToMicroseconds(clock_.Now()), changed_at);
    // A clock that is a little behind must not refuse what happens now, right after a month's end.
    for (const auto& [holder, closed_until] : facts.closed_until) {
      posted_at_ = std::max(posted_at_, closed_until);
    }
    Decide(facts);
    return Write();
  }

 private:
  void MakePlans(const Facts& facts) {
    Planner planner(facts, book_);
    plans_.reserve(commands_.size());
    for (const PostingSlice& slice : slices_) {
      for (const Command& command : slice.commands) {
        plans_.push_back(planner.Make(slice.call->principal, command));
      }
    }
  }

  void Decide(const Facts& facts) {
    Decider decider(facts, book_, posted_at_);
    size_t offset = 0;
    for (const PostingSlice& slice : slices_) {
      const std::string& actor_id = slice.call->principal.user_id;
      for (size_t begin = 0; begin < slice.commands.size();) {
        const size_t end = GroupEnd(slice.commands, begin);
        if (slice.commands[begin].group.empty()) {
          slice.outcomes[begin] =
              decider.Decide(actor_id, slice.commands[begin], plans_[offset + begin]);
        } else {
          DecideGroup(decider, slice, offset, begin, end);
        }
        begin = end;
      }
      offset += slice.commands.size();
    }
  }

  static size_t GroupEnd(absl::Span<const Command> commands, size_t begin) {
    size_t end = begin + 1;
    while (end < commands.size() && commands[end].linked) ++end;
    return end;
  }

  void DecideGroup(Decider& decider, const PostingSlice& slice, size_t offset, size_t begin,
                   size_t end) {
    std::vector<const Command*> commands;
    std::vector<const Plan*> plans;
    for (size_t index = begin; index < end; ++index) {
      commands.push_back(&slice.commands[index]);
      plans.push_back(&plans_[offset + index]);
    }
    std::vector<Outcome> outcomes =
        decider.DecideGroup(slice.call->principal.user_id, commands, plans);
    std::move(outcomes.begin(), outcomes.end(),
              slice.outcomes.begin() + static_cast<ptrdiff_t>(begin));
  }

  absl::Status Write() {
    Entries entries;
    for (const PostingSlice& slice : slices_) entries.Add(slice);
    if (!entries.any()) return absl::OkStatus();
    entries.Append(tx_);
    QINGQU_RETURN_IF_ERROR(WriteNewOfBook(tx_, posted_at_, book_));
    WriteMovements();
    return WriteBalancesOfBook(tx_, posted_at_, book_);
  }

  void WriteMovements() {
    std::vector<MovementWrite> rows;
    db::ArrayBuilder originals;
    db::ArrayBuilder reversals;
    bool any_reversal = false;
    size_t index = 0;
    for (const PostingSlice& slice : slices_) {
      for (const Outcome& outcome : slice.outcomes) {
        const Plan& plan = plans_[index++];
        if (!outcome.written) continue;
        rows.push_back(RowOf(outcome, book_, plan));
        if (outcome.movement.original_id.empty() || !outcome.status.ok()) continue;
        originals.AddText(outcome.movement.original_id);
        reversals.AddText(outcome.movement.movement_id);
        any_reversal = true;
      }
    }
    InsertMovements(tx_, posted_at_, rows);
    if (any_reversal) {
      tx_.exec_prepared(queries::kInsertReversals.name, originals.Build(), reversals.Build());
    }
  }

  pqxx::transaction_base& tx_;
  const Clock& clock_;
  AccountIds& known_;
  const std::vector<PostingSlice>& slices_;
  std::vector<const Command*> commands_;
  std::vector<Plan> plans_;
  Book book_;
  absl::Time posted_at_;
};

// Somebody made the same thing meanwhile, or nobody knows whether the commit came through.
bool DecideAgain(const absl::Status& status) {
  constexpr std::string_view kUniqueViolation = "23505";
  if (absl::IsAborted(status) || ErrorReason(status) == "COMMIT_IN_DOUBT") return true;
  const ErrorMetadata details = ErrorDetails(status);
  const auto sqlstate = details.find("sqlstate");
  return sqlstate != details.end() && sqlstate->second == kUniqueViolation;
}

}  // namespace

absl::Status PostSlices(db::ConnectionPool& pool, const Clock& clock, AccountIds& known,
                        absl::Time deadline, const std::vector<PostingSlice>& slices) {
  // Several callers at once: what each may do is checked by the planner, and the journal names
  // each.
  CallContext lane{.principal = auth::SystemPrincipal("distribution"),
                   .method = "lane",
                   .client = "distribution",
                   .received_at = clock.Now(),
                   .deadline = deadline};
  absl::Status status;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    for (const PostingSlice& slice : slices) {
      std::fill(slice.outcomes.begin(), slice.outcomes.end(), Outcome{});
    }
    status = db::RunTransaction(
        pool, lane, db::TransactionOptions{.beyond_scope = true},
        [&](pqxx::transaction_base& tx) { return Run(tx, clock, known, slices).Post(); });
    if (status.ok() || !DecideAgain(status)) return status;
  }
  return status;
}

}  // namespace qingqu::distribution
