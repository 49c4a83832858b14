#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/organisations/organisation_test_support.h"

// Who may sell what on a day, and authorisations from the manufacturer down.

namespace qingqu::catalog {
namespace {

constexpr std::string_view kDay = "2050-06-01";

class ObstaclesTest : public ::testing::Test, protected OrganisationDatabase {
 protected:
  ObstaclesTest() : OrganisationDatabase(8) {
    ApprovedSupplier("kangda", kCreditCode);
    ApprovedSupplier("other", kOtherCreditCode);
    ApprovedItem("screw", 1);
    Abroad("maker", v1::ORGANISATION_KIND_MANUFACTURER, "某厂");
    Abroad("agent", v1::ORGANISATION_KIND_AGENT, "Agent AG");
  }

  std::string Of(std::string_view supplier, std::string_view day = kDay) {
    return Obstacles(supplier, "screw", day);
  }
  void Change(const std::string& sql) {
    database.Execute("SET session_replication_role = replica; " + sql);
  }
  absl::Status Refused(const v1::Qualification& document) {
    const auto submitted = Submit(Wang(), document);
    EXPECT_TRUE(submitted.ok()) << submitted.status();
    return Approve(*submitted).status();
  }
};

TEST_F(ObstaclesTest, ASupplierInOrderHasNone) {
  EXPECT_EQ(Of("kangda"), "");
  EXPECT_EQ(Of("nobody"), "SUPPLIER_UNKNOWN");
}

TEST_F(ObstaclesTest, TheStateOfTheSupplier) {
  Change(
      "UPDATE catalog.supplier SET state = 'proposed', approver_id = NULL WHERE supplier_id = "
      "'kangda'");
  EXPECT_EQ(Of("kangda"), "SUPPLIER_NOT_APPROVED");
  Change(
      "UPDATE catalog.supplier SET state = 'suspended', approver_id = 'li' WHERE supplier_id = "
      "'kangda'");
  EXPECT_EQ(Of("kangda"), "SUPPLIER_SUSPENDED");
  Change(
      "UPDATE catalog.organisation SET standing = 'blacklisted', standing_reason = 'x' WHERE "
      "organisation_id = 'kangda'");
  EXPECT_EQ(Of("kangda"), "SUPPLIER_BLACKLISTED");
  Change(
      "UPDATE catalog.organisation SET standing = 'suspended', standing_reason = 'x' WHERE "
      "organisation_id IN ('maker', 'other')");
  EXPECT_EQ(Of("other"), "SUPPLIER_SUSPENDED MANUFACTURER_SUSPENDED");
}

TEST_F(ObstaclesTest, TheLicenceByItsDates) {
  EXPECT_EQ(Of("kangda", "2099-12-31"), "");
  EXPECT_EQ(Of("kangda", "2100-01-01"), "LICENCE_EXPIRED");
  EXPECT_EQ(Of("kangda", "2018-12-31"), "LICENCE_MISSING") << "before the first";
  Change(
      "UPDATE catalog.item SET device_class = 1, registration_number = '鲁济械备20190001号', "
      "registration_expire_date = NULL");
  EXPECT_EQ(Of("kangda", "2100-01-01"), "") << "class I needs none";
}

TEST_F(ObstaclesTest, ASuspendedLicence) {
  v1::ListQualificationsRequest list;
  list.set_organisation("organisations/kangda");
  v1::SuspendQualificationRequest suspend;
  suspend.set_name(qualifications.ListQualifications(Li(), list)->qualifications(0).name());
  suspend.set_reason("吊销");
  ASSERT_TRUE(qualifications.SuspendQualification(On(Li(), "2050-05-01"), suspend).ok());
  EXPECT_EQ(Of("kangda", "2050-04-30"), "");
  EXPECT_EQ(Of("kangda", "2050-05-01"), "LICENCE_SUSPENDED");
  const auto anew = Submit(Wang(), Licence("kangda", kClassII));
  ASSERT_TRUE(Approve(*anew).ok());
  EXPECT_EQ(Of("kangda"), "LICENCE_SCOPE_TOO_NARROW") << "a filing does not allow class III";
}

TEST_F(ObstaclesTest, ReagentsAndColdChainAreScopesOfTheirOwn) {
  Change("UPDATE catalog.item SET registration_number = '国械注准20193400123'");
  EXPECT_EQ(Of("kangda"), "") << "what a founding licence covers is not known";
  Change("UPDATE catalog.qualification SET expire_date = '2030-01-01' WHERE founding");
  const v1::Qualification narrow = Approved(Licence("kangda", kClassIII));
  EXPECT_EQ(Of("kangda"), "LICENCE_SCOPE_TOO_NARROW");
  EXPECT_EQ(database.Value("SELECT detail FROM catalog.organisation_obstacles('kangda', 'screw', "
                           "'2050-06-01')"),
            "in-vitro reagents");
  v1::Qualification wide = Licence("kangda", kClassIII, {"2050-06-01", "2060-01-01"});
  wide.mutable_distributor_licence()->set_reagents(true);
  wide.set_renews(narrow.name());
  Approved(wide);
  EXPECT_EQ(Of("kangda", "2050-05-31"), "LICENCE_SCOPE_TOO_NARROW");
  EXPECT_EQ(Of("kangda"), "");
  for (const char* number : {"国食药监械(准)字2014第3650240号", "国械注准20193134001"}) {
    Change(fmt::format("UPDATE catalog.item SET registration_number = '{}'", number));
    EXPECT_EQ(Of("kangda", "2050-05-31"), "") << number << " is of no reagent";
  }
  Change("UPDATE catalog.item SET registration_number = '国食药监械(准)字2014第3400059号'");
  EXPECT_EQ(Of("kangda", "2050-05-31"), "LICENCE_SCOPE_TOO_NARROW") << "the old form";
}

TEST_F(ObstaclesTest, WhatIsKeptColdNeedsALicenceThatSaysSo) {
  const auto stored = [&](std::string_view id, int number, const v1::Item& storage) {
    v1::CreateItemRequest request = ItemRequest(id, number);
    request.mutable_item()->MergeFrom(storage);
    EXPECT_TRUE(items.CreateItem(Wang(), request).ok());
    v1::ApproveItemRequest approval;
    approval.set_name(fmt::format("items/{}", id));
    EXPECT_TRUE(items.ApproveItem(Li(), approval).ok());
  };
  v1::Item storage;
  storage.set_storage_celsius_min(2);
  storage.set_storage_celsius_max(8);
  stored("by-figures", 3, storage);
  storage.Clear();
  storage.set_storage_conditions("冷藏保存，不得冷冻");
  stored("by-words", 4, storage);
  storage.set_storage_conditions("置阴凉处，避免冷冻");
  storage.set_storage_celsius_min(2);
  storage.set_storage_celsius_max(20);
  stored("cool", 5, storage);
  EXPECT_EQ(Obstacles("kangda", "by-figures", kDay), "") << "of a founding licence it is not known";
  Change("UPDATE catalog.qualification SET expire_date = '2030-01-01' WHERE founding");
  v1::Qualification licence = Licence("kangda", kClassIII);
  Approved(licence);
  EXPECT_EQ(Obstacles("kangda", "by-figures", kDay), "LICENCE_SCOPE_TOO_NARROW");
  EXPECT_EQ(Obstacles("kangda", "by-words", kDay), "LICENCE_SCOPE_TOO_NARROW");
  EXPECT_EQ(Obstacles("kangda", "cool", kDay), "");
  EXPECT_EQ(Of("kangda"), "");
  EXPECT_EQ(
      database.Value("SELECT detail FROM catalog.organisation_obstacles('kangda', 'by-words', "
                     "'2050-06-01')"),
      "cold chain");
  licence.mutable_distributor_licence()->set_cold_chain(true);
  licence.set_number("鲁济食药监械经营许20260010号");
  Approved(licence);
  EXPECT_EQ(Obstacles("kangda", "by-figures", kDay), "");
  EXPECT_EQ(Obstacles("kangda", "by-words", kDay), "");
}

TEST_F(ObstaclesTest, StorageConditionsAsPeopleWriteThem) {
  const auto is_cold = [&](std::string_view conditions) {
    return database.Value(
        fmt::format("SELECT catalog.needs_cold_chain(NULL, '{}')::text", conditions));
  };
  for (const char* cold :
       {"2-8℃", "２～８℃", "2℃~8℃避光", "2至8度", "-20℃以下", "-25℃~-15℃", "≤8℃", "不超过10℃",
        "冷链运输", "冷藏", "2-8℃保存，避免冷冻", "避免阳光直射冷藏保存", "超低温冷冻保存"}) {
    EXPECT_EQ(is_cold(cold), "true") << cold;
  }
  for (const char* not_cold :
       {"", "常温", "10-30℃", "0℃-30℃", "4~40℃", "5℃以上", "不低于5℃", "≥2℃且≤25℃", "阴凉干燥处",
        "常温，切勿冷冻", "不得冷藏或冷冻", "避免冷冻", "湿度不超过80%", "不超过20℃"}) {
    EXPECT_EQ(is_cold(not_cold), "false") << not_cold;
  }
}

TEST_F(ObstaclesTest, AnAuthorisationIsDemandedOnlyWhereTheSettingSaysSo) {
  EXPECT_EQ(Of("kangda"), "");
  Demand("authorisation_demanded");
  EXPECT_EQ(Of("kangda"), "AUTHORISATION_MISSING");
  Approved(AuthorisationOf({"kangda", "maker", "maker"}, {}, {"2020-01-01", "2050-06-01"}));
  EXPECT_EQ(Of("kangda"), "");
  EXPECT_EQ(Of("kangda", "2050-06-02"), "AUTHORISATION_EXPIRED");
  EXPECT_EQ(Of("other"), "AUTHORISATION_MISSING");
  Change("UPDATE catalog.item SET manufacturer = '别的厂'");
  EXPECT_EQ(Of("kangda"), "") << "the registrant";
  Change("UPDATE catalog.registration SET registrant = '别的厂'");
  EXPECT_EQ(Of("kangda"), "AUTHORISATION_MISSING") << "of another manufacturer";
}

TEST_F(ObstaclesTest, AManufacturerNeedsNoAuthorisationForItsOwnGoods) {
  Demand("authorisation_demanded");
  Change("UPDATE catalog.registration SET organisation_id = 'kangda'");
  EXPECT_EQ(Of("kangda"), "AUTHORISATION_MISSING") << "by its file it only distributes";
  Approved(Production("kangda"));
  EXPECT_EQ(Of("kangda"), "") << "approved, so it makes devices";
  EXPECT_EQ(Of("other"), "AUTHORISATION_MISSING");
  Change("UPDATE catalog.registration SET organisation_id = 'maker'");
  EXPECT_EQ(Of("kangda"), "AUTHORISATION_MISSING") << "of goods that another one makes";
}

TEST_F(ObstaclesTest, AManufacturerAuthorisesItsOwnGoodsOnly) {
  Demand("authorisation_demanded");
  Abroad("elsewhere", v1::ORGANISATION_KIND_MANUFACTURER, "别家");
  v1::Qualification by_registration = AuthorisationOf({"kangda", "elsewhere", "elsewhere"});
  by_registration.mutable_authorisation()->add_registration_numbers("国械注准20193130123");
  EXPECT_EQ(ErrorReason(Refused(by_registration)), "AUTHORISATION_NOT_COVERED");
  EXPECT_EQ(ErrorReason(Refused(AuthorisationOf({"kangda", "elsewhere", "elsewhere"}, {"screw"}))),
            "AUTHORISATION_NOT_COVERED");
  EXPECT_EQ(Of("kangda"), "AUTHORISATION_MISSING");
  Change(
      "UPDATE catalog.qualification SET state = 'approved', equipment_reviewer_id = 'li', "
      "infection_control_reviewer_id = 'sun' WHERE kind = 'authorisation'");
  Approved(AuthorisationOf({"kangda", "elsewhere", "elsewhere"}));
  EXPECT_EQ(Of("kangda"), "AUTHORISATION_MISSING") << "whatever was approved before";
  // The registration says whose it is, whatever the names say.
  Change("UPDATE catalog.registration SET organisation_id = 'elsewhere'");
  EXPECT_EQ(Of("kangda"), "");
  EXPECT_EQ(ErrorReason(Refused(AuthorisationOf({"other", "maker", "maker"}, {"screw"}))),
            "AUTHORISATION_NOT_COVERED");
  Change("UPDATE catalog.registration SET organisation_id = 'nobody-known'");
  EXPECT_EQ(Of("kangda"), "AUTHORISATION_MISSING") << "back to the names";
}

TEST_F(ObstaclesTest, WhoIsNotAdmittedAuthorisesNothing) {
  Demand("authorisation_demanded");
  v1::Qualification licence;
  licence.set_name(Founded("fake", v1::ORGANISATION_KIND_MANUFACTURER, "某厂"));
  const v1::Qualification given = AuthorisationOf({"kangda", "fake", "fake"}, {"screw"});
  EXPECT_EQ(ErrorReason(Refused(given)), "AUTHORISATION_NOT_COVERED");
  const auto submitted = Submit(Wang(), AuthorisationOf({"other", "fake", "fake"}, {"screw"}));
  ASSERT_TRUE(Approve(licence).ok());
  ASSERT_TRUE(Approve(*submitted).ok());
  EXPECT_EQ(Of("other"), "");
  Change("UPDATE catalog.organisation SET admitted_at = NULL WHERE organisation_id = 'fake'");
  EXPECT_EQ(Of("other"), "AUTHORISATION_CHAIN_BROKEN");
}

TEST_F(ObstaclesTest, ABlacklistFollowsTheOrganisation) {
  v1::BlacklistOrganisationRequest request;
  request.set_name("organisations/maker");
  request.set_reason("行贿");
  ASSERT_TRUE(organisations.BlacklistOrganisation(Li(), request).ok());
  EXPECT_EQ(Of("kangda"), "MANUFACTURER_BLACKLISTED");
  v1::Qualification renamed;
  renamed.set_organisation("organisations/maker");
  renamed.set_valid_from("2026-01-01");
  renamed.mutable_business_licence()->set_display_name("新名厂");
  Approved(renamed);
  EXPECT_EQ(database.Value("SELECT display_name FROM catalog.organisation WHERE organisation_id = "
                           "'maker'"),
            "新名厂");
  EXPECT_EQ(Of("kangda"), "MANUFACTURER_BLACKLISTED") << "by the name it had";
  for (const char* name : {"新名厂", " 新名　厂 ", "（某）厂"}) {
    Change(
        fmt::format("UPDATE catalog.item SET manufacturer = '{}'; "
                    "UPDATE catalog.registration SET registrant = '别的厂'",
                    name));
    EXPECT_EQ(Of("kangda"), "MANUFACTURER_BLACKLISTED") << name;
  }
  Change("UPDATE catalog.item SET manufacturer = '又一个厂'");
  EXPECT_EQ(Of("kangda"), "");
  Change("UPDATE catalog.registration SET organisation_id = 'maker'");
  EXPECT_EQ(Of("kangda"), "MANUFACTURER_BLACKLISTED") << "whatever the item calls it";
}

TEST_F(ObstaclesTest, BusinessAndProductionLicencesBlockOnceTheyExpire) {
  v1::Qualification licence;
  licence.set_organisation("organisations/kangda");
  licence.set_valid_from("2020-01-01");
  licence.set_expire_date("2050-05-31");
  licence.mutable_business_licence()->set_display_name("康达");
  Approved(licence);
  EXPECT_EQ(Of("kangda", "2050-05-31"), "");
  EXPECT_EQ(Of("kangda"), "BUSINESS_LICENCE_EXPIRED");
  EXPECT_EQ(Of("other"), "") << "of whom none was ever approved";
  v1::Qualification production = Production("maker", {"2020-01-01", "2050-05-31"});
  Approved(production);
  EXPECT_EQ(Of("other"), "") << "it makes abroad";
  Change(
      fmt::format("UPDATE catalog.organisation SET country = 'CN', credit_code = '{}' "
                  "WHERE organisation_id = 'maker'",
                  "91110108000000003G"));
  EXPECT_EQ(Of("other", "2050-05-31"), "");
  EXPECT_EQ(Of("other"), "PRODUCTION_LICENCE_EXPIRED");
  production.set_number("鲁食药监械生产备20190002号");
  production.clear_expire_date();
  Approved(production);
  EXPECT_EQ(Of("other"), "PRODUCTION_LICENCE_EXPIRED") << "a filing is for class I";
  production.set_number("鲁食药监械生产许20190003号");
  production.set_valid_from("2050-06-01");
  production.set_expire_date("2055-05-31");
  Approved(production);
  EXPECT_EQ(Of("other"), "");
}

TEST_F(ObstaclesTest, AChainHoldsAsLongAsEachOfItsLinks) {
  Demand("authorisation_demanded");
  Approved(AuthorisationOf({"agent", "maker", "maker"}, {}, {"2020-01-01", "2060-01-01"}));
  Approved(AuthorisationOf({"kangda", "agent", "maker"}, {"screw"}, {"2020-01-01", "2050-12-31"}));
  EXPECT_EQ(Of("kangda"), "");
  ApprovedItem("plate", 2);
  EXPECT_EQ(Obstacles("kangda", "plate", kDay), "AUTHORISATION_MISSING") << "not named";
  for (const char* link : {"agent", "maker"}) {
    Change(
        fmt::format("UPDATE catalog.organisation SET standing = 'suspended', standing_reason = "
                    "'x' WHERE organisation_id = '{}'",
                    link));
    EXPECT_NE(Of("kangda").find("AUTHORISATION_CHAIN_BROKEN"), std::string::npos) << link;
    Change("UPDATE catalog.organisation SET standing = 'good'");
  }
  Change(
      "UPDATE catalog.qualification SET expire_date = '2040-01-01' WHERE organisation_id = "
      "'agent' AND kind = 'authorisation'");
  EXPECT_EQ(Of("kangda"), "AUTHORISATION_CHAIN_BROKEN");
}

TEST_F(ObstaclesTest, NobodyGivesWhatTheyDoNotHold) {
  const auto reason = [&](const v1::Qualification& document) {
    return ErrorReason(Refused(document));
  };
  EXPECT_EQ(reason(AuthorisationOf({"kangda", "agent", "maker"}, {"screw"})),
            "AUTHORISATION_NOT_COVERED");
  EXPECT_EQ(reason(AuthorisationOf({"kangda", "agent", "agent"}, {"screw"})),
            "AUTHORISATION_NOT_COVERED")
      << "the agent makes nothing";
  ApprovedItem("plate", 2);
  Approved(AuthorisationOf({"agent", "maker", "maker"}, {"screw"}, {"2020-01-01", "2060-01-01"}));
  EXPECT_EQ(reason(AuthorisationOf({"kangda", "agent", "maker"}, {"screw"})),
            "AUTHORISATION_NOT_COVERED")
      << "longer than it has";
  EXPECT_EQ(reason(AuthorisationOf({"kangda", "agent", "maker"}, {"screw", "plate"},
                                   {"2020-01-01", "2050-01-01"})),
            "AUTHORISATION_NOT_COVERED")
      << "more than it has";
  EXPECT_EQ(reason(AuthorisationOf({"kangda", "agent", "maker"}, {}, {"2020-01-01", "2050-01-01"})),
            "AUTHORISATION_NOT_COVERED")
      << "all is more than some";
  EXPECT_EQ(reason(AuthorisationOf({"kangda", "agent", "maker"}, {"screw"},
                                   {"2020-01-01", "2060-01-01"})),
            "");
  // A registration covers its items.
  v1::Qualification by_registration = AuthorisationOf({"other", "maker", "maker"});
  by_registration.mutable_authorisation()->add_registration_numbers("国械注准 20193130123");
  EXPECT_EQ(reason(by_registration), "");
  EXPECT_EQ(reason(AuthorisationOf({"kangda", "other", "maker"}, {"screw", "plate"})), "");
}

TEST_F(ObstaclesTest, TheDatabaseRefusesAnAuthorisationThatIsNotCovered) {
  const auto submitted = Submit(Wang(), AuthorisationOf({"kangda", "agent", "maker"}, {"screw"}));
  ASSERT_TRUE(submitted.ok());
  EXPECT_THROW(database.Execute("UPDATE catalog.qualification SET state = 'approved', "
                                "equipment_reviewer_id = 'li', infection_control_reviewer_id = "
                                "'sun' WHERE state = 'submitted'"),
               pqxx::check_violation);
}

TEST_F(ObstaclesTest, WhatIsExclusiveIsGivenToOne) {
  v1::Qualification exclusive =
      AuthorisationOf({"kangda", "maker", "maker"}, {"screw"}, {"2020-01-01", "2050-01-01"});
  exclusive.mutable_authorisation()->set_exclusive(true);
  Approved(exclusive);
  EXPECT_EQ(ErrorReason(Refused(AuthorisationOf({"other", "maker", "maker"}, {}))),
            "AUTHORISATION_EXCLUSIVE");
  EXPECT_EQ(ErrorReason(Refused(
                AuthorisationOf({"other", "maker", "maker"}, {}, {"2050-01-01", "2060-01-01"}))),
            "AUTHORISATION_EXCLUSIVE");
  EXPECT_TRUE(
      Refused(AuthorisationOf({"other", "maker", "maker"}, {}, {"2050-01-02", "2060-01-01"})).ok());
  ApprovedItem("plate", 2);
  EXPECT_TRUE(Refused(AuthorisationOf({"other", "maker", "maker"}, {"plate"})).ok());
}

TEST_F(ObstaclesTest, MandateAndPledge) {
  Demand("mandate_demanded = true, integrity_pledge_demanded");
  EXPECT_EQ(Of("kangda"), "MANDATE_MISSING INTEGRITY_PLEDGE_MISSING");
  Approved(Mandate("kangda", {"2020-01-01", "2050-06-01"}));
  Approved(Pledge("kangda", {"2020-01-01", "2050-05-31"}));
  EXPECT_EQ(Of("kangda", "2050-05-31"), "");
  EXPECT_EQ(Of("kangda", "2050-06-01"), "INTEGRITY_PLEDGE_EXPIRED");
  EXPECT_EQ(Of("kangda", "2050-06-02"), "MANDATE_EXPIRED INTEGRITY_PLEDGE_EXPIRED");
}

}  // namespace
}  // namespace qingqu::catalog
