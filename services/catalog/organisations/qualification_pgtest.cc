#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/status/status.h"
#include "services/catalog/organisations/organisation_test_support.h"

// What is submitted, by whom, and how one document follows upon another.

namespace qingqu::catalog {
namespace {

class QualificationTest : public ::testing::Test, protected OrganisationDatabase {
 protected:
  QualificationTest() {
    ApprovedSupplier("kangda", kCreditCode);
    ApprovedSupplier("other", kOtherCreditCode);
  }

  v1::Qualification Founding(const std::string& supplier) {
    v1::ListQualificationsRequest request;
    request.set_organisation("organisations/" + supplier);
    request.set_kind(v1::QUALIFICATION_KIND_DISTRIBUTOR_LICENCE);
    const auto listed = qualifications.ListQualifications(Li(), request);
    for (const v1::Qualification& document : listed->qualifications()) {
      if (document.founding()) return document;
    }
    return {};
  }
  std::string Violation(const v1::Qualification& document) {
    const absl::Status status = Submit(Wang(), document).status();
    EXPECT_EQ(ErrorReason(status), "INVALID_FIELD") << status;
    return std::string(status.message());
  }
  absl::StatusOr<v1::Qualification> Withdraw(const CallContext& call, const std::string& name) {
    v1::WithdrawQualificationRequest request;
    request.set_name(name);
    request.set_reason("写错了");
    return qualifications.WithdrawQualification(call, request);
  }
  absl::StatusOr<v1::Qualification> Suspend(const CallContext& call, const std::string& name) {
    v1::SuspendQualificationRequest request;
    request.set_name(name);
    request.set_reason("药监局通报");
    return qualifications.SuspendQualification(call, request);
  }
  v1::Supplier SupplierToday() {
    v1::GetSupplierRequest request;
    request.set_name("suppliers/kangda");
    return *suppliers.GetSupplier(Li(), request);
  }
  std::string Published() {
    return database.Value(
        "SELECT concat_ws(' ', state, licence_class, licence_expire_date) FROM "
        "catalog_pub.supplier WHERE supplier_id = 'kangda'");
  }
};

TEST_F(QualificationTest, EachKindKeepsItsRules) {
  EXPECT_NE(Violation({}).find("qualification.organisation"), std::string::npos);
  EXPECT_NE(Violation(Licence("kangda", "许2026")).find("qualification.number"), std::string::npos);
  v1::Qualification production = Licence("kangda", kClassIII);
  production.mutable_production_licence();
  EXPECT_NE(Violation(production).find("生产"), std::string::npos);
  EXPECT_NE(Violation(Pledge("kangda", {"2026-02-30", "2027-01-01"})).find("valid_from"),
            std::string::npos);
  EXPECT_NE(Violation(Pledge("kangda", {"2026-02-02", "2026-02-01"})).find("expire_date"),
            std::string::npos);
  v1::Qualification endless = Licence("kangda", kClassIII);
  endless.clear_expire_date();
  EXPECT_NE(Violation(endless).find("expire_date"), std::string::npos);
  endless.set_number(std::string(kClassII));
  EXPECT_TRUE(Submit(Wang(), endless).ok()) << "a filing has no end";
  v1::Qualification nobody = Mandate("kangda");
  nobody.mutable_mandate()->set_person(" ");
  EXPECT_NE(Violation(nobody).find("mandate.person"), std::string::npos);
  EXPECT_NE(Violation(AuthorisationOf({"kangda", "kangda", "other"})).find("another organisation"),
            std::string::npos);
  EXPECT_NE(Violation(AuthorisationOf({"kangda", "none", "none"})).find("organisations/none"),
            std::string::npos);
  EXPECT_NE(Violation(AuthorisationOf({"kangda", "other", "other"}, {"none"})).find("items/none"),
            std::string::npos);
  EXPECT_EQ(ErrorReason(Submit(Wang(), Pledge("none")).status()), "ORGANISATION_NOT_FOUND");
}

TEST_F(QualificationTest, ASupplierKeepsItsOwnFileAndSeesNoOther) {
  const auto own = Submit(Seller("kangda"), Licence("kangda", kClassIII));
  ASSERT_TRUE(own.ok()) << own.status();
  const auto others = Submit(Seller("other"), Pledge("other"));
  ASSERT_TRUE(others.ok()) << others.status();
  EXPECT_TRUE(Get(Seller("kangda"), own->name()).ok());
  EXPECT_EQ(ErrorReason(Get(Seller("kangda"), others->name()).status()), "QUALIFICATION_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Withdraw(Seller("kangda"), others->name()).status()),
            "QUALIFICATION_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Submit(Seller("kangda"), Pledge("other")).status()),
            "ORGANISATION_NOT_FOUND");
  v1::Qualification renewal = Pledge("kangda");
  renewal.set_renews(others->name());
  EXPECT_EQ(ErrorReason(Submit(Seller("kangda"), renewal).status()), "QUALIFICATION_NOT_FOUND");
  v1::GetOrganisationRequest get;
  get.set_name("organisations/other");
  EXPECT_EQ(ErrorReason(organisations.GetOrganisation(Seller("kangda"), get).status()),
            "ORGANISATION_NOT_FOUND");
  EXPECT_EQ(qualifications.ListQualifications(Seller("kangda"), {})->qualifications_size(), 2)
      << "its founding licence and the new one";
  EXPECT_EQ(organisations.ListOrganisations(Seller("kangda"), {})->organisations_size(), 1);
  v1::BatchGetQualificationsRequest batch;
  batch.add_names(own->name());
  EXPECT_TRUE(qualifications.BatchGetQualifications(Seller("kangda"), batch).ok());
  batch.add_names(others->name());
  EXPECT_EQ(ErrorReason(qualifications.BatchGetQualifications(Seller("kangda"), batch).status()),
            "QUALIFICATION_NOT_FOUND");
  EXPECT_EQ(qualifications.BatchGetQualifications(Li(), batch)->qualifications(1).name(),
            others->name());
}

TEST_F(QualificationTest, ThePaperIsSubmittedOnceAndCanBeWithdrawn) {
  const auto first = Submit(Seller("kangda"), Licence("kangda", kClassIII));
  EXPECT_EQ(ErrorReason(Submit(Seller("kangda"), Licence("kangda", kClassIII)).status()),
            "QUALIFICATION_SUBMITTED");
  const auto withdrawn = Withdraw(Seller("kangda"), first->name());
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), v1::QUALIFICATION_STATE_WITHDRAWN);
  EXPECT_EQ(ErrorReason(Withdraw(Seller("kangda"), first->name()).status()),
            "QUALIFICATION_NOT_SUBMITTED");
  EXPECT_EQ(ErrorReason(Approve(*first).status()), "QUALIFICATION_NOT_SUBMITTED");
  EXPECT_TRUE(Submit(Seller("kangda"), Licence("kangda", kClassIII)).ok());
}

TEST_F(QualificationTest, ARenewalTakesEffectWhenItIsApprovedAndHasBegun) {
  const CivilDate today = BusinessDay(absl::Now());
  const std::string tomorrow = today.PlusDays(1).ToString();
  v1::Qualification renewal = Licence("kangda", kClassII, {tomorrow, "2098-01-01"});
  renewal.set_renews(Founding("kangda").name());
  const auto submitted = Submit(Seller("kangda"), renewal);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(Published(), "approved 3 2099-12-31") << "nothing is live before review";
  EXPECT_EQ(ErrorReason(Submit(Seller("kangda"), renewal).status()), "QUALIFICATION_NOT_RENEWABLE");
  const auto approved = Approve(*submitted);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_FALSE(approved->in_force());
  EXPECT_EQ(approved->state(), v1::QUALIFICATION_STATE_APPROVED);
  const v1::Qualification old = Founding("kangda");
  EXPECT_EQ(old.state(), v1::QUALIFICATION_STATE_APPROVED);
  EXPECT_TRUE(old.in_force()) << "until the new one begins";
  EXPECT_EQ(old.ended_from(), tomorrow);
  EXPECT_EQ(Published(), fmt::format("approved 3 {}", today.ToString()));
  // At midnight of the county the one ends and the other begins.
  EXPECT_EQ(Get(On(Li(), tomorrow), old.name())->state(), v1::QUALIFICATION_STATE_SUPERSEDED);
  CallContext before_midnight = On(Li(), tomorrow);
  before_midnight.received_at -= absl::Microseconds(1);
  EXPECT_TRUE(Get(before_midnight, old.name())->in_force());
  EXPECT_FALSE(Get(before_midnight, approved->name())->in_force());
  EXPECT_TRUE(Get(On(Li(), tomorrow), approved->name())->in_force());
  EXPECT_EQ(ErrorReason(Submit(Seller("kangda"), renewal).status()), "QUALIFICATION_NOT_RENEWABLE");
}

TEST_F(QualificationTest, AnExpiredLicenceIsRenewedAndTheSupplierComesBack) {
  v1::SuspendSupplierRequest suspend;
  suspend.set_name("suppliers/kangda");
  suspend.set_reason("证照过期");
  ASSERT_TRUE(suppliers.SuspendSupplier(Li(), suspend).ok());
  database.Execute(
      "SET session_replication_role = replica; UPDATE catalog.qualification SET "
      "valid_from = '2019-01-01', expire_date = '2020-01-01' WHERE organisation_id = 'kangda'");
  EXPECT_EQ(SupplierToday().licence_expire_date(), "2020-01-01");
  v1::ProposeSupplierReinstatementRequest propose;
  propose.set_name("suppliers/kangda");
  propose.set_reason("已换证");
  EXPECT_EQ(ErrorReason(suppliers.ProposeSupplierReinstatement(Wang(), propose).status()),
            "LICENCE_EXPIRED");
  v1::Qualification renewal = Licence("kangda", kClassIII);
  renewal.set_renews(Founding("kangda").name());
  const auto submitted = Submit(Seller("kangda"), renewal);
  EXPECT_EQ(ErrorReason(suppliers.ProposeSupplierReinstatement(Wang(), propose).status()),
            "LICENCE_EXPIRED")
      << "submitted is not approved";
  ASSERT_TRUE(Approve(*submitted).ok());
  EXPECT_EQ(SupplierToday().licence_expire_date(), "2099-12-31");
  EXPECT_EQ(SupplierToday().licence_number(), kClassIII);
  ASSERT_TRUE(suppliers.ProposeSupplierReinstatement(Wang(), propose).ok());
  v1::ReinstateSupplierRequest reinstate;
  reinstate.set_name("suppliers/kangda");
  reinstate.set_reason("核对无误");
  ASSERT_TRUE(suppliers.ReinstateSupplier(Li(), reinstate).ok());
  EXPECT_EQ(Published(), "approved 3 2099-12-31");
}

TEST_F(QualificationTest, TheHighestLicenceInForceCounts) {
  Approved(Licence("kangda", kClassII, {"2020-01-01", "2090-01-01"}));
  EXPECT_EQ(Published(), "approved 3 2099-12-31");
  EXPECT_EQ(ErrorReason(Suspend(Li(), "qualifications/none").status()), "QUALIFICATION_NOT_FOUND");
  const auto suspended = Suspend(Li(), Founding("kangda").name());
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  EXPECT_EQ(suspended->state(), v1::QUALIFICATION_STATE_SUSPENDED);
  EXPECT_EQ(suspended->reason(), "药监局通报");
  EXPECT_EQ(Published(), "approved 2 2090-01-01");
  EXPECT_EQ(ErrorReason(Suspend(Li(), suspended->name()).status()), "QUALIFICATION_NOT_APPROVED");
}

TEST_F(QualificationTest, ABusinessLicenceIsLiveOnceItIsApproved) {
  v1::Qualification licence = Pledge("kangda");
  v1::BusinessLicence& says = *licence.mutable_business_licence();
  says.set_display_name("康达医疗科技有限公司");
  says.set_address("济南市历下区");
  says.set_phone("0531-1234567");
  says.set_legal_representative("陈刚");
  says.add_contacts()->set_display_name("周丽");
  v1::Qualification future = licence;
  future.set_valid_from("2098-01-01");
  EXPECT_NE(Violation(future).find("valid_from"), std::string::npos);
  const auto submitted = Submit(Seller("kangda"), licence);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(ErrorReason(Submit(Seller("kangda"), licence).status()), "QUALIFICATION_SUBMITTED");
  v1::GetOrganisationRequest get;
  get.set_name("organisations/kangda");
  EXPECT_EQ(organisations.GetOrganisation(Li(), get)->display_name(), "康达医疗器械有限公司");
  ASSERT_TRUE(Approve(*submitted).ok());
  const auto organisation = organisations.GetOrganisation(Li(), get);
  EXPECT_EQ(organisation->display_name(), says.display_name());
  EXPECT_EQ(organisation->legal_representative(), "陈刚");
  EXPECT_EQ(organisation->contacts(0).display_name(), "周丽");
  EXPECT_EQ(SupplierToday().display_name(), says.display_name());
  EXPECT_EQ(database.Value("SELECT display_name FROM catalog_pub.supplier WHERE supplier_id = "
                           "'kangda'"),
            says.display_name());
  const v1::Qualification second = Approved(licence);
  EXPECT_EQ(Get(Li(), submitted->name())->state(), v1::QUALIFICATION_STATE_SUPERSEDED);
  EXPECT_TRUE(Get(Li(), second.name())->in_force());
}

TEST_F(QualificationTest, ListsInPagesAndByState) {
  Approved(Pledge("kangda", {"2020-01-01", "2090-01-01"}));
  ASSERT_TRUE(Submit(Wang(), Mandate("other")).ok());
  v1::ListQualificationsRequest request;
  request.set_page_size(3);
  const auto first = qualifications.ListQualifications(Li(), request);
  ASSERT_EQ(first->qualifications_size(), 3);
  request.set_page_token(first->next_page_token());
  EXPECT_EQ(qualifications.ListQualifications(Li(), request)->qualifications_size(), 1);
  request.set_state(v1::QUALIFICATION_STATE_SUBMITTED);
  EXPECT_EQ(ErrorReason(qualifications.ListQualifications(Li(), request).status()), "INVALID_FIELD")
      << "a token of another list";
  request.clear_page_token();
  const auto submitted = qualifications.ListQualifications(Li(), request);
  ASSERT_EQ(submitted->qualifications_size(), 1);
  EXPECT_EQ(submitted->qualifications(0).kind(), v1::QUALIFICATION_KIND_MANDATE);
  request.set_state(v1::QUALIFICATION_STATE_EXPIRED);
  EXPECT_EQ(
      qualifications.ListQualifications(On(Li(), "2090-01-01"), request)->qualifications_size(), 0);
  const auto expired = qualifications.ListQualifications(On(Li(), "2090-01-02"), request);
  ASSERT_EQ(expired->qualifications_size(), 1);
  EXPECT_EQ(expired->qualifications(0).state(), v1::QUALIFICATION_STATE_EXPIRED);
}

}  // namespace
}  // namespace qingqu::catalog
