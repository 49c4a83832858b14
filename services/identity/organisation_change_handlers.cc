#include <algorithm>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/status/status_macros.h"
#include "services/identity/convert.h"
#include "services/identity/errors.h"
#include "services/identity/identity_handlers.h"
#include "services/identity/organisation_change_store.h"
#include "services/identity/organisation_errors.h"
#include "services/identity/organisation_store.h"
#include "services/identity/period.h"
#include "services/identity/post_errors.h"
#include "services/identity/post_store.h"

namespace qingqu::identity {
namespace {

// How many of what stands in the way of closing a unit are named.
constexpr int kNamedMax = 20;

// Why it is done, and to what.
struct Order {
  std::string id;
  std::string reason;
};

void CheckGivenReason(const std::string& reason, FieldViolations& violations) {
  if (TrimAsciiSpace(reason).empty()) violations.Add("reason", "is required");
  CheckReason(reason, violations);
}

// What is to be done to `name`, with the violations that were found before.
absl::StatusOr<Order> ReadOrder(std::string_view pattern, std::string_view field,
                                const std::string& name, const std::string& reason,
                                FieldViolations violations = {}) {
  const absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  violations.AddIfError(field, id.status());
  CheckGivenReason(reason, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return Order{.id = *id, .reason = reason};
}

// A unit has one thing that is changed so: its display_name. `unit` is the field that holds it.
template <typename Unit>
FieldViolations CheckUpdate(const std::string& unit, const Unit& proto,
                            const google::protobuf::FieldMask& mask) {
  FieldViolations violations;
  if (mask.paths_size() == 0) violations.Add("update_mask", "must name display_name");
  for (const std::string& path : mask.paths()) {
    if (path == "lead") {
      violations.Add("update_mask", "lead is changed with ChangeLead");
    } else if (path != "display_name" && path != "alliance") {
      violations.Add("update_mask", fmt::format("{} cannot be changed", path));
    }
  }
  CheckDisplayName(unit + ".display_name", proto.display_name(), violations);
  return violations;
}

template <typename Unit>
absl::Status CheckEtag(const std::string& etag, const Unit& unit) {
  if (etag.empty() || etag == std::to_string(unit.version)) return absl::OkStatus();
  return UnitEtagMismatch();
}

template <typename Proto>
std::string Change(const Proto& before, const Proto& after) {
  return nlohmann::json{{"before", nlohmann::json::parse(ToJson(before))},
                        {"after", nlohmann::json::parse(ToJson(after))}}
      .dump();
}

db::JournalEntry EntryOf(const Alliance& alliance) {
  return {.resource = "alliances/" + alliance.alliance_id, .alliance_id = alliance.alliance_id};
}

db::JournalEntry EntryOf(const Institution& institution) {
  return {.resource = "institutions/" + institution.institution_id,
          .subjects = {"alliances/" + institution.alliance_id},
          .institution_id = institution.institution_id,
          .alliance_id = institution.alliance_id};
}

db::JournalEntry EntryOf(const Department& department) {
  return {.resource = "departments/" + department.department_id,
          .subjects = {"institutions/" + department.institution_id},
          .institution_id = department.institution_id,
          .alliance_id = department.alliance_id};
}

// Tells the journal of the change that made `after` out of `before`, and answers it.
template <typename Unit>
auto Told(pqxx::transaction_base& tx, const CallContext& call, std::string event,
          const std::string& reason, const Unit& before, const Unit& after) {
  const auto answer = ToProto(after);
  db::JournalEntry entry = EntryOf(after);
  entry.event = std::move(event);
  entry.reason = reason;
  entry.details_json = Change(ToProto(before), answer);
  db::AppendJournal(tx, call, entry);
  return answer;
}

// What is closed stays as it was.
template <typename Unit>
absl::Status CheckOpen(const Unit& unit) {
  if (unit.closed_at == absl::InfiniteFuture()) return absl::OkStatus();
  return UnitClosed(EntryOf(unit).resource);
}

// What is closed is not closed once more, and nothing may go on in it.
template <typename Unit>
absl::Status CheckClosable(pqxx::transaction_base& tx, const Unit& unit, absl::Time now) {
  QINGQU_RETURN_IF_ERROR(CheckOpen(unit));
  const std::vector<std::string> open = OpenIn(tx, unit, {.now = now, .names_max = kNamedMax + 1});
  return open.empty() ? absl::OkStatus() : UnitInUse(EntryOf(unit).resource, open, kNamedMax);
}

// The last one of an alliance may be its lead hospital.
absl::Status GiveUpLead(pqxx::transaction_base& tx, Institution& institution) {
  if (!institution.lead) return absl::OkStatus();
  for (const Institution& other :
       ListInstitutions(tx, {.rows_max = 1000}, institution.alliance_id)) {
    if (other.institution_id != institution.institution_id &&
        other.closed_at == absl::InfiniteFuture()) {
      return LeadMustChange(institution.alliance_id);
    }
  }
  SetLead(tx, false, institution);
  return absl::OkStatus();
}

// Makes `lead` the lead hospital in the place of the present one, if there is one.
absl::Status ReplaceLead(pqxx::transaction_base& tx, const Alliance& alliance, Institution& lead) {
  if (lead.alliance_id != alliance.alliance_id) return InstitutionNotFound(lead.institution_id);
  QINGQU_RETURN_IF_ERROR(CheckOpen(lead));
  if (lead.lead) return LeadAlready(alliance.alliance_id);
  const std::string present_id = FindLead(tx, alliance.alliance_id);
  if (!present_id.empty()) {
    Institution present = *LockInstitution(tx, present_id);
    SetLead(tx, false, present);
  }
  SetLead(tx, true, lead);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Alliance> IdentityHandlers::UpdateAlliance(
    const CallContext& call, const v1::UpdateAllianceRequest& request) {
  const v1::Alliance& wanted = request.alliance();
  QINGQU_ASSIGN_OR_RETURN(
      const Order order,
      ReadOrder("alliances/{alliance}", "alliance.name", wanted.name(), request.reason(),
                CheckUpdate("alliance", wanted, request.update_mask())));
  return db::RunIdempotent<v1::Alliance>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Alliance> {
        const std::optional<Alliance> before = LockAlliance(tx, order.id);
        if (!before.has_value()) return AllianceNotFound(order.id);
        QINGQU_RETURN_IF_ERROR(CheckEtag(wanted.etag(), *before));
        Alliance after = *before;
        Rename(tx, wanted.display_name(), after);
        return Told(tx, call, "alliance.renamed", order.reason, *before, after);
      });
}

absl::StatusOr<v1::Institution> IdentityHandlers::UpdateInstitution(
    const CallContext& call, const v1::UpdateInstitutionRequest& request) {
  const v1::Institution& wanted = request.institution();
  QINGQU_ASSIGN_OR_RETURN(
      const Order order,
      ReadOrder("institutions/{institution}", "institution.name", wanted.name(), request.reason(),
                CheckUpdate("institution", wanted, request.update_mask())));
  const auto& paths = request.update_mask().paths();
  return db::RunIdempotent<v1::Institution>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Institution> {
        const std::optional<Institution> before = LockInstitution(tx, order.id);
        if (!before.has_value()) return InstitutionNotFound(order.id);
        QINGQU_RETURN_IF_ERROR(CheckEtag(wanted.etag(), *before));
        if (std::find(paths.begin(), paths.end(), "alliance") != paths.end() &&
            wanted.alliance() != "alliances/" + before->alliance_id) {
          return InstitutionCannotMove(order.id);
        }
        QINGQU_RETURN_IF_ERROR(CheckOpen(*before));
        Institution after = *before;
        Rename(tx, wanted.display_name(), after);
        return Told(tx, call, "institution.renamed", order.reason, *before, after);
      });
}

absl::StatusOr<v1::Department> IdentityHandlers::UpdateDepartment(
    const CallContext& call, const v1::UpdateDepartmentRequest& request) {
  const v1::Department& wanted = request.department();
  QINGQU_ASSIGN_OR_RETURN(
      const Order order,
      ReadOrder("departments/{department}", "department.name", wanted.name(), request.reason(),
                CheckUpdate("department", wanted, request.update_mask())));
  return db::RunIdempotent<v1::Department>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Department> {
        const std::optional<Department> before = LockDepartment(tx, order.id);
        if (!before.has_value()) return DepartmentNotFound(order.id);
        QINGQU_RETURN_IF_ERROR(CheckEtag(wanted.etag(), *before));
        QINGQU_RETURN_IF_ERROR(CheckOpen(*before));
        Department after = *before;
        Rename(tx, wanted.display_name(), after);
        return Told(tx, call, "department.renamed", order.reason, *before, after);
      });
}

absl::StatusOr<v1::Institution> IdentityHandlers::CloseInstitution(
    const CallContext& call, const v1::CloseInstitutionRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Order order, ReadOrder("institutions/{institution}", "name",
                                                       request.name(), request.reason()));
  return db::RunIdempotent<v1::Institution>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Institution> {
        LockGrants(tx);
        const std::optional<Institution> before = LockInstitution(tx, order.id);
        if (!before.has_value()) return InstitutionNotFound(order.id);
        QINGQU_RETURN_IF_ERROR(CheckEtag(request.etag(), *before));
        QINGQU_RETURN_IF_ERROR(CheckClosable(tx, *before, call.received_at));
        Institution after = *before;
        QINGQU_RETURN_IF_ERROR(GiveUpLead(tx, after));
        Close(tx, StoredInstant(call.received_at), after);
        return Told(tx, call, "institution.closed", order.reason, *before, after);
      });
}

absl::StatusOr<v1::Department> IdentityHandlers::CloseDepartment(
    const CallContext& call, const v1::CloseDepartmentRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Order order, ReadOrder("departments/{department}", "name",
                                                       request.name(), request.reason()));
  return db::RunIdempotent<v1::Department>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Department> {
        LockGrants(tx);
        const std::optional<Department> before = LockDepartment(tx, order.id);
        if (!before.has_value()) return DepartmentNotFound(order.id);
        QINGQU_RETURN_IF_ERROR(CheckEtag(request.etag(), *before));
        QINGQU_RETURN_IF_ERROR(CheckClosable(tx, *before, call.received_at));
        Department after = *before;
        Close(tx, StoredInstant(call.received_at), after);
        return Told(tx, call, "department.closed", order.reason, *before, after);
      });
}

absl::StatusOr<v1::Institution> IdentityHandlers::ChangeLead(const CallContext& call,
                                                             const v1::ChangeLeadRequest& request) {
  FieldViolations violations;
  const absl::StatusOr<std::string> lead_id =
      ParseResourceId("institutions/{institution}", request.lead());
  violations.AddIfError("lead", lead_id.status());
  QINGQU_ASSIGN_OR_RETURN(const Order order,
                          ReadOrder("alliances/{alliance}", "alliance", request.alliance(),
                                    request.reason(), std::move(violations)));
  return db::RunIdempotent<v1::Institution>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Institution> {
        std::optional<Alliance> alliance = LockAlliance(tx, order.id);
        if (!alliance.has_value()) return AllianceNotFound(order.id);
        QINGQU_RETURN_IF_ERROR(CheckEtag(request.etag(), *alliance));
        std::optional<Institution> lead = LockInstitution(tx, *lead_id);
        if (!lead.has_value()) return InstitutionNotFound(*lead_id);
        const std::string before = FindLead(tx, order.id);
        QINGQU_RETURN_IF_ERROR(ReplaceLead(tx, *alliance, *lead));
        Touch(tx, *alliance);
        db::JournalEntry entry = EntryOf(*alliance);
        entry.event = "alliance.lead_changed";
        entry.subjects = {"institutions/" + *lead_id};
        if (!before.empty()) entry.subjects.push_back("institutions/" + before);
        entry.reason = order.reason;
        entry.details_json = nlohmann::json{{"before", NameOrEmpty("institutions", before)},
                                            {"after", "institutions/" + *lead_id}}
                                 .dump();
        db::AppendJournal(tx, call, entry);
        return ToProto(*lead);
      });
}

}  // namespace qingqu::identity
