#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/catalog/item_steps_test_support.h"

namespace qingqu::catalog {
namespace {

CallContext At(CallContext call, absl::Time now) {
  call.received_at = now;
  return call;
}

class ItemChangeTest : public ::testing::Test, protected ItemSteps {
 protected:
  static v1::ProposeItemChangeRequest Change(const std::string& item,
                                             const std::vector<std::string>& paths,
                                             const std::function<void(v1::Item&)>& set) {
    v1::ProposeItemChangeRequest request;
    request.mutable_item()->set_name("items/" + item);
    set(*request.mutable_item());
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    request.set_reason("说明书变更");
    return request;
  }
  static v1::ProposeItemChangeRequest Rename(const std::string& item, const std::string& name) {
    return Change(item, {"display_name"}, [&](v1::Item& to) { to.set_display_name(name); });
  }
  absl::StatusOr<v1::Item> Propose(const v1::ProposeItemChangeRequest& request,
                                   const CallContext& call = Wang()) {
    return item_changes.ProposeItemChange(call, request);
  }
  absl::StatusOr<v1::Item> Approve(const std::string& change, const CallContext& call = Li(),
                                   const std::string& etag = "") {
    v1::ApproveItemChangeRequest request;
    request.set_name(change);
    request.set_etag(etag);
    return item_changes.ApproveItemChange(call, request);
  }
  absl::StatusOr<v1::Item> Reject(const std::string& change) {
    v1::RejectItemChangeRequest request;
    request.set_name(change);
    request.set_reason("无依据");
    return item_changes.RejectItemChange(Li(), request);
  }
  absl::StatusOr<v1::Item> Get(const std::string& item) {
    v1::GetItemRequest request;
    request.set_name("items/" + item);
    return items.GetItem(Li(), request);
  }
  absl::StatusOr<v1::Item> GetAsOf(absl::Time as_of) {
    v1::GetItemRequest request;
    request.set_name("items/screw");
    *request.mutable_as_of() = rpc::ToTimestamp(as_of);
    return items.GetItem(Li(), request);
  }
  std::string Obstacles() {
    return database.Value(
        "SELECT coalesce(string_agg(reason, ' ' ORDER BY reason), '') FROM "
        "catalog.item_obstacles('screw', '2026-06-01')");
  }
};

TEST_F(ItemChangeTest, AnotherPersonApprovesAChangeAndTheItemHasANewVersion) {
  const v1::Item before = ApprovedItem("screw", 1);
  const CallContext proposing = Wang();
  const v1::ProposeItemChangeRequest request =
      Change("screw", {"display_name", "storage_celsius_max", "implant"}, [](v1::Item& item) {
        item.set_display_name("空心螺钉(新)");
        item.set_storage_celsius_max(30);
        item.set_implant(true);
        item.set_specification("is not named");
      });
  const auto proposed = Propose(request, proposing);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->display_name(), before.display_name());
  EXPECT_EQ(proposed->open_change().item().display_name(), "空心螺钉(新)");
  EXPECT_EQ(proposed->open_change().item().specification(), before.specification());
  EXPECT_EQ(proposed->etag(), before.etag()) << "nothing of the item has changed yet";
  EXPECT_EQ(Propose(request, proposing)->SerializeAsString(), proposed->SerializeAsString());
  EXPECT_EQ(Get("screw")->SerializeAsString(), proposed->SerializeAsString());
  EXPECT_EQ(ErrorReason(Propose(Rename("screw", "x")).status()), "CHANGE_ALREADY_OPEN");

  const std::string change = proposed->open_change().name();
  EXPECT_EQ(ErrorReason(Approve(change, AllianceApprover("wang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(change, testing::CallBy("sun", "approver")).status()),
            "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(Approve(change, Li(), "1").status()), "ETAG_MISMATCH");
  EXPECT_EQ(ErrorReason(Approve("items/screw/changes/none").status()), "CHANGE_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Approve("items/none/changes/none").status()), "CHANGE_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Approve("items/screw").status()), "INVALID_FIELD");
  const CallContext approving = Li();
  const auto changed = Approve(change, approving);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->display_name(), "空心螺钉(新)");
  EXPECT_EQ(changed->storage_celsius_max(), 30);
  EXPECT_FALSE(changed->has_storage_celsius_min());
  EXPECT_TRUE(changed->implant());
  EXPECT_EQ(changed->specification(), before.specification());
  EXPECT_EQ(changed->state(), v1::APPROVAL_STATE_APPROVED);
  EXPECT_EQ(changed->reason(), "说明书变更");
  EXPECT_EQ(changed->updater(), "users/li");
  EXPECT_EQ(changed->change(), change);
  EXPECT_FALSE(changed->has_open_change());
  EXPECT_EQ(Approve(change, approving)->SerializeAsString(), changed->SerializeAsString());
  EXPECT_EQ(ErrorReason(Approve(change).status()), "CHANGE_DECIDED");
  EXPECT_EQ(ErrorReason(Reject(change).status()), "CHANGE_DECIDED");
  EXPECT_EQ(database.Value("SELECT string_agg(event, ' ' ORDER BY sequence) FROM journal.entry"),
            "item.proposed item.approved item.change_proposed item.changed");
}

TEST_F(ItemChangeTest, WhatNeverChangesIsRefused) {
  ApprovedItem("screw", 1);
  for (const char* path :
       {"device_identifier", "base_unit", "state", "etag", "odd", "packs.unit"}) {
    EXPECT_EQ(ErrorReason(Propose(Change("screw", {path}, [](v1::Item&) {})).status()),
              "INVALID_FIELD")
        << path;
  }
  EXPECT_EQ(ErrorReason(Propose(Change("screw", {}, [](v1::Item&) {})).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Propose(Rename("screw", "")).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Propose(Rename("none", "x")).status()), "ITEM_NOT_FOUND");
  v1::ProposeItemChangeRequest stale = Rename("screw", "x");
  stale.set_etag("1");
  EXPECT_EQ(ErrorReason(Propose(stale).status()), "ETAG_MISMATCH");
  stale = Rename("screw", "x");
  stale.clear_reason();
  EXPECT_EQ(ErrorReason(Propose(stale).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Propose(Change("screw", {"charge_code"},
                                       [](v1::Item& item) { item.set_charge_code("a b"); }))
                            .status()),
            "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Propose(Change("screw", {"storage_celsius_min", "storage_celsius_max"},
                                       [](v1::Item& item) {
                                         item.set_storage_celsius_min(8);
                                         item.set_storage_celsius_max(2);
                                       }))
                            .status()),
            "INVALID_FIELD");
}

TEST_F(ItemChangeTest, AChangeIsRejectedOrTakenBack) {
  ApprovedItem("screw", 1);
  const std::string first = Propose(Rename("screw", "甲"))->open_change().name();
  const auto rejected = Reject(first);
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_FALSE(rejected->has_open_change());
  const std::string second = Propose(Rename("screw", "乙"))->open_change().name();
  v1::WithdrawItemChangeRequest request;
  request.set_name(second);
  EXPECT_EQ(
      ErrorReason(item_changes.WithdrawItemChange(AllianceApprover("zhao"), request).status()),
      "NOT_THE_AUTHOR");
  ASSERT_TRUE(item_changes.WithdrawItemChange(Wang(), request).ok());
  ASSERT_TRUE(Propose(Rename("screw", "丙")).ok());
  v1::ListItemChangesRequest list;
  EXPECT_EQ(item_changes.ListItemChanges(Li(), list)->changes_size(), 3);
  list.set_state(v1::ITEM_CHANGE_STATE_OPEN);
  const auto open = item_changes.ListItemChanges(Li(), list);
  ASSERT_EQ(open->changes_size(), 1);
  EXPECT_EQ(open->changes(0).item().display_name(), "丙");
  list.set_state(v1::ITEM_CHANGE_STATE_REJECTED);
  list.set_parent("items/screw");
  EXPECT_EQ(item_changes.ListItemChanges(Li(), list)->changes(0).decision_reason(), "无依据");
  list.set_parent("items/none");
  EXPECT_EQ(item_changes.ListItemChanges(Li(), list)->changes_size(), 0);
  list.Clear();
  list.set_page_size(2);
  const auto page = item_changes.ListItemChanges(Li(), list);
  list.set_page_token(page->next_page_token());
  EXPECT_EQ(item_changes.ListItemChanges(Li(), list)->changes_size(), 1);
}

TEST_F(ItemChangeTest, OfManyWhoProposeAndDecideOneWins) {
  ApprovedItem("screw", 1);
  const auto race = [](int racers, const std::function<absl::Status(int)>& run,
                       std::string_view late_reason) {
    std::atomic<int> won{0};
    std::atomic<int> late{0};
    {
      std::vector<std::jthread> threads;
      for (int racer = 0; racer < racers; ++racer) {
        threads.emplace_back([&, racer] {
          const absl::Status status = run(racer);
          if (status.ok()) ++won;
          if (ErrorReason(status) == late_reason) ++late;
        });
      }
    }
    EXPECT_EQ(won, 1);
    EXPECT_EQ(late, racers - 1);
  };
  race(
      4, [&](int racer) { return Propose(Rename("screw", fmt::format("n{}", racer))).status(); },
      "CHANGE_ALREADY_OPEN");
  const std::string change = Get("screw")->open_change().name();
  race(
      4,
      [&](int racer) {
        return Approve(change, AllianceApprover(fmt::format("approver-{}", racer))).status();
      },
      "CHANGE_DECIDED");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.item_version"), "3");
}

TEST_F(ItemChangeTest, PacksChangeTheSameWay) {
  ApprovedItem("screw", 1);
  const auto proposed = Propose(Change("screw", {"packs"}, [](v1::Item& item) {
    v1::Pack& box = *item.add_packs();
    box.set_device_identifier(Gtin(11));
    box.set_unit("盒");
    box.set_base_units(20);
    v1::Pack& carton = *item.add_packs();
    carton.set_device_identifier(Gtin(12));
    carton.set_unit("箱");
    carton.set_base_units(200);
  }));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  v1::LookupDeviceIdentifierRequest lookup;
  lookup.set_device_identifier(Gtin(11));
  EXPECT_EQ(items.LookupDeviceIdentifier(Li(), lookup)->base_units(), 10);
  ASSERT_TRUE(Approve(proposed->open_change().name()).ok());
  EXPECT_EQ(items.LookupDeviceIdentifier(Li(), lookup)->base_units(), 20);
  lookup.set_device_identifier(Gtin(12));
  EXPECT_EQ(items.LookupDeviceIdentifier(Li(), lookup)->base_units(), 200);
  EXPECT_EQ(database.Value("SELECT string_agg(version || ':' || base_units, ' ' ORDER BY version, "
                           "position) FROM catalog.item_pack"),
            "1:10 2:20 2:200")
      << "those before stay";

  const auto none = Propose(Change("screw", {"packs"}, [](v1::Item&) {}));
  ASSERT_EQ(Approve(none->open_change().name())->packs_size(), 0);
  EXPECT_EQ(ErrorReason(items.LookupDeviceIdentifier(Li(), lookup).status()),
            "DEVICE_IDENTIFIER_UNKNOWN");
  ApprovedItem("plate", 2);
  const auto taken = Change("plate", {"packs"}, [](v1::Item& item) {
    v1::Pack& box = *item.add_packs();
    box.set_device_identifier(Gtin(12));
    box.set_unit("盒");
    box.set_base_units(20);
  });
  EXPECT_EQ(ErrorReason(Propose(taken).status()), "DEVICE_IDENTIFIER_TAKEN") << "for ever";
}

TEST_F(ItemChangeTest, AnotherRegistrationIsToldOrKnown) {
  ApprovedItem("screw", 1);
  const auto to = [](const std::string& number, const std::string& date) {
    return Change("screw", {"registration_number", "registration_expire_date"},
                  [&](v1::Item& item) {
                    item.set_registration_number(number);
                    item.set_registration_expire_date(date);
                  });
  };
  const auto expired = Propose(to("国械注准20153130999", "2020-01-01"));
  ASSERT_TRUE(expired.ok()) << expired.status();
  EXPECT_EQ(ErrorReason(Approve(expired->open_change().name()).status()), "REGISTRATION_EXPIRED");
  ASSERT_TRUE(Reject(expired->open_change().name()).ok());
  const auto fresh = Propose(to("国械注进20243130777", "2098-01-01"));
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  const auto changed = Approve(fresh->open_change().name());
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->registration_expire_date(), "2098-01-01");
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.registration"), "2")
      << "the refused one was not told";
  const auto wrong = Propose(to("国械注准20193130123", "2098-01-01"));
  ASSERT_TRUE(wrong.ok());
  EXPECT_EQ(ErrorReason(Approve(wrong->open_change().name()).status()), "INVALID_FIELD");
  ASSERT_TRUE(Reject(wrong->open_change().name()).ok());
  const auto of_class_ii = Propose(to("鲁械注准20192130123", "2098-01-01"));
  ASSERT_TRUE(of_class_ii.ok());
  EXPECT_EQ(Approve(of_class_ii->open_change().name())->device_class(), v1::DEVICE_CLASS_II);
}

TEST_F(ItemChangeTest, ADraftIsItsAuthorsUntilItIsHandedIn) {
  v1::CreateItemRequest create = ItemRequest("screw", 1);
  create.set_draft(true);
  ASSERT_EQ(items.CreateItem(Wang(), create)->state(), v1::APPROVAL_STATE_DRAFT);
  EXPECT_EQ(ErrorReason(ApproveWhole(Li()).status()), "ITEM_NOT_PROPOSED");
  EXPECT_EQ(ErrorReason(Propose(Rename("screw", "x"), AllianceApprover("zhao")).status()),
            "NOT_THE_AUTHOR");
  const auto changed = Propose(Rename("screw", "改名"));
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->display_name(), "改名");
  EXPECT_FALSE(changed->has_open_change());
  EXPECT_EQ(Obstacles(), "ITEM_NOT_APPROVED");
  EXPECT_EQ(ErrorReason(Submit(AllianceApprover("zhao")).status()), "NOT_THE_AUTHOR");
  ASSERT_TRUE(Submit(Wang()).ok());
  EXPECT_EQ(ErrorReason(Submit(Wang()).status()), "ITEM_NOT_DRAFT");
  EXPECT_EQ(ErrorReason(Propose(Rename("screw", "x")).status()), "ITEM_IN_REVIEW");
  const auto returned = Return(Li());
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(returned->state(), v1::APPROVAL_STATE_DRAFT);
  EXPECT_EQ(returned->reason(), "资料不全");
  EXPECT_EQ(ErrorReason(Return(Li()).status()), "ITEM_NOT_PROPOSED");
  ASSERT_TRUE(Submit(Wang()).ok());
  ASSERT_TRUE(ApproveWhole(Li()).ok());
  EXPECT_EQ(Obstacles(), "");
}

TEST_F(ItemChangeTest, WhatIsWithdrawnIsSoForGood) {
  ApprovedItem("screw", 1);
  const std::string change = Propose(Rename("screw", "x"))->open_change().name();
  const auto withdrawn = Withdraw(Li());
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), v1::APPROVAL_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->reason(), "停产");
  EXPECT_FALSE(withdrawn->has_open_change());
  EXPECT_EQ(Obstacles(), "ITEM_WITHDRAWN");
  EXPECT_EQ(database.Value("SELECT state FROM catalog_pub.item"), "withdrawn");
  EXPECT_EQ(ErrorReason(Approve(change).status()), "CHANGE_DECIDED");
  EXPECT_EQ(ErrorReason(Withdraw(Li()).status()), "ITEM_WITHDRAWN");
  EXPECT_EQ(ErrorReason(Propose(Rename("screw", "y")).status()), "ITEM_WITHDRAWN");
  EXPECT_EQ(ErrorReason(ApproveWhole(Li()).status()), "ITEM_NOT_PROPOSED");
}

TEST_F(ItemChangeTest, WhatWasSuspendedStaysBlockedWhenItIsWithdrawn) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Suspend(Li()).ok());
  EXPECT_EQ(Obstacles(), "ITEM_SUSPENDED");
  const auto changed = Approve(Propose(Rename("screw", "x"))->open_change().name());
  EXPECT_EQ(changed->state(), v1::APPROVAL_STATE_SUSPENDED) << "a change does not bring it back";
  ASSERT_TRUE(Withdraw(Li()).ok());
  EXPECT_EQ(database.Value("SELECT state FROM catalog_pub.item"), "suspended");
  EXPECT_EQ(Obstacles(), "ITEM_WITHDRAWN");
}

TEST_F(ItemChangeTest, ItIsReadAsItWas) {
  const absl::Time start = BusinessDayBegins(CivilDate::Parse("2026-03-01").value());
  const auto at = [&](int hour) { return start + absl::Hours(hour); };
  ASSERT_TRUE(items.CreateItem(At(Wang(), at(1)), ItemRequest("screw", 1)).ok());
  v1::ApproveItemRequest approve;
  approve.set_name("items/screw");
  ASSERT_TRUE(items.ApproveItem(At(Li(), at(2)), approve).ok());
  const auto proposed = Propose(Rename("screw", "新名"), At(Wang(), at(3)));
  ASSERT_TRUE(Approve(proposed->open_change().name(), At(Li(), at(4))).ok());
  v1::CancelRegistrationRequest cancel;
  cancel.set_name("registrations/国械注准20193130123");
  cancel.set_reason("注销");
  ASSERT_TRUE(registrations.CancelRegistration(At(Wang(), at(5)), cancel).ok());

  EXPECT_EQ(ErrorReason(GetAsOf(at(1) - absl::Microseconds(1)).status()), "ITEM_NOT_FOUND");
  EXPECT_EQ(GetAsOf(at(1))->state(), v1::APPROVAL_STATE_PROPOSED);
  EXPECT_EQ(GetAsOf(at(2) - absl::Microseconds(1))->state(), v1::APPROVAL_STATE_PROPOSED);
  EXPECT_EQ(GetAsOf(at(2))->state(), v1::APPROVAL_STATE_APPROVED);
  EXPECT_EQ(GetAsOf(at(4) - absl::Microseconds(1))->display_name(), "空心螺钉");
  EXPECT_EQ(GetAsOf(at(4))->display_name(), "新名");
  EXPECT_EQ(GetAsOf(at(4))->packs_size(), 1);
  EXPECT_EQ(GetAsOf(at(4))->registration_state(), v1::REGISTRATION_STATE_VALID);
  EXPECT_EQ(GetAsOf(at(5))->registration_state(), v1::REGISTRATION_STATE_CANCELLED);
  v1::GetItemRequest odd;
  odd.set_name("items/screw");
  odd.mutable_as_of()->set_seconds(-999'999'999'999);
  EXPECT_EQ(ErrorReason(items.GetItem(Li(), odd).status()), "INVALID_FIELD");

  v1::ListItemVersionsRequest list;
  list.set_name("items/screw");
  list.set_page_size(2);
  const auto versions = item_changes.ListItemVersions(Li(), list);
  ASSERT_EQ(versions->versions_size(), 2);
  EXPECT_EQ(versions->versions(0).event(), "item.changed");
  EXPECT_EQ(versions->versions(0).updater(), "users/li");
  EXPECT_EQ(versions->versions(0).reason(), "说明书变更");
  EXPECT_EQ(versions->versions(1).event(), "item.approved");
  list.set_page_token(versions->next_page_token());
  const auto rest = item_changes.ListItemVersions(Li(), list);
  ASSERT_EQ(rest->versions_size(), 1);
  EXPECT_EQ(rest->versions(0).updater(), "users/wang");
  list.Clear();
  list.set_name("items/none");
  EXPECT_EQ(ErrorReason(item_changes.ListItemVersions(Li(), list).status()), "ITEM_NOT_FOUND");
}

TEST_F(ItemChangeTest, ManyAreChangedAndApprovedInOneCall) {
  for (int number = 1; number <= 4; ++number) {
    ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest(fmt::format("i{}", number), number)).ok());
  }
  v1::BatchApproveItemsRequest approve;
  for (const char* name : {"items/i2", "items/i1", "items/none", "x"}) approve.add_names(name);
  const CallContext approving = Li();
  const auto approved = item_changes.BatchApproveItems(approving, approve);
  ASSERT_TRUE(approved.ok()) << approved.status();
  ASSERT_EQ(approved->results_size(), 4);
  EXPECT_EQ(approved->results(0).item().name(), "items/i2");
  EXPECT_EQ(approved->results(1).item().state(), v1::APPROVAL_STATE_APPROVED);
  EXPECT_EQ(approved->results(2).reason(), "ITEM_NOT_FOUND");
  EXPECT_EQ(approved->results(3).reason(), "INVALID_FIELD");
  EXPECT_EQ(item_changes.BatchApproveItems(approving, approve)->SerializeAsString(),
            approved->SerializeAsString());

  v1::BatchUpdateItemsRequest update;
  *update.add_requests() = Rename("i1", "一");
  *update.add_requests() = Rename("i3", "三");
  *update.add_requests() = Rename("i2", "二");
  const auto updated = item_changes.BatchUpdateItems(Wang(), update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->results(1).reason(), "ITEM_IN_REVIEW");
  approve.Clear();
  approve.add_names(updated->results(0).item().open_change().name());
  approve.add_names(updated->results(2).item().open_change().name());
  approve.add_names("items/i3");
  EXPECT_EQ(item_changes.BatchApproveItems(AllianceApprover("wang"), approve)->results(0).reason(),
            "SAME_PERSON");
  const auto changed = item_changes.BatchApproveItems(Li(), approve);
  EXPECT_EQ(changed->results(0).item().display_name(), "一");
  EXPECT_EQ(changed->results(1).item().display_name(), "二");
  EXPECT_EQ(changed->results(2).item().name(), "items/i3");
  approve.add_names("items/i3");
  EXPECT_EQ(ErrorReason(item_changes.BatchApproveItems(Li(), approve).status()), "INVALID_FIELD")
      << "twice";
}

TEST_F(ItemChangeTest, AThousandGoInOneCall) {
  database.Execute(fmt::format(
      "SET LOCAL session_replication_role = replica; "
      "INSERT INTO catalog.registration SELECT (jsonb_populate_record(NULL::catalog.registration, "
      "'{{\"registration_number\": \"国械注准20193130123\", \"device_class\": 3, \"origin\": "
      "\"domestic\", \"product_name\": \"x\", \"registrant\": \"m\", \"expire_date\": "
      "\"2099-12-31\", \"state\": \"valid\", \"as_told\": true, \"event\": \"x\", \"reason\": "
      "\"\", \"proposer_id\": \"wang\", \"created_at\": \"2026-01-01\", \"updated_at\": "
      "\"2026-01-01\", \"version\": 1}}'::jsonb)).*; "
      "INSERT INTO catalog.device_identifier SELECT 'A' || (100000 + n), 'n' || n FROM "
      "generate_series(1, 1000) AS n; "
      "INSERT INTO catalog.item (item_id, display_name, specification, registration_number, "
      "registration_expire_date, device_class, national_code, device_identifier, base_unit, "
      "manufacturer, lot_tracked, serial_tracked, expiry_tracked, high_value, state, proposer_id, "
      "created_at, updated_at) SELECT 'n' || n, 'x', '', '国械注准20193130123', '2099-12-31', 3, "
      "'C03050107901001000000000000', 'A' || (100000 + n), 'x', 'm', true, false, false, "
      "false, 'proposed', 'wang', now(), now() FROM generate_series(1, 1000) AS n"));
  v1::BatchApproveItemsRequest approve;
  for (int number = 1; number <= 1000; ++number)
    approve.add_names(fmt::format("items/n{}", number));
  const auto approved = item_changes.BatchApproveItems(Li(), approve);
  ASSERT_TRUE(approved.ok()) << approved.status();
  ASSERT_EQ(approved->results_size(), 1000);
  for (const v1::ItemResult& result : approved->results()) EXPECT_EQ(result.reason(), "");
  approve.add_names("items/one-more");
  EXPECT_EQ(ErrorReason(item_changes.BatchApproveItems(Li(), approve).status()), "INVALID_FIELD");
}

TEST_F(ItemChangeTest, TheMonitoredGroupIsTheClassTrees) {
  ApprovedItem("screw", 1);
  EXPECT_EQ(Get("screw")->monitored_group(), "");
  database.Execute(
      "SET LOCAL session_replication_role = replica; "
      "INSERT INTO catalog.class VALUES (6, 'C03050107901001', 'x', '骨科材料')");
  EXPECT_EQ(Get("screw")->monitored_group(), "骨科材料");
}

TEST_F(ItemChangeTest, TheDatabaseRefusesWhatNobodyApproved) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("plate", 2)).ok());
  const std::string change = Propose(Rename("screw", "x"))->open_change().name();
  const std::string id = change.substr(change.rfind('/') + 1);
  pqxx::connection connection(database.conninfo_as("catalog"));
  const auto refusal = [&](const std::string& sql) -> std::string {
    pqxx::work tx(connection);
    try {
      tx.exec("SELECT set_config('qingqu.user', 'li', true)");
      tx.exec(sql);
      return "";
    } catch (const pqxx::sql_error& failure) {
      const std::string text = failure.what();
      for (const char* mark : {"nobody approved", "is withdrawn", "permission denied"}) {
        if (text.find(mark) != std::string::npos) return mark;
      }
      const size_t begin = text.find("constraint \"");
      if (begin == std::string::npos) return text;
      return text.substr(begin + 12, text.find('"', begin + 12) - begin - 12);
    }
  };
  const std::string rename = "UPDATE item SET display_name = 'y' WHERE item_id = ";
  EXPECT_EQ(refusal(rename + "'screw'"), "nobody approved");
  EXPECT_EQ(refusal(rename + "'plate'"), "nobody approved");
  EXPECT_EQ(refusal("UPDATE item SET display_name = 'y', change_id = '" + id +
                    "' WHERE item_id = 'screw'"),
            "nobody approved")
      << "it is open";
  const std::string approve =
      "UPDATE item_change SET state = 'approved', decided_at = now(), decider_id = ";
  EXPECT_EQ(refusal(approve + "'wang'"), "item_change_same_person_check");
  EXPECT_EQ(refusal(approve + "NULL"), "item_change_decider_check");
  const std::string apply = approve + "'li'; UPDATE item SET display_name = 'y', change_id = '" +
                            id + "' WHERE item_id = 'screw'";
  EXPECT_EQ(refusal(apply), "");
  EXPECT_EQ(refusal(apply + "; UPDATE item SET display_name = 'z' WHERE item_id = 'screw'"),
            "nobody approved")
      << "each change once";
  EXPECT_EQ(refusal("INSERT INTO item_change SELECT (jsonb_populate_record(item_change, "
                    "'{\"change_id\": \"c\"}')).* FROM item_change"),
            "item_change_open");
  EXPECT_EQ(refusal("UPDATE item SET state = 'withdrawn' WHERE item_id = 'screw'"),
            "item_withdrawn_check");
  EXPECT_EQ(refusal("UPDATE item SET state = 'withdrawn', withdrawn_state = 'approved' WHERE "
                    "item_id = 'screw'; UPDATE item SET reason = 'x' WHERE item_id = 'screw'"),
            "is withdrawn");
  EXPECT_EQ(refusal("INSERT INTO item_version SELECT item.* FROM item"), "permission denied");
  EXPECT_EQ(refusal("DELETE FROM item_version"), "permission denied");
  EXPECT_EQ(refusal("UPDATE item_change SET reason = 'x'"), "permission denied");
  EXPECT_EQ(refusal("UPDATE item SET base_unit = 'x'"), "permission denied");
  EXPECT_EQ(refusal("UPDATE item SET changed_by_id = 'x'"), "permission denied");
}

TEST_F(ItemChangeTest, TheDatabaseNotesWhoWroteEachVersion) {
  ApprovedItem("screw", 1);
  EXPECT_EQ(
      database.Value("SELECT string_agg(version || ' ' || changed_by_id || ' ' || event, ', ' "
                     "ORDER BY version) FROM catalog.item_version"),
      "1 wang item.proposed, 2 li item.approved");
}

}  // namespace
}  // namespace qingqu::catalog
