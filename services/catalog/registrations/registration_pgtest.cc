#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/status/status.h"
#include "services/catalog/catalog_test_support.h"
#include "services/catalog/registration_number.h"

namespace qingqu::catalog {
namespace {

constexpr char kName[] = "registrations/国械注准20193130123";

CivilDate Day(std::string_view text) { return CivilDate::Parse(text).value(); }

CallContext At(CallContext call, absl::Time now) {
  call.received_at = now;
  return call;
}

class RegistrationTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  static v1::CreateRegistrationRequest CreateRequest() {
    v1::CreateRegistrationRequest request;
    v1::Registration& registration = *request.mutable_registration();
    registration.set_number("国械注准 2019-313-0123");
    registration.set_product_name("空心螺钉");
    registration.set_registrant("某厂");
    registration.set_valid_from_date("2094-06-02");
    registration.set_expire_date("2099-06-01");
    return request;
  }
  absl::StatusOr<v1::Registration> Create(const CallContext& call = Wang()) {
    return registrations.CreateRegistration(call, CreateRequest());
  }
  absl::StatusOr<v1::Registration> Approve(const CallContext& call,
                                           const std::string& change = "") {
    v1::ApproveRegistrationRequest request;
    request.set_name(kName);
    request.set_change(change);
    return registrations.ApproveRegistration(call, request);
  }
  absl::StatusOr<v1::Registration> Record(const CallContext& call, const std::string& field,
                                          const std::string& value, const std::string& etag = "") {
    v1::RecordRegistrationChangeRequest request;
    v1::Registration& registration = *request.mutable_registration();
    registration.set_name(kName);
    const auto* descriptor = v1::Registration::descriptor()->FindFieldByName(field);
    v1::Registration::GetReflection()->SetString(&registration, descriptor, value);
    request.mutable_update_mask()->add_paths(field);
    request.set_etag(etag);
    request.set_reason("延续注册");
    return registrations.RecordRegistrationChange(call, request);
  }
  absl::StatusOr<v1::Registration> Suspend(const CallContext& call, const std::string& day = "") {
    v1::SuspendRegistrationRequest request;
    request.set_name(kName);
    request.set_reason("抽检不合格");
    request.set_effective_date(day);
    return registrations.SuspendRegistration(call, request);
  }
  absl::StatusOr<v1::Registration> Cancel(const CallContext& call) {
    v1::CancelRegistrationRequest request;
    request.set_name(kName);
    request.set_reason("注销");
    return registrations.CancelRegistration(call, request);
  }
  absl::StatusOr<v1::Registration> Resume(const CallContext& call) {
    v1::ProposeRegistrationResumptionRequest request;
    request.set_name(kName);
    request.set_reason("整改通过");
    return registrations.ProposeRegistrationResumption(call, request);
  }
  absl::StatusOr<v1::Registration> Get(const std::string& day = "",
                                       const CallContext& call = Li()) {
    v1::GetRegistrationRequest request;
    request.set_name(kName);
    request.set_as_of_date(day);
    return registrations.GetRegistration(call, request);
  }
  std::string Obstacles(const std::string& item, const std::string& day) {
    return database.Value(
        fmt::format("SELECT coalesce(string_agg(reason, ' ' ORDER BY reason), '') FROM "
                    "catalog.item_obstacles('{}', '{}')",
                    item, day));
  }
  std::string PublishedState() { return database.Value("SELECT state FROM catalog_pub.item"); }
};

TEST_F(RegistrationTest, IsCreatedAndApprovedByTwo) {
  const CallContext creating = Wang();
  const auto created = Create(creating);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), kName);
  EXPECT_EQ(created->state(), v1::REGISTRATION_STATE_PROPOSED);
  EXPECT_EQ(created->device_class(), v1::DEVICE_CLASS_III);
  EXPECT_EQ(created->origin(), v1::REGISTRATION_ORIGIN_DOMESTIC);
  EXPECT_EQ(Create(creating)->SerializeAsString(), created->SerializeAsString()) << "once more";
  EXPECT_EQ(Get()->SerializeAsString(), created->SerializeAsString());
  EXPECT_EQ(ErrorReason(Create().status()), "REGISTRATION_EXISTS");
  EXPECT_EQ(ErrorReason(Approve(AllianceApprover("wang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(testing::CallBy("sun", "approver")).status()), "SCOPE_TOO_NARROW");
  const auto approved = Approve(Li());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), v1::REGISTRATION_STATE_VALID);
  EXPECT_EQ(approved->proposer(), "users/wang");
  EXPECT_EQ(approved->approver(), "users/li");
  EXPECT_EQ(ErrorReason(Approve(Li()).status()), "REGISTRATION_NOT_PROPOSED");
  EXPECT_EQ(database.Value("SELECT string_agg(event, ' ' ORDER BY sequence) FROM journal.entry"),
            "registration.proposed registration.approved");
}

TEST_F(RegistrationTest, BadInputIsRefused) {
  v1::CreateRegistrationRequest request = CreateRequest();
  request.mutable_registration()->set_number("国械注准20192130123");
  EXPECT_EQ(ErrorReason(registrations.CreateRegistration(Wang(), request).status()),
            "INVALID_FIELD");
  request = CreateRequest();
  request.mutable_registration()->set_replaced_by("registrations/国械注准20243130123");
  EXPECT_EQ(ErrorReason(registrations.CreateRegistration(Wang(), request).status()),
            "REGISTRATION_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Get().status()), "REGISTRATION_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Suspend(Li()).status()), "REGISTRATION_NOT_FOUND");
  ASSERT_TRUE(Create().ok());
  EXPECT_EQ(ErrorReason(Record(Wang(), "state_reason", "x").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Record(Wang(), "expire_date", "2199-01-01").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Suspend(Li(), "2999-01-01").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Get("2999-01-01").status()), "INVALID_FIELD");
}

TEST_F(RegistrationTest, WhatNarrowsCountsAtOnceAndWhatWidensWaits) {
  ASSERT_TRUE(Create().ok());
  EXPECT_EQ(ErrorReason(Record(AllianceApprover("zhao"), "product_name", "x").status()),
            "NOT_THE_AUTHOR");
  ASSERT_TRUE(Record(Wang(), "expire_date", "2099-05-30").ok()) << "before it is approved";
  ASSERT_TRUE(Approve(Li()).ok());
  const auto narrowed = Record(Wang(), "expire_date", "2099-05-20");
  ASSERT_TRUE(narrowed.ok()) << narrowed.status();
  EXPECT_EQ(narrowed->expire_date(), "2099-05-20");
  EXPECT_FALSE(narrowed->has_open_change());

  const auto waiting = Record(Wang(), "expire_date", "2099-06-01", narrowed->etag());
  ASSERT_TRUE(waiting.ok()) << waiting.status();
  EXPECT_EQ(waiting->expire_date(), "2099-05-20");
  EXPECT_EQ(waiting->open_change().registration().expire_date(), "2099-06-01");
  EXPECT_EQ(ErrorReason(Record(Wang(), "product_name", "x").status()), "CHANGE_ALREADY_OPEN");
  const std::string change = waiting->open_change().name();
  EXPECT_EQ(ErrorReason(Approve(AllianceApprover("wang"), change).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(Li(), std::string(kName) + "/changes/none").status()),
            "CHANGE_NOT_FOUND");
  const CallContext approving = Li();
  const auto widened = Approve(approving, change);
  ASSERT_TRUE(widened.ok()) << widened.status();
  EXPECT_EQ(widened->expire_date(), "2099-06-01");
  EXPECT_EQ(widened->approver(), "users/li");
  EXPECT_FALSE(widened->has_open_change());
  EXPECT_EQ(Approve(approving, change)->SerializeAsString(), widened->SerializeAsString());
  EXPECT_EQ(ErrorReason(Approve(Li(), change).status()), "CHANGE_DECIDED");
  EXPECT_EQ(ErrorReason(Record(Wang(), "product_name", "x", "1").status()), "ETAG_MISMATCH");
}

TEST_F(RegistrationTest, ARejectedChangeChangesNothing) {
  ASSERT_TRUE(Create().ok());
  ASSERT_TRUE(Approve(Li()).ok());
  const auto waiting = Record(Wang(), "registrant", "另一厂");
  ASSERT_TRUE(waiting.ok());
  v1::RejectRegistrationChangeRequest request;
  request.set_name(waiting->open_change().name());
  request.set_reason("证件不清");
  const auto rejected = registrations.RejectRegistrationChange(Li(), request);
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->registrant(), "某厂");
  EXPECT_FALSE(rejected->has_open_change());
  EXPECT_EQ(ErrorReason(registrations.RejectRegistrationChange(Li(), request).status()),
            "CHANGE_DECIDED");
  EXPECT_TRUE(Record(Wang(), "registrant", "又一厂")->has_open_change());
}

TEST_F(RegistrationTest, OfManyWhoDecideOneWins) {
  ASSERT_TRUE(Create().ok());
  ASSERT_TRUE(Approve(Li()).ok());
  const std::string change = Record(Wang(), "registrant", "另一厂")->open_change().name();
  std::atomic<int> won{0};
  std::atomic<int> late{0};
  {
    std::vector<std::jthread> racers;
    for (int racer = 0; racer < 4; ++racer) {
      racers.emplace_back([&, racer] {
        const auto answer = Approve(AllianceApprover(fmt::format("approver-{}", racer)), change);
        if (answer.ok()) ++won;
        if (ErrorReason(answer.status()) == "CHANGE_DECIDED") ++late;
      });
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(late, 3);
}

TEST_F(RegistrationTest, TheAuthoritySuspendsAtOnceAndTwoLetItStandAgain) {
  ApprovedItem("screw", 1);
  EXPECT_EQ(PublishedState(), "approved");
  EXPECT_EQ(Obstacles("screw", "2026-06-01"), "");
  ASSERT_TRUE(Suspend(Wang(), "2020-01-01").ok());
  EXPECT_EQ(Get()->state_date(), "2020-01-01");
  EXPECT_EQ(PublishedState(), "suspended");
  EXPECT_EQ(Obstacles("screw", "2026-06-01"), "REGISTRATION_SUSPENDED");
  EXPECT_EQ(ErrorReason(Suspend(Wang()).status()), "REGISTRATION_NOT_VALID");

  const auto asked = Resume(Wang());
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_TRUE(asked->open_change().resumes());
  EXPECT_EQ(ErrorReason(Resume(Wang()).status()), "CHANGE_ALREADY_OPEN");
  ASSERT_TRUE(Suspend(Wang()).ok()) << "once more, which refuses it";
  EXPECT_EQ(ErrorReason(Approve(Li(), asked->open_change().name()).status()), "CHANGE_DECIDED");
  const auto again = Resume(Wang());
  const auto resumed = Approve(Li(), again->open_change().name());
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->state(), v1::REGISTRATION_STATE_VALID);
  EXPECT_EQ(resumed->event(), "registration.resumed");
  EXPECT_EQ(PublishedState(), "approved");
  EXPECT_EQ(Obstacles("screw", "2026-06-01"), "");
  EXPECT_EQ(ErrorReason(Resume(Wang()).status()), "REGISTRATION_NOT_SUSPENDED");
}

TEST_F(RegistrationTest, WhatIsCancelledStaysSo) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Cancel(Wang()).ok());
  EXPECT_EQ(PublishedState(), "suspended");
  EXPECT_EQ(Obstacles("screw", "2026-06-01"), "REGISTRATION_CANCELLED");
  EXPECT_EQ(ErrorReason(Cancel(Wang()).status()), "REGISTRATION_CANCELLED");
  EXPECT_EQ(ErrorReason(Record(Wang(), "product_name", "x").status()), "REGISTRATION_CANCELLED");
  EXPECT_EQ(ErrorReason(Resume(Wang()).status()), "REGISTRATION_NOT_SUSPENDED");
  EXPECT_EQ(ErrorReason(items.CreateItem(Wang(), ItemRequest("plate", 2)).status()),
            "REGISTRATION_CANCELLED");
}

TEST_F(RegistrationTest, AnItemTellsItsRegistration) {
  ASSERT_TRUE(items.CreateItem(Wang(), ItemRequest("screw", 1)).ok());
  EXPECT_EQ(ErrorReason(Get().status()), "REGISTRATION_NOT_FOUND") << "one person told it";
  v1::ApproveItemRequest approve;
  approve.set_name("items/screw");
  ASSERT_TRUE(items.ApproveItem(Li(), approve).ok());
  const auto told = Get();
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_TRUE(told->as_told());
  EXPECT_EQ(told->state(), v1::REGISTRATION_STATE_VALID);
  EXPECT_EQ(told->registrant(), "某厂");
  EXPECT_EQ(told->expire_date(), "2099-12-31");
  EXPECT_TRUE(items.CreateItem(Wang(), ItemRequest("plate", 2)).ok()) << "with the same date";
  v1::CreateItemRequest other = ItemRequest("nail", 3);
  other.mutable_item()->set_registration_expire_date("2099-12-30");
  const absl::Status refused = items.CreateItem(Wang(), other).status();
  EXPECT_EQ(ErrorReason(refused), "INVALID_FIELD");
  EXPECT_NE(refused.message().find("item.registration_expire_date"), absl::string_view::npos);
  EXPECT_NE(refused.message().find("2099-12-31"), absl::string_view::npos);
}

TEST_F(RegistrationTest, ItemsShowTheDateInForceAndExpireAtTheCountysMidnight) {
  ApprovedItem("screw", 1);
  ASSERT_TRUE(Record(Wang(), "expire_date", "2030-05-31").ok());
  v1::GetItemRequest get;
  get.set_name("items/screw");
  EXPECT_EQ(items.GetItem(Li(), get)->registration_expire_date(), "2030-05-31");
  EXPECT_EQ(database.Value("SELECT registration_expire_date FROM catalog_pub.item"), "2030-05-31");
  EXPECT_EQ(Obstacles("screw", "2030-05-31"), "");
  EXPECT_EQ(Obstacles("screw", "2030-06-01"), "REGISTRATION_EXPIRED");
  v1::CreateItemRequest same = ItemRequest("plate", 2);
  same.mutable_item()->set_registration_expire_date("2030-05-31");
  ASSERT_TRUE(items.CreateItem(Wang(), same).ok());
  v1::ApproveItemRequest approve;
  approve.set_name("items/plate");
  const absl::Time midnight = BusinessDayBegins(Day("2030-06-01"));
  EXPECT_EQ(ErrorReason(items.ApproveItem(At(Li(), midnight), approve).status()),
            "REGISTRATION_EXPIRED");
  EXPECT_TRUE(items.ApproveItem(At(Li(), midnight - absl::Seconds(1)), approve).ok());
}

TEST_F(RegistrationTest, ItemsWaitForTheirRegistration) {
  ASSERT_TRUE(Create().ok());
  v1::CreateItemRequest request = ItemRequest("screw", 1);
  request.mutable_item()->set_registration_expire_date("2099-06-01");
  ASSERT_TRUE(items.CreateItem(Wang(), request).ok());
  v1::ApproveItemRequest approve;
  approve.set_name("items/screw");
  EXPECT_EQ(ErrorReason(items.ApproveItem(Li(), approve).status()), "REGISTRATION_NOT_APPROVED");
  EXPECT_EQ(Obstacles("screw", "2095-01-01"), "ITEM_NOT_APPROVED REGISTRATION_NOT_APPROVED");
  ASSERT_TRUE(Approve(Li()).ok());
  EXPECT_EQ(ErrorReason(items.ApproveItem(Li(), approve).status()), "REGISTRATION_NOT_YET_VALID");
  EXPECT_EQ(Obstacles("screw", "2094-06-01"), "ITEM_NOT_APPROVED REGISTRATION_NOT_YET_VALID");
  EXPECT_EQ(Obstacles("screw", "2094-06-02"), "ITEM_NOT_APPROVED");
  EXPECT_EQ(Obstacles("none", "2094-06-02"), "ITEM_UNKNOWN");
  ASSERT_TRUE(Suspend(Wang()).ok());
  EXPECT_EQ(ErrorReason(items.ApproveItem(Li(), approve).status()), "REGISTRATION_SUSPENDED");
}

TEST_F(RegistrationTest, SaysWhatItSaidOnADay) {
  const auto on = [](std::string_view day, absl::Duration time) {
    return BusinessDayBegins(Day(day)) + time;
  };
  ASSERT_TRUE(Create(At(Wang(), on("2026-03-01", absl::Hours(9)))).ok());
  ASSERT_TRUE(Approve(At(Li(), on("2026-03-02", absl::ZeroDuration()))).ok());
  ASSERT_TRUE(Record(At(Wang(), on("2026-04-01", absl::Hours(24) - absl::Seconds(1))),
                     "product_name", "新名")
                  .ok());
  ASSERT_TRUE(Suspend(At(Wang(), on("2026-05-01", absl::Hours(8)))).ok());
  const CallContext later = At(Li(), on("2026-06-01", absl::ZeroDuration()));
  EXPECT_EQ(ErrorReason(Get("2026-02-28", later).status()), "REGISTRATION_NOT_FOUND");
  EXPECT_EQ(Get("2026-03-01", later)->state(), v1::REGISTRATION_STATE_PROPOSED);
  EXPECT_EQ(Get("2026-03-02", later)->state(), v1::REGISTRATION_STATE_VALID);
  EXPECT_EQ(Get("2026-03-31", later)->product_name(), "空心螺钉");
  EXPECT_EQ(Get("2026-04-01", later)->product_name(), "新名") << "said a second before midnight";
  EXPECT_EQ(Get("2026-04-30", later)->state(), v1::REGISTRATION_STATE_VALID);
  EXPECT_EQ(Get("2026-05-01", later)->state(), v1::REGISTRATION_STATE_SUSPENDED);
  v1::ListRegistrationVersionsRequest request;
  request.set_name(kName);
  request.set_page_size(3);
  const auto first = registrations.ListRegistrationVersions(later, request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->versions_size(), 3);
  EXPECT_EQ(first->versions(0).event(), "registration.suspended");
  EXPECT_EQ(first->versions(1).event(), "registration.changed");
  EXPECT_EQ(first->versions(1).reason(), "延续注册");
  request.set_page_token(first->next_page_token());
  const auto second = registrations.ListRegistrationVersions(later, request);
  ASSERT_EQ(second->versions_size(), 1);
  EXPECT_EQ(second->versions(0).event(), "registration.proposed");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(RegistrationTest, ListsByStateAndExpiry) {
  ASSERT_TRUE(Create().ok());
  v1::CreateRegistrationRequest filing = CreateRequest();
  filing.mutable_registration()->set_number("鲁济械备20190001");
  filing.mutable_registration()->set_expire_date("");
  ASSERT_TRUE(registrations.CreateRegistration(Wang(), filing).ok());
  const auto count = [&](v1::RegistrationState state, const std::string& expire_by) {
    v1::ListRegistrationsRequest request;
    request.set_state(state);
    request.set_expire_by_date(expire_by);
    return registrations.ListRegistrations(Li(), request)->registrations_size();
  };
  EXPECT_EQ(count(v1::REGISTRATION_STATE_UNSPECIFIED, ""), 2);
  EXPECT_EQ(count(v1::REGISTRATION_STATE_VALID, ""), 0);
  EXPECT_EQ(count(v1::REGISTRATION_STATE_PROPOSED, "2099-06-01"), 1);
  EXPECT_EQ(count(v1::REGISTRATION_STATE_PROPOSED, "2099-05-31"), 0);
  v1::ListRegistrationsRequest paged;
  paged.set_page_size(1);
  const auto first = registrations.ListRegistrations(Li(), paged);
  paged.set_page_token(first->next_page_token());
  const auto second = registrations.ListRegistrations(Li(), paged);
  EXPECT_NE(first->registrations(0).name(), second->registrations(0).name());
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(RegistrationTest, TheDatabaseRefusesWhatTheCodeWould) {
  ASSERT_TRUE(Create().ok());
  pqxx::connection connection(database.conninfo_as("catalog"));
  const auto refusal = [&](const std::string& sql) -> std::string {
    pqxx::work tx(connection);
    try {
      tx.exec(sql);
      return "";
    } catch (const pqxx::sql_error& failure) {
      const std::string text = failure.what();
      const size_t begin = text.find("constraint \"");
      if (begin == std::string::npos) return text.substr(0, text.find('\n'));
      return text.substr(begin + 12, text.find('"', begin + 12) - begin - 12);
    }
  };
  const auto set = [&](const std::string& what) {
    return refusal("UPDATE registration SET " + what);
  };
  EXPECT_EQ(set("state = 'odd'"), "registration_state_check");
  EXPECT_EQ(set("state = 'suspended'"), "registration_state_date_check");
  EXPECT_EQ(set("expire_date = NULL"), "registration_expire_date_check");
  EXPECT_EQ(set("expire_date = '2099-06-03'"), "registration_period_check");
  EXPECT_EQ(set("approver_id = 'wang'"), "registration_same_person_check");
  EXPECT_EQ(set("approver_id = 'zhao', approver_for_id = 'wang'"),
            "registration_same_person_check");
  EXPECT_EQ(set("replaced_by = registration_number"), "registration_replaced_by_check");
  EXPECT_EQ(set("product_name = ''"), "registration_product_name_check");
  EXPECT_NE(set("device_class = 2").find("permission denied"), std::string::npos);
  EXPECT_NE(refusal("DELETE FROM registration").find("permission denied"), std::string::npos);
  EXPECT_NE(refusal("UPDATE registration_version SET reason = 'x'").find("permission denied"),
            std::string::npos);
  const auto copy = [&](const std::string& changed) {
    return refusal("INSERT INTO registration SELECT (jsonb_populate_record(registration, '" +
                   changed + "')).* FROM registration");
  };
  EXPECT_EQ(copy(R"({"registration_number": "国械注准20192130124"})"), "registration_class_check");
  EXPECT_EQ(copy(R"({"registration_number": "x"})"), "registration_class_check");
  EXPECT_EQ(copy(R"({"registration_number": "国械注进20193130124"})"), "registration_origin_check");
  EXPECT_EQ(copy(R"({"registration_number": "鲁济械备20190001号", "device_class": 1})"),
            "registration_filing_check");
  EXPECT_EQ(copy(R"({"registration_number": "国械注准20193130124"})"), "");
}

TEST_F(RegistrationTest, TheDatabaseReadsNumbersAsTheCodeDoes) {
  for (const char* text :
       {"国械注准20193130123", "国械注准20192130123", "国械注进20192130123", "国械注许20193130123",
        "鲁械注准20192130123", "鲁械注准20193130123", "鲁械注进20192130123", "鲁济械备20190001号",
        "国械备20190001号", "国食药监械(准)字2014第2400059号", "国食药监械(进)字2014第3400059号",
        "沪浦食药监械(准)字2013第1640001号", "苏食药监械(准)字2012第2660123号(更)",
        "国药管械(试)字2003第3150123号", "国械注准2019313012", "x"}) {
    const auto number = ParseRegistrationNumber(text);
    const std::string expected = number.ok()
                                     ? fmt::format("{} {}", static_cast<int>(number->device_class),
                                                   RegistrationOriginName(number->origin))
                                     : "none";
    EXPECT_EQ(database.Value(fmt::format("SELECT coalesce(catalog.registration_class('{0}') || ' ' "
                                         "|| catalog.registration_origin('{0}'), 'none')",
                                         text)),
              expected)
        << text;
  }
}

TEST_F(RegistrationTest, NumbersAreReadFromAField) {
  v1::ParseRegistrationNumbersRequest request;
  request.set_text("注册证号：国械注准20193130123，国械注进20203140456（旧）");
  const auto read = registrations.ParseRegistrationNumbers(Li(), request);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->registrations_size(), 2);
  EXPECT_EQ(read->registrations(1).origin(), v1::REGISTRATION_ORIGIN_IMPORTED);
  ASSERT_EQ(read->not_understood_size(), 1);
  EXPECT_EQ(read->not_understood(0), "旧");
  request.set_text(std::string(4001, 'x'));
  EXPECT_EQ(ErrorReason(registrations.ParseRegistrationNumbers(Li(), request).status()),
            "INVALID_FIELD");
}

}  // namespace
}  // namespace qingqu::catalog
