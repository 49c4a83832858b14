#include "services/procurement/test_world.h"

#include <atomic>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/strings/cord.h"
#include "fmt/format.h"
#include "google/rpc/error_details.pb.h"

#include "common/db/import_queries.h"
#include "common/status/status.h"
#include "services/procurement/queries.h"

namespace qingqu::procurement {
namespace {

constexpr auto kQueries = db::WithImportQueries(queries::kAllQueries);
constexpr int kConnectionsMax = 12;

// Replaces a published view by a table with its columns.
std::string ReplaceByTable(const std::string& view) {
  return fmt::format(
      "CREATE TABLE public.double AS SELECT * FROM {0} WITH NO DATA;"
      "DROP VIEW {0} CASCADE;"
      "ALTER TABLE public.double SET SCHEMA {1};"
      "ALTER TABLE {1}.double RENAME TO {2};"
      "GRANT SELECT ON {0} TO qingqu_services;",
      view, view.substr(0, view.find('.')), view.substr(view.find('.') + 1));
}

constexpr std::string_view kFacts = R"(
INSERT INTO identity_pub.alliance (alliance_id) VALUES ('east'), ('west');
INSERT INTO identity_pub.department (department_id, institution_id, alliance_id) VALUES
  ('ward-a', 'county-hospital', 'east'), ('ward-b', 'town-hospital', 'east'),
  ('ward-w', 'west-hospital', 'west');
INSERT INTO distribution_pub.location (location_id, kind, alliance_id) VALUES
  ('store-east', 'central_store', 'east'), ('store-west', 'central_store', 'west'),
  ('store-county', 'institution_store', 'east');
INSERT INTO catalog_pub.supplier (supplier_id, state, licence_class, licence_expire_date) VALUES
  ('good', 'approved', 3, '2099-12-31'), ('other', 'approved', 3, '2099-12-31'),
  ('filing', 'approved', 2, '2099-12-31'), ('lapsed', 'approved', 3, '2020-01-01'),
  ('proposed', 'proposed', 3, '2099-12-31'), ('unlicensed', 'approved', NULL, NULL);
INSERT INTO catalog_pub.item (item_id, state, device_class, registration_expire_date, lot_tracked,
  serial_tracked, expiry_tracked) VALUES
  ('syringe', 'approved', 2, '2099-12-31', true, false, true),
  ('stent', 'approved', 3, '2099-12-31', true, true, true),
  ('gauze', 'approved', 1, NULL, false, false, false),
  ('draft', 'proposed', 2, '2099-12-31', false, false, false),
  ('expired', 'approved', 2, '2020-01-01', false, false, false);

CREATE TABLE catalog_pub.obstacle (institution_id text, department_id text, item_id text,
  supplier_id text, reason text);
GRANT SELECT ON catalog_pub.obstacle TO PUBLIC;
CREATE OR REPLACE FUNCTION catalog_pub.document_obstacles(p_institutions text[],
  p_departments text[], p_items text[], p_supplier text, p_day date)
RETURNS TABLE (line int, reason text, resource text, detail text) LANGUAGE sql STABLE AS $$
  SELECT asked.line::int, obstacle.reason, 'items/' || asked.item, 'as the test says'
  FROM unnest(p_institutions, p_departments, p_items) WITH ORDINALITY
    AS asked (institution, department, item, line)
  JOIN catalog_pub.obstacle AS obstacle
    ON (obstacle.institution_id, obstacle.department_id, obstacle.item_id, obstacle.supplier_id)
       = (asked.institution, asked.department, asked.item, p_supplier)
$$;
)";

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) {
    fmt::print(stderr, "a step of the test's world failed: {}\n", result.status().ToString());
    std::abort();
  }
  return *std::move(result);
}

}  // namespace

TestWorld::TestWorld() {
  for (const char* view :
       {"identity_pub.alliance", "identity_pub.department", "distribution_pub.location",
        "catalog_pub.supplier", "catalog_pub.item"}) {
    database_.Execute(ReplaceByTable(view));
  }
  database_.Execute(std::string(kFacts));
  pool_ = database_.NewPool("procurement", {kQueries.begin(), kQueries.end()}, kConnectionsMax);
  handlers_ = std::make_unique<ProcurementHandlers>(pool_.get());
}

CallContext TestWorld::Nurse() { return testing::CallBy("nurse-li", "department_nurse"); }
CallContext TestWorld::Approver() { return testing::CallBy("approver-wang", "approver"); }

CallContext TestWorld::AllianceApprover() { return AllianceApprover("approver-sun"); }

CallContext TestWorld::AllianceApprover(std::string_view user_id, std::string_view alliance_id) {
  CallContext call = testing::CallBy(user_id, "approver", "", alliance_id);
  call.principal.scope = auth::Scope::kAlliance;
  return call;
}

CallContext TestWorld::TownNurse() {
  return testing::CallBy("nurse-sun", "department_nurse", "town-hospital");
}

CallContext TestWorld::TownApprover() {
  return testing::CallBy("approver-zhou", "approver", "town-hospital");
}

CallContext TestWorld::Officer() { return testing::CallBy("officer-zhao", "procurement_officer"); }

CallContext TestWorld::WestOfficer() {
  return testing::CallBy("officer-west", "procurement_officer", "", "west");
}

CallContext TestWorld::Inspector() {
  return testing::CallBy("inspector-wu", "discipline_inspector");
}

CallContext TestWorld::Supplier() { return testing::CallBySupplier("seller-feng", "good"); }
CallContext TestWorld::OtherSupplier() { return testing::CallBySupplier("seller-chen", "other"); }

v1::CreateAgreementRequest TestWorld::AgreementRequest(const AgreementTerms& terms) {
  v1::CreateAgreementRequest request;
  request.set_agreement_id(terms.id);
  v1::Agreement& agreement = *request.mutable_agreement();
  agreement.set_alliance("alliances/east");
  agreement.set_supplier("suppliers/" + terms.supplier);
  agreement.set_item("items/" + terms.item);
  agreement.set_unit_price(terms.unit_price);
  agreement.set_quantity_ceiling(terms.ceiling);
  agreement.set_start_date(terms.start_date);
  agreement.set_end_date(terms.end_date);
  return request;
}

v1::Agreement TestWorld::Agree(const AgreementTerms& terms) {
  Must(handlers_->CreateAgreement(Officer(), AgreementRequest(terms)));
  v1::ApproveAgreementRequest approve;
  approve.set_name("agreements/" + terms.id);
  // On its first day, so that one that has ended by now can be made as well.
  CallContext call = AllianceApprover();
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d", terms.start_date, &call.received_at, &error)) std::abort();
  return Must(handlers_->ApproveAgreement(call, approve));
}

v1::Agreement TestWorld::ReadAgreement(const std::string& id) {
  v1::GetAgreementRequest request;
  request.set_name("agreements/" + id);
  return Must(handlers_->GetAgreement(Officer(), request));
}

v1::CreateRequisitionRequest TestWorld::RequisitionRequest(const std::string& id,
                                                           const ItemQuantities& lines) {
  v1::CreateRequisitionRequest request;
  request.set_requisition_id(id);
  request.mutable_requisition()->set_department("departments/ward-a");
  for (const auto& [item, quantity] : lines) {
    v1::RequisitionLine& line = *request.mutable_requisition()->add_lines();
    line.set_item("items/" + item);
    line.set_quantity_requested(quantity);
  }
  return request;
}

v1::Requisition TestWorld::Submit(const std::string& id, const ItemQuantities& lines) {
  return Must(handlers_->CreateRequisition(Nurse(), RequisitionRequest(id, lines)));
}

v1::Requisition TestWorld::Request(const std::string& id, const ItemQuantities& lines) {
  Submit(id, lines);
  v1::ApproveRequisitionRequest approve;
  approve.set_name("requisitions/" + id);
  return Must(handlers_->ApproveRequisition(Approver(), approve));
}

v1::Requisition TestWorld::ReadRequisition(const std::string& id) {
  v1::GetRequisitionRequest request;
  request.set_name("requisitions/" + id);
  return Must(handlers_->GetRequisition(Nurse(), request));
}

v1::CreateOrderRequest TestWorld::OrderRequest(const std::string& id,
                                               const std::string& requisition,
                                               const std::vector<int64_t>& quantities) {
  v1::CreateOrderRequest request;
  request.set_order_id(id);
  v1::Order& order = *request.mutable_order();
  order.set_supplier("suppliers/good");
  order.set_deliver_to("locations/store-east");
  for (size_t i = 0; i < quantities.size(); ++i) {
    v1::OrderLine& line = *order.add_lines();
    line.set_requisition("requisitions/" + requisition);
    line.set_requisition_line_number(static_cast<int>(i) + 1);
    line.set_quantity_ordered(quantities[i]);
  }
  return request;
}

v1::Order TestWorld::Place(const std::string& id, const ItemQuantities& lines) {
  Request(id, lines);
  std::vector<int64_t> quantities;
  for (const auto& [item, quantity] : lines) quantities.push_back(quantity);
  return Must(handlers_->CreateOrder(Officer(), OrderRequest(id, id, quantities)));
}

v1::Order TestWorld::PlaceAccepted(const std::string& id, const ItemQuantities& lines) {
  Place(id, lines);
  v1::RespondToOrderRequest respond;
  respond.set_name("orders/" + id);
  respond.set_accept_all(true);
  return Must(handlers_->RespondToOrder(Supplier(), respond));
}

v1::Order TestWorld::ReadOrder(const std::string& id) {
  v1::GetOrderRequest request;
  request.set_name("orders/" + id);
  return Must(handlers_->GetOrder(Officer(), request));
}

v1::CreateDespatchRequest TestWorld::DespatchRequest(const std::string& id,
                                                     const std::string& order,
                                                     int order_line_number, int64_t quantity) {
  v1::CreateDespatchRequest request;
  request.set_despatch_id(id);
  request.mutable_despatch()->set_order("orders/" + order);
  v1::DespatchLine& line = *request.mutable_despatch()->add_lines();
  line.set_order_line_number(order_line_number);
  line.set_quantity(quantity);
  line.set_lot("L1");
  line.set_expiry_date("2099-01-01");
  return request;
}

int64_t TestWorld::EntryCount(const std::string& event) {
  return std::stoll(
      database_.Value(fmt::format("SELECT count(*) FROM journal.entry WHERE event = '{}'", event)));
}

std::string ReasonOfStatus(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::string reason = ErrorReason(status);
  return reason.empty() ? status.ToString() : reason;
}

std::vector<std::string> BadFields(const absl::Status& status) {
  std::vector<std::string> fields;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad_request;
  if (!payload || !bad_request.ParseFromString(std::string(*payload))) return fields;
  for (const auto& violation : bad_request.field_violations()) fields.push_back(violation.field());
  return fields;
}

int CountSuccesses(int count, const std::function<bool(int)>& work) {
  std::atomic<int> successes{0};
  std::barrier start(count);
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      if (work(i)) ++successes;
    });
  }
  threads.clear();
  return successes;
}

}  // namespace qingqu::procurement
