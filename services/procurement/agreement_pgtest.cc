#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/procurement/test_world.h"

namespace qingqu::procurement {
namespace {

using ::testing::ElementsAre;

v1::ApproveAgreementRequest ApproveRequest(const std::string& id) {
  v1::ApproveAgreementRequest request;
  request.set_name("agreements/" + id);
  return request;
}

class AgreementTest : public ::testing::Test {
 protected:
  std::string CreateReason(const TestWorld::AgreementTerms& terms) {
    return ReasonOf(world_.handlers().CreateAgreement(TestWorld::Officer(),
                                                      TestWorld::AgreementRequest(terms)));
  }

  TestWorld world_;
};

TEST_F(AgreementTest, IsProposedByOneAndApprovedByAnother) {
  const auto proposed = world_.handlers().CreateAgreement(
      TestWorld::Officer(),
      TestWorld::AgreementRequest({.id = "a1", .item = "syringe", .unit_price = "12.5"}));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->name(), "agreements/a1");
  EXPECT_EQ(proposed->state(), v1::AGREEMENT_STATE_PROPOSED);
  EXPECT_EQ(proposed->unit_price(), "12.5000");
  EXPECT_EQ(proposed->proposer(), "users/officer-zhao");
  EXPECT_EQ(proposed->etag(), "1");

  v1::ApproveAgreementRequest approve = ApproveRequest("a1");
  approve.set_etag("1");
  const auto approved = world_.handlers().ApproveAgreement(TestWorld::AllianceApprover(), approve);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), v1::AGREEMENT_STATE_APPROVED);
  EXPECT_EQ(approved->approver(), "users/approver-sun");
  EXPECT_EQ(world_.ReadAgreement("a1").SerializeAsString(), approved->SerializeAsString());
  EXPECT_EQ(world_.EntryCount("agreement.proposed"), 1);
  EXPECT_EQ(world_.EntryCount("agreement.approved"), 1);
}

TEST_F(AgreementTest, NamesEveryBadField) {
  v1::CreateAgreementRequest request;
  request.mutable_agreement()->set_unit_price("0");
  request.mutable_agreement()->set_quantity_ceiling(-1);
  request.mutable_agreement()->set_start_date("2026-02-30");
  const auto refused = world_.handlers().CreateAgreement(TestWorld::Officer(), request);
  EXPECT_EQ(ReasonOf(refused), "INVALID_FIELD");
  EXPECT_THAT(BadFields(refused.status()),
              ElementsAre("agreement_id", "agreement.alliance", "agreement.supplier",
                          "agreement.item", "agreement.unit_price", "agreement.quantity_ceiling",
                          "agreement.start_date", "agreement.end_date"));
  EXPECT_EQ(
      CreateReason(
          {.id = "a1", .item = "syringe", .start_date = "2026-02-02", .end_date = "2026-02-01"}),
      "INVALID_FIELD");
}

TEST_F(AgreementTest, RefusesAValueThatCannotBeWritten) {
  EXPECT_EQ(CreateReason({.id = "a1",
                          .item = "syringe",
                          .unit_price = "99999999999999.9999",
                          .ceiling = 1'000'000'000'000}),
            "INVALID_FIELD");
}

TEST_F(AgreementTest, NeedsAnAllianceASupplierAndAnItem) {
  v1::CreateAgreementRequest request = TestWorld::AgreementRequest({.id = "a1", .item = "syringe"});
  request.mutable_agreement()->set_alliance("alliances/west");
  EXPECT_EQ(ReasonOf(world_.handlers().CreateAgreement(TestWorld::Officer(), request)),
            "ALLIANCE_NOT_FOUND");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "syringe", .supplier = "nobody"}),
            "SUPPLIER_NOT_FOUND");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "nothing"}), "ITEM_NOT_FOUND");
}

TEST_F(AgreementTest, OnlyWhatMayBeBoughtIsAgreedOn) {
  EXPECT_EQ(CreateReason({.id = "a1", .item = "draft"}), "ITEM_NOT_BUYABLE");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "expired"}), "ITEM_NOT_BUYABLE");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "syringe", .supplier = "proposed"}),
            "SUPPLIER_NOT_BUYABLE");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "syringe", .supplier = "lapsed"}),
            "SUPPLIER_NOT_BUYABLE");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "stent", .supplier = "filing"}),
            "SUPPLIER_NOT_BUYABLE");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "syringe", .supplier = "unlicensed"}),
            "SUPPLIER_NOT_BUYABLE");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "syringe", .supplier = "filing"}), "OK");
  EXPECT_EQ(CreateReason({.id = "a2", .item = "gauze", .supplier = "unlicensed"}), "OK");
  world_.database().Execute(
      "INSERT INTO catalog_pub.obstacle VALUES ('', '', 'gauze', 'good', 'AUTHORISATION_MISSING')");
  EXPECT_EQ(CreateReason({.id = "a3", .item = "gauze"}), "PURCHASE_OBSTACLES");
}

TEST_F(AgreementTest, AnIdIsUsedOnce) {
  EXPECT_EQ(CreateReason({.id = "a1", .item = "syringe"}), "OK");
  EXPECT_EQ(CreateReason({.id = "a1", .item = "gauze"}), "AGREEMENT_EXISTS");
}

TEST_F(AgreementTest, RetriesGetTheFirstAnswerAndHaveOneEffect) {
  const auto request = TestWorld::AgreementRequest({.id = "a1", .item = "syringe"});
  const CallContext create = TestWorld::Officer();
  const auto first = world_.handlers().CreateAgreement(create, request);
  const auto second = world_.handlers().CreateAgreement(create, request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  const CallContext approve = TestWorld::AllianceApprover();
  const auto approved = world_.handlers().ApproveAgreement(approve, ApproveRequest("a1"));
  const auto again = world_.handlers().ApproveAgreement(approve, ApproveRequest("a1"));
  ASSERT_TRUE(approved.ok() && again.ok());
  EXPECT_EQ(approved->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(world_.EntryCount("agreement.proposed"), 1);
  EXPECT_EQ(world_.EntryCount("agreement.approved"), 1);
  EXPECT_EQ(ReasonOf(world_.handlers().CreateAgreement(
                create, TestWorld::AgreementRequest({.id = "a2", .item = "syringe"}))),
            "REQUEST_ID_REUSED");
}

TEST_F(AgreementTest, NobodyStandsBehindBothProposalAndApproval) {
  ASSERT_EQ(CreateReason({.id = "a1", .item = "syringe"}), "OK");
  CallContext stand_in = TestWorld::AllianceApprover();
  stand_in.principal.on_behalf_of = "officer-zhao";
  stand_in.principal.delegation_id = "d1";
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(stand_in, ApproveRequest("a1"))),
            "SAME_PERSON");
  stand_in.principal.on_behalf_of = "approver-chen";
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(stand_in, ApproveRequest("a1"))), "OK");
}

TEST_F(AgreementTest, ApprovalFollowsItsRules) {
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(TestWorld::AllianceApprover(),
                                                        ApproveRequest("nothing"))),
            "AGREEMENT_NOT_FOUND");
  ASSERT_EQ(CreateReason({.id = "a1", .item = "syringe"}), "OK");
  const CallContext proposer = TestWorld::AllianceApprover("officer-zhao");
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(proposer, ApproveRequest("a1"))),
            "SAME_PERSON");
  v1::ApproveAgreementRequest stale = ApproveRequest("a1");
  stale.set_etag("7");
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(TestWorld::AllianceApprover(), stale)),
            "ETAG_MISMATCH");
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(TestWorld::AllianceApprover(),
                                                        ApproveRequest("a1"))),
            "OK");
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(TestWorld::AllianceApprover(),
                                                        ApproveRequest("a1"))),
            "AGREEMENT_NOT_PROPOSED");
  const CallContext stranger = TestWorld::AllianceApprover("approver-west", "west");
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(stranger, ApproveRequest("a1"))),
            "AGREEMENT_NOT_FOUND");
}

TEST_F(AgreementTest, AnApproverOfOneInstitutionDoesNotBindTheAlliance) {
  ASSERT_EQ(CreateReason({.id = "a1", .item = "syringe"}), "OK");
  const auto refused =
      world_.handlers().ApproveAgreement(TestWorld::Approver(), ApproveRequest("a1"));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(refused), "SCOPE_TOO_NARROW");
  EXPECT_EQ(world_.ReadAgreement("a1").state(), v1::AGREEMENT_STATE_PROPOSED);
  EXPECT_EQ(world_.EntryCount("agreement.approved"), 0);
}

TEST_F(AgreementTest, WhatMayNoLongerBeBoughtIsNotApproved) {
  const auto approve = [&](const std::string& id) {
    return ReasonOf(
        world_.handlers().ApproveAgreement(TestWorld::AllianceApprover(), ApproveRequest(id)));
  };
  ASSERT_EQ(CreateReason({.id = "a1", .item = "syringe"}), "OK");
  ASSERT_EQ(CreateReason({.id = "a2", .item = "gauze", .end_date = "2020-12-31"}), "OK");
  EXPECT_EQ(approve("a2"), "AGREEMENT_ENDED");
  world_.database().Execute(
      "UPDATE catalog_pub.supplier SET licence_expire_date = '2020-01-01'"
      " WHERE supplier_id = 'good'");
  EXPECT_EQ(approve("a1"), "SUPPLIER_NOT_BUYABLE");
  world_.database().Execute(
      "UPDATE catalog_pub.item SET state = 'suspended' WHERE item_id = 'syringe'");
  EXPECT_EQ(approve("a1"), "ITEM_NOT_BUYABLE");
  world_.database().Execute(
      "UPDATE catalog_pub.item SET state = 'approved' WHERE item_id = 'syringe';"
      "UPDATE catalog_pub.supplier SET licence_expire_date = '2099-12-31'"
      " WHERE supplier_id = 'good'");
  EXPECT_EQ(approve("a1"), "OK");
}

TEST_F(AgreementTest, NoTwoAreInForceOnTheSameDay) {
  world_.Agree(
      {.id = "first", .item = "syringe", .start_date = "2096-01-01", .end_date = "2096-06-30"});
  ASSERT_EQ(CreateReason({.id = "touching",
                          .item = "syringe",
                          .start_date = "2096-06-30",
                          .end_date = "2096-12-31"}),
            "OK");
  EXPECT_EQ(ReasonOf(world_.handlers().ApproveAgreement(TestWorld::AllianceApprover(),
                                                        ApproveRequest("touching"))),
            "AGREEMENT_OVERLAPS");
  // The next day, another item or another supplier are no overlap.
  world_.Agree(
      {.id = "next", .item = "syringe", .start_date = "2096-07-01", .end_date = "2096-12-31"});
  world_.Agree(
      {.id = "item", .item = "gauze", .start_date = "2096-01-01", .end_date = "2096-06-30"});
  world_.Agree({.id = "supplier",
                .item = "syringe",
                .supplier = "other",
                .start_date = "2096-01-01",
                .end_date = "2096-06-30"});
}

TEST_F(AgreementTest, RacingApproversCannotOverlap) {
  constexpr int kCount = 8;
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(CreateReason({.id = fmt::format("a{}", i), .item = "syringe"}), "OK");
  }
  std::vector<std::string> reasons(kCount);
  const int approved = CountSuccesses(kCount, [&](int i) {
    const auto result = world_.handlers().ApproveAgreement(TestWorld::AllianceApprover(),
                                                           ApproveRequest(fmt::format("a{}", i)));
    reasons[static_cast<size_t>(i)] = ReasonOf(result);
    return result.ok();
  });
  EXPECT_EQ(approved, 1);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "AGREEMENT_OVERLAPS"), kCount - 1);
}

TEST_F(AgreementTest, AreListedInPagesAndByFilter) {
  for (const char* id : {"a3", "a1", "a2"}) {
    ASSERT_EQ(CreateReason({.id = id, .item = id == std::string("a2") ? "gauze" : "syringe"}),
              "OK");
  }
  v1::ListAgreementsRequest request;
  request.set_page_size(2);
  auto page = world_.handlers().ListAgreements(TestWorld::Officer(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->agreements_size(), 2);
  EXPECT_EQ(page->agreements(0).name(), "agreements/a1");
  EXPECT_EQ(page->agreements(1).name(), "agreements/a2");
  request.set_page_token(page->next_page_token());
  page = world_.handlers().ListAgreements(TestWorld::Officer(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->agreements_size(), 1);
  EXPECT_EQ(page->agreements(0).name(), "agreements/a3");
  EXPECT_EQ(page->next_page_token(), "");

  v1::ListAgreementsRequest filtered;
  filtered.set_item("items/gauze");
  const auto gauze = world_.handlers().ListAgreements(TestWorld::Officer(), filtered);
  ASSERT_TRUE(gauze.ok());
  EXPECT_EQ(gauze->agreements_size(), 1);
  filtered.set_page_token(request.page_token());
  EXPECT_FALSE(world_.handlers().ListAgreements(TestWorld::Officer(), filtered).ok());
  filtered.clear_page_token();
  filtered.set_supplier("suppliers/other");
  EXPECT_EQ(world_.handlers().ListAgreements(TestWorld::Officer(), filtered)->agreements_size(), 0);
}

TEST_F(AgreementTest, SuppliersSeeTheirOwnAndAlliancesTheirs) {
  world_.Agree({.id = "mine", .item = "syringe"});
  world_.Agree({.id = "theirs", .item = "syringe", .supplier = "other"});
  v1::GetAgreementRequest get;
  get.set_name("agreements/theirs");
  EXPECT_EQ(ReasonOf(world_.handlers().GetAgreement(TestWorld::Supplier(), get)),
            "AGREEMENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().GetAgreement(TestWorld::OtherSupplier(), get)), "OK");
  EXPECT_EQ(ReasonOf(world_.handlers().GetAgreement(TestWorld::WestOfficer(), get)),
            "AGREEMENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world_.handlers().GetAgreement(TestWorld::Inspector(), get)), "OK");
  const v1::ListAgreementsRequest list;
  EXPECT_EQ(world_.handlers().ListAgreements(TestWorld::Supplier(), list)->agreements_size(), 1);
  EXPECT_EQ(world_.handlers().ListAgreements(TestWorld::WestOfficer(), list)->agreements_size(), 0);
  EXPECT_EQ(world_.handlers().ListAgreements(TestWorld::Inspector(), list)->agreements_size(), 2);
}

}  // namespace
}  // namespace qingqu::procurement
