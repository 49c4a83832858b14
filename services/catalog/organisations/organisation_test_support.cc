#include "services/catalog/organisations/organisation_test_support.h"

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/check.h"
#include "common/db/call_id.h"
#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

v1::Qualification Document(std::string_view organisation, const Period& period) {
  v1::Qualification document;
  document.set_organisation(fmt::format("organisations/{}", organisation));
  document.set_valid_from(std::string(period.from));
  document.set_expire_date(std::string(period.until));
  return document;
}

}  // namespace

CallContext Sun() { return AllianceApprover("sun"); }
CallContext Seller(std::string_view supplier_id) {
  return testing::CallBySupplier(fmt::format("seller-of-{}", supplier_id), supplier_id);
}

CallContext On(CallContext call, std::string_view day) {
  call.received_at = BusinessDayBegins(*CivilDate::Parse(day));
  return call;
}

v1::Qualification Licence(std::string_view organisation, std::string_view number, Period period) {
  v1::Qualification document = Document(organisation, period);
  document.set_number(std::string(number));
  document.mutable_distributor_licence();
  return document;
}

v1::Qualification Production(std::string_view organisation, Period period) {
  v1::Qualification document = Document(organisation, period);
  document.set_number("鲁食药监械生产许20190001号");
  document.mutable_production_licence();
  return document;
}

v1::Qualification Pledge(std::string_view organisation, Period period) {
  v1::Qualification document = Document(organisation, period);
  document.mutable_integrity_pledge();
  return document;
}

v1::Qualification Mandate(std::string_view organisation, Period period) {
  v1::Qualification document = Document(organisation, period);
  document.mutable_mandate()->set_person("赵敏");
  return document;
}

v1::Qualification AuthorisationOf(const Chain& chain, const std::vector<std::string>& items,
                                  Period period) {
  v1::Qualification document = Document(chain.holder, period);
  v1::Authorisation& authorisation = *document.mutable_authorisation();
  authorisation.set_giver(fmt::format("organisations/{}", chain.giver));
  authorisation.set_manufacturer(fmt::format("organisations/{}", chain.manufacturer));
  for (const std::string& item : items) authorisation.add_items("items/" + item);
  return document;
}

std::string OrganisationDatabase::Founded(std::string_view id, v1::OrganisationKind kind,
                                          std::string_view display_name) {
  v1::CreateOrganisationRequest request;
  request.set_organisation_id(std::string(id));
  request.set_valid_from("2020-01-01");
  request.mutable_organisation()->set_display_name(std::string(display_name));
  request.mutable_organisation()->set_country("DE");
  request.mutable_organisation()->add_kinds(kind);
  const CallContext call = Wang();
  QINGQU_CHECK(organisations.CreateOrganisation(call, request).ok());
  return "qualifications/" + db::IdOfCall(call);
}

void OrganisationDatabase::Abroad(std::string_view id, v1::OrganisationKind kind,
                                  std::string_view display_name) {
  v1::Qualification licence;
  licence.set_name(Founded(id, kind, display_name));
  QINGQU_CHECK(Approve(licence).ok());
}

absl::StatusOr<v1::Qualification> OrganisationDatabase::Submit(
    const CallContext& call, const v1::Qualification& qualification) {
  v1::SubmitQualificationRequest request;
  *request.mutable_qualification() = qualification;
  return qualifications.SubmitQualification(call, request);
}

absl::StatusOr<v1::Qualification> OrganisationDatabase::Approve(const v1::Qualification& submitted,
                                                                absl::Time now) {
  CallContext li = Li();
  CallContext sun = Sun();
  if (now != absl::InfinitePast()) li.received_at = sun.received_at = now;
  v1::ReviewAsEquipmentRequest first;
  first.mutable_review()->set_name(submitted.name());
  const auto half = qualifications.ReviewAsEquipment(li, first);
  if (!half.ok()) return half.status();
  v1::ReviewAsInfectionControlRequest second;
  second.mutable_review()->set_name(submitted.name());
  return qualifications.ReviewAsInfectionControl(sun, second);
}

v1::Qualification OrganisationDatabase::Approved(const v1::Qualification& qualification) {
  const auto submitted = Submit(Wang(), qualification);
  QINGQU_CHECK(submitted.ok());
  const auto approved = Approve(*submitted);
  QINGQU_CHECK(approved.ok());
  return *approved;
}

absl::StatusOr<v1::Qualification> OrganisationDatabase::Get(const CallContext& call,
                                                            const std::string& name) {
  v1::GetQualificationRequest request;
  request.set_name(name);
  return qualifications.GetQualification(call, request);
}

void OrganisationDatabase::Demand(const std::string& columns) {
  database.Execute(
      fmt::format("SET session_replication_role = replica;"
                  "UPDATE catalog.qualification_policy SET {} = true",
                  columns));
}

std::string OrganisationDatabase::Obstacles(std::string_view supplier, std::string_view item,
                                            std::string_view day) {
  return database.Value(
      fmt::format("SELECT string_agg(reason, ' ') FROM catalog.organisation_obstacles('{}', '{}', "
                  "'{}')",
                  supplier, item, day));
}

}  // namespace qingqu::catalog
