#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/status/status.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/mapping/mapping_test_support.h"
#include "services/catalog/merges/item_merge_handlers.h"
#include "tests/support/test_host.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Day(int64_t days) { return BusinessDay(absl::Now()).PlusDays(days).ToString(); }

// "syringe" is there a second time, as "zhushe".
class ItemMergeTest : public ::testing::Test, protected MappingDatabase {
 protected:
  ItemMergeTest() {
    v1::CreateItemRequest twin = ItemRequest("zhushe", 8);
    v1::Item& item = *twin.mutable_item();
    item.set_display_name("一次性使用注射器");
    item.set_specification("5 ML");
    item.set_base_unit("支");
    item.set_registration_number("国械注准20193140001");
    item.set_manufacturer("济南康健医疗器械");
    item.set_national_code("C03050107901001000000000001");
    EXPECT_TRUE(items.CreateItem(Wang(), twin).ok());
    v1::ApproveItemRequest approve;
    approve.set_name("items/zhushe");
    EXPECT_TRUE(items.ApproveItem(Li(), approve).ok());
    Compare();
  }

  static v1::ProposeItemMergeRequest Proposal(const std::string& item, const std::string& into,
                                              int64_t base_units = 1) {
    v1::ProposeItemMergeRequest request;
    request.mutable_item_merge()->set_item("items/" + item);
    request.mutable_item_merge()->set_into_item("items/" + into);
    request.mutable_item_merge()->set_base_units(base_units);
    request.mutable_item_merge()->set_reason("重复建档");
    return request;
  }
  std::string Propose(const std::string& item, const std::string& into, int64_t base_units = 1) {
    const auto proposed = merges_.ProposeItemMerge(Wang(), Proposal(item, into, base_units));
    EXPECT_TRUE(proposed.ok()) << proposed.status();
    return proposed.ok() ? proposed->name() : "";
  }
  absl::StatusOr<v1::ItemMerge> Approve(const std::string& name, const CallContext& call = Li()) {
    v1::ApproveItemMergeRequest request;
    request.set_name(name);
    return merges_.ApproveItemMerge(call, request);
  }
  void MapOnto(const std::string& local_code, const std::string& item, int64_t factor,
               int64_t days) {
    Upload({VagueRow(local_code)});
    v1::MappingDecision decision = DecisionOn(local_code);
    decision.set_item("items/" + item);
    decision.set_unit_factor(factor);
    decision.set_valid_from(Day(days));
    EXPECT_EQ(Decide(decision).error_reason(), "");
  }

  ItemMergeHandlers merges_{pool.get(), &search};
};

TEST_F(ItemMergeTest, WhatIsThereTwiceIsFoundOnce) {
  v1::FindDuplicatesRequest request;
  const auto found = merges_.FindDuplicates(Wang(), request);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->pairs_size(), 1);
  EXPECT_EQ(found->pairs(0).item(), "items/syringe");
  EXPECT_EQ(found->pairs(0).other().item(), "items/zhushe");
  EXPECT_THAT(found->pairs(0).other().evidence(),
              ::testing::Contains(v1::MAPPING_EVIDENCE_REGISTRATION));
  EXPECT_EQ(found->next_page_token(), "");
  request.set_item("items/zhushe");
  const auto of_one = merges_.FindDuplicates(Wang(), request);
  ASSERT_GE(of_one->pairs_size(), 1);
  EXPECT_EQ(of_one->pairs(0).other().item(), "items/syringe");
  request.set_score_min(10'000);
  request.set_item("items/gauze");
  EXPECT_THAT(merges_.FindDuplicates(Wang(), request)->pairs(), IsEmpty());
  request.set_item("items/none");
  EXPECT_EQ(ErrorReason(merges_.FindDuplicates(Wang(), request).status()), "ITEM_NOT_FOUND");
  request.set_score_min(10'001);
  EXPECT_EQ(ErrorReason(merges_.FindDuplicates(Wang(), request).status()), "INVALID_FIELD");
}

TEST_F(ItemMergeTest, LocalCodesGoOverWithTheirHistory) {
  MapOnto("1", "zhushe", 10, -30);
  MapOnto("2", "zhushe", 1, 0);
  MapOnto("3", "syringe", 1, -30);
  const auto merged = Approve(Propose("zhushe", "syringe", 2));
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->state(), v1::ITEM_MERGE_STATE_APPROVED);
  EXPECT_EQ(merged->repointed_count(), 2);
  EXPECT_EQ(merged->decider(), "users/li");
  EXPECT_EQ(ItemOn("1", Day(-1)), "items/zhushe") << "as it was booked";
  EXPECT_EQ(ItemOn("1", Day(0)), "items/syringe");
  EXPECT_EQ(ItemOn("2", Day(0)), "items/syringe");
  EXPECT_EQ(ItemOn("3", Day(0)), "items/syringe");
  EXPECT_EQ(Read("1").mapping().unit_factor(), 20);
  EXPECT_EQ(Read("3").mapping().unit_factor(), 1);
  v1::GetItemRequest get;
  get.set_name("items/zhushe");
  EXPECT_EQ(items.GetItem(Li(), get)->state(), v1::APPROVAL_STATE_SUSPENDED);
  EXPECT_EQ(database.Value("SELECT details->'local_codes' FROM journal.entry WHERE event = "
                           "'mapping.repointed' AND institution_id = 'county-hospital'"),
            R"(["1", "2"])");
  v1::ListItemMergesRequest list;
  list.set_item("items/syringe");
  EXPECT_EQ(merges_.ListItemMerges(Li(), list)->item_merges_size(), 1);
  list.set_item("items/gauze");
  EXPECT_EQ(merges_.ListItemMerges(Li(), list)->item_merges_size(), 0);
}

TEST_F(ItemMergeTest, RowsThatWaitAreComparedAgain) {
  Upload({VagueRow("1")});
  const auto before = Read("1");
  EXPECT_THAT(before.proposals(),
              ::testing::Contains(::testing::Property(&v1::MappingProposal::item, "items/zhushe")));
  ASSERT_TRUE(Approve(Propose("zhushe", "syringe")).ok());
  EXPECT_EQ(Read("1").state(), v1::LOCAL_CODE_STATE_AWAITING);
  Compare();
  const auto after = Read("1");
  EXPECT_EQ(after.state(), v1::LOCAL_CODE_STATE_REVIEW);
  EXPECT_THAT(after.proposals(), ::testing::Not(::testing::Contains(::testing::Property(
                                     &v1::MappingProposal::item, "items/zhushe"))));
}

TEST_F(ItemMergeTest, TwoPeopleMakeOneMerge) {
  const std::string name = Propose("zhushe", "syringe");
  EXPECT_EQ(ErrorReason(Approve(name, AllianceApprover("wang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(name, testing::CallBy("zhang", "approver")).status()),
            "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(Approve("itemMerges/none").status()), "ITEM_MERGE_NOT_FOUND");
  v1::ApproveItemMergeRequest stale;
  stale.set_name(name);
  stale.set_etag("7");
  EXPECT_EQ(ErrorReason(merges_.ApproveItemMerge(Li(), stale).status()), "ETAG_MISMATCH");
  EXPECT_EQ(ErrorReason(merges_.ProposeItemMerge(Wang(), Proposal("zhushe", "gauze")).status()),
            "ITEM_MERGE_EXISTS");
  v1::RejectItemMergeRequest reject;
  reject.set_name(name);
  EXPECT_EQ(ErrorReason(merges_.RejectItemMerge(Li(), reject).status()), "INVALID_FIELD");
  reject.set_reason("不是同一产品");
  EXPECT_EQ(merges_.RejectItemMerge(Li(), reject)->state(), v1::ITEM_MERGE_STATE_REJECTED);
  EXPECT_EQ(ErrorReason(Approve(name).status()), "ITEM_MERGE_DECIDED");
  EXPECT_NE(Propose("zhushe", "syringe"), "") << "what was refused may be proposed again";
}

TEST_F(ItemMergeTest, WhatCannotBeMergedIsRefused) {
  const auto reason = [&](const v1::ProposeItemMergeRequest& request) {
    return ErrorReason(merges_.ProposeItemMerge(Wang(), request).status());
  };
  EXPECT_EQ(reason(Proposal("syringe", "syringe")), "INVALID_FIELD");
  EXPECT_EQ(reason(Proposal("syringe", "zhushe", 0)), "INVALID_FIELD");
  EXPECT_EQ(reason(Proposal("syringe", "zhushe", 1'000'001)), "INVALID_FIELD");
  EXPECT_EQ(reason(Proposal("syringe", "none")), "ITEM_NOT_FOUND");
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("fresh", 20)).ok());
  EXPECT_EQ(reason(Proposal("fresh", "syringe")), "ITEM_NOT_APPROVED");
  MapOnto("1", "zhushe", 1'000'000'000, 0);
  EXPECT_EQ(ErrorReason(Approve(Propose("zhushe", "syringe", 2)).status()),
            "UNIT_FACTOR_TOO_LARGE");
}

TEST_F(ItemMergeTest, WhatBecameAnotherDoesNotComeBack) {
  ASSERT_TRUE(Approve(Propose("zhushe", "syringe")).ok());
  EXPECT_EQ(ErrorReason(merges_.ProposeItemMerge(Wang(), Proposal("gauze", "zhushe")).status()),
            "ITEM_NOT_APPROVED");
  pqxx::connection connection(database.superuser_conninfo());
  pqxx::work tx(connection);
  EXPECT_THROW(tx.exec("UPDATE catalog.item SET state = 'approved', version = version + 1 "
                       "WHERE item_id = 'zhushe'"),
               pqxx::sql_error);
}

TEST_F(ItemMergeTest, OfTwoApproversOneMerges) {
  MapOnto("1", "zhushe", 1, -3);
  const std::string name = Propose("zhushe", "syringe");
  std::vector<std::string> reasons(2);
  std::vector<std::thread> approvers;
  for (size_t i = 0; i < reasons.size(); ++i) {
    approvers.emplace_back([&, i] {
      reasons[i] = ErrorReason(Approve(name, AllianceApprover(i == 0 ? "li" : "zhou")).status());
    });
  }
  for (std::thread& approver : approvers) approver.join();
  EXPECT_THAT(reasons, ::testing::UnorderedElementsAre("", "ITEM_MERGE_DECIDED"));
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.mapping"), "2");
}

TEST_F(ItemMergeTest, TheDatabaseRefusesOnePersonAndOneItem) {
  const auto refused = [&](const std::string& values) {
    pqxx::connection connection(database.superuser_conninfo());
    pqxx::work tx(connection);
    try {
      tx.exec(
          "INSERT INTO catalog.item_merge (merge_id, item_id, into_item_id, base_units, reason, "
          "state, proposer_id, decider_id, created_at, updated_at) VALUES ('m', " +
          values + ", now(), now())");
    } catch (const pqxx::sql_error& failure) {
      const std::string text = failure.what();
      const size_t begin = text.find("constraint \"") + 12;
      return text.substr(begin, text.find('"', begin) - begin);
    }
    return std::string();
  };
  EXPECT_EQ(refused("'syringe', 'syringe', 1, 'r', 'proposed', 'wang', NULL"),
            "item_merge_two_items_check");
  EXPECT_EQ(refused("'zhushe', 'syringe', 0, 'r', 'proposed', 'wang', NULL"),
            "item_merge_base_units_check");
  EXPECT_EQ(refused("'zhushe', 'syringe', 1, '', 'proposed', 'wang', NULL"),
            "item_merge_reason_check");
  EXPECT_EQ(refused("'zhushe', 'syringe', 1, 'r', 'approved', 'wang', 'wang'"),
            "item_merge_same_person_check");
  EXPECT_EQ(refused("'zhushe', 'syringe', 1, 'r', 'approved', 'wang', NULL"),
            "item_merge_decider_check");
}

TEST(ItemMergeFaceTest, EachMethodIsWiredAndGuarded) {
  testing::TestHost host{{CatalogSpec()}};
  const auto& service = *v1::ItemMerge::descriptor()->file()->service(0);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(host.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    const bool reads = method.name().starts_with("Find") || method.name().starts_with("List");
    const bool decides =
        method.name().starts_with("Approve") || method.name().starts_with("Reject");
    const std::string answer =
        host.AnswerToEmpty(method, host.Authorization(decides ? Li().principal : Wang().principal));
    if (reads) {
      EXPECT_THAT(answer, ::testing::AnyOf("OK", "SEARCH_NOT_READY")) << method.name();
    } else {
      EXPECT_EQ(answer, "INVALID_FIELD") << method.name();
    }
  }
}

}  // namespace
}  // namespace qingqu::catalog
