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
#include "services/catalog/lists/application_handlers.h"

namespace qingqu::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kMorning = "2026-11-22T09:00:00+08:00";

CallContext Nurse(std::string_view user_id = "sun", std::string_view ward = "ward-a") {
  CallContext call = testing::CallBy(user_id, "department_nurse");
  call.principal.scope = auth::Scope::kDepartment;
  call.principal.department_id = ward;
  return At(call, kMorning);
}
CallContext Head(std::string_view user_id = "zhou") {
  return At(testing::CallBy(user_id, "approver"), kMorning);
}
CallContext Pharmacist(std::string_view user_id = "zhao") {
  return At(testing::CallBy(user_id, "hospital_pharmacist"), kMorning);
}
CallContext InfectionControl() { return Head("wu"); }
CallContext Alliance(std::string_view user_id = "li") {
  return At(AllianceApprover(user_id), kMorning);
}

class ApplicationTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  template <typename Request>
  using Reviewer = absl::StatusOr<v1::Application> (ApplicationHandlers::*)(const CallContext&,
                                                                            const Request&);

  ApplicationTest() : CatalogDatabase(8) {
    AddBuyers(database);
    ApprovedItem("screw", 1);
    ApprovedItem("plate", 2);
    PutList(database, {"east", "east", "'plate'"});
    PutList(database, {"ward", "ward-a", ""});
    PutList(database, {"county", "county", ""});
  }

  absl::StatusOr<v1::Application> Submit(const CallContext& call, const std::string& id = "a",
                                         const std::string& list = "east",
                                         const std::string& item = "screw",
                                         const std::string& department = "ward-a") {
    v1::SubmitApplicationRequest request;
    request.set_application_id(id);
    request.mutable_application()->set_approved_list("approvedLists/" + list);
    request.mutable_application()->set_item("items/" + item);
    request.mutable_application()->set_department("departments/" + department);
    request.mutable_application()->set_reason("新技术开展");
    return handlers_.SubmitApplication(call, request);
  }
  template <typename Request>
  absl::StatusOr<v1::Application> Review(Reviewer<Request> reviewer, const CallContext& call,
                                         bool approve = true, const std::string& reason = "同意",
                                         const std::string& etag = "") {
    Request request;
    request.set_name("applications/a");
    request.set_approve(approve);
    request.set_reason(reason);
    request.set_etag(etag);
    return (handlers_.*reviewer)(call, request);
  }
  template <typename Request>
  std::string Reason(Reviewer<Request> reviewer, const CallContext& call) {
    return ErrorReason(Review(reviewer, call).status());
  }
  template <typename Request>
  static Request Named(const std::string& reason) {
    Request request;
    request.set_name("applications/a");
    request.set_reason(reason);
    return request;
  }
  void ApproveUntilAlliance() {
    ASSERT_TRUE(Review(kDepartment, Head()).ok());
    ASSERT_TRUE(Review(kPharmacy, Pharmacist()).ok());
    const auto third = Review(kInfection, InfectionControl());
    ASSERT_TRUE(third.ok()) << third.status();
  }
  std::string Listed(const std::string& list = "east") {
    return database.Value(
        fmt::format("SELECT string_agg(item_id || ' ' || start_date || ' ' || added_by, ', ') FROM "
                    "catalog.approved_list_entry WHERE list_id = '{}' AND item_id = 'screw'",
                    list));
  }

  static constexpr auto kDepartment = &ApplicationHandlers::ReviewForDepartment;
  static constexpr auto kPharmacy = &ApplicationHandlers::ReviewForPharmacy;
  static constexpr auto kInfection = &ApplicationHandlers::ReviewForInfectionControl;
  static constexpr auto kAlliance = &ApplicationHandlers::ReviewForAlliance;

  ApplicationHandlers handlers_{pool.get()};
};

TEST_F(ApplicationTest, FourPeopleBringAnItemOnTheList) {
  const auto submitted = Submit(Nurse());
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->step(), v1::APPLICATION_STEP_DEPARTMENT);
  EXPECT_EQ(submitted->institution(), "institutions/county-hospital");
  EXPECT_EQ(submitted->due_date(), "2026-11-29");
  ApproveUntilAlliance();
  EXPECT_EQ(Listed(), "");
  const CallContext call = Alliance();
  const auto approved = Review(kAlliance, call);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), v1::APPLICATION_STATE_APPROVED);
  EXPECT_EQ(Review(kAlliance, call)->SerializeAsString(), approved->SerializeAsString());
  EXPECT_EQ(Listed(), "screw 2026-11-22 applications/a");
  v1::GetApplicationRequest get;
  get.set_name("applications/a");
  const auto read = handlers_.GetApplication(Nurse(), get);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->SerializeAsString(), approved->SerializeAsString());
  ASSERT_THAT(read->rounds(), SizeIs(1));
  EXPECT_THAT(read->rounds(0).decisions(), SizeIs(4));
  EXPECT_EQ(read->rounds(0).decisions(2).decider(), "users/wu");
  EXPECT_EQ(database.Value("SELECT string_agg(event, ' ' ORDER BY sequence) FROM journal.entry "
                           "WHERE resource = 'applications/a'"),
            "application.submitted application.step_approved application.step_approved "
            "application.step_approved application.approved");
}

TEST_F(ApplicationTest, TheRouteIsKept) {
  ASSERT_TRUE(Submit(Nurse()).ok());
  EXPECT_EQ(Reason(kPharmacy, Pharmacist()), "APPLICATION_AT_OTHER_STEP");
  EXPECT_EQ(Reason(kAlliance, Alliance()), "APPLICATION_AT_OTHER_STEP");
  ASSERT_TRUE(Review(kDepartment, Head()).ok());
  EXPECT_EQ(Reason(kDepartment, Head("feng")), "APPLICATION_AT_OTHER_STEP");
  EXPECT_EQ(ErrorReason(Review(kPharmacy, Pharmacist(), true, "", "1").status()), "ETAG_MISMATCH");
  ASSERT_TRUE(Review(kPharmacy, Pharmacist(), true, "").ok());
  ASSERT_TRUE(Review(kInfection, InfectionControl()).ok());
  EXPECT_EQ(Reason(kAlliance, Head("feng")), "SCOPE_TOO_NARROW");
}

TEST_F(ApplicationTest, EachStepIsSomebodyElses) {
  ASSERT_TRUE(Submit(Nurse("sun")).ok());
  EXPECT_EQ(Reason(kDepartment, Head("sun")), "SAME_PERSON");
  CallContext for_sun = Head("feng");
  for_sun.principal.on_behalf_of = "sun";
  for_sun.principal.delegation_id = "d";
  EXPECT_EQ(Reason(kDepartment, for_sun), "SAME_PERSON");
  CallContext for_zhou = Head("feng");
  for_zhou.principal.on_behalf_of = "zhou";
  for_zhou.principal.delegation_id = "d";
  ASSERT_TRUE(Review(kDepartment, for_zhou).ok());
  EXPECT_EQ(Reason(kPharmacy, Pharmacist("feng")), "SAME_PERSON");
  EXPECT_EQ(Reason(kPharmacy, Pharmacist("zhou")), "SAME_PERSON") << "for whom it was decided";
  ASSERT_TRUE(Review(kPharmacy, Pharmacist()).ok());
  EXPECT_EQ(Reason(kInfection, Head("zhao")), "SAME_PERSON");
}

TEST_F(ApplicationTest, ARefusedOneIsMadeAgainInANewRound) {
  ASSERT_TRUE(Submit(Nurse()).ok());
  EXPECT_EQ(ErrorReason(Review(kDepartment, Head(), false, "").status()), "INVALID_FIELD");
  const auto again = Named<v1::ResubmitApplicationRequest>("补充材料");
  EXPECT_EQ(ErrorReason(handlers_.ResubmitApplication(Nurse(), again).status()),
            "APPLICATION_NOT_ENDED");
  const auto rejected = Review(kDepartment, Head(), false, "已有同类");
  ASSERT_TRUE(rejected.ok());
  EXPECT_EQ(rejected->state(), v1::APPLICATION_STATE_REJECTED);
  EXPECT_EQ(Reason(kDepartment, Head()), "APPLICATION_NOT_IN_REVIEW");
  const auto resubmitted =
      handlers_.ResubmitApplication(At(Nurse(), "2026-12-01T09:00:00+08:00"), again);
  ASSERT_TRUE(resubmitted.ok()) << resubmitted.status();
  ASSERT_THAT(resubmitted->rounds(), SizeIs(2));
  EXPECT_EQ(resubmitted->rounds(0).decisions(0).reason(), "已有同类");
  EXPECT_EQ(resubmitted->reason(), "补充材料");
  EXPECT_EQ(resubmitted->due_date(), "2026-12-08");
  ApproveUntilAlliance();
  ASSERT_TRUE(Review(kAlliance, Alliance()).ok());
  EXPECT_THAT(Listed(), HasSubstr("applications/a"));
  EXPECT_EQ(ErrorReason(handlers_.ResubmitApplication(Nurse(), again).status()),
            "APPLICATION_NOT_ENDED");
}

TEST_F(ApplicationTest, OnlyTheApplicantTakesItBack) {
  ASSERT_TRUE(Submit(Nurse()).ok());
  const auto withdraw = Named<v1::WithdrawApplicationRequest>("不需要了");
  EXPECT_EQ(ErrorReason(handlers_.WithdrawApplication(Nurse("he"), withdraw).status()),
            "NOT_APPLICANT");
  EXPECT_EQ(
      ErrorReason(handlers_.WithdrawApplication(Nurse(), Named<v1::WithdrawApplicationRequest>(""))
                      .status()),
      "INVALID_FIELD");
  const auto withdrawn = handlers_.WithdrawApplication(Nurse(), withdraw);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), v1::APPLICATION_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->rounds(0).withdrawal_reason(), "不需要了");
  EXPECT_EQ(Reason(kDepartment, Head()), "APPLICATION_NOT_IN_REVIEW");
  EXPECT_TRUE(
      handlers_.ResubmitApplication(Nurse(), Named<v1::ResubmitApplicationRequest>("x")).ok());
}

TEST_F(ApplicationTest, WhatItNamesMustFit) {
  const auto reason = [&](const std::string& id, const std::string& list, const std::string& item,
                          const std::string& department) {
    return ErrorReason(Submit(Nurse(), id, list, item, department).status());
  };
  EXPECT_EQ(reason("A", "east", "screw", "ward-a"), "INVALID_FIELD");
  EXPECT_EQ(reason("a", "nowhere", "screw", "ward-a"), "LIST_NOT_FOUND");
  EXPECT_EQ(reason("a", "county", "screw", "ward-a"), "LIST_NOT_FOUND")
      << "the county's is not the alliance's to decide";
  EXPECT_EQ(reason("a", "east", "nothing", "ward-a"), "ITEM_NOT_FOUND");
  EXPECT_EQ(reason("a", "east", "screw", "ward-c"), "HOLDER_NOT_FOUND") << "another ward";
  EXPECT_EQ(reason("a", "ward", "screw", "ward-a"), "");
  EXPECT_EQ(reason("b", "ward", "screw", "ward-a"), "APPLICATION_PENDING");
  EXPECT_EQ(reason("a", "ward", "plate", "ward-a"), "APPLICATION_EXISTS");
  EXPECT_EQ(reason("b", "east", "screw", "ward-a"), "") << "another list";
}

TEST_F(ApplicationTest, WhatCameOnTheListMeanwhileIsNotPutThereTwice) {
  ASSERT_TRUE(Submit(Nurse(), "a", "east", "plate").ok());
  ApproveUntilAlliance();
  EXPECT_EQ(Reason(kAlliance, Alliance()), "ITEM_ALREADY_LISTED");
  EXPECT_TRUE(Review(kAlliance, Alliance(), false, "已在目录").ok());
}

TEST_F(ApplicationTest, DeadlinesAreThoseOfTheDay) {
  ASSERT_TRUE(Submit(Nurse()).ok());
  const auto overdue = [&](std::string_view instant) {
    v1::ListApplicationsRequest request;
    request.set_overdue_only(true);
    const auto listed = handlers_.ListApplications(At(Head(), instant), request);
    EXPECT_TRUE(listed.ok());
    v1::GetApplicationRequest get;
    get.set_name("applications/a");
    EXPECT_EQ(handlers_.GetApplication(At(Head(), instant), get)->overdue(),
              listed->applications_size() == 1);
    return listed->applications_size();
  };
  EXPECT_EQ(overdue("2026-11-29T15:59:59+00:00"), 0);
  EXPECT_EQ(overdue("2026-11-29T16:00:00+00:00"), 1) << "the county's midnight";
  ASSERT_TRUE(Review(kDepartment, At(Head(), "2026-12-05T09:00:00+08:00")).ok())
      << "late is not too late";
  EXPECT_EQ(overdue("2026-12-12T09:00:00+08:00"), 0);
  EXPECT_EQ(overdue("2026-12-13T09:00:00+08:00"), 1);
}

TEST_F(ApplicationTest, OfTwoReviewersOneDecides) {
  ASSERT_TRUE(Submit(Nurse()).ok());
  std::vector<std::string> reasons(2);
  {
    const std::jthread one([&] { reasons[0] = Reason(kDepartment, Head("zhou")); });
    const std::jthread other(
        [&] { reasons[1] = ErrorReason(Review(kDepartment, Head("feng"), false, "不").status()); });
  }
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), ""), 1) << reasons[0] << reasons[1];
  EXPECT_EQ(database.Value("SELECT count(*) FROM catalog.application_step"), "1");
}

TEST_F(ApplicationTest, TwoWhoApplyForTheSameAtOnceAreOne) {
  std::vector<std::string> reasons(2);
  {
    const std::jthread one([&] { reasons[0] = ErrorReason(Submit(Nurse(), "a").status()); });
    const std::jthread other([&] { reasons[1] = ErrorReason(Submit(Nurse("he"), "b").status()); });
  }
  EXPECT_THAT(reasons, UnorderedElementsAre("", "APPLICATION_PENDING"));
}

TEST_F(ApplicationTest, OthersDoNotSeeIt) {
  ASSERT_TRUE(Submit(Nurse()).ok());
  const auto sees = [&](const CallContext& call) {
    v1::GetApplicationRequest get;
    get.set_name("applications/a");
    const bool read = handlers_.GetApplication(call, get).ok();
    const auto listed = handlers_.ListApplications(call, {});
    EXPECT_TRUE(listed.ok());
    EXPECT_EQ(listed->applications_size(), read ? 1 : 0);
    return read;
  };
  EXPECT_TRUE(sees(Nurse("he")));
  EXPECT_TRUE(sees(Head()));
  EXPECT_TRUE(sees(Alliance()));
  EXPECT_FALSE(sees(Nurse("he", "ward-c")));
  EXPECT_FALSE(sees(testing::CallBy("wu", "approver", "town-hospital")));
  EXPECT_FALSE(sees(testing::CallBy("xi", "procurement_officer", "", "west")));
  EXPECT_FALSE(sees(testing::CallBySupplier("v", "kangda")));
  EXPECT_EQ(Reason(kDepartment, testing::CallBy("wu", "approver", "town-hospital")),
            "APPLICATION_NOT_FOUND");
  pqxx::connection connection(database.conninfo_as("catalog"));
  pqxx::nontransaction tx(connection);
  for (const char* table : {"application", "application_round", "application_step"}) {
    EXPECT_EQ(tx.exec1(fmt::format("SELECT count(*) FROM {}", table))[0].as<int>(), 0) << table;
  }
}

TEST_F(ApplicationTest, TheDatabaseRefusesWhatTheCodeWould) {
  ASSERT_TRUE(Submit(Nurse()).ok());
  const auto refusal = [&](const std::string& sql) -> std::string {
    pqxx::connection connection(database.conninfo_as("catalog"));
    pqxx::work tx(connection);
    tx.exec("SELECT set_config('qingqu.scope', 'county', true)");
    try {
      tx.exec(sql);
      tx.commit();
      return "";
    } catch (const std::exception& failure) {
      return failure.what();
    }
  };
  const auto step = [](int number, const std::string& decider, const std::string& reason) {
    return fmt::format(
        "INSERT INTO application_step (application_id, round, step, approves, reason, due_date, "
        "decider_id, decided_at) VALUES ('a', 1, {}, {}, '{}', '2026-01-01', '{}', now())",
        number, !reason.empty(), reason, decider);
  };
  EXPECT_THAT(refusal(step(1, "sun", "x")), HasSubstr("somebody else's"));
  EXPECT_THAT(refusal(step(2, "zhou", "x")), HasSubstr("not at hand"));
  EXPECT_THAT(refusal(step(1, "zhou", "")), HasSubstr("application_step_reason_check"));
  EXPECT_THAT(refusal("UPDATE application SET state = 'odd'"),
              HasSubstr("application_state_check"));
  EXPECT_THAT(refusal("UPDATE application SET state = 'approved'"), HasSubstr("journal entry"));
  EXPECT_THAT(refusal("UPDATE application SET item_id = 'plate'"), HasSubstr("permission denied"));
  EXPECT_THAT(refusal("UPDATE application_step SET approves = true"),
              HasSubstr("permission denied"));
  EXPECT_THAT(refusal("DELETE FROM application_round"), HasSubstr("permission denied"));
  EXPECT_EQ(refusal(step(1, "zhou", "x")), "");
  EXPECT_THAT(refusal(step(1, "feng", "x")), HasSubstr("not at hand"));
}

}  // namespace
}  // namespace qingqu::catalog
