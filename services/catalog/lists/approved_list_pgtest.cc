#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/lists/approved_list_handlers.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kMorning = "2026-11-22T09:00:00+08:00";

CallContext Of(CallContext call, auth::Scope scope) {
  call.principal.scope = scope;
  if (scope != auth::Scope::kInstitution && scope != auth::Scope::kDepartment) {
    call.principal.institution_id.clear();
  }
  return At(call, kMorning);
}
CallContext Officer() { return Of(Wang(), auth::Scope::kAlliance); }
CallContext Approver(std::string_view user_id = "li") {
  return Of(AllianceApprover(user_id), auth::Scope::kAlliance);
}
CallContext WestApprover() {
  return Of(testing::CallBy("xi", "approver", "", "west"), auth::Scope::kAlliance);
}
CallContext Pharmacist() {
  return Of(testing::CallBy("zhao", "hospital_pharmacist"), auth::Scope::kInstitution);
}
CallContext HospitalApprover() {
  return Of(testing::CallBy("qian", "approver"), auth::Scope::kInstitution);
}
CallContext Bureau() {
  return Of(testing::CallBy("chen", "bureau_administrator"), auth::Scope::kCounty);
}

class ApprovedListTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  ApprovedListTest() : CatalogDatabase(8) {
    AddBuyers(database);
    for (int number = 1; number <= 3; ++number) {
      ApprovedItem(fmt::format("item-{}", number), number);
    }
  }

  absl::StatusOr<v1::ApprovedList> Create(const CallContext& call, const std::string& id,
                                          const std::string& holder,
                                          const std::string& start_date = "") {
    v1::CreateApprovedListRequest request;
    request.set_approved_list_id(id);
    request.mutable_approved_list()->set_display_name("准入目录");
    request.mutable_approved_list()->set_holder(holder);
    request.mutable_approved_list()->set_reason("年度目录");
    request.mutable_approved_list()->set_start_date(start_date);
    return handlers_.CreateApprovedList(call, request);
  }
  absl::StatusOr<v1::ApprovedList> Approve(const CallContext& call, const std::string& id,
                                           const std::string& etag = "") {
    v1::ApproveApprovedListRequest request;
    request.set_name("approvedLists/" + id);
    request.set_etag(etag);
    return handlers_.ApproveApprovedList(call, request);
  }
  void Govern(const std::string& id, const std::string& holder) {
    ASSERT_TRUE(Create(Officer(), id, holder).ok());
    const auto approved = Approve(Approver(), id);
    ASSERT_TRUE(approved.ok()) << approved.status();
  }

  struct Wish {
    std::vector<std::string> additions;
    std::vector<std::string> removals;
    bool ends_list = false;
    std::string start_date;
    std::string list = "east";
  };
  absl::StatusOr<v1::ListChange> Propose(const CallContext& call, const std::string& id,
                                         const Wish& wish) {
    v1::ProposeListChangeRequest request;
    request.set_list_change_id(id);
    v1::ListChange& change = *request.mutable_list_change();
    change.set_approved_list("approvedLists/" + wish.list);
    for (const std::string& item : wish.additions) change.add_additions("items/" + item);
    for (const std::string& item : wish.removals) change.add_removals("items/" + item);
    change.set_ends_list(wish.ends_list);
    change.set_start_date(wish.start_date);
    change.set_reason("谈判结果");
    return handlers_.ProposeListChange(call, request);
  }
  absl::StatusOr<v1::ListChange> ApproveChange(const CallContext& call, const std::string& id) {
    v1::ApproveListChangeRequest request;
    request.set_name("listChanges/" + id);
    return handlers_.ApproveListChange(call, request);
  }
  template <typename Request>
  static Request Reasoned(const std::string& id, const std::string& reason) {
    Request request;
    request.set_name("listChanges/" + id);
    request.set_reason(reason);
    return request;
  }
  void Change(const std::string& id, const Wish& wish) {
    const auto proposed = Propose(Officer(), id, wish);
    ASSERT_TRUE(proposed.ok()) << proposed.status();
    const auto approved = ApproveChange(Approver(), id);
    ASSERT_TRUE(approved.ok()) << approved.status();
  }
  std::vector<std::string> On(const std::string& day, const CallContext& call = Approver()) {
    v1::ListApprovedListEntriesRequest request;
    request.set_approved_list("approvedLists/east");
    request.set_day(day);
    const auto listed = handlers_.ListApprovedListEntries(call, request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::vector<std::string> names;
    for (const auto& entry : listed->entries()) names.push_back(entry.item());
    return names;
  }

  ApprovedListHandlers handlers_{pool.get()};
};

TEST_F(ApprovedListTest, TwoPeopleMakeAList) {
  const auto created = Create(Officer(), "east", "alliances/east", "2026-12-01");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->state(), v1::APPROVAL_STATE_PROPOSED);
  EXPECT_EQ(created->holder(), "alliances/east");
  EXPECT_EQ(ErrorReason(Create(Officer(), "east", "alliances/east").status()), "LIST_EXISTS");
  EXPECT_EQ(ErrorReason(Approve(Approver("wang"), "east").status()), "SAME_PERSON");
  CallContext stand_in = Approver("sun");
  stand_in.principal.on_behalf_of = "wang";
  stand_in.principal.delegation_id = "d";
  EXPECT_EQ(ErrorReason(Approve(stand_in, "east").status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(HospitalApprover(), "east").status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(Approve(WestApprover(), "east").status()), "LIST_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Approve(Approver(), "east", "9").status()), "ETAG_MISMATCH");
  const CallContext call = Approver();
  const auto approved = Approve(call, "east", created->etag());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->approver(), "users/li");
  EXPECT_EQ(approved->start_date(), "2026-12-01");
  EXPECT_EQ(Approve(call, "east", created->etag())->SerializeAsString(),
            approved->SerializeAsString());
  EXPECT_EQ(ErrorReason(Approve(Approver(), "east").status()), "LIST_NOT_PROPOSED");
  EXPECT_EQ(database.Value("SELECT string_agg(event, ' ' ORDER BY sequence) FROM journal.entry "
                           "WHERE resource = 'approvedLists/east'"),
            "list.proposed list.approved");
}

TEST_F(ApprovedListTest, WhoseListItIsSaysWhoDecides) {
  EXPECT_EQ(ErrorReason(Create(Pharmacist(), "l", "alliances/east").status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(Create(Pharmacist(), "l", "county").status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(Create(Pharmacist(), "l", "institutions/town-hospital").status()),
            "HOLDER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Create(Officer(), "l", "alliances/west").status()), "HOLDER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Create(Officer(), "l", "departments/nowhere").status()),
            "HOLDER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Create(Officer(), "l", "wards/a").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Create(Officer(), "l", "county", "2026-11-21").status()), "INVALID_FIELD");
  ASSERT_TRUE(Create(Officer(), "county", "county").ok());
  EXPECT_EQ(ErrorReason(Approve(Approver(), "county").status()), "SCOPE_TOO_NARROW");
  EXPECT_TRUE(Approve(Bureau(), "county").ok());
  ASSERT_TRUE(Create(Pharmacist(), "hospital", "institutions/county-hospital").ok());
  EXPECT_TRUE(Approve(HospitalApprover(), "hospital").ok());
  ASSERT_TRUE(Create(Pharmacist(), "ward", "departments/ward-a").ok());
  EXPECT_TRUE(Approve(Approver(), "ward").ok());
}

TEST_F(ApprovedListTest, AHolderHasOneListAtATime) {
  for (const char* id : {"first", "second"}) {
    ASSERT_TRUE(Create(Officer(), id, "alliances/east").ok());
  }
  std::vector<std::string> reasons(2);
  {
    const std::jthread one(
        [&] { reasons[0] = ErrorReason(Approve(Approver(), "first").status()); });
    const std::jthread other(
        [&] { reasons[1] = ErrorReason(Approve(Approver("sun"), "second").status()); });
  }
  EXPECT_THAT(reasons, UnorderedElementsAre("", "HOLDER_HAS_LIST"));
  const std::string present = reasons[0].empty() ? "first" : "second";
  Change("end", {.ends_list = true, .start_date = "2026-12-01", .list = present});
  const std::string next = reasons[0].empty() ? "second" : "first";
  EXPECT_EQ(ErrorReason(Approve(Approver(), next).status()), "HOLDER_HAS_LIST")
      << "until November's end";
  CallContext december = Approver();
  december = At(december, "2026-12-01T00:00:00+08:00");
  EXPECT_TRUE(Approve(december, next).ok());
}

TEST_F(ApprovedListTest, WhatEndedStaysEnded) {
  Govern("east", "alliances/east");
  Change("end", {.ends_list = true, .start_date = "2026-12-01"});
  const auto refused = [&](const std::string& id, const Wish& wish) {
    return ErrorReason(Propose(Officer(), id, wish).status());
  };
  EXPECT_EQ(refused("later", {.ends_list = true, .start_date = "2026-12-20"}), "LIST_ENDED");
  EXPECT_EQ(refused("again", {.ends_list = true, .start_date = "2026-12-01"}), "LIST_ENDED");
  EXPECT_EQ(refused("on", {.additions = {"item-1"}, .start_date = "2026-12-01"}), "LIST_ENDED");
  ASSERT_TRUE(Propose(Officer(), "next", {.ends_list = true, .start_date = "2026-11-30"}).ok());
  EXPECT_EQ(
      ErrorReason(ApproveChange(At(Approver(), "2026-12-01T00:00:00+08:00"), "next").status()),
      "LIST_ENDED")
      << "it has ended meanwhile";
  Change("earlier", {.ends_list = true, .start_date = "2026-11-25"});
  v1::GetApprovedListRequest get;
  get.set_name("approvedLists/east");
  EXPECT_EQ(handlers_.GetApprovedList(Approver(), get)->end_date(), "2026-11-24");
  ASSERT_TRUE(Create(Officer(), "second", "alliances/east", "2026-11-25").ok());
  ASSERT_TRUE(Approve(Approver(), "second").ok());
  EXPECT_EQ(refused("over-it", {.ends_list = true, .start_date = "2026-12-31"}), "LIST_ENDED");
  for (const char* end : {"'2026-11-25'", "NULL"}) {
    pqxx::connection connection(database.superuser_conninfo());
    pqxx::work tx(connection);
    EXPECT_THROW(tx.exec(fmt::format(
                     "UPDATE catalog.approved_list SET end_date = {} WHERE list_id = 'east'", end)),
                 pqxx::sql_error)
        << end;
  }
}

TEST_F(ApprovedListTest, AProposalThatEndedIsNotApproved) {
  ASSERT_TRUE(Create(Officer(), "east", "alliances/east").ok());
  Change("end", {.ends_list = true});
  EXPECT_EQ(ErrorReason(Approve(At(Approver(), "2026-11-24T09:00:00+08:00"), "east").status()),
            "LIST_ENDED");
  EXPECT_EQ(ErrorReason(Propose(Officer(), "late", {.additions = {"item-1"}}).status()),
            "LIST_ENDED");
}

TEST_F(ApprovedListTest, AProposedListIsRefusedOrTakenBack) {
  const auto reject = [&](const CallContext& call, const std::string& id,
                          const std::string& reason = "不必另设") {
    v1::RejectApprovedListRequest request;
    request.set_name("approvedLists/" + id);
    request.set_reason(reason);
    return handlers_.RejectApprovedList(call, request);
  };
  const auto withdraw = [&](const CallContext& call, const std::string& id,
                            const std::string& etag = "") {
    v1::WithdrawApprovedListRequest request;
    request.set_name("approvedLists/" + id);
    request.set_reason("写错了");
    request.set_etag(etag);
    return handlers_.WithdrawApprovedList(call, request);
  };
  ASSERT_TRUE(Create(Officer(), "east", "alliances/east", "2026-12-24").ok());
  EXPECT_EQ(ErrorReason(reject(Approver("wang"), "east").status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(reject(HospitalApprover(), "east").status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(reject(WestApprover(), "east").status()), "LIST_NOT_FOUND");
  EXPECT_EQ(ErrorReason(reject(Approver(), "east", "").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(withdraw(Approver(), "east").status()), "NOT_PROPOSER");
  EXPECT_EQ(ErrorReason(withdraw(Officer(), "east", "7").status()), "ETAG_MISMATCH");
  const auto rejected = reject(Approver(), "east");
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->state(), v1::APPROVAL_STATE_WITHDRAWN);
  EXPECT_EQ(rejected->approver(), "users/li");
  EXPECT_EQ(rejected->decision_reason(), "不必另设");
  EXPECT_EQ(rejected->end_date(), "2026-12-23") << "it never governs";
  v1::GetApprovedListRequest get;
  get.set_name("approvedLists/east");
  EXPECT_EQ(handlers_.GetApprovedList(Approver(), get)->SerializeAsString(),
            rejected->SerializeAsString());
  EXPECT_EQ(ErrorReason(Approve(Approver(), "east").status()), "LIST_NOT_PROPOSED");
  EXPECT_EQ(ErrorReason(reject(Approver(), "east").status()), "LIST_NOT_PROPOSED");
  EXPECT_EQ(ErrorReason(Propose(Officer(), "c", {.additions = {"item-1"}}).status()), "LIST_ENDED");
  ASSERT_TRUE(Create(Officer(), "other", "alliances/east").ok());
  EXPECT_EQ(withdraw(Officer(), "other")->state(), v1::APPROVAL_STATE_WITHDRAWN);
  EXPECT_EQ(ErrorReason(withdraw(Officer(), "other").status()), "LIST_NOT_PROPOSED");
  EXPECT_EQ(database.Value("SELECT string_agg(event || ' ' || reason, ', ' ORDER BY sequence) FROM "
                           "journal.entry WHERE event IN ('list.rejected', 'list.withdrawn')"),
            "list.rejected 不必另设, list.withdrawn 写错了");
  Govern("third", "alliances/east");
}

TEST_F(ApprovedListTest, ItemsComeAndGoByTheirDays) {
  Govern("east", "alliances/east");
  Change("first", {.additions = {"item-1", "item-2"}});
  EXPECT_THAT(On("2026-11-21"), IsEmpty());
  EXPECT_THAT(On("2026-11-22"), ElementsAre("items/item-1", "items/item-2"));
  Change("second", {.additions = {"item-3"}, .removals = {"item-1"}, .start_date = "2026-12-01"});
  EXPECT_THAT(On("2026-11-30"), ElementsAre("items/item-1", "items/item-2"));
  EXPECT_THAT(On("2026-12-01"), ElementsAre("items/item-2", "items/item-3"));
  Change("third", {.removals = {"item-3"}});
  EXPECT_THAT(On("2026-12-01"), ElementsAre("items/item-2")) << "it never came";
  v1::ListApprovedListEntriesRequest all;
  all.set_approved_list("approvedLists/east");
  all.set_all_periods(true);
  all.set_page_size(2);
  const auto page = handlers_.ListApprovedListEntries(Approver(), all);
  ASSERT_TRUE(page.ok());
  ASSERT_THAT(page->entries(), SizeIs(2));
  EXPECT_EQ(page->entries(0).end_date(), "2026-11-30");
  EXPECT_EQ(page->entries(0).added_by(), "listChanges/first");
  EXPECT_EQ(page->entries(0).removed_by(), "listChanges/second");
  all.set_page_token(page->next_page_token());
  const auto rest = handlers_.ListApprovedListEntries(Approver(), all);
  ASSERT_TRUE(rest.ok()) << rest.status();
  ASSERT_THAT(rest->entries(), SizeIs(1));
  EXPECT_EQ(rest->entries(0).item(), "items/item-3");
  EXPECT_LT(rest->entries(0).end_date(), rest->entries(0).start_date());
}

TEST_F(ApprovedListTest, EveryBadLineIsNamed) {
  Govern("east", "alliances/east");
  Change("first", {.additions = {"item-1"}});
  const absl::Status refused =
      Propose(Officer(), "second", {.additions = {"item-1", "none"}, .removals = {"item-2"}})
          .status();
  EXPECT_EQ(ErrorReason(refused), "ITEM_ALREADY_LISTED");
  for (const char* text : {"ITEM_ALREADY_LISTED", "ITEM_NOT_FOUND", "ITEM_NOT_LISTED"}) {
    EXPECT_THAT(refused.ToString(), HasSubstr(text));
  }
  const auto wrong = [&](const Wish& wish) {
    return ErrorReason(Propose(Officer(), "wrong", wish).status());
  };
  EXPECT_EQ(wrong({}), "INVALID_FIELD");
  EXPECT_EQ(wrong({.additions = {"item-2", "item-2"}}), "INVALID_FIELD");
  EXPECT_EQ(wrong({.additions = {"item-2"}, .removals = {"item-2"}}), "INVALID_FIELD");
  EXPECT_EQ(wrong({.additions = {"item-2"}, .ends_list = true}), "INVALID_FIELD");
  EXPECT_EQ(wrong({.additions = {"item-2"}, .start_date = "2026-11-21"}), "INVALID_FIELD");
  EXPECT_EQ(wrong({.additions = std::vector<std::string>(1001, "item-2")}), "INVALID_FIELD");
  EXPECT_EQ(wrong({.additions = {"item-2"}, .list = "nowhere"}), "LIST_NOT_FOUND");
}

TEST_F(ApprovedListTest, WhatWasRightWhenItWasProposedMayNotBeWhenItIsApproved) {
  Govern("east", "alliances/east");
  ASSERT_TRUE(Propose(Officer(), "first", {.additions = {"item-1", "item-2"}}).ok());
  Change("second", {.additions = {"item-2"}});
  EXPECT_EQ(ErrorReason(ApproveChange(Approver(), "first").status()), "ITEM_ALREADY_LISTED");
  EXPECT_THAT(On("2026-11-22"), ElementsAre("items/item-2")) << "all or nothing";
}

TEST_F(ApprovedListTest, ALateApprovalTakesEffectOnItsOwnDay) {
  Govern("east", "alliances/east");
  ASSERT_TRUE(Propose(Officer(), "first", {.additions = {"item-1"}}).ok());
  const auto approved = ApproveChange(At(Approver(), "2026-11-24T16:00:00+00:00"), "first");
  ASSERT_TRUE(approved.ok());
  EXPECT_EQ(approved->start_date(), "2026-11-25") << "in the county it was past midnight";
  EXPECT_THAT(On("2026-11-24"), IsEmpty());
  EXPECT_THAT(On("2026-11-25"), SizeIs(1));
}

TEST_F(ApprovedListTest, ADecisionIsAnotherPersons) {
  Govern("east", "alliances/east");
  ASSERT_TRUE(Propose(Officer(), "c", {.additions = {"item-1"}}).ok());
  EXPECT_EQ(ErrorReason(Propose(Officer(), "c", {.additions = {"item-1"}}).status()),
            "LIST_CHANGE_EXISTS");
  EXPECT_EQ(ErrorReason(ApproveChange(Approver("wang"), "c").status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(ApproveChange(HospitalApprover(), "c").status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(ErrorReason(ApproveChange(WestApprover(), "c").status()), "LIST_CHANGE_NOT_FOUND");
  const auto withdraw = Reasoned<v1::WithdrawListChangeRequest>("c", "写错了");
  EXPECT_EQ(ErrorReason(handlers_.WithdrawListChange(Pharmacist(), withdraw).status()),
            "NOT_PROPOSER");
  EXPECT_EQ(ErrorReason(handlers_
                            .RejectListChange(Approver("wang"),
                                              Reasoned<v1::RejectListChangeRequest>("c", "x"))
                            .status()),
            "SAME_PERSON");
  EXPECT_EQ(
      ErrorReason(
          handlers_.RejectListChange(Approver(), Reasoned<v1::RejectListChangeRequest>("c", ""))
              .status()),
      "INVALID_FIELD");
  const auto rejected =
      handlers_.RejectListChange(Approver(), Reasoned<v1::RejectListChangeRequest>("c", "无必要"));
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->state(), v1::LIST_CHANGE_STATE_REJECTED);
  EXPECT_EQ(rejected->decision_reason(), "无必要");
  EXPECT_EQ(ErrorReason(handlers_.WithdrawListChange(Officer(), withdraw).status()),
            "LIST_CHANGE_NOT_PROPOSED");
  ASSERT_TRUE(Propose(Officer(), "d", {.additions = {"item-1"}}).ok());
  const auto withdrawn = handlers_.WithdrawListChange(
      Officer(), Reasoned<v1::WithdrawListChangeRequest>("d", "写错了"));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), v1::LIST_CHANGE_STATE_WITHDRAWN);
  EXPECT_EQ(ErrorReason(ApproveChange(Approver(), "d").status()), "LIST_CHANGE_NOT_PROPOSED");
  EXPECT_THAT(On("2026-11-22"), IsEmpty());
}

TEST_F(ApprovedListTest, OfTwoReviewersOneDecides) {
  Govern("east", "alliances/east");
  for (int round = 0; round < 5; ++round) {
    const std::string id = fmt::format("c{}", round);
    ASSERT_TRUE(
        Propose(Officer(), id,
                round % 2 == 0 ? Wish{.additions = {"item-1"}} : Wish{.removals = {"item-1"}})
            .ok());
    std::vector<std::string> reasons(2);
    {
      const std::jthread one(
          [&] { reasons[0] = ErrorReason(ApproveChange(Approver(), id).status()); });
      const std::jthread other(
          [&] { reasons[1] = ErrorReason(ApproveChange(Approver("sun"), id).status()); });
    }
    EXPECT_THAT(reasons, UnorderedElementsAre("", "LIST_CHANGE_NOT_PROPOSED"));
  }
}

TEST_F(ApprovedListTest, TwoChangesThatRaceAddAnItemOnce) {
  Govern("east", "alliances/east");
  ASSERT_TRUE(Propose(Officer(), "one", {.additions = {"item-1"}}).ok());
  ASSERT_TRUE(Propose(Officer(), "two", {.additions = {"item-1"}}).ok());
  std::vector<std::string> reasons(2);
  {
    const std::jthread one(
        [&] { reasons[0] = ErrorReason(ApproveChange(Approver(), "one").status()); });
    const std::jthread other(
        [&] { reasons[1] = ErrorReason(ApproveChange(Approver("sun"), "two").status()); });
  }
  EXPECT_THAT(reasons, UnorderedElementsAre("", "ITEM_ALREADY_LISTED"));
}

TEST_F(ApprovedListTest, AThousandItemsAreOneChange) {
  Govern("east", "alliances/east");
  Put(database, R"(INSERT INTO catalog.item
    SELECT (jsonb_populate_record(item, jsonb_build_object('item_id', 'made-' || number))).*
    FROM catalog.item AS item, generate_series(1, 1000) AS number WHERE item.item_id = 'item-1')");
  Wish wish;
  for (int index = 1; index <= 1000; ++index)
    wish.additions.push_back(fmt::format("made-{}", index));
  const CallContext call = Officer();
  const auto first = Propose(call, "many", wish);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Propose(call, "many", wish)->SerializeAsString(), first->SerializeAsString());
  ASSERT_TRUE(ApproveChange(Approver(), "many").ok());
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.approved_list_entry"), "1000");
  v1::GetListChangeRequest get;
  get.set_name("listChanges/many");
  EXPECT_THAT(handlers_.GetListChange(Approver(), get)->additions(), SizeIs(1000));
  v1::ListListChangesRequest list;
  list.set_approved_list("approvedLists/east");
  const auto listed = handlers_.ListListChanges(Approver(), list);
  ASSERT_TRUE(listed.ok());
  ASSERT_THAT(listed->list_changes(), SizeIs(1));
  EXPECT_THAT(listed->list_changes(0).additions(), IsEmpty()) << "without their lines";
}

TEST_F(ApprovedListTest, EachSeesTheListsThatConcernThem) {
  PutList(database, {"county", "county", "'item-1'"});
  PutList(database, {"east", "east", "'item-1'"});
  PutList(database, {"hospital", "county-hospital", "'item-1'"});
  PutList(database, {"ward", "ward-a", "'item-1'"});
  const auto sees = [&](const CallContext& call) {
    std::vector<std::string> names;
    const auto listed = handlers_.ListApprovedLists(call, {});
    EXPECT_TRUE(listed.ok());
    for (const auto& list : listed->approved_lists()) names.push_back(list.display_name());
    return names;
  };
  EXPECT_THAT(sees(Bureau()), ElementsAre("county", "east", "hospital", "ward"));
  EXPECT_THAT(sees(Approver()), ElementsAre("county", "east", "hospital", "ward"));
  EXPECT_THAT(sees(Pharmacist()), ElementsAre("county", "east", "hospital", "ward"));
  EXPECT_THAT(sees(WestApprover()), ElementsAre("county"));
  CallContext town =
      Of(testing::CallBy("wu", "hospital_pharmacist", "town-hospital"), auth::Scope::kInstitution);
  EXPECT_THAT(sees(town), ElementsAre("county", "east"));
  CallContext nurse = Of(testing::CallBy("sun", "department_nurse"), auth::Scope::kDepartment);
  nurse.principal.department_id = "ward-a";
  EXPECT_THAT(sees(nurse), ElementsAre("county", "ward"));
  EXPECT_THAT(sees(testing::CallBySupplier("v", "kangda")), IsEmpty());
  pqxx::connection connection(database.conninfo_as("catalog"));
  pqxx::nontransaction tx(connection);
  for (const char* table : {"approved_list", "approved_list_entry"}) {
    EXPECT_EQ(tx.exec1(fmt::format("SELECT count(*) FROM {}", table))[0].as<int>(), 0) << table;
  }
}

TEST_F(ApprovedListTest, TheDatabaseRefusesWhatTheCodeWould) {
  PutList(database, {"east", "east", "'item-1'"});
  const auto refusal = [&](const std::string& sql) -> std::string {
    pqxx::connection connection(database.conninfo_as("catalog"));
    pqxx::work tx(connection);
    tx.exec("SELECT set_config('qingqu.scope', 'county', true)");
    try {
      tx.exec(sql);
      tx.commit();
      return "";
    } catch (const std::exception& failure) {
      const std::string text = failure.what();
      for (const char* mark :
           {"constraint \"", "permission denied", "journal entry", "is closed"}) {
        const size_t found = text.find(mark);
        if (found == std::string::npos) continue;
        if (std::string(mark) != "constraint \"") return mark;
        const size_t begin = found + std::string(mark).size();
        return text.substr(begin, text.find('"', begin) - begin);
      }
      return text;
    }
  };
  const auto list = [](const std::string& values) {
    return "INSERT INTO approved_list (list_id, display_name, alliance_id, institution_id, "
           "start_date, state, proposer_id, approver_id, reason, created_at) VALUES (" +
           values + ", 'r', now())";
  };
  EXPECT_EQ(refusal(list("'l', 'l', 'east', NULL, '2026-01-01', 'approved', 'a', 'a'")),
            "approved_list_same_person_check");
  EXPECT_EQ(refusal(list("'l', 'l', 'east', NULL, '2026-01-01', 'approved', 'a', NULL")),
            "approved_list_approver_check");
  EXPECT_EQ(refusal(list("'l', 'l', 'east', NULL, '2026-01-01', 'withdrawn', 'a', 'b'")),
            "approved_list_decision_reason_check");
  EXPECT_EQ(refusal("UPDATE approved_list SET state = 'withdrawn', decision_reason = 'r'"),
            "approved_list_withdrawn_check");
  EXPECT_EQ(refusal(list("'l', 'l', 'east', NULL, '2026-01-01', 'approved', 'a', 'b'")),
            "approved_list_overlap_excl");
  EXPECT_EQ(refusal(list("'l', 'l', NULL, 'x', '2026-01-01', 'proposed', 'a', NULL")),
            "approved_list_holder_check");
  EXPECT_EQ(refusal(list("'l', 'l', 'west', NULL, '2026-01-01', 'proposed', 'a', NULL")),
            "journal entry");
  const auto entry = [](const std::string& values) {
    return "INSERT INTO approved_list_entry (list_id, item_id, start_date, end_date, added_by, "
           "removed_by) VALUES (" +
           values + ")";
  };
  EXPECT_EQ(refusal(entry("'east', 'item-1', '2026-01-01', NULL, 'listChanges/x', NULL")),
            "approved_list_entry_overlap_excl");
  EXPECT_EQ(refusal(entry("'east', 'item-2', '2026-01-01', NULL, 'me', NULL")),
            "approved_list_entry_added_by_check");
  EXPECT_EQ(refusal(entry("'east', 'item-2', '2026-01-01', '2026-02-01', 'listChanges/x', NULL")),
            "approved_list_entry_removed_check");
  EXPECT_EQ(refusal("UPDATE approved_list_entry SET item_id = 'item-2'"), "permission denied");
  EXPECT_EQ(refusal("DELETE FROM approved_list_entry"), "permission denied");
  Put(database,
      "UPDATE catalog.approved_list_entry SET end_date = '2026-12-31', removed_by = "
      "'listChanges/x'");
  EXPECT_EQ(refusal("UPDATE approved_list_entry SET end_date = '2026-06-01'"), "is closed");
  EXPECT_EQ(
      refusal("INSERT INTO list_change (change_id, list_id, start_date, ends_list, line_count, "
              "reason, state, proposer_id, decider_id, decided_at, created_at) VALUES ('c', "
              "'east', '2026-01-01', true, 0, 'r', 'approved', 'a', 'a', now(), now())"),
      "list_change_same_person_check");
}

}  // namespace
}  // namespace qingqu::catalog
