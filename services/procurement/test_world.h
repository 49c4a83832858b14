#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "services/procurement/procurement_handlers.h"
#include "tests/support/test_database.h"

namespace qingqu::procurement {

// A county for the tests of procurement, on a fresh database. The views that procurement reads of
// other services are replaced by tables with the same columns, so that a test says what it needs of
// the catalogue in one line.
//
//   alliance east: county-hospital (ward-a), town-hospital (ward-b), central store store-east
//   alliance west: west-hospital (ward-w), central store store-west
//   suppliers: good, other (class III, in force), filing (class II), lapsed (class III, expired),
//     proposed, unlicensed
//   items: syringe (II, lot and expiry), stent (III, lot, serial and expiry), gauze (I, nothing),
//     draft (not approved), expired (registration expired)
//   catalog_pub.obstacle: what the catalogue's purchase check says of a buyer, an item and a
//     supplier; nothing in the beginning
class TestWorld {
 public:
  TestWorld();

  testing::TestDatabase& database() { return database_; }
  db::ConnectionPool& pool() { return *pool_; }
  ProcurementHandlers& handlers() { return *handlers_; }

  // Calls with a new request id each.
  static CallContext Nurse();             // county-hospital
  static CallContext Approver();          // county-hospital
  static CallContext TownNurse();         // town-hospital
  static CallContext AllianceApprover();  // alliance east
  static CallContext AllianceApprover(std::string_view user_id,
                                      std::string_view alliance_id = "east");
  static CallContext TownApprover();  // town-hospital
  static CallContext Officer();       // alliance east
  static CallContext WestOfficer();   // alliance west
  static CallContext Inspector();     // the county
  static CallContext Supplier();      // good
  static CallContext OtherSupplier();

  struct AgreementTerms {
    std::string id;
    std::string item;
    std::string unit_price = "2.5000";
    int64_t ceiling = 1'000;
    std::string supplier = "good";
    std::string start_date = "2020-01-01";
    std::string end_date = "2099-12-31";
  };
  static v1::CreateAgreementRequest AgreementRequest(const AgreementTerms& terms);
  // Proposed and approved. These helpers end the test when a step fails.
  v1::Agreement Agree(const AgreementTerms& terms);
  v1::Agreement ReadAgreement(const std::string& id);

  using ItemQuantities = std::vector<std::pair<std::string, int64_t>>;
  static v1::CreateRequisitionRequest RequisitionRequest(const std::string& id,
                                                         const ItemQuantities& lines);
  v1::Requisition Submit(const std::string& id, const ItemQuantities& lines);
  // Submitted and approved in full.
  v1::Requisition Request(const std::string& id, const ItemQuantities& lines);
  v1::Requisition ReadRequisition(const std::string& id);

  // `quantities` of the lines 1, 2, … of one requisition.
  static v1::CreateOrderRequest OrderRequest(const std::string& id, const std::string& requisition,
                                             const std::vector<int64_t>& quantities);
  // A requisition with these lines, approved, and an order of all of it: both named `id`.
  v1::Order Place(const std::string& id, const ItemQuantities& lines);
  // Placed, and accepted in full.
  v1::Order PlaceAccepted(const std::string& id, const ItemQuantities& lines);
  v1::Order ReadOrder(const std::string& id);

  // One line of `quantity`, lot L1, expiry 2099-01-01.
  static v1::CreateDespatchRequest DespatchRequest(const std::string& id, const std::string& order,
                                                   int order_line_number, int64_t quantity);

  // How many journal entries of `event` there are.
  int64_t EntryCount(const std::string& event);

 private:
  testing::TestDatabase database_;
  std::unique_ptr<db::ConnectionPool> pool_;
  std::unique_ptr<ProcurementHandlers> handlers_;
};

// "OK", or the reason of the error, or its text when it has none.
std::string ReasonOfStatus(const absl::Status& status);

template <typename T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return ReasonOfStatus(result.status());
}

// The fields that a google.rpc.BadRequest of the status names.
std::vector<std::string> BadFields(const absl::Status& status);

// Runs `work(i)` for i = 0 … count − 1 on as many threads at once; how many returned true.
int CountSuccesses(int count, const std::function<bool(int)>& work);

}  // namespace qingqu::procurement
