#include "services/catalog/registrations/registration_handlers.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/call_id.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/registrations/registration_convert.h"
#include "services/catalog/registrations/registration_errors.h"
#include "services/catalog/registrations/registration_store.h"

namespace qingqu::catalog {
namespace {

v1::Registration Record(pqxx::transaction_base& tx, const CallContext& call, std::string_view event,
                        const Registration& registration, std::string_view reason) {
  v1::Registration message =
      ToProto(registration, FindOpenRegistrationChange(tx, registration.number.text));
  db::JournalEntry entry{.event = std::string(event),
                         .resource = message.name(),
                         .reason = std::string(reason),
                         .details_json = ToJson(message)};
  if (!message.replaced_by().empty()) entry.subjects.push_back(message.replaced_by());
  db::AppendJournal(tx, call, entry);
  return message;
}

// The act of `call`; a date of the authority is not in the future. INVALID_ARGUMENT.
absl::StatusOr<RegistrationAct> ActOf(const CallContext& call, std::string_view reason,
                                      std::string_view effective_date) {
  RegistrationAct act{.actor = auth::ActorOf(call.principal), .now = call.received_at};
  QINGQU_ASSIGN_OR_RETURN(act.reason, CheckReason(reason));
  if (effective_date.empty()) return act;
  const auto date = CivilDate::Parse(effective_date);
  if (!date.ok()) return InvalidField("effective_date", ToStd(date.status().message()));
  if (*date > BusinessDay(call.received_at)) {
    return InvalidField("effective_date", "must not be in the future");
  }
  act.effective_date = *date;
  return act;
}

absl::Status CheckRegistrationEtag(const Registration& registration, std::string_view etag) {
  if (etag.empty() || etag == Etag(registration)) return absl::OkStatus();
  return EtagMismatch(RegistrationName(registration.number.text), Etag(registration));
}

// What a change does not name stays.
absl::StatusOr<v1::Registration> Merge(const Registration& present,
                                       const v1::RecordRegistrationChangeRequest& request) {
  static constexpr std::string_view kPaths[] = {"product_name",    "registrant",  "organisation",
                                                "valid_from_date", "expire_date", "replaced_by"};
  v1::Registration merged = ToProto(present);
  if (request.update_mask().paths().empty()) {
    return InvalidField("update_mask", "must name what changes");
  }
  const auto& reflection = *v1::Registration::GetReflection();
  for (const std::string& path : request.update_mask().paths()) {
    if (std::find(std::begin(kPaths), std::end(kPaths), path) == std::end(kPaths)) {
      return InvalidField("update_mask",
                          "must name product_name, registrant, organisation, "
                          "valid_from_date, expire_date or replaced_by");
    }
    const auto* field = v1::Registration::descriptor()->FindFieldByName(path);
    reflection.SetString(&merged, field, reflection.GetString(request.registration(), field));
  }
  return merged;
}

absl::Status CheckReplacement(pqxx::transaction_base& tx, const RegistrationContent& content) {
  if (content.replaced_by.empty()) return absl::OkStatus();
  return GetRegistration(tx, content.replaced_by).status();
}

absl::Status ProposeChange(pqxx::transaction_base& tx, const CallContext& call,
                           const Registration& registration, const RegistrationContent& content,
                           const RegistrationAct& act, bool resumes) {
  const bool inserted = InsertRegistrationChange(tx, registration.number.text,
                                                 {.id = db::IdOfCall(call),
                                                  .content = content,
                                                  .resumes = resumes,
                                                  .effective_date = act.effective_date,
                                                  .reason = act.reason,
                                                  .proposer = act.actor,
                                                  .proposed_at = act.now});
  if (!inserted) return ChangeAlreadyOpen(RegistrationName(registration.number.text));
  return absl::OkStatus();
}

// What the authority takes away; a change that waits goes with it.
template <typename Request, typename Take>
absl::StatusOr<v1::Registration> TakeAway(db::ConnectionPool& pool, const CallContext& call,
                                          const Request& request, const Take& take) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const RegistrationNumber number,
                          ParseRegistrationName("name", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const RegistrationAct act,
                          ActOf(call, request.reason(), request.effective_date()));
  return db::RunIdempotent<v1::Registration>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Registration> {
        QINGQU_ASSIGN_OR_RETURN(const Registration present, LockRegistration(tx, number.text));
        QINGQU_RETURN_IF_ERROR(CheckRegistrationEtag(present, request.etag()));
        const auto open = FindOpenRegistrationChange(tx, number.text);
        QINGQU_ASSIGN_OR_RETURN(const Registration taken, take(present, act, open));
        if (open) {
          DecideRegistrationChange(tx, open->id,
                                   {.approved = false,
                                    .decider_id = act.actor.user_id,
                                    .decided_at = act.now,
                                    .reason = act.reason});
        }
        UpdateRegistration(tx, taken);
        return Record(tx, call, taken.event, taken, act.reason);
      });
}

// The registration's number and the change's id.
absl::StatusOr<std::pair<RegistrationNumber, std::string>> ParseChangeName(std::string_view field,
                                                                           std::string_view name) {
  constexpr std::string_view kChanges = "/changes/";
  const size_t found = name.find(kChanges);
  if (found == std::string_view::npos) {
    return InvalidField(field, "must be registrations/{number}/changes/{change}");
  }
  QINGQU_ASSIGN_OR_RETURN(RegistrationNumber number,
                          ParseRegistrationName(field, name.substr(0, found)));
  std::string id(name.substr(found + kChanges.size()));
  if (!ValidateResourceId(id).ok()) return InvalidField(field, "does not name a change");
  return std::pair(std::move(number), std::move(id));
}

}  // namespace

absl::StatusOr<v1::Registration> RegistrationHandlers::CreateRegistration(
    const CallContext& call, const v1::CreateRegistrationRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  const auto number = ParseRegistrationNumber(request.registration().number());
  if (!number.ok()) {
    return InvalidField("registration.number", ToStd(number.status().message()));
  }
  QINGQU_ASSIGN_OR_RETURN(const RegistrationContent content,
                          CheckRegistrationContent(*number, DraftOf(request.registration())));
  const Registration created = catalog::CreateRegistration(
      *number, content,
      {.actor = auth::ActorOf(call.principal), .now = call.received_at, .reason = ""});
  return db::RunIdempotent<v1::Registration>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Registration> {
        QINGQU_RETURN_IF_ERROR(CheckReplacement(tx, content));
        if (!InsertRegistration(tx, created)) {
          return RegistrationExists(RegistrationName(number->text));
        }
        return Record(tx, call, "registration.proposed", created, "");
      });
}

absl::StatusOr<v1::Registration> RegistrationHandlers::RecordRegistrationChange(
    const CallContext& call, const v1::RecordRegistrationChangeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(
      const RegistrationNumber number,
      ParseRegistrationName("registration.name", request.registration().name()));
  QINGQU_ASSIGN_OR_RETURN(const RegistrationAct act,
                          ActOf(call, request.reason(), request.effective_date()));
  return db::RunIdempotent<v1::Registration>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Registration> {
        QINGQU_ASSIGN_OR_RETURN(const Registration present, LockRegistration(tx, number.text));
        QINGQU_RETURN_IF_ERROR(CheckRegistrationEtag(present, request.etag()));
        QINGQU_ASSIGN_OR_RETURN(const v1::Registration merged, Merge(present, request));
        QINGQU_ASSIGN_OR_RETURN(const RegistrationContent content,
                                CheckRegistrationContent(present.number, DraftOf(merged)));
        QINGQU_RETURN_IF_ERROR(CheckMayChange(present, act.actor));
        QINGQU_RETURN_IF_ERROR(CheckReplacement(tx, content));
        if (FindOpenRegistrationChange(tx, number.text)) {
          return ChangeAlreadyOpen(RegistrationName(number.text));
        }
        const bool waits =
            present.state != RegistrationState::kProposed && Widens(present.content, content);
        if (waits) {
          QINGQU_RETURN_IF_ERROR(ProposeChange(tx, call, present, content, act, false));
          return Record(tx, call, "registration.change_proposed", present, act.reason);
        }
        const Registration changed = ChangeRegistration(present, content, act);
        UpdateRegistration(tx, changed);
        return Record(tx, call, "registration.changed", changed, act.reason);
      });
}

absl::StatusOr<v1::Registration> RegistrationHandlers::ApproveRegistration(
    const CallContext& call, const v1::ApproveRegistrationRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const RegistrationNumber number,
                          ParseRegistrationName("name", request.name()));
  std::string change_id;
  if (!request.change().empty()) {
    QINGQU_ASSIGN_OR_RETURN(const auto change_name, ParseChangeName("change", request.change()));
    if (change_name.first.text != number.text) {
      return InvalidField("change", "is a change of another registration");
    }
    change_id = change_name.second;
  }
  const RegistrationAct act{.actor = auth::ActorOf(call.principal), .now = call.received_at};
  return db::RunIdempotent<v1::Registration>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Registration> {
        QINGQU_ASSIGN_OR_RETURN(const Registration present, LockRegistration(tx, number.text));
        QINGQU_RETURN_IF_ERROR(CheckRegistrationEtag(present, request.etag()));
        if (change_id.empty()) {
          QINGQU_ASSIGN_OR_RETURN(const Registration approved,
                                  catalog::ApproveRegistration(present, act));
          UpdateRegistration(tx, approved);
          return Record(tx, call, "registration.approved", approved, "");
        }
        const auto change = GetRegistrationChange(tx, number.text, change_id);
        if (!change) return ChangeNotFound(request.change());
        QINGQU_ASSIGN_OR_RETURN(const Registration changed,
                                ApproveRegistrationChange(present, *change, act));
        DecideRegistrationChange(
            tx, change_id,
            {.approved = true, .decider_id = act.actor.user_id, .decided_at = act.now});
        UpdateRegistration(tx, changed);
        return Record(tx, call, changed.event, changed, changed.reason);
      });
}

absl::StatusOr<v1::Registration> RegistrationHandlers::RejectRegistrationChange(
    const CallContext& call, const v1::RejectRegistrationChangeRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const auto change_name, ParseChangeName("name", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  const std::string& number = change_name.first.text;
  return db::RunIdempotent<v1::Registration>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Registration> {
        const auto present = LockRegistration(tx, number);
        if (!present.ok()) return ChangeNotFound(request.name());
        const auto change = GetRegistrationChange(tx, number, change_name.second);
        if (!change) return ChangeNotFound(request.name());
        if (!change->open) return ChangeDecided(RegistrationName(number));
        DecideRegistrationChange(tx, change->id,
                                 {.approved = false,
                                  .decider_id = call.principal.user_id,
                                  .decided_at = call.received_at,
                                  .reason = reason});
        return Record(tx, call, "registration.change_rejected", *present, reason);
      });
}

absl::StatusOr<v1::Registration> RegistrationHandlers::SuspendRegistration(
    const CallContext& call, const v1::SuspendRegistrationRequest& request) {
  return TakeAway(*pool_, call, request,
                  [](const Registration& present, const RegistrationAct& act, const auto& open) {
                    return catalog::SuspendRegistration(present, act, open && open->resumes);
                  });
}

absl::StatusOr<v1::Registration> RegistrationHandlers::CancelRegistration(
    const CallContext& call, const v1::CancelRegistrationRequest& request) {
  return TakeAway(*pool_, call, request,
                  [](const Registration& present, const RegistrationAct& act, const auto&) {
                    return catalog::CancelRegistration(present, act);
                  });
}

absl::StatusOr<v1::Registration> RegistrationHandlers::ProposeRegistrationResumption(
    const CallContext& call, const v1::ProposeRegistrationResumptionRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const RegistrationNumber number,
                          ParseRegistrationName("name", request.name()));
  QINGQU_ASSIGN_OR_RETURN(const RegistrationAct act,
                          ActOf(call, request.reason(), request.effective_date()));
  return db::RunIdempotent<v1::Registration>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Registration> {
        QINGQU_ASSIGN_OR_RETURN(const Registration present, LockRegistration(tx, number.text));
        QINGQU_RETURN_IF_ERROR(CheckRegistrationEtag(present, request.etag()));
        if (present.state != RegistrationState::kSuspended) {
          return RegistrationNotSuspended(RegistrationName(number.text));
        }
        QINGQU_RETURN_IF_ERROR(ProposeChange(tx, call, present, present.content, act, true));
        return Record(tx, call, "registration.change_proposed", present, act.reason);
      });
}

}  // namespace qingqu::catalog
