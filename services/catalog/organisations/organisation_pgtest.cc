#include <string>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/call_id.h"
#include "common/status/status.h"
#include "services/catalog/organisations/organisation_test_support.h"

namespace qingqu::catalog {
namespace {

template <typename Request>
Request Named(std::string_view name, const std::string& reason) {
  Request request;
  request.set_name(std::string(name));
  request.set_reason(reason);
  return request;
}

class OrganisationTest : public ::testing::Test, protected OrganisationDatabase {
 protected:
  OrganisationTest() : OrganisationDatabase(8) {}

  static v1::CreateOrganisationRequest Agent(std::string_view id, std::string_view credit_code) {
    v1::CreateOrganisationRequest request;
    request.set_organisation_id(std::string(id));
    request.set_valid_from("2020-01-01");
    v1::Organisation& organisation = *request.mutable_organisation();
    organisation.set_display_name("某代理有限公司");
    organisation.set_credit_code(std::string(credit_code));
    organisation.add_kinds(v1::ORGANISATION_KIND_AGENT);
    organisation.set_address("青岛市");
    return request;
  }
  absl::StatusOr<v1::Organisation> Get(const std::string& id) {
    v1::GetOrganisationRequest request;
    request.set_name("organisations/" + id);
    return organisations.GetOrganisation(Li(), request);
  }
  absl::StatusOr<v1::Organisation> Suspend(const CallContext& call) {
    return organisations.SuspendOrganisation(
        call, Named<v1::SuspendOrganisationRequest>("organisations/kangda", "整改"));
  }
  absl::StatusOr<v1::Organisation> Blacklist(const CallContext& call) {
    return organisations.BlacklistOrganisation(
        call, Named<v1::BlacklistOrganisationRequest>("organisations/kangda", "行贿"));
  }
  absl::StatusOr<v1::Organisation> Propose(const CallContext& call) {
    return organisations.ProposeOrganisationReinstatement(
        call, Named<v1::ProposeOrganisationReinstatementRequest>("organisations/kangda", "已整改"));
  }
  absl::StatusOr<v1::Organisation> Reinstate(const CallContext& call) {
    return organisations.ReinstateOrganisation(
        call, Named<v1::ReinstateOrganisationRequest>("organisations/kangda", "核实"));
  }
  std::string PublishedState() {
    return database.Value("SELECT state FROM catalog_pub.supplier WHERE supplier_id = 'kangda'");
  }
};

TEST_F(OrganisationTest, ASupplierIsAnOrganisationOfTheSameIdAndCode) {
  ASSERT_TRUE(suppliers.CreateSupplier(Wang(), SupplierRequest("kangda", kCreditCode)).ok());
  auto organisation = Get("kangda");
  ASSERT_TRUE(organisation.ok()) << organisation.status();
  EXPECT_EQ(organisation->credit_code(), kCreditCode);
  EXPECT_EQ(organisation->kinds(0), v1::ORGANISATION_KIND_DISTRIBUTOR);
  EXPECT_EQ(organisation->state(), v1::ORGANISATION_STATE_SUBMITTED);
  v1::ApproveSupplierRequest approve;
  approve.set_name("suppliers/kangda");
  ASSERT_TRUE(suppliers.ApproveSupplier(Li(), approve).ok());
  EXPECT_EQ(Get("kangda")->state(), v1::ORGANISATION_STATE_APPROVED);
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', founding, state, number, valid_from, expire_date)"
                           " FROM catalog.qualification"),
            "t approved 鲁济食药监械经营许20190001号 2019-01-01 2099-12-31");
}

TEST_F(OrganisationTest, IdAndCreditCodeAreThoseOfOneOrganisation) {
  ASSERT_TRUE(organisations.CreateOrganisation(Wang(), Agent("agent", kOtherCreditCode)).ok());
  for (const auto& request : {Agent("agent", kCreditCode), Agent("second", kOtherCreditCode)}) {
    EXPECT_EQ(ErrorReason(organisations.CreateOrganisation(Wang(), request).status()),
              "ORGANISATION_EXISTS");
  }
  for (const auto& request :
       {SupplierRequest("agent", kCreditCode), SupplierRequest("second", kOtherCreditCode)}) {
    EXPECT_EQ(ErrorReason(suppliers.CreateSupplier(Wang(), request).status()), "SUPPLIER_EXISTS");
  }
  // The agent becomes a distributor as well.
  ASSERT_TRUE(suppliers.CreateSupplier(Wang(), SupplierRequest("agent", kOtherCreditCode)).ok());
  EXPECT_EQ(Get("agent")->kinds_size(), 2);
  EXPECT_EQ(Get("agent")->display_name(), "某代理有限公司");
}

TEST_F(OrganisationTest, IsCreatedUnderReviewAndAdmittedByBothOffices) {
  const CallContext call = Wang();
  const auto created = organisations.CreateOrganisation(call, Agent("agent", kCreditCode));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->state(), v1::ORGANISATION_STATE_SUBMITTED);
  EXPECT_EQ(created->country(), "CN");
  EXPECT_EQ(
      organisations.CreateOrganisation(call, Agent("agent", kCreditCode))->SerializeAsString(),
      created->SerializeAsString());
  EXPECT_EQ(Get("agent")->SerializeAsString(), created->SerializeAsString());
  v1::Qualification licence;
  licence.set_name("qualifications/" + db::IdOfCall(call));
  ASSERT_TRUE(Approve(licence).ok());
  EXPECT_EQ(Get("agent")->state(), v1::ORGANISATION_STATE_APPROVED);
  v1::BatchGetOrganisationsRequest batch;
  batch.add_names("organisations/agent");
  EXPECT_EQ(organisations.BatchGetOrganisations(Li(), batch)->organisations_size(), 1);
  batch.add_names("organisations/none");
  EXPECT_EQ(ErrorReason(organisations.BatchGetOrganisations(Li(), batch).status()),
            "ORGANISATION_NOT_FOUND");
}

TEST_F(OrganisationTest, EachWrongFieldIsNamed) {
  const auto refused = [&](const v1::CreateOrganisationRequest& request, const char* field) {
    const absl::Status status = organisations.CreateOrganisation(Wang(), request).status();
    EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
    EXPECT_NE(status.message().find(field), std::string::npos) << status;
  };
  v1::CreateOrganisationRequest request = Agent("Agent", kCreditCode);
  refused(request, "organisation_id");
  refused(Agent("agent", "91110108MA00ABC123"), "organisation.credit_code");
  request = Agent("agent", kCreditCode);
  request.mutable_organisation()->set_country("DE");
  refused(request, "organisation.credit_code");
  request.mutable_organisation()->clear_credit_code();
  EXPECT_TRUE(organisations.CreateOrganisation(Wang(), request).ok()) << "abroad";
  request.mutable_organisation()->set_country("de");
  refused(request, "organisation.country");
  request = Agent("agent", kCreditCode);
  request.mutable_organisation()->clear_kinds();
  refused(request, "organisation.kinds");
  request = Agent("agent", kCreditCode);
  request.set_valid_from("2098-01-01");
  refused(request, "valid_from");
  EXPECT_EQ(ErrorReason(organisations
                            .CreateOrganisation(testing::CallBy("zhou", "approver"),
                                                Agent("agent", kCreditCode))
                            .status()),
            "SCOPE_TOO_NARROW");
}

TEST_F(OrganisationTest, ComesBackFromTheBlacklistByTwoPeople) {
  ApprovedSupplier("kangda", kCreditCode);
  ASSERT_TRUE(Suspend(Li()).ok());
  EXPECT_EQ(PublishedState(), "suspended");
  const auto blacklisted = Blacklist(Li());
  ASSERT_TRUE(blacklisted.ok()) << blacklisted.status();
  EXPECT_EQ(blacklisted->state(), v1::ORGANISATION_STATE_BLACKLISTED);
  EXPECT_EQ(blacklisted->state_reason(), "行贿");
  EXPECT_EQ(PublishedState(), "suspended");
  EXPECT_EQ(ErrorReason(Blacklist(Li()).status()), "ORGANISATION_BLACKLISTED");
  EXPECT_EQ(ErrorReason(Suspend(Li()).status()), "ORGANISATION_NOT_APPROVED");
  EXPECT_EQ(ErrorReason(Reinstate(Li()).status()), "REINSTATEMENT_NOT_PROPOSED");
  ASSERT_TRUE(Propose(Wang()).ok());
  EXPECT_EQ(ErrorReason(Propose(Wang()).status()), "REINSTATEMENT_ALREADY_PROPOSED");
  EXPECT_EQ(ErrorReason(Reinstate(AllianceApprover("wang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Reinstate(testing::CallBy("zhou", "approver")).status()),
            "SCOPE_TOO_NARROW");
  EXPECT_EQ(PublishedState(), "suspended") << "one person is not enough";
  const auto back = Reinstate(Li());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->state(), v1::ORGANISATION_STATE_APPROVED);
  EXPECT_EQ(back->reinstater(), "users/li");
  EXPECT_EQ(Get("kangda")->SerializeAsString(), back->SerializeAsString());
  EXPECT_EQ(PublishedState(), "approved");
  EXPECT_EQ(database.Value("SELECT string_agg(event || ' ' || reason, ', ' ORDER BY sequence) FROM "
                           "journal.entry WHERE event LIKE 'organisation.%'"),
            "organisation.suspended 整改, organisation.blacklisted 行贿, "
            "organisation.reinstatement_proposed 已整改, organisation.reinstated 核实");
}

TEST_F(OrganisationTest, OfTwoWhoReinstateAtOnceOneDoes) {
  ApprovedSupplier("kangda", kCreditCode);
  ASSERT_TRUE(Suspend(Li()).ok());
  ASSERT_TRUE(Propose(Wang()).ok());
  absl::Status results[2];
  std::jthread other([&] { results[0] = Reinstate(AllianceApprover("a")).status(); });
  results[1] = Reinstate(AllianceApprover("b")).status();
  other.join();
  EXPECT_NE(results[0].ok(), results[1].ok()) << results[0] << results[1];
  EXPECT_EQ(ErrorReason(results[0].ok() ? results[1] : results[0]), "ORGANISATION_NOT_SUSPENDED");
}

TEST_F(OrganisationTest, ListsInPagesByKindAndState) {
  ApprovedSupplier("kangda", kCreditCode);
  Abroad("maker", v1::ORGANISATION_KIND_MANUFACTURER, "Maker GmbH");
  v1::ListOrganisationsRequest request;
  request.set_page_size(1);
  const auto first = organisations.ListOrganisations(Li(), request);
  ASSERT_EQ(first->organisations_size(), 1);
  EXPECT_EQ(first->organisations(0).name(), "organisations/kangda");
  request.set_page_token(first->next_page_token());
  EXPECT_EQ(organisations.ListOrganisations(Li(), request)->organisations(0).name(),
            "organisations/maker");
  request.clear_page_token();
  request.set_kind(v1::ORGANISATION_KIND_MANUFACTURER);
  EXPECT_EQ(organisations.ListOrganisations(Li(), request)->organisations(0).name(),
            "organisations/maker");
  ASSERT_TRUE(Blacklist(Li()).ok());
  request.clear_kind();
  request.set_state(v1::ORGANISATION_STATE_BLACKLISTED);
  EXPECT_EQ(organisations.ListOrganisations(Li(), request)->organisations(0).name(),
            "organisations/kangda");
  request.set_state(static_cast<v1::OrganisationState>(9));
  EXPECT_EQ(ErrorReason(organisations.ListOrganisations(Li(), request).status()), "INVALID_FIELD");
}

TEST_F(OrganisationTest, WhatIsDemandedIsASettingAndOffAtFirst) {
  const CallContext call = testing::CallBy("chief", "bureau_administrator");
  const auto before = organisations.GetQualificationPolicy(call, {});
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_FALSE(before->authorisation_demanded() || before->mandate_demanded() ||
               before->integrity_pledge_demanded());
  v1::UpdateQualificationPolicyRequest request;
  request.mutable_policy()->set_authorisation_demanded(true);
  EXPECT_EQ(ErrorReason(organisations.UpdateQualificationPolicy(call, request).status()),
            "INVALID_FIELD")
      << "without a reason";
  request.set_reason("自今日起");
  request.set_etag("9");
  EXPECT_EQ(ErrorReason(organisations.UpdateQualificationPolicy(call, request).status()),
            "ETAG_MISMATCH");
  request.set_etag(before->etag());
  const auto after = organisations.UpdateQualificationPolicy(call, request);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_TRUE(after->authorisation_demanded());
  EXPECT_EQ(organisations.GetQualificationPolicy(call, {})->SerializeAsString(),
            after->SerializeAsString());
}

}  // namespace
}  // namespace qingqu::catalog
