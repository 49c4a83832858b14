#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/page_token.h"
#include "common/status/status.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/lists/approved_list_handlers.h"
#include "services/catalog/search_handlers.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ItemSearchTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  void Propose(const std::string& id, int number, const std::string& name,
               const std::string& specification, bool high_value = false) {
    v1::CreateItemRequest request = ItemRequest(id, number);
    request.mutable_item()->set_display_name(name);
    request.mutable_item()->set_specification(specification);
    request.mutable_item()->set_high_value(high_value);
    const auto proposed = items.CreateItem(Wang(), request);
    ASSERT_TRUE(proposed.ok()) << proposed.status();
  }
  absl::StatusOr<v1::SearchItemsResponse> Ask(const v1::SearchItemsRequest& request) {
    return handlers_.SearchItems(Li(), request);
  }
  std::vector<std::string> Find(const std::string& query) {
    v1::SearchItemsRequest request;
    request.set_query(query);
    const auto answer = Ask(request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::vector<std::string> found;
    for (const v1::FoundItem& item : answer->items()) found.push_back(item.item().name());
    return found;
  }
  void Look() {
    database.WaitForJournalHorizon();
    ASSERT_TRUE(search_.Look().ok());
  }

  SystemClock clock_;
  ItemSearch search_{
      pool.get(),
      &clock_,
      {.look_every = absl::Milliseconds(10), .read_standings_every = absl::ZeroDuration()}};
  SearchHandlers handlers_{pool.get(), &search_};
};

TEST_F(ItemSearchTest, WhatIsProposedAndChangedIsFound) {
  Propose("syringe", 1, "一次性使用注射器", "5ml");
  EXPECT_EQ(ErrorReason(Ask({}).status()), "SEARCH_NOT_READY");
  Look();
  EXPECT_THAT(Find("ycxsyzsq"), ElementsAre("items/syringe"));
  EXPECT_THAT(Find("纱布"), IsEmpty());
  Propose("gauze", 2, "医用纱布块", "8cm×10cm");
  EXPECT_THAT(Find("纱布"), IsEmpty()) << "not looked at yet";
  Look();
  EXPECT_THAT(Find("纱布 8*10"), ElementsAre("items/gauze"));
  EXPECT_THAT(Find(Gtin(21)), ElementsAre("items/gauze")) << "by its pack's identifier";
  EXPECT_THAT(Find(""), UnorderedElementsAre("items/syringe", "items/gauze"));
}

TEST_F(ItemSearchTest, WhatIsAgreedAndListedIsThatOfTheAskerAndOfToday) {
  AddBuyers(database);
  ApprovedSupplier("kangda", kCreditCode);
  for (const auto& [id, number] : {std::pair("screw", 1), {"plate", 2}, {"gauze", 3}}) {
    ApprovedItem(id, number);
  }
  const auto price = [&](std::string_view item, std::string_view alliance, std::string_view end) {
    Put(database, fmt::format("INSERT INTO catalog.price (price_id, kind, item_id, supplier_id, "
                              "alliance_id, amount, start_date, end_date, reason, setter_id, "
                              "created_at) VALUES ('of-{0}', 'agreed', '{0}', 'kangda', {1}, 10, "
                              "'2020-01-01', {2}, 'r', 'wang', now())",
                              item, alliance, end));
  };
  price("screw", "'east'", "NULL");
  price("plate", "'west'", "NULL");
  price("gauze", "NULL", "'2020-12-31'");
  PutList(database, {"county", "county", "'screw', 'plate'"});
  PutList(database, {"hospital", "county-hospital", "'plate', 'gauze'"});
  Look();
  const auto ask = [&](const CallContext& call, const v1::SearchItemsRequest& request = {}) {
    const auto answer = handlers_.SearchItems(call, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return *answer;
  };
  const CallContext nurse = testing::CallBy("nurse", "department_nurse");
  const auto of_nurse = ask(nurse);
  ASSERT_EQ(of_nurse.suppliers_size(), 1);
  EXPECT_EQ(of_nurse.suppliers(0).supplier(), "suppliers/kangda");
  EXPECT_EQ(of_nurse.suppliers(0).count(), 1);
  EXPECT_EQ(of_nurse.agreed_count(), 1);
  EXPECT_EQ(of_nurse.not_agreed_count(), 2);
  EXPECT_EQ(of_nurse.on_my_lists_count(), 1);
  EXPECT_EQ(of_nurse.not_on_my_lists_count(), 2);
  v1::SearchItemsRequest listed;
  listed.set_on_my_lists(true);
  ASSERT_EQ(ask(nurse, listed).items_size(), 1);
  EXPECT_EQ(ask(nurse, listed).items(0).item().name(), "items/plate");
  v1::SearchItemsRequest agreed;
  agreed.set_agreed(true);
  agreed.set_supplier("suppliers/kangda");
  ASSERT_EQ(ask(nurse, agreed).items_size(), 1);
  EXPECT_EQ(ask(nurse, agreed).items(0).item().name(), "items/screw");
  const auto of_west = ask(testing::CallBy("sun", "department_nurse", "west-hospital", "west"));
  EXPECT_EQ(of_west.agreed_count(), 1);
  EXPECT_EQ(of_west.on_my_lists_count(), 2) << "the county's alone";
  const auto of_supplier = ask(testing::CallBySupplier("feng", "other"));
  EXPECT_EQ(of_supplier.agreed_count(), 0) << "not of others";
  EXPECT_EQ(of_supplier.suppliers_size(), 0);
  agreed.set_supplier("huakang");
  EXPECT_EQ(ErrorReason(handlers_.SearchItems(nurse, agreed).status()), "INVALID_FIELD");
  Put(database, "UPDATE catalog.price SET end_date = '2020-12-31' WHERE price_id = 'of-screw'");
  Look();
  EXPECT_EQ(ask(nurse).agreed_count(), 1) << "the journal has told nothing";
  database.Execute(
      "SELECT journal.append('price.closed', 'wang', '', 'prices/of-screw', '{}', '', '', '', '', "
      "'{}', '{}')");
  Look();
  EXPECT_EQ(ask(nurse).agreed_count(), 0);
}

TEST_F(ItemSearchTest, AListThatIsApprovedGovernsAtOnce) {
  AddBuyers(database);
  ApprovedItem("screw", 1);
  PutList(database, {"county", "county", "'screw'"});
  Look();
  const CallContext nurse = testing::CallBy("nurse", "department_nurse");
  EXPECT_EQ(handlers_.SearchItems(nurse, {})->on_my_lists_count(), 1);
  ApprovedListHandlers lists(pool.get());
  v1::CreateApprovedListRequest create;
  create.set_approved_list_id("empty");
  create.mutable_approved_list()->set_display_name("空目录");
  create.mutable_approved_list()->set_holder("alliances/east");
  create.mutable_approved_list()->set_reason("r");
  ASSERT_TRUE(lists.CreateApprovedList(Wang(), create).ok());
  v1::ApproveApprovedListRequest approve;
  approve.set_name("approvedLists/empty");
  ASSERT_TRUE(lists.ApproveApprovedList(Li(), approve).ok());
  Look();
  EXPECT_EQ(handlers_.SearchItems(nurse, {})->on_my_lists_count(), 0)
      << "nothing is on the alliance's";
}

TEST_F(ItemSearchTest, FollowsNamesDraftsAndWithdrawals) {
  v1::CreateItemRequest draft = ItemRequest("gauze", 2);
  draft.mutable_item()->set_display_name("医用纱布块");
  draft.set_draft(true);
  ASSERT_TRUE(items.CreateItem(Wang(), draft).ok());
  ApprovedItem("screw", 1);
  Look();
  EXPECT_THAT(Find("纱布"), IsEmpty()) << "only written down";
  v1::SubmitItemRequest submit;
  submit.set_name("items/gauze");
  ASSERT_TRUE(items.SubmitItem(Wang(), submit).ok());
  v1::ProposeItemChangeRequest rename;
  rename.mutable_item()->set_name("items/screw");
  rename.mutable_item()->set_display_name("髓内钉");
  rename.mutable_update_mask()->add_paths("display_name");
  rename.set_reason("r");
  v1::ApproveItemChangeRequest approve;
  approve.set_name(item_changes.ProposeItemChange(Wang(), rename)->open_change().name());
  Look();
  EXPECT_THAT(Find("纱布"), ElementsAre("items/gauze"));
  EXPECT_THAT(Find("髓内钉"), IsEmpty()) << "nobody approved it";
  ASSERT_TRUE(item_changes.ApproveItemChange(Li(), approve).ok());
  Look();
  EXPECT_THAT(Find("髓内钉"), ElementsAre("items/screw"));
  EXPECT_THAT(Find("螺钉"), IsEmpty());
  v1::WithdrawItemRequest withdraw;
  withdraw.set_name("items/screw");
  withdraw.set_reason("停产");
  ASSERT_TRUE(items.WithdrawItem(Li(), withdraw).ok());
  Look();
  EXPECT_THAT(Find("髓内钉"), IsEmpty());
}

TEST_F(ItemSearchTest, WhatIsCommittedLateIsNotMissed) {
  Propose("syringe", 1, "一次性使用注射器", "5ml");
  // A transaction that began before the first look, and ends after others.
  pqxx::connection early(database.superuser_conninfo());
  pqxx::work open(early);
  open.exec("SELECT pg_current_xact_id()");
  open.exec(
      "SET LOCAL session_replication_role = replica; UPDATE catalog.item SET display_name = "
      "'医用棉签' WHERE item_id = 'syringe'; SELECT journal.append('item.approved', 'test', '', "
      "'items/syringe', ARRAY['items/syringe'], '', '', '', '', '{}', '{}')");
  ASSERT_TRUE(search_.Look().ok());
  Propose("gauze", 2, "医用纱布块", "8cm×10cm");
  ASSERT_TRUE(search_.Look().ok());
  open.commit();
  Look();
  EXPECT_THAT(Find("棉签"), ElementsAre("items/syringe"));
  EXPECT_THAT(Find("纱布"), ElementsAre("items/gauze"));
}

TEST_F(ItemSearchTest, PagesFacetsAndHighlights) {
  for (int i = 1; i <= 5; ++i) {
    Propose(fmt::format("syringe-{}", i), i, "一次性使用注射器", fmt::format("{}ml", i), i == 5);
  }
  Look();
  v1::SearchItemsRequest request;
  request.set_query("注射器");
  request.set_page_size(2);
  std::vector<std::string> found;
  do {
    const auto page = Ask(request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->found(), 5);
    EXPECT_EQ(page->high_value_count(), 1);
    EXPECT_EQ(page->other_count(), 4);
    for (const v1::FoundItem& item : page->items()) {
      found.push_back(item.item().name());
      ASSERT_EQ(item.highlights_size(), 1);
      EXPECT_EQ(item.highlights(0).field(), "display_name");
      EXPECT_EQ(item.highlights(0).begin(), 5);
      EXPECT_EQ(item.highlights(0).end(), 8);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(found.size(), 5U);
  request.set_high_value(true);
  const auto high = Ask(request);
  ASSERT_EQ(high->items_size(), 1);
  EXPECT_EQ(high->found(), 1);
  EXPECT_EQ(high->high_value_count() + high->other_count(), 5);
  ASSERT_GE(high->classes_size(), 1);
  request.set_class_(high->classes(0).class_());
  EXPECT_EQ(Ask(request)->found(), 1);
}

TEST_F(ItemSearchTest, WrongQuestionsAreNamed) {
  Look();
  const auto reason = [&](const v1::SearchItemsRequest& request) {
    return ErrorReason(Ask(request).status());
  };
  v1::SearchItemsRequest request;
  std::string query;
  for (int i = 0; i < 201; ++i) query += "针";
  request.set_query(query);
  EXPECT_EQ(reason(request), "INVALID_FIELD");
  request.set_query("针");
  for (const char* code : {"C03", "classes/", "classes/C3", "classes/C0x", "items/C03"}) {
    request.set_class_(code);
    EXPECT_EQ(reason(request), "INVALID_FIELD") << code;
  }
  request.clear_class_();
  for (const int size : {-1, 101}) {
    request.set_page_size(size);
    EXPECT_EQ(reason(request), "INVALID_FIELD") << size;
  }
  request.clear_page_size();
  request.set_page_token("forged");
  EXPECT_FALSE(Ask(request).ok());
  request.set_page_token(EncodePageToken({"1000"}, "search 针  both"));
  EXPECT_FALSE(Ask(request).ok());
}

TEST_F(ItemSearchTest, KeepsUpByItself) {
  search_.Start();
  Propose("syringe", 1, "一次性使用注射器", "5ml");
  bool found = false;
  for (int i = 0; i < 1000 && !found; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    found = search_.ready() && !Find("注射器").empty();
  }
  EXPECT_TRUE(found);
  search_.Stop();
}

}  // namespace
}  // namespace qingqu::catalog
