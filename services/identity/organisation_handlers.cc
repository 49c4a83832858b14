#include "pqxx/pqxx"

#include "common/base/resource_name.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/identity/convert.h"
#include "services/identity/errors.h"
#include "services/identity/identity_handlers.h"
#include "services/identity/organisation_change_store.h"
#include "services/identity/organisation_store.h"

namespace qingqu::identity {
namespace {

struct PageRequest {
  int rows = 0;
  std::string after;
};

template <typename Request>
absl::StatusOr<PageRequest> ReadPage(const Request& request, const std::string& filter) {
  PageRequest page;
  QINGQU_ASSIGN_OR_RETURN(page.rows, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 1));
  if (!key.empty()) page.after = key.front();
  return page;
}

// The id of an optional filter.
absl::StatusOr<std::string> ReadFilter(std::string_view pattern, std::string_view field,
                                       const std::string& name) {
  if (name.empty()) return std::string();
  FieldViolations violations;
  const absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  violations.AddIfError(field, id.status());
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return *id;
}

}  // namespace

absl::StatusOr<v1::Alliance> IdentityHandlers::CreateAlliance(
    const CallContext& call, const v1::CreateAllianceRequest& request) {
  const Alliance alliance{.alliance_id = request.alliance_id(),
                          .display_name = request.alliance().display_name(),
                          .created_at = StoredInstant(call.received_at)};
  FieldViolations violations;
  violations.AddIfError("alliance_id", ValidateResourceId(alliance.alliance_id));
  CheckDisplayName("alliance.display_name", alliance.display_name, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::Alliance>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Alliance> {
        QINGQU_RETURN_IF_ERROR(InsertAlliance(tx, alliance));
        const v1::Alliance created = ToProto(alliance);
        db::AppendJournal(tx, call,
                          {.event = "alliance.created",
                           .resource = created.name(),
                           .alliance_id = alliance.alliance_id,
                           .details_json = ToJson(created)});
        return created;
      });
}

absl::StatusOr<v1::ListAlliancesResponse> IdentityHandlers::ListAlliances(
    const CallContext& call, const v1::ListAlliancesRequest& request) {
  const std::string filter = "alliances";
  QINGQU_ASSIGN_OR_RETURN(const PageRequest page, ReadPage(request, filter));
  return db::RunRead(*dependencies_.pool, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListAlliancesResponse> {
                       v1::ListAlliancesResponse response;
                       for (const Alliance& alliance : identity::ListAlliances(
                                tx, {.after = page.after, .rows_max = page.rows + 1})) {
                         if (response.alliances_size() == page.rows) {
                           const std::string& last = response.alliances(page.rows - 1).name();
                           response.set_next_page_token(
                               EncodePageToken({last.substr(last.find('/') + 1)}, filter));
                           break;
                         }
                         *response.add_alliances() = ToProto(alliance);
                       }
                       return response;
                     });
}

absl::StatusOr<v1::Institution> IdentityHandlers::CreateInstitution(
    const CallContext& call, const v1::CreateInstitutionRequest& request) {
  const auto alliance_id =
      ParseResourceId("alliances/{alliance}", request.institution().alliance());
  const Institution institution{.institution_id = request.institution_id(),
                                .alliance_id = alliance_id.value_or(""),
                                .display_name = request.institution().display_name(),
                                .lead = request.institution().lead(),
                                .created_at = StoredInstant(call.received_at)};
  FieldViolations violations;
  violations.AddIfError("institution_id", ValidateResourceId(institution.institution_id));
  violations.AddIfError("institution.alliance", alliance_id.status());
  CheckDisplayName("institution.display_name", institution.display_name, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::Institution>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Institution> {
        QINGQU_RETURN_IF_ERROR(InsertInstitution(tx, institution));
        const v1::Institution created = ToProto(institution);
        db::AppendJournal(tx, call,
                          {.event = "institution.created",
                           .resource = created.name(),
                           .subjects = {created.alliance()},
                           .institution_id = institution.institution_id,
                           .alliance_id = institution.alliance_id,
                           .details_json = ToJson(created)});
        return created;
      });
}

absl::StatusOr<v1::ListInstitutionsResponse> IdentityHandlers::ListInstitutions(
    const CallContext& call, const v1::ListInstitutionsRequest& request) {
  const std::string filter = "institutions of " + request.alliance();
  QINGQU_ASSIGN_OR_RETURN(const PageRequest page, ReadPage(request, filter));
  QINGQU_ASSIGN_OR_RETURN(const std::string alliance_id,
                          ReadFilter("alliances/{alliance}", "alliance", request.alliance()));
  return db::RunRead(
      *dependencies_.pool, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListInstitutionsResponse> {
        v1::ListInstitutionsResponse response;
        for (const Institution& institution : identity::ListInstitutions(
                 tx, {.after = page.after, .rows_max = page.rows + 1}, alliance_id)) {
          if (response.institutions_size() == page.rows) {
            const std::string& last = response.institutions(page.rows - 1).name();
            response.set_next_page_token(
                EncodePageToken({last.substr(last.find('/') + 1)}, filter));
            break;
          }
          *response.add_institutions() = ToProto(institution);
        }
        return response;
      });
}

absl::StatusOr<v1::Department> IdentityHandlers::CreateDepartment(
    const CallContext& call, const v1::CreateDepartmentRequest& request) {
  const auto institution_id =
      ParseResourceId("institutions/{institution}", request.department().institution());
  Department department{.department_id = request.department_id(),
                        .institution_id = institution_id.value_or(""),
                        .display_name = request.department().display_name(),
                        .created_at = StoredInstant(call.received_at)};
  FieldViolations violations;
  violations.AddIfError("department_id", ValidateResourceId(department.department_id));
  violations.AddIfError("department.institution", institution_id.status());
  CheckDisplayName("department.display_name", department.display_name, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::Department>(
      *dependencies_.pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Department> {
        const auto alliance_id = FindAllianceOfInstitution(tx, department.institution_id);
        if (!alliance_id.has_value()) return InstitutionNotFound(department.institution_id);
        QINGQU_RETURN_IF_ERROR(HoldOpen(tx, department.institution_id));
        department.alliance_id = *alliance_id;
        QINGQU_RETURN_IF_ERROR(InsertDepartment(tx, department));
        const v1::Department created = ToProto(department);
        db::AppendJournal(tx, call,
                          {.event = "department.created",
                           .resource = created.name(),
                           .subjects = {created.institution()},
                           .institution_id = department.institution_id,
                           .alliance_id = department.alliance_id,
                           .details_json = ToJson(created)});
        return created;
      });
}

absl::StatusOr<v1::ListDepartmentsResponse> IdentityHandlers::ListDepartments(
    const CallContext& call, const v1::ListDepartmentsRequest& request) {
  const std::string filter = "departments of " + request.institution();
  QINGQU_ASSIGN_OR_RETURN(const PageRequest page, ReadPage(request, filter));
  QINGQU_ASSIGN_OR_RETURN(
      const std::string institution_id,
      ReadFilter("institutions/{institution}", "institution", request.institution()));
  return db::RunRead(
      *dependencies_.pool, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListDepartmentsResponse> {
        v1::ListDepartmentsResponse response;
        for (const Department& department : identity::ListDepartments(
                 tx, {.after = page.after, .rows_max = page.rows + 1}, institution_id)) {
          if (response.departments_size() == page.rows) {
            const std::string& last = response.departments(page.rows - 1).name();
            response.set_next_page_token(
                EncodePageToken({last.substr(last.find('/') + 1)}, filter));
            break;
          }
          *response.add_departments() = ToProto(department);
        }
        return response;
      });
}

}  // namespace qingqu::identity
