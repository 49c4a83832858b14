#include "services/catalog/mapping/mapping_test_support.h"

#include "absl/time/clock.h"
#include "fmt/format.h"

#include "common/base/check.h"
#include "services/catalog/buyers_test_support.h"

namespace qingqu::catalog {

CallContext Pharmacist(std::string_view user_id) {
  return testing::CallBy(user_id, "hospital_pharmacist");
}

CallContext WestPharmacist() {
  return testing::CallBy("xi", "hospital_pharmacist", "west-hospital", "west");
}

MappingDatabase::MappingDatabase(int connections_max)
    : CatalogDatabase(connections_max), clock(absl::Now()) {
  AddBuyers(database);
  Approve("syringe", 1, "一次性使用无菌注射器", "5ml");
  Approve("syringe-10", 2, "一次性使用无菌注射器", "10ml");
  Approve("gauze", 3, "医用脱脂纱布块", "8cm×10cm", "块");
}

void MappingDatabase::Approve(std::string_view id, int number, const std::string& name,
                              const std::string& specification, const std::string& base_unit) {
  v1::CreateItemRequest request = ItemRequest(id, number);
  v1::Item& item = *request.mutable_item();
  item.set_display_name(name);
  item.set_specification(specification);
  item.set_base_unit(base_unit);
  item.set_registration_number(fmt::format("国械注准2019314{:04}", number));
  item.set_manufacturer("济南康健医疗器械有限公司");
  QINGQU_CHECK(items.CreateItem(Wang(), request).ok());
  v1::ApproveItemRequest approve;
  approve.set_name(fmt::format("items/{}", id));
  QINGQU_CHECK(items.ApproveItem(Li(), approve).ok());
}

v1::LocalRow MappingDatabase::SyringeRow(std::string_view local_code) {
  v1::LocalRow row;
  row.set_local_code(std::string(local_code));
  row.set_display_name("注射器(无菌)");
  row.set_specification("5ML");
  row.set_manufacturer("济南康健");
  row.set_registration_number("国械注准20193140001");
  row.set_price("0.35");
  row.set_unit("支");
  return row;
}

v1::LocalRow MappingDatabase::VagueRow(std::string_view local_code) {
  v1::LocalRow row;
  row.set_local_code(std::string(local_code));
  row.set_display_name("无菌注射器");
  row.set_unit("支");
  return row;
}

v1::UploadLocalRowsRequest MappingDatabase::Rows(const std::vector<v1::LocalRow>& rows) {
  v1::UploadLocalRowsRequest request;
  request.set_institution(kCountyHospital);
  for (const v1::LocalRow& row : rows) {
    *request.add_rows() = row;
    request.mutable_rows()->rbegin()->set_line(request.rows_size() + 1);
  }
  return request;
}

v1::UploadLocalRowsResponse MappingDatabase::Upload(const std::vector<v1::LocalRow>& rows) {
  const auto uploaded = mappings.UploadLocalRows(Pharmacist(), Rows(rows));
  QINGQU_CHECK(uploaded.ok());
  Compare();
  return *uploaded;
}

void MappingDatabase::Compare() {
  database.WaitForJournalHorizon();
  QINGQU_CHECK(search.Look().ok());
  QINGQU_CHECK(worker.Look().ok());
}

v1::LocalCode MappingDatabase::Read(std::string_view local_code) {
  v1::GetLocalCodeRequest request;
  request.set_institution(kCountyHospital);
  request.set_local_code(std::string(local_code));
  const auto code = mappings.GetLocalCode(Pharmacist(), request);
  QINGQU_CHECK(code.ok());
  return *code;
}

std::string MappingDatabase::ItemOn(std::string_view local_code, std::string_view day) {
  v1::LookupLocalCodeRequest request;
  request.set_institution(kCountyHospital);
  request.set_local_code(std::string(local_code));
  request.set_day(std::string(day));
  const auto mapping = mappings.LookupLocalCode(Pharmacist(), request);
  return mapping.ok() ? mapping->item() : "";
}

v1::MappingDecision MappingDatabase::DecisionOn(std::string_view local_code) {
  v1::MappingDecision decision;
  decision.set_local_code(std::string(local_code));
  decision.set_etag(Read(local_code).etag());
  return decision;
}

v1::MappingDecisionResult MappingDatabase::Decide(const v1::MappingDecision& decision,
                                                  const CallContext& call) {
  v1::DecideMappingsRequest request;
  request.set_institution(kCountyHospital);
  *request.add_decisions() = decision;
  const auto decided =
      mappings.DecideMappings(testing::WithRequestId(call, testing::NewRequestId()), request);
  QINGQU_CHECK(decided.ok());
  QINGQU_CHECK(decided->results_size() == 1);
  return decided->results(0);
}

void ExecuteEachMappingQuery(MappingDatabase& catalog) {
  catalog.Upload({MappingDatabase::SyringeRow("0012"), MappingDatabase::VagueRow("0013")});
  v1::MappingDecision decision = catalog.DecisionOn("0012");
  decision.set_reopen(true);
  decision.set_reason("a test");
  QINGQU_CHECK(catalog.Decide(decision).error_reason().empty());
  v1::ListReviewQueueRequest queue;
  queue.set_institution(kCountyHospital);
  QINGQU_CHECK(catalog.mappings.ListReviewQueue(Pharmacist(), queue).ok());
  v1::CompareAgainRequest again;
  again.set_institution(kCountyHospital);
  QINGQU_CHECK(catalog.mappings.CompareAgain(Pharmacist(), again).ok());
  v1::ListLocalRowVersionsRequest versions;
  versions.set_institution(kCountyHospital);
  QINGQU_CHECK(catalog.mappings.ListLocalRowVersions(Pharmacist(), versions).ok());
  v1::ListMappingsRequest list;
  list.set_institution(kCountyHospital);
  QINGQU_CHECK(catalog.mappings.ListMappings(Pharmacist(), list).ok());
  catalog.ItemOn("0012", "");
}

}  // namespace qingqu::catalog
