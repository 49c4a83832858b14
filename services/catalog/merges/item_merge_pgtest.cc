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
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/mapping/mapping_test_support.h"
#include "services/catalog/merges/item_merge_handlers.h"
#include "services/catalog/prices/price_handlers.h"
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

  void WaitForWaiters(int count) {
    const std::string waiting =
        "SELECT count(*) >= " + std::to_string(count) +
        " FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    const absl::Time give_up = absl::Now() + absl::Seconds(30);
    while (database.Value(waiting) != "t" && absl::Now() < give_up) {
      absl::SleepFor(absl::Milliseconds(20));
    }
    EXPECT_EQ(database.Value(waiting), "t");
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

TEST_F(ItemMergeTest, AnItemSaysWhatItBecame) {
  v1::GetItemRequest get;
  get.set_name("items/zhushe");
  const std::string name = Propose("zhushe", "syringe");
  EXPECT_EQ(items.GetItem(Li(), get)->merged_into(), "") << "proposed only";
  ASSERT_TRUE(Approve(name).ok());
  EXPECT_EQ(items.GetItem(Li(), get)->merged_into(), "items/syringe");
  v1::BatchGetItemsRequest batch;
  for (const char* item : {"items/syringe", "items/zhushe", "items/gauze"}) batch.add_names(item);
  const auto read = items.BatchGetItems(Li(), batch);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->items(0).merged_into(), "");
  EXPECT_EQ(read->items(1).merged_into(), "items/syringe");
  EXPECT_EQ(read->items(2).merged_into(), "");
  ASSERT_TRUE(Approve(Propose("syringe", "gauze")).ok());
  EXPECT_EQ(items.GetItem(Li(), get)->merged_into(), "items/syringe") << "step by step";
}

// "c" has an entry of its own from the day on which that of "zhushe" ends, "d" has one already.
TEST_F(ItemMergeTest, ApprovedListsGoOver) {
  PutList(database, {"a", "county-hospital", "'zhushe'"});
  PutList(database, {"c", "east", "'zhushe'"});
  PutList(database, {"d", "ward-a", "'zhushe', 'syringe'"});
  PutList(database, {"ended", "county", "'zhushe'"});
  Put(database,
      fmt::format(
          "UPDATE catalog.approved_list_entry SET end_date = '{0}', removed_by = "
          "'listChanges/x' WHERE list_id = 'c';"
          "INSERT INTO catalog.approved_list_entry (list_id, item_id, start_date, added_by) "
          "VALUES ('c', 'syringe', '{1}', 'listChanges/y');"
          "UPDATE catalog.approved_list SET end_date = '{2}' WHERE list_id = 'ended'",
          Day(20), Day(10), Day(-1)));
  const auto obstacles = [&](const std::string& item, int64_t days) {
    return database.Value(
        fmt::format("SELECT coalesce(string_agg(resource, ' ' ORDER BY resource), '') FROM "
                    "catalog.list_obstacles('county-hospital', 'ward-a', '{}', '{}')",
                    item, Day(days)));
  };
  EXPECT_EQ(obstacles("syringe", 0), "approvedLists/a approvedLists/c");
  const auto merged = Approve(Propose("zhushe", "syringe"));
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->listed_count(), 2);
  for (const int64_t days : {0, 9, 10, 30}) EXPECT_EQ(obstacles("syringe", days), "") << days;
  EXPECT_EQ(obstacles("syringe", -1), "approvedLists/a approvedLists/c approvedLists/ended")
      << "the past stays";
  EXPECT_EQ(obstacles("zhushe", -1), "");
  EXPECT_EQ(database.Value("SELECT string_agg(list_id || ' ' || start_date || ' ' || "
                           "coalesce(end_date::text, '-'), ', ' ORDER BY list_id) FROM "
                           "catalog.approved_list_entry WHERE added_by = '" +
                           merged->name() + "'"),
            fmt::format("a {0} -, c {0} {1}", Day(0), Day(9)));
  EXPECT_EQ(
      database.Value("SELECT subjects FROM journal.entry WHERE event = 'item_merge.approved'"),
      "{approvedLists/a,approvedLists/c," + merged->name() + ",items/syringe,items/zhushe}");
}

TEST_F(ItemMergeTest, PricesGoOverForOneOfTheOthersUnits) {
  ApprovedSupplier("kangda", kCreditCode);
  ApprovedSupplier("other", kOtherCreditCode);
  PriceHandlers prices(pool.get());
  const auto set = [&](v1::PriceKind kind, const std::string& item, const std::string& amount,
                       const std::string& supplier = "", const std::string& institution = "") {
    v1::BatchSetPricesRequest request;
    request.set_reason("年度谈判");
    v1::Price& price = *request.add_prices();
    price.set_kind(kind);
    price.set_item("items/" + item);
    price.set_amount(amount);
    if (!supplier.empty()) price.set_supplier("suppliers/" + supplier);
    if (institution.empty()) price.set_alliance("alliances/east");
    if (!institution.empty()) price.set_institution("institutions/" + institution);
    CallContext officer = Wang();
    officer.principal.scope = auth::Scope::kAlliance;
    const auto answer = prices.BatchSetPrices(officer, request);
    EXPECT_TRUE(answer.ok() && answer->results(0).reason().empty()) << amount;
    return answer->results(0).price().name();
  };
  set(v1::PRICE_KIND_HISTORICAL, "zhushe", "4", "", "county-hospital");
  set(v1::PRICE_KIND_AGREED, "zhushe", "3", "kangda");
  const std::string odd = set(v1::PRICE_KIND_CEILING, "zhushe", "3.0001");
  const std::string both = set(v1::PRICE_KIND_AGREED, "zhushe", "2", "other");
  const std::string own = set(v1::PRICE_KIND_AGREED, "syringe", "0.9", "other");
  const std::string part = set(v1::PRICE_KIND_PAYMENT_STANDARD, "zhushe", "2.0001");
  const auto merged = Approve(Propose("zhushe", "syringe", 2));
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->priced_count(), 2);
  EXPECT_THAT(merged->left_prices(), ::testing::UnorderedElementsAre(odd, both, part));
  const auto of_syringe = [&](const std::string& columns) {
    return database.Value("SELECT string_agg(concat_ws(' ', " + columns +
                          "), ', ' ORDER BY kind, supplier_id) FROM catalog.price WHERE item_id = "
                          "'syringe'");
  };
  EXPECT_EQ(of_syringe("kind, supplier_id, holder, amount"),
            "agreed kangda alliances/east 15000, agreed other alliances/east 9000, ceiling "
            "alliances/east 15000");
  EXPECT_EQ(
      database.Value("SELECT DISTINCT start_date || ' ' || setter_id FROM catalog.price WHERE "
                     "reason LIKE '" +
                     merged->name() + ": prices/%'"),
      Day(0) + " li");
  v1::ListItemMergesRequest list;
  EXPECT_EQ(merges_.ListItemMerges(Li(), list)->item_merges(0).SerializeAsString(),
            merged->SerializeAsString());
}

TEST_F(ItemMergeTest, AuthorisationsNameTheOtherToo) {
  const auto authorise = [&](const std::string& id, const std::string& state,
                             const std::string& until, const std::string& named) {
    Put(database,
        fmt::format(
            "INSERT INTO catalog.qualification (qualification_id, organisation_id, kind, "
            "valid_from, expire_date, giver_id, manufacturer_id, exclusive, state, submitter_id, "
            "equipment_reviewer_id, infection_control_reviewer_id, reason, created_at, updated_at) "
            "VALUES ('{0}', 'o', 'authorisation', '2020-01-01', '{2}', 'm', 'm', false, '{1}', "
            "'a', CASE WHEN '{1}' = 'approved' THEN 'b' END, CASE WHEN '{1}' = 'approved' THEN 'c' "
            "END, CASE WHEN '{1}' = 'withdrawn' THEN 'r' END, now(), now());"
            "INSERT INTO catalog.authorisation_scope (qualification_id, organisation_id, item_id) "
            "SELECT '{0}', 'o', item FROM unnest(ARRAY[{3}]) AS item",
            id, state, until, named));
  };
  authorise("held", "approved", Day(30), "'zhushe', 'gauze'");
  authorise("both", "approved", Day(30), "'zhushe', 'syringe'");
  authorise("over", "approved", Day(-1), "'zhushe'");
  authorise("waits", "submitted", Day(30), "'zhushe'");
  authorise("gone", "withdrawn", Day(30), "'zhushe'");
  const auto merged = Approve(Propose("zhushe", "syringe"));
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->authorised_count(), 2);
  EXPECT_EQ(database.Value("SELECT string_agg(qualification_id, ' ' ORDER BY 1) FROM "
                           "catalog.authorisation_scope WHERE item_id = 'syringe'"),
            "both held waits");
}

TEST_F(ItemMergeTest, TheOldIdentifierLeadsToTheOther) {
  const auto lookup = [&](int64_t number) {
    v1::LookupDeviceIdentifierRequest request;
    request.set_device_identifier(Gtin(number));
    const auto found = items.LookupDeviceIdentifier(Li(), request);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->item().name() + " " + std::to_string(found->base_units()) : "";
  };
  EXPECT_EQ(lookup(81), "items/zhushe 10");
  ASSERT_TRUE(Approve(Propose("zhushe", "syringe", 2)).ok());
  EXPECT_EQ(lookup(80), "items/syringe 2");
  EXPECT_EQ(lookup(81), "items/syringe 20");
  EXPECT_EQ(lookup(10), "items/syringe 1");
  ASSERT_TRUE(Approve(Propose("syringe", "syringe-10", 3)).ok());
  EXPECT_EQ(lookup(81), "items/syringe-10 60");
  EXPECT_EQ(lookup(10), "items/syringe-10 3");
}

TEST_F(ItemMergeTest, TheRequestIdOfSomebodyElseIsNobodysObstacle) {
  const CallContext first = Wang();
  ASSERT_TRUE(merges_.ProposeItemMerge(first, Proposal("zhushe", "syringe")).ok());
  CallContext other = AllianceApprover("sun");
  other.request_id = first.request_id;
  const auto proposed = merges_.ProposeItemMerge(other, Proposal("gauze", "syringe-10"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(merges_.ProposeItemMerge(other, Proposal("gauze", "syringe-10"))->SerializeAsString(),
            proposed->SerializeAsString());
  CallContext post = first;
  post.principal.alliance_id = "west";
  EXPECT_EQ(ErrorReason(merges_.ProposeItemMerge(post, Proposal("zhushe", "syringe")).status()),
            "ITEM_MERGE_EXISTS")
      << "in another post it is another request, of the same item";
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
  v1::ProposeItemReinstatementRequest propose;
  propose.set_name("items/zhushe");
  propose.set_reason("仍需使用");
  const absl::Status refused = items.ProposeItemReinstatement(Wang(), propose).status();
  EXPECT_EQ(ErrorReason(refused), "ITEM_MERGED");
  EXPECT_THAT(refused.ToString(), ::testing::HasSubstr("items/syringe"));
  v1::ReinstateItemRequest reinstate;
  reinstate.set_name("items/zhushe");
  reinstate.set_reason("好");
  EXPECT_EQ(ErrorReason(items.ReinstateItem(Li(), reinstate).status()),
            "REINSTATEMENT_NOT_PROPOSED");
  Put(database,
      "UPDATE catalog.item SET reinstatement_proposer_id = 'wang' WHERE item_id = 'zhushe'");
  EXPECT_EQ(ErrorReason(items.ReinstateItem(Li(), reinstate).status()), "ITEM_MERGED");
  v1::SuspendItemRequest suspend;
  suspend.set_name("items/zhushe");
  suspend.set_reason("已合并");
  EXPECT_TRUE(items.SuspendItem(Li(), suspend).ok()) << "refusing that it come back goes";
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

// Who maps and who merges wait for the item behind somebody else, in either order.
TEST_F(ItemMergeTest, NothingIsMappedOntoAnItemThatIsMergedMeanwhile) {
  for (const bool merge_first : {true, false}) {
    const std::string code = merge_first ? "1" : "2";
    const std::string twin = merge_first ? "zhushe" : "syringe-10";
    v1::LocalRow row = VagueRow(code);
    row.set_display_name("某物");
    Upload({row});
    v1::MappingDecision decision = DecisionOn(code);
    decision.set_item("items/" + twin);
    decision.set_unit_factor(1);
    const std::string name = Propose(twin, "syringe");
    pqxx::connection connection(database.superuser_conninfo());
    pqxx::work blocker(connection);
    blocker.exec1("SELECT 1 FROM catalog.item WHERE item_id = '" + twin + "' FOR UPDATE");
    std::string mapped;
    std::string merged;
    const auto map = [&] { mapped = Decide(decision).error_reason(); };
    const auto merge = [&] { merged = ErrorReason(Approve(name).status()); };
    std::thread first = merge_first ? std::thread(merge) : std::thread(map);
    WaitForWaiters(1);
    std::thread second = merge_first ? std::thread(map) : std::thread(merge);
    WaitForWaiters(2);
    blocker.commit();
    first.join();
    second.join();
    EXPECT_EQ(merged, "");
    EXPECT_EQ(mapped, merge_first ? "ITEM_NOT_APPROVED" : "");
    EXPECT_EQ(ItemOn(code, Day(0)), merge_first ? "" : "items/syringe");
    EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.mapping WHERE valid_to IS NULL AND "
                             "item_id = '" +
                             twin + "'"),
              "0");
  }
  EXPECT_EQ(database.Value("SELECT string_agg(details->>'local_codes', ' ') FROM journal.entry "
                           "WHERE event = 'mapping.repointed'"),
            R"(["2"])");
}

// What the platform finds by itself is judged by the item as it is then, not as it was found.
TEST_F(ItemMergeTest, ThePlatformMapsNothingOntoAnItemThatIsMergedMeanwhile) {
  const std::string name = Propose("gauze", "zhushe");
  v1::LocalRow row = SyringeRow("1");
  row.set_display_name("脱脂纱布块");
  row.set_specification("8cm*10cm");
  row.set_registration_number("国械注准20193140003");
  row.set_unit("块");
  ASSERT_TRUE(mappings.UploadLocalRows(Pharmacist(), Rows({row})).ok());
  pqxx::connection connection(database.superuser_conninfo());
  pqxx::work blocker(connection);
  blocker.exec1("SELECT 1 FROM catalog.item WHERE item_id = 'gauze' FOR UPDATE");
  std::thread merging([&] { EXPECT_TRUE(Approve(name).ok()); });
  WaitForWaiters(1);
  std::thread judging([&] { EXPECT_TRUE(worker.Look().ok()); });
  WaitForWaiters(2);
  blocker.commit();
  merging.join();
  judging.join();
  EXPECT_EQ(Read("1").state(), v1::LOCAL_CODE_STATE_REVIEW);
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.mapping"), "0");
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
