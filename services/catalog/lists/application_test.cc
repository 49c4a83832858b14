#include "services/catalog/lists/application.h"

#include <string>

#include "gtest/gtest.h"

#include "common/status/status.h"

// The rules of applications that need no database: the order of the route, who decides, deadlines.

namespace qingqu::catalog {
namespace {

CallContext By(std::string_view user_id, auth::Scope scope = auth::Scope::kAlliance) {
  CallContext call;
  call.principal.user_id = user_id;
  call.principal.scope = scope;
  call.received_at = absl::FromCivil(absl::CivilSecond(2026, 11, 22, 1, 0, 0), absl::UTCTimeZone());
  return call;
}

v1::SubmitApplicationRequest Request() {
  v1::SubmitApplicationRequest request;
  request.set_application_id("a");
  request.mutable_application()->set_approved_list("approvedLists/east");
  request.mutable_application()->set_item("items/screw");
  request.mutable_application()->set_department("departments/ward");
  request.mutable_application()->set_reason(" 新技术 ");
  return request;
}

Application New() { return *ParseApplication(By("sun"), Request()); }

Review Yes(int step) { return {.step = step, .approves = true, .reason = ""}; }

std::string Reason(const absl::StatusOr<Application>& result) {
  return ErrorReason(result.status());
}

TEST(ApplicationTest, BeginsWithTheDepartment) {
  const Application application = New();
  EXPECT_EQ(application.step, kFirstStep);
  EXPECT_EQ(application.due_date.ToString(), "2026-11-29");
  EXPECT_EQ(application.rounds.back().reason, "新技术");
  EXPECT_EQ(application.rounds.back().applicant.user_id, "sun");
}

TEST(ApplicationTest, NamesWhatIsWrong) {
  EXPECT_EQ(Reason(ParseApplication(By("sun"), {})), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(CheckNeed("reason", "").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(CheckNeed("reason", std::string(2001, 'x')).status()), "INVALID_FIELD");
  EXPECT_TRUE(CheckNeed("reason", std::string(2000, 'x')).ok());
  EXPECT_TRUE(ParseReview(1, true, "").ok());
  EXPECT_FALSE(ParseReview(1, false, " ").ok());
  EXPECT_FALSE(ParseReview(1, true, std::string(501, 'x')).ok());
}

TEST(ApplicationTest, GoesStepByStepToItsApproval) {
  Application application = New();
  const char* people[] = {"", "zhou", "zhao", "wu", "li"};
  for (int step = kFirstStep; step <= kLastStep; ++step) {
    for (int other = kFirstStep; other <= kLastStep; ++other) {
      if (other == step) continue;
      EXPECT_EQ(Reason(Reviewed(application, Yes(other), By("feng"))), "APPLICATION_AT_OTHER_STEP");
    }
    const auto next = Reviewed(application, Yes(step), By(people[step]));
    ASSERT_TRUE(next.ok()) << next.status();
    EXPECT_EQ(next->version, application.version + 1);
    application = *next;
  }
  EXPECT_EQ(application.state, ApplicationState::kApproved);
  EXPECT_EQ(Reason(Reviewed(application, Yes(kLastStep), By("feng"))), "APPLICATION_NOT_IN_REVIEW");
  EXPECT_EQ(Reason(Resubmitted(application, "r", By("sun"))), "APPLICATION_NOT_ENDED");
  EXPECT_EQ(Reason(Withdrawn(application, "r", By("sun"))), "APPLICATION_NOT_IN_REVIEW");
}

TEST(ApplicationTest, NobodyTakesTwoSteps) {
  const Application application = *Reviewed(New(), Yes(1), By("zhou"));
  for (const char* person : {"sun", "zhou"}) {
    EXPECT_EQ(Reason(Reviewed(application, Yes(2), By(person))), "SAME_PERSON") << person;
    CallContext stand_in = By("feng");
    stand_in.principal.on_behalf_of = person;
    EXPECT_EQ(Reason(Reviewed(application, Yes(2), stand_in)), "SAME_PERSON") << person;
  }
  const Application refused =
      *Reviewed(application, {.step = 2, .approves = false, .reason = "r"}, By("zhao"));
  const Application again = *Resubmitted(refused, "r", By("sun"));
  EXPECT_TRUE(Reviewed(again, Yes(1), By("zhao")).ok()) << "a new round";
}

TEST(ApplicationTest, TheLastStepIsTheAlliances) {
  Application application = New();
  application.step = kLastStep;
  EXPECT_EQ(Reason(Reviewed(application, Yes(kLastStep), By("li", auth::Scope::kInstitution))),
            "SCOPE_TOO_NARROW");
}

TEST(ApplicationTest, IsOverdueAfterItsDay) {
  const Application application = New();
  EXPECT_FALSE(ToProto(application, application.due_date).overdue());
  EXPECT_TRUE(ToProto(application, application.due_date.PlusDays(1)).overdue());
  const Application withdrawn = *Withdrawn(application, "r", By("sun"));
  EXPECT_FALSE(ToProto(withdrawn, application.due_date.PlusDays(1)).overdue());
  EXPECT_EQ(Reason(Withdrawn(application, "r", By("he"))), "NOT_APPLICANT");
}

}  // namespace
}  // namespace qingqu::catalog
