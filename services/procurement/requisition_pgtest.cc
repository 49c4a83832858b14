#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/transaction.h"
#include "services/procurement/queries.h"
#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class RequisitionTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Requisition> Approve(const CallContext& call, const std::string& id,
                                          const std::vector<std::pair<int, int64_t>>& reductions) {
    v1::ApproveRequisitionRequest request;
    request.set_name("requisitions/" + id);
    for (const auto& [line_number, quantity] : reductions) {
      v1::LineApproval& reduction = *request.add_reductions();
      reduction.set_line_number(line_number);
      reduction.set_quantity_approved(quantity);
    }
    return world_.handlers().ApproveRequisition(call, request);
  }

  absl::StatusOr<v1::Requisition> Reject(const CallContext& call, const std::string& id,
                                         const std::string& reason) {
    v1::RejectRequisitionRequest request;
    request.set_name("requisitions/" + id);
    request.set_reason(reason);
    return world_.handlers().RejectRequisition(call, request);
  }

  TestWorld world_;
};

TEST_F(RequisitionTest, IsSubmittedWithItsInstitution) {
  const v1::Requisition submitted = world_.Submit("r1", {{"syringe", 10}, {"gauze", 4}});
  EXPECT_EQ(submitted.institution(), "institutions/county-hospital");
  EXPECT_EQ(submitted.requester(), "users/nurse-li");
  EXPECT_EQ(submitted.state(), v1::REQUISITION_STATE_SUBMITTED);
  EXPECT_EQ(submitted.line_count(), 2);
  EXPECT_EQ(submitted.lines(1).line_number(), 2);
  EXPECT_EQ(world_.ReadRequisition("r1").SerializeAsString(), submitted.SerializeAsString());
  EXPECT_EQ(world_.EntryCount("requisition.submitted"), 1);
}

TEST_F(RequisitionTest, TakesTheRequestIdWhenNoneIsChosen) {
  const CallContext call = TestWorld::Nurse();
  const auto submitted = world_.handlers().CreateRequisition(
      call, TestWorld::RequisitionRequest("", {{"syringe", 1}}));
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->name(), "requisitions/" + call.request_id);
}

TEST_F(RequisitionTest, IsRefusedWhatTheDepartmentMayNotBuyOfAnybody) {
  world_.database().Execute(
      "INSERT INTO catalog_pub.obstacle VALUES"
      " ('county-hospital', 'ward-a', 'gauze', '', 'NOT_ON_APPROVED_LIST'),"
      " ('county-hospital', 'ward-a', 'syringe', 'good', 'LICENCE_EXPIRED')");
  const auto refused = world_.handlers().CreateRequisition(
      TestWorld::Nurse(), TestWorld::RequisitionRequest("r1", {{"syringe", 1}, {"gauze", 1}}));
  EXPECT_EQ(ReasonOf(refused), "PURCHASE_OBSTACLES");
  EXPECT_THAT(BadFields(refused.status()), ElementsAre("requisition.lines[1].item"));
  EXPECT_EQ(ReasonOf(world_.handlers().CreateRequisition(
                TestWorld::Nurse(), TestWorld::RequisitionRequest("r1", {{"syringe", 1}}))),
            "OK");
}

TEST_F(RequisitionTest, NamesEveryBadLine) {
  const auto twice = world_.handlers().CreateRequisition(
      TestWorld::Nurse(),
      TestWorld::RequisitionRequest("r1", {{"syringe", 0}, {"gauze", 1}, {"syringe", 2}}));
  EXPECT_THAT(BadFields(twice.status()),
              ElementsAre("requisition.lines[0].quantity_requested", "requisition.lines[2].item"));
  const auto empty = world_.handlers().CreateRequisition(TestWorld::Nurse(),
                                                         TestWorld::RequisitionRequest("r1", {}));
  EXPECT_THAT(BadFields(empty.status()), ElementsAre("requisition.lines"));
  const auto unbuyable = world_.handlers().CreateRequisition(
      TestWorld::Nurse(),
      TestWorld::RequisitionRequest(
          "r1", {{"draft", 1}, {"syringe", 1}, {"expired", 1}, {"nothing", 1}}));
  EXPECT_EQ(ReasonOf(unbuyable), "ITEM_NOT_BUYABLE");
  EXPECT_EQ(unbuyable.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(BadFields(unbuyable.status()),
              ElementsAre("requisition.lines[0].item", "requisition.lines[2].item",
                          "requisition.lines[3].item"));
}

TEST_F(RequisitionTest, IsOfADepartmentOfTheCallersInstitution) {
  v1::CreateRequisitionRequest request = TestWorld::RequisitionRequest("r1", {{"syringe", 1}});
  request.mutable_requisition()->set_department("departments/ward-b");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateRequisition(TestWorld::Nurse(), request)),
            "DEPARTMENT_NOT_FOUND");
  request.mutable_requisition()->set_department("departments/nowhere");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateRequisition(TestWorld::Nurse(), request)),
            "DEPARTMENT_NOT_FOUND");
}

TEST_F(RequisitionTest, AnIdIsUsedOnceAndARetryHasOneEffect) {
  const auto request = TestWorld::RequisitionRequest("r1", {{"syringe", 1}});
  const CallContext call = TestWorld::Nurse();
  const auto first = world_.handlers().CreateRequisition(call, request);
  const auto again = world_.handlers().CreateRequisition(call, request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(world_.EntryCount("requisition.submitted"), 1);
  EXPECT_EQ(ReasonOf(world_.handlers().CreateRequisition(TestWorld::Nurse(), request)),
            "REQUISITION_EXISTS");
  // Also when the other one cannot be seen.
  v1::CreateRequisitionRequest town = request;
  town.mutable_requisition()->set_department("departments/ward-b");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateRequisition(TestWorld::TownNurse(), town)),
            "REQUISITION_EXISTS");
}

TEST_F(RequisitionTest, IsApprovedLineByLine) {
  world_.Submit("r1", {{"syringe", 10}, {"gauze", 4}, {"stent", 2}});
  const CallContext call = TestWorld::Approver();
  const auto approved = Approve(call, "r1", {{2, 3}, {3, 0}});
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), v1::REQUISITION_STATE_APPROVED);
  EXPECT_EQ(approved->lines(0).quantity_approved(), 10);
  EXPECT_EQ(approved->lines(1).quantity_approved(), 3);
  EXPECT_EQ(approved->lines(2).quantity_approved(), 0);
  EXPECT_EQ(approved->approver(), "users/approver-wang");
  EXPECT_EQ(world_.ReadRequisition("r1").SerializeAsString(), approved->SerializeAsString());
  const auto again = Approve(call, "r1", {{2, 3}, {3, 0}});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->SerializeAsString(), approved->SerializeAsString());
  EXPECT_EQ(world_.EntryCount("requisition.approved"), 1);
}

TEST_F(RequisitionTest, NoMoreIsApprovedThanAskedFor) {
  world_.Submit("r1", {{"syringe", 10}, {"gauze", 4}});
  const auto refused =
      Approve(TestWorld::Approver(), "r1", {{1, 11}, {2, -1}, {3, 1}, {2, 1}, {2, 2}});
  EXPECT_EQ(ReasonOf(refused), "INVALID_FIELD");
  EXPECT_THAT(BadFields(refused.status()),
              ElementsAre("reductions[0].quantity_approved", "reductions[1].quantity_approved",
                          "reductions[2].line_number", "reductions[3].line_number",
                          "reductions[4].line_number"));
}

TEST_F(RequisitionTest, DecisionsFollowTheirRules) {
  world_.Submit("r1", {{"syringe", 10}});
  const CallContext requester = testing::CallBy("nurse-li", "approver");
  EXPECT_EQ(ReasonOf(Approve(requester, "r1", {})), "SAME_PERSON");
  EXPECT_EQ(ReasonOf(Reject(requester, "r1", "no")), "SAME_PERSON");
  CallContext stand_in = TestWorld::Approver();
  stand_in.principal.on_behalf_of = "nurse-li";
  stand_in.principal.delegation_id = "d1";
  EXPECT_EQ(ReasonOf(Approve(stand_in, "r1", {})), "SAME_PERSON");
  EXPECT_EQ(ReasonOf(Reject(stand_in, "r1", "no")), "SAME_PERSON");
  EXPECT_EQ(ReasonOf(Approve(TestWorld::TownApprover(), "r1", {})), "REQUISITION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Reject(TestWorld::TownApprover(), "r1", "no")), "REQUISITION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Approve(TestWorld::Approver(), "nothing", {})), "REQUISITION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Reject(TestWorld::Approver(), "r1", " ")), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Reject(TestWorld::Approver(), "r1", std::string(501, 'x'))), "INVALID_FIELD");
  v1::RejectRequisitionRequest stale;
  stale.set_name("requisitions/r1");
  stale.set_reason("no");
  stale.set_etag("9");
  EXPECT_EQ(ReasonOf(world_.handlers().RejectRequisition(TestWorld::Approver(), stale)),
            "ETAG_MISMATCH");
  v1::ApproveRequisitionRequest stale_approval;
  stale_approval.set_name("requisitions/r1");
  stale_approval.set_etag("9");
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveRequisition(TestWorld::Approver(), stale_approval)),
            "ETAG_MISMATCH");
  const CallContext call = TestWorld::Approver();
  const auto rejected = Reject(call, "r1", "there is enough in the store");
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->state(), v1::REQUISITION_STATE_REJECTED);
  EXPECT_EQ(rejected->rejection_reason(), "there is enough in the store");
  EXPECT_EQ(rejected->lines(0).quantity_approved(), 0);
  EXPECT_EQ(Reject(call, "r1", "there is enough in the store")->SerializeAsString(),
            rejected->SerializeAsString());
  EXPECT_EQ(world_.EntryCount("requisition.rejected"), 1);
  EXPECT_EQ(ReasonOf(Reject(TestWorld::Approver(), "r1", "no")), "REQUISITION_NOT_SUBMITTED");
  EXPECT_EQ(ReasonOf(Approve(TestWorld::Approver(), "r1", {})), "REQUISITION_NOT_SUBMITTED");
}

TEST_F(RequisitionTest, RacingDecisionsAreOne) {
  world_.Submit("r1", {{"syringe", 10}});
  EXPECT_EQ(CountSuccesses(8,
                           [&](int i) {
                             if (i % 2 == 0) return Approve(TestWorld::Approver(), "r1", {}).ok();
                             return Reject(TestWorld::Approver(), "r1", "no").ok();
                           }),
            1);
  EXPECT_EQ(world_.EntryCount("requisition.approved") + world_.EntryCount("requisition.rejected"),
            1);
}

TEST_F(RequisitionTest, AreSeenByTheInstitutionAndTheAlliancesOfficers) {
  world_.Submit("r1", {{"syringe", 10}});
  v1::GetRequisitionRequest get;
  get.set_name("requisitions/r1");
  EXPECT_EQ(ReasonOf(world_.handlers().GetRequisition(TestWorld::TownNurse(), get)),
            "REQUISITION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().GetRequisition(TestWorld::WestOfficer(), get)),
            "REQUISITION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().GetRequisition(TestWorld::Supplier(), get)),
            "REQUISITION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().GetRequisition(TestWorld::Officer(), get)), "OK");
  EXPECT_EQ(ReasonOf(world_.handlers().GetRequisition(TestWorld::Inspector(), get)), "OK");
  const v1::ListRequisitionsRequest list;
  EXPECT_EQ(world_.handlers().ListRequisitions(TestWorld::TownNurse(), list)->requisitions_size(),
            0);
  EXPECT_EQ(world_.handlers().ListRequisitions(TestWorld::Supplier(), list)->requisitions_size(),
            0);
  EXPECT_EQ(world_.handlers().ListRequisitions(TestWorld::Nurse(), list)->requisitions_size(), 1);
}

TEST_F(RequisitionTest, AreListedNewestFirst) {
  for (const char* id : {"r1", "r2", "r3"}) world_.Submit(id, {{"syringe", 1}});
  ASSERT_TRUE(Approve(TestWorld::Approver(), "r2", {}).ok());
  v1::ListRequisitionsRequest request;
  request.set_page_size(2);
  auto page = world_.handlers().ListRequisitions(TestWorld::Nurse(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->requisitions_size(), 2);
  EXPECT_EQ(page->requisitions(0).name(), "requisitions/r3");
  EXPECT_EQ(page->requisitions(0).lines_size(), 0);
  request.set_page_token(page->next_page_token());
  page = world_.handlers().ListRequisitions(TestWorld::Nurse(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->requisitions_size(), 1);
  EXPECT_EQ(page->requisitions(0).name(), "requisitions/r1");
  EXPECT_EQ(page->next_page_token(), "");
  v1::ListRequisitionsRequest approved;
  approved.set_state(v1::REQUISITION_STATE_APPROVED);
  page = world_.handlers().ListRequisitions(TestWorld::Nurse(), approved);
  ASSERT_EQ(page->requisitions_size(), 1);
  EXPECT_EQ(page->requisitions(0).name(), "requisitions/r2");
  approved.set_page_token(request.page_token());
  EXPECT_FALSE(world_.handlers().ListRequisitions(TestWorld::Nurse(), approved).ok());
}

TEST_F(RequisitionTest, APageOfAQuietDepartmentReadsNoOthers) {
  world_.database().Execute(
      "SET session_replication_role = replica;"
      "INSERT INTO procurement.requisition (requisition_id, department_id, institution_id,"
      " alliance_id, requester_id, line_count, created_at) SELECT 'r' || n,"
      " CASE n % 1000 WHEN 0 THEN 'quiet' ELSE 'busy' END, 'county-hospital', 'east', 'li', 1,"
      " now() - n * interval '1 second' FROM generate_series(1, 20000) AS n");
  world_.database().Execute("ANALYZE procurement.requisition");
  CallContext ward = TestWorld::Nurse();
  ward.principal.scope = auth::Scope::kDepartment;
  ward.principal.department_id = "quiet";
  EXPECT_EQ(world_.handlers().ListRequisitions(ward, {})->requisitions_size(), 20);
  // A statement exists on a connection once it has been used there.
  const auto plan = db::RunTransaction(
      world_.pool(), ward, [](pqxx::transaction_base& tx) -> absl::StatusOr<std::string> {
        tx.exec("SET LOCAL plan_cache_mode = force_generic_plan");
        std::string lines;
        for (const auto& row : tx.exec(
                 fmt::format("EXPLAIN (ANALYZE) EXECUTE \"{}\" ('infinity', '', '', 51, 'quiet')",
                             queries::kListRequisitionsOfDepartment.name))) {
          lines += row[0].as<std::string>() + "\n";
        }
        return lines;
      });
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(*plan, HasSubstr("requisition_newest_of_department"));
  EXPECT_THAT(*plan, Not(HasSubstr("Removed by Filter")));
}

}  // namespace
}  // namespace qingqu::procurement
