#include <string>
#include <thread>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/base/clock.h"
#include "common/status/status.h"
#include "services/catalog/buyers_test_support.h"
#include "services/catalog/organisations/expiry_warning.h"
#include "services/catalog/organisations/expiry_watch.h"
#include "services/catalog/organisations/organisation_test_support.h"

namespace qingqu::catalog {
namespace {

using ::testing::ElementsAre;

class ExpiryWarningTest : public ::testing::Test, protected OrganisationDatabase {
 protected:
  ExpiryWarningTest() : OrganisationDatabase(8) {
    ApprovedSupplier("kangda", kCreditCode);
    ApprovedSupplier("other", kOtherCreditCode);
  }

  // "kind days window" of each.
  std::vector<std::string> Warnings(const CallContext& call,
                                    const v1::ListExpiryWarningsRequest& request = {}) {
    const auto answer = warnings.ListExpiryWarnings(call, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::vector<std::string> texts;
    if (!answer.ok()) return texts;
    for (const v1::ExpiryWarning& warning : answer->warnings()) {
      texts.push_back(fmt::format("{} {} {}", static_cast<int>(warning.kind()), warning.days_left(),
                                  static_cast<int>(warning.window())));
    }
    return texts;
  }
  std::string Told() {
    return database.Value(
        "SELECT string_agg(coalesce(supplier_id, '') || ' ' || (details->>'days_before'), ', ' "
        "ORDER BY sequence) FROM journal.entry WHERE event IN ('qualification.expiry_announced', "
        "'registration.expiry_announced')");
  }
  void Look(std::string_view day) {
    clock.Set(BusinessDayBegins(*CivilDate::Parse(day)));
    const absl::Status looked = watch.Look();
    EXPECT_TRUE(looked.ok()) << looked;
  }

  FakeClock clock{absl::Now()};
  ExpiryWatch watch{pool.get(), &clock, {}};
};

TEST_F(ExpiryWarningTest, TheListFollowsFromTheDatesAlone) {
  Approved(Pledge("kangda", {"2020-01-01", "2050-12-31"}));
  EXPECT_THAT(Warnings(On(Li(), "2050-10-01")), ElementsAre()) << "91 days";
  EXPECT_THAT(Warnings(On(Li(), "2050-10-02")), ElementsAre("6 90 4"));
  EXPECT_THAT(Warnings(On(Li(), "2050-11-30")), ElementsAre("6 31 4"));
  EXPECT_THAT(Warnings(On(Li(), "2050-12-01")), ElementsAre("6 30 3"));
  EXPECT_THAT(Warnings(On(Li(), "2050-12-24")), ElementsAre("6 7 2"));
  EXPECT_THAT(Warnings(On(Li(), "2050-12-31")), ElementsAre("6 0 2"));
  CallContext before_midnight = On(Li(), "2051-01-01");
  before_midnight.received_at -= absl::Microseconds(1);
  EXPECT_THAT(Warnings(before_midnight), ElementsAre("6 0 2"));
  EXPECT_THAT(Warnings(On(Li(), "2051-01-01")), ElementsAre("6 -1 1"));
  ASSERT_TRUE(Submit(Wang(), Pledge("other", {"2020-01-01", "2050-01-01"})).ok());
  EXPECT_THAT(Warnings(On(Li(), "2051-01-01")), ElementsAre("6 -1 1"))
      << "what was never approved does not expire";
}

TEST_F(ExpiryWarningTest, WhatIsRenewedWarnsNoMore) {
  const v1::Qualification old = Approved(Mandate("kangda", {"2020-01-01", "2050-12-31"}));
  v1::Qualification renewal = Mandate("kangda", {"2051-01-01", "2060-12-31"});
  renewal.set_renews(old.name());
  const auto submitted = Submit(Wang(), renewal);
  EXPECT_THAT(Warnings(On(Li(), "2050-12-31")), ElementsAre("5 0 2")) << "not approved yet";
  ASSERT_TRUE(Approve(*submitted).ok());
  EXPECT_THAT(Warnings(On(Li(), "2050-12-31")), ElementsAre());
  EXPECT_THAT(Warnings(On(Li(), "2051-02-01")), ElementsAre());
  EXPECT_THAT(Warnings(On(Li(), "2060-12-31")), ElementsAre("5 0 2"));
}

TEST_F(ExpiryWarningTest, FiltersPagesAndToWhomItConcerns) {
  Approved(Pledge("kangda", {"2020-01-01", "2050-12-31"}));
  Approved(Mandate("other", {"2020-01-01", "2050-12-01"}));
  ApprovedItem("screw", 1);
  const CallContext call = On(Li(), "2099-12-31");
  EXPECT_EQ(Warnings(call).size(), 5) << "both licences and the registration besides";
  EXPECT_EQ(Warnings(On(Seller("kangda"), "2099-12-31")).size(), 2);
  EXPECT_EQ(Warnings(On(Seller("other"), "2099-12-31")).size(), 2);
  v1::ListExpiryWarningsRequest request;
  request.set_organisation("organisations/other");
  EXPECT_EQ(Warnings(call, request).size(), 2);
  EXPECT_THAT(Warnings(On(Seller("kangda"), "2099-12-31"), request), ElementsAre());
  request.set_kind(v1::QUALIFICATION_KIND_MANDATE);
  EXPECT_EQ(Warnings(call, request).size(), 1);
  request.set_registrations_only(true);
  EXPECT_EQ(ErrorReason(warnings.ListExpiryWarnings(call, request).status()), "INVALID_FIELD");
  request = {};
  request.set_registrations_only(true);
  EXPECT_THAT(Warnings(call, request), ElementsAre("0 0 2"));
  request = {};
  request.set_window(v1::EXPIRY_WINDOW_EXPIRED);
  request.set_page_size(1);
  const auto first = warnings.ListExpiryWarnings(call, request);
  ASSERT_EQ(first->warnings_size(), 1);
  EXPECT_EQ(first->warnings(0).expire_date(), "2050-12-01") << "the earliest first";
  request.set_page_token(first->next_page_token());
  const auto second = warnings.ListExpiryWarnings(call, request);
  ASSERT_EQ(second->warnings_size(), 1);
  EXPECT_EQ(second->warnings(0).expire_date(), "2050-12-31");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(ExpiryWarningTest, IsToldOnceForEachThreshold) {
  Approved(Pledge("kangda", {"2020-01-01", "2050-12-31"}));
  Look("2050-10-01");
  EXPECT_EQ(Told(), "");
  Look("2050-10-02");
  Look("2050-10-03");
  EXPECT_EQ(Told(), "kangda 90");
  Look("2050-12-01");
  Look("2050-12-24");
  Look("2050-12-31");
  EXPECT_EQ(Told(), "kangda 90, kangda 30, kangda 7");
  Look("2051-01-01");
  Look("2051-06-01");
  EXPECT_EQ(Told(), "kangda 90, kangda 30, kangda 7, kangda 0");
}

TEST_F(ExpiryWarningTest, ARegistrationIsToldOnceForAllItsItems) {
  ApprovedItem("screw", 1);
  ApprovedItem("plate", 2);
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("proposed", 3)).ok());
  v1::ListExpiryWarningsRequest request;
  request.set_registrations_only(true);
  const auto listed = warnings.ListExpiryWarnings(On(Li(), "2099-12-31"), request);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->warnings_size(), 1);
  EXPECT_EQ(listed->warnings(0).resource(), "registrations/国械注准20193130123");
  Look("2099-12-31");
  EXPECT_EQ(database.Value("SELECT resource || ' ' || array_to_string(subjects, ' ') FROM "
                           "journal.entry WHERE event = 'registration.expiry_announced'"),
            "registrations/国械注准20193130123 items/plate items/screw "
            "registrations/国械注准20193130123");
  Put(database,
      "UPDATE catalog.registration SET state = 'suspended', state_date = '2026-01-01', "
      "state_reason = 'x'");
  EXPECT_EQ(warnings.ListExpiryWarnings(On(Li(), "2099-12-31"), request)->warnings_size(), 0)
      << "it does not stand any more";
}

// With 5,000 items of 5,000 registrations only those are read that end then.
TEST_F(ExpiryWarningTest, WhatEndsIsFoundByIndexes) {
  ApprovedItem("screw", 1);
  Put(database, R"(
    CREATE TEMPORARY TABLE made AS SELECT number, 'made-' || number AS item_id,
        '国械注准2019314' || to_char(number, 'FM0000') AS registration_number
      FROM generate_series(1, 5000) AS number;
    INSERT INTO catalog.registration
      SELECT (jsonb_populate_record(registration, jsonb_build_object('registration_number',
        made.registration_number, 'expire_date', '2030-01-01'::date + made.number,
        'valid_from', NULL))).* FROM catalog.registration, made;
    INSERT INTO catalog.item
      SELECT (jsonb_populate_record(item, jsonb_build_object('item_id', made.item_id,
        'registration_number', made.registration_number))).*
      FROM catalog.item AS item, made WHERE item.item_id = 'screw';)");
  database.Execute("ANALYZE");
  const auto plan = [&](const std::string& days) {
    pqxx::connection connection(database.conninfo_as("catalog"));
    pqxx::nontransaction tx(connection);
    tx.exec("SELECT set_config('qingqu.scope', 'system', false)");
    std::string text;
    for (const auto& row :
         tx.exec("EXPLAIN SELECT kind, resource, organisation_id, number, expire_date FROM "
                 "catalog.endings() WHERE expire_date " +
                 days + " ORDER BY expire_date, resource LIMIT 100")) {
      text += row[0].as<std::string>() + "\n";
    }
    return text;
  };
  for (const char* days : {"BETWEEN '2031-01-01' AND '2031-03-01'", "<= '2030-03-01'"}) {
    const std::string found = plan(days);
    EXPECT_THAT(found, ::testing::HasSubstr("registration_expire_date"));
    EXPECT_THAT(found, ::testing::HasSubstr("item_of_registration"));
    EXPECT_THAT(found, ::testing::Not(::testing::ContainsRegex("Seq Scan on (item|registration)")));
  }
}

TEST_F(ExpiryWarningTest, OfTwoWhoLookAtOnceOneTells) {
  ApprovedItem("screw", 1);
  clock.Set(BusinessDayBegins(*CivilDate::Parse("2099-12-31")));
  ExpiryWatch other(pool.get(), &clock, {});
  absl::Status looked;
  std::jthread thread([&] { looked = other.Look(); });
  EXPECT_TRUE(watch.Look().ok());
  thread.join();
  EXPECT_TRUE(looked.ok()) << looked;
  EXPECT_EQ(
      database.Value("SELECT count(*) FROM journal.entry WHERE event LIKE '%.expiry_announced'"),
      "3")
      << "two licences and a registration";
}

}  // namespace
}  // namespace qingqu::catalog
