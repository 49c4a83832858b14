#include "services/distribution/distribution_test_support.h"

#include <cstdlib>

#include "fmt/format.h"
#include "google/rpc/error_details.pb.h"

#include "common/db/array.h"
#include "common/db/transaction.h"
#include "services/distribution/ledger/faults.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

std::string Quoted(std::string_view text) {
  return text.empty() ? "NULL" : fmt::format("'{}'", text);
}

constexpr const char* kCounty = R"(
  INSERT INTO identity.alliance VALUES ('east', 'East', now()), ('west', 'West', now());
  INSERT INTO identity.institution VALUES
    ('county-hospital', 'east', 'County Hospital', true, now()),
    ('town-clinic', 'east', 'Town Clinic', false, now()),
    ('west-hospital', 'west', 'West Hospital', true, now());
  INSERT INTO identity.department VALUES
    ('surgery', 'county-hospital', 'east', 'Surgery', now()),
    ('radiology', 'county-hospital', 'east', 'Radiology', now()),
    ('town-ward', 'town-clinic', 'east', 'Ward', now());
  INSERT INTO catalog.supplier VALUES
    ('kangda', 'Kangda', '91350100M000100Y43', '闽榕械经营许20260001号', 3, '2031-01-01',
     'approved', 'a', 'b', now(), now());
  INSERT INTO distribution.location
    (location_id, kind, alliance_id, institution_id, department_id, display_name, created_at) VALUES
    ('central', 'central_store', 'east', 'county-hospital', NULL, 'Central store', now()),
    ('store', 'institution_store', 'east', 'county-hospital', NULL, 'Store', now()),
    ('ward', 'department', 'east', 'county-hospital', 'surgery', 'Ward', now()),
    ('town-store', 'institution_store', 'east', 'town-clinic', NULL, 'Town store', now()),
    ('town-ward', 'department', 'east', 'town-clinic', 'town-ward', 'Town ward', now()),
    ('west-central', 'central_store', 'west', 'west-hospital', NULL, 'West central', now()),
    ('west-store', 'institution_store', 'west', 'west-hospital', NULL, 'West store', now());
)";

}  // namespace

std::string Gtin(int64_t number) {
  std::string digits = fmt::format("{:013}", number);
  int sum = 0;
  for (size_t index = 0; index < digits.size(); ++index) {
    sum += (digits[index] - '0') * (index % 2 == 0 ? 3 : 1);
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string Label(int64_t number, std::string_view expiry, std::string_view lot,
                  std::string_view serial) {
  std::string label = "01" + Gtin(number);
  if (!expiry.empty()) label += fmt::format("17{}", expiry);
  if (!lot.empty()) label += fmt::format("10{}", lot);
  if (!lot.empty() && !serial.empty()) label += '\x1d';
  if (!serial.empty()) label += fmt::format("21{}", serial);
  return label;
}

v1::ReceiptLine Accept(const std::string& scan, int64_t packs) {
  v1::ReceiptLine line;
  line.set_scan(scan);
  line.set_packs_accepted(packs);
  return line;
}

v1::ReceiptLine Reject(const std::string& scan, int64_t packs) {
  v1::ReceiptLine line;
  line.set_scan(scan);
  line.set_packs_rejected(packs);
  line.set_rejection_reason("damaged");
  return line;
}

std::vector<std::string> BadLines(const absl::Status& status) {
  std::vector<std::string> lines;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad;
  if (!payload.has_value() || !bad.ParseFromString(std::string(*payload))) return lines;
  for (const auto& violation : bad.field_violations()) {
    const std::string& text = violation.description();
    lines.push_back(violation.field() + ": " + text.substr(0, text.find(':')));
  }
  return lines;
}

DistributionTest::DistributionTest(int connections_max)
    : pool_(database_.NewPool("distribution",
                              {queries::kAllQueries.begin(), queries::kAllQueries.end()},
                              connections_max)),
      handlers_(pool_.get()),
      now_(absl::FromCivil(absl::CivilSecond(2026, 11, 21, 4, 0, 0), absl::UTCTimeZone())) {
  Seed(kCounty);
}

void DistributionTest::Seed(const std::string& statements) {
  database_.Execute("SET LOCAL session_replication_role = replica;" + statements);
}

void DistributionTest::SeedItem(const TestItem& item) { SeedAll({item}); }

void DistributionTest::SeedItems(int count) {
  std::vector<TestItem> items;
  for (int number = 1; number <= count; ++number) {
    items.push_back({.item_id = fmt::format("item-{}", number), .number = number});
  }
  SeedAll(items);
}

void DistributionTest::SeedAll(const std::vector<TestItem>& items) {
  std::string rows;
  std::string identifiers;
  std::string packs;
  for (const TestItem& item : items) {
    const char* comma = rows.empty() ? "" : ",";
    const std::string unit = Gtin(10 * item.number);
    const std::string box = Gtin(10 * item.number + 1);
    rows += fmt::format(
        "{0}('{1}', '{1}', '', 'x', '2030-01-01', 2, 'C01' || repeat('0', 24), '{2}', 'piece', "
        "'m', {3}, "
        "{4}, {5}, {4}, 'approved', 'a', 'b', now(), now())",
        comma, item.item_id, unit, item.lot_tracked, item.serial_tracked, item.expiry_tracked);
    identifiers += fmt::format("{0}('{1}', '{3}'), ('{2}', '{3}')", comma, unit, box, item.item_id);
    packs += fmt::format("{}('{}', 1, 1, '{}', 'box', 10)", comma, item.item_id, box);
  }
  Seed(
      "INSERT INTO catalog.item (item_id, display_name, specification, registration_number, "
      "registration_expire_date, device_class, national_code, device_identifier, base_unit, "
      "manufacturer, lot_tracked, serial_tracked, expiry_tracked, high_value, state, proposer_id, "
      "approver_id, created_at, updated_at) VALUES " +
      rows + "; INSERT INTO catalog.device_identifier VALUES " + identifiers +
      "; INSERT INTO catalog.item_pack VALUES " + packs);
}

void DistributionTest::SeedDespatch(const std::string& despatch_id,
                                    const std::vector<TestDespatchLine>& lines,
                                    const std::string& order_id) {
  std::string statements = fmt::format(
      R"(INSERT INTO procurement.order_actor (order_id, user_id, role, alliance_id)
         VALUES ('{1}', 'officer-wang', 'orderer', 'east') ON CONFLICT DO NOTHING;
         INSERT INTO procurement.despatch
           VALUES ('{0}', '{1}', 'east', 'kangda', 'central', '', {2}, now());
         INSERT INTO procurement.despatch_line (despatch_id, line_number, order_id,
           order_line_number, item_id, quantity, lot, expiry_date, alliance_id, supplier_id)
         VALUES )",
      despatch_id, order_id, lines.size());
  std::string serials;
  int number = 0;
  for (const TestDespatchLine& line : lines) {
    ++number;
    statements +=
        fmt::format("{}('{}', {}, '{}', {}, '{}', {}, {}, {}, 'east', 'kangda')",
                    number == 1 ? "" : ",", despatch_id, number, order_id, line.order_line_number,
                    line.item_id, line.quantity, Quoted(line.lot), Quoted(line.expiry));
    for (const std::string& serial : line.serials) {
      serials += fmt::format("{}('{}', '{}', '{}', {}, 'east', 'kangda')",
                             serials.empty() ? "" : ",", line.item_id, serial, despatch_id, number);
    }
  }
  if (!serials.empty()) {
    statements +=
        "; INSERT INTO procurement.despatch_serial (item_id, serial, despatch_id, "
        "line_number, alliance_id, supplier_id) VALUES " +
        serials;
  }
  Seed(statements);
}

void DistributionTest::StockGauze(int64_t quantity, const std::vector<TestDespatchLine>& lots) {
  SeedItem({.item_id = "gauze", .number = 1});
  std::vector<TestDespatchLine> lines = lots;
  std::vector<v1::ReceiptLine> scans;
  for (TestDespatchLine& line : lines) {
    line.item_id = "gauze";
    line.quantity = quantity;
    std::string expiry;
    for (const char character : line.expiry.substr(2)) {
      if (character != '-') expiry += character;
    }
    scans.push_back(Accept(Label(10, expiry, line.lot), quantity));
  }
  SeedDespatch("gauze-despatch", lines, "gauze-order");
  const auto receipt = Receive(Operator(), "gauze-despatch", scans);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
}

CallContext DistributionTest::By(std::string_view user_id, std::string_view role,
                                 std::string_view institution_id,
                                 std::string_view alliance_id) const {
  CallContext call = testing::CallBy(user_id, role, institution_id, alliance_id);
  call.received_at = now_;
  return call;
}

v1::CreateReceiptRequest DistributionTest::ReceiptOf(const std::string& despatch_id,
                                                     const std::vector<v1::ReceiptLine>& lines) {
  v1::CreateReceiptRequest request;
  request.mutable_receipt()->set_despatch("despatches/" + despatch_id);
  for (const v1::ReceiptLine& line : lines) *request.mutable_receipt()->add_lines() = line;
  return request;
}

absl::StatusOr<v1::Receipt> DistributionTest::Receive(const CallContext& call,
                                                      const std::string& despatch_id,
                                                      const std::vector<v1::ReceiptLine>& lines) {
  return handlers_.CreateReceipt(call, ReceiptOf(despatch_id, lines));
}

absl::StatusOr<v1::Transfer> DistributionTest::Send(
    const CallContext& call, const std::string& from, const std::string& to,
    const std::vector<std::pair<std::string, int64_t>>& items) {
  v1::CreateTransferRequest request;
  request.mutable_transfer()->set_from_location("locations/" + from);
  request.mutable_transfer()->set_to_location("locations/" + to);
  for (const auto& [item_id, quantity] : items) {
    v1::TransferLine& line = *request.mutable_transfer()->add_lines();
    line.set_item("items/" + item_id);
    line.set_quantity(quantity);
  }
  return handlers_.CreateTransfer(call, request);
}

absl::StatusOr<v1::Transfer> DistributionTest::Arrive(const CallContext& call,
                                                      const std::string& transfer_name) {
  v1::ReceiveTransferRequest request;
  request.set_name(transfer_name);
  return handlers_.ReceiveTransfer(call, request);
}

absl::StatusOr<v1::ConsumeStockResponse> DistributionTest::Use(
    const CallContext& call, const std::string& document, const std::string& location,
    const std::vector<v1::ConsumptionLine>& lines) {
  v1::ConsumeStockRequest request;
  request.set_document(document);
  request.set_location("locations/" + location);
  for (const v1::ConsumptionLine& line : lines) *request.add_lines() = line;
  return handlers_.ConsumeStock(call, request);
}

v1::ConsumptionLine DistributionTest::Line(const std::string& item_id, const std::string& lot,
                                           int64_t quantity, const std::string& serial) {
  v1::ConsumptionLine line;
  line.set_item("items/" + item_id);
  line.set_lot(lot);
  line.set_quantity(quantity);
  line.set_serial(serial);
  return line;
}

int64_t DistributionTest::Count(const std::string& sql) const {
  return std::stoll(database_.Value(sql));
}

int64_t DistributionTest::OnHand(const std::string& location_id, const std::string& item_id) const {
  return Count(
      fmt::format("SELECT coalesce(sum(on_hand), 0) FROM distribution.account "
                  "WHERE kind = 'stock' AND location_id = '{}' AND item_id = '{}'",
                  location_id, item_id));
}

void DistributionTest::ExpectSoundLedger() {
  int64_t movement_count = 0;
  v1::CheckLedgerRequest part;
  do {
    const auto checked = handlers_.CheckLedger(By("inspector-wu", "discipline_inspector"), part);
    ASSERT_TRUE(checked.ok()) << checked.status();
    EXPECT_EQ(checked->findings_size(), 0) << checked->DebugString();
    movement_count += checked->movement_count();
    part.set_page_token(checked->next_page_token());
  } while (!part.page_token().empty());
  EXPECT_EQ(movement_count, Count("SELECT count(*) FROM distribution.movement"));
  const auto walked = db::RunTransaction(
      *pool_, By("inspector-wu", "discipline_inspector"), {.beyond_scope = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<std::string>> {
        return FindFreshFaults(tx, now_, {});
      });
  ASSERT_TRUE(walked.ok()) << walked.status();
  EXPECT_TRUE(walked->empty()) << walked->front();
}

}  // namespace qingqu::distribution
