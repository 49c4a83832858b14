#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

#include "common/db/connection_pool.h"
#include "services/distribution/distribution_handlers.h"
#include "tests/support/test_database.h"

namespace qingqu::distribution {

struct TestItem {
  std::string item_id;
  int number =
      0;  // its identifier is Gtin(10 * number), that of its pack of 10 Gtin(10 * number + 1)
  bool lot_tracked = true;
  bool serial_tracked = false;
  bool expiry_tracked = true;
};

struct TestDespatchLine {
  std::string item_id;
  int64_t quantity = 0;
  std::string lot;
  std::string expiry = "2027-12-31";  // "": none
  int order_line_number = 1;
  std::vector<std::string> serials;
};

// The GTIN-14 with this number and its check digit.
std::string Gtin(int64_t number);

// What the label of a pack says: identifier, expiry ("271231", or "" for none), lot and serial.
std::string Label(int64_t number, std::string_view expiry, std::string_view lot,
                  std::string_view serial = "");

v1::ReceiptLine Accept(const std::string& scan, int64_t packs);
v1::ReceiptLine Reject(const std::string& scan, int64_t packs);

// Which lines a refusal names, each as "lines[3].scan: LOT_EXPIRED".
std::vector<std::string> BadLines(const absl::Status& status);

// A county of two alliances. East: county-hospital (lead; locations `central`, `store`, `ward`) and
// town-clinic (`town-store`, `town-ward`). West: west-hospital (`west-central`, `west-store`).
// It is noon of 2026-11-21 in the county.
class DistributionTest : public ::testing::Test {
 protected:
  explicit DistributionTest(int connections_max = 16);

  void SeedItem(const TestItem& item);
  // "item-1" to "item-<count>", tracked by lot and expiry, numbered as they are named.
  void SeedItems(int count);
  // To `central`, from supplier kangda, for the order `order_id` that officer-wang placed.
  void SeedDespatch(const std::string& despatch_id, const std::vector<TestDespatchLine>& lines,
                    const std::string& order_id = "o1");
  // An item "gauze" (number 1) with `quantity` of each lot in `central`.
  void StockGauze(int64_t quantity, const std::vector<TestDespatchLine>& lots);

  CallContext By(std::string_view user_id, std::string_view role,
                 std::string_view institution_id = "county-hospital",
                 std::string_view alliance_id = "east") const;
  CallContext Operator() const { return By("operator-qian", "operator"); }
  CallContext Pharmacist() const { return By("pharmacist-sun", "hospital_pharmacist"); }
  CallContext Nurse() const { return By("nurse-li", "department_nurse"); }

  static v1::CreateReceiptRequest ReceiptOf(const std::string& despatch_id,
                                            const std::vector<v1::ReceiptLine>& lines);
  absl::StatusOr<v1::Receipt> Receive(const CallContext& call, const std::string& despatch_id,
                                      const std::vector<v1::ReceiptLine>& lines);
  absl::StatusOr<v1::Transfer> Send(const CallContext& call, const std::string& from,
                                    const std::string& to,
                                    const std::vector<std::pair<std::string, int64_t>>& items);
  absl::StatusOr<v1::Transfer> Arrive(const CallContext& call, const std::string& transfer_name);
  absl::StatusOr<v1::ConsumeStockResponse> Use(const CallContext& call, const std::string& document,
                                               const std::string& location,
                                               const std::vector<v1::ConsumptionLine>& lines);
  static v1::ConsumptionLine Line(const std::string& item_id, const std::string& lot,
                                  int64_t quantity, const std::string& serial = "");

  // On hand at a location, of all lots.
  int64_t OnHand(const std::string& location_id, const std::string& item_id) const;
  int64_t Count(const std::string& sql) const;
  // Fails the test when the ledger's own check finds anything.
  void ExpectSoundLedger();

  testing::TestDatabase database_;
  std::unique_ptr<db::ConnectionPool> pool_;
  DistributionHandlers handlers_;
  absl::Time now_;

 private:
  // As superuser, without the checks between services' tables.
  void Seed(const std::string& statements);
  void SeedAll(const std::vector<TestItem>& items);
};

}  // namespace qingqu::distribution
