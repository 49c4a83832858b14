#include "services/distribution/ledger/posting_journal.h"

#include <algorithm>
#include <iterator>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/db/journal.h"
#include "common/status/status.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

constexpr const char* kPosted = "movements.posted";
constexpr const char* kExpiryOverridden = "stock.expiry_overridden";

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
        original_id(status.ok() ? movement.original_id : command.original_id),
        from_department_id(outcome.from_department_id),
        to_department_id(outcome.to_department_id) {}

  const absl::Status& status;
  const StoredMovement& movement;
  const std::string& item_id;
  const std::string& lot_number;
  const std::string& serial;
  const std::string& from_location_id;
  const std::string& to_location_id;
  const std::string& reservation_id;
  const std::string& original_id;
  const std::string& from_department_id;
  const std::string& to_department_id;
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

void AddSubjects(const Told& told, std::set<std::string>& subjects) {
  for (const std::string* place : {&told.from_location_id, &told.to_location_id}) {
    if (!place->empty() && place->find('/') == std::string::npos) {
      subjects.insert("locations/" + *place);
    }
  }
  for (const std::string* department : {&told.from_department_id, &told.to_department_id}) {
    if (!department->empty()) subjects.insert("departments/" + *department);
  }
  if (!told.movement.document.empty()) subjects.insert(told.movement.document);
  if (!told.original_id.empty()) subjects.insert("movements/" + told.original_id);
  if (told.item_id.empty()) return;
  subjects.insert("items/" + told.item_id);
  if (told.lot_number.empty()) return;
  subjects.insert(db::LotSubject(told.item_id, told.lot_number));
}

// For whom, as journal.append says it.
std::string StandInMembers(const auth::Principal& principal) {
  if (principal.on_behalf_of.empty()) return "";
  return fmt::format(R"(,"on_behalf_of":"users/{}","delegation":"delegations/{}")",
                     principal.on_behalf_of, principal.delegation_id);
}

std::string NameOf(const Outcome& outcome) { return "movements/" + outcome.movement.movement_id; }

// Whose stock it is about; of an alliance's central store the institution is empty.
const std::string& HolderOf(const Outcome& outcome) {
  return outcome.movement.kind == "transfer_in" ? outcome.to_institution_id
                                                : outcome.from_institution_id;
}

// Whether two movements may stand in one entry: whoever sees one of them sees the other.
bool AreSeenAlike(const Outcome& one, const Outcome& other) {
  return HolderOf(one) == HolderOf(other) && one.alliance_id == other.alliance_id &&
         one.from_department_id == other.from_department_id &&
         one.to_department_id == other.to_department_id;
}

}  // namespace

void PostingJournal::Columns::Add(const CallContext& call, const Outcome& holder,
                                  const Entry& entry) {
  const auth::Principal& principal = call.principal;
  methods.AddText(call.method);
  request_ids.AddText(call.request_id);
  resources.AddText(entry.resource);
  std::set<std::string> concerned = entry.subjects;
  if (!principal.on_behalf_of.empty()) concerned.insert("users/" + principal.on_behalf_of);
  subjects.AddText(db::TextArray({concerned.begin(), concerned.end()}));
  users.AddText(principal.user_id);
  institutions_of_users.AddText(principal.institution_id);
  roles.AddText(db::TextArray(principal.roles));
  clients.AddText(call.client);
  institutions.AddText(HolderOf(holder));
  alliances.AddText(holder.alliance_id);
  reasons.AddText(entry.reason);
  details.AddText("{\"movements\":[" + entry.details + "]" + StandInMembers(principal) + "}");
  any = true;
}

void PostingJournal::Columns::Append(pqxx::transaction_base& tx, const char* event) const {
  if (!any) return;
  tx.exec_prepared(queries::kAppendMovementEntries.name, event, methods.Build(),
                   request_ids.Build(), resources.Build(), subjects.Build(), users.Build(),
                   institutions_of_users.Build(), roles.Build(), clients.Build(),
                   institutions.Build(), alliances.Build(), reasons.Build(), details.Build());
}

void PostingJournal::Add(const PostingSlice& slice) {
  struct OfHolder {
    const Outcome* first;
    Entry entry;
  };
  std::vector<OfHolder> entries;  // of few holders, each in the order of its first movement
  for (size_t index = 0; index < slice.outcomes.size(); ++index) {
    const Outcome& outcome = slice.outcomes[index];
    if (!outcome.written) continue;
    OfHolder* of_holder = nullptr;
    for (OfHolder& known : entries) {
      if (AreSeenAlike(*known.first, outcome)) of_holder = &known;
    }
    const std::string resource = "movements/" + outcome.movement.movement_id;
    if (of_holder == nullptr) {
      of_holder =
          &entries.emplace_back(OfHolder{&outcome, {.resource = resource, .subjects = {resource}}});
    }
    Entry& entry = of_holder->entry;
    const Told told(outcome, slice.commands[index]);
    if (!entry.details.empty()) entry.details += ',';
    const size_t begin = entry.details.size();
    AppendMovement(entry.details, told);
    AddSubjects(told, entry.subjects);
    if (!outcome.status.ok()) continue;
    if (entry.reason.empty()) entry.reason = outcome.movement.reason;
    if (!outcome.movement.expiry_overridden) continue;
    Entry red{.resource = NameOf(outcome),
              .details = entry.details.substr(begin),
              .reason = outcome.movement.reason};
    red.subjects.insert(red.resource);
    AddSubjects(told, red.subjects);
    overridden_.Add(*slice.call, outcome, red);
  }
  for (const OfHolder& of_holder : entries) {
    posted_.Add(*slice.call, *of_holder.first, of_holder.entry);
  }
}

void PostingJournal::Append(pqxx::transaction_base& tx) const {
  posted_.Append(tx, kPosted);
  overridden_.Append(tx, kExpiryOverridden);
}

}  // namespace qingqu::distribution
