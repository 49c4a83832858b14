#include <atomic>
#include <thread>

#include "gtest/gtest.h"

#include "common/rpc/doctor_level.h"
#include "common/status/status.h"
#include "tests/support/test_database.h"

namespace qingqu::rpc {
namespace {

class DoctorLevelTest : public ::testing::Test {
 protected:
  static CallContext Nurse(const std::string& user, const std::string& institution = "west") {
    return testing::CallBy(user, "department_nurse", institution);
  }
  std::string Ask(const CallContext& call, int weight = 1) {
    return ErrorReason(CountDoctorLevel(*pool_, call, weight, limits_));
  }

  testing::TestDatabase database_;
  std::unique_ptr<db::ConnectionPool> pool_ = database_.NewPool("usage", {});
  DoctorLevelLimits limits_{.per_user = 4, .per_institution = 6};
};

TEST_F(DoctorLevelTest, AUserAndAnInstitutionHaveTheirLimits) {
  for (int asking = 0; asking < 4; ++asking) EXPECT_EQ(Ask(Nurse("li")), "");
  EXPECT_EQ(Ask(Nurse("li")), "DOCTOR_LEVEL_LIMIT");
  EXPECT_EQ(Ask(Nurse("wu")), "") << "another user";
  EXPECT_EQ(Ask(Nurse("wu")), "");
  EXPECT_EQ(Ask(Nurse("xu")), "DOCTOR_LEVEL_LIMIT") << "of the whole institution";
  EXPECT_EQ(Ask(Nurse("xu", "east")), "") << "another institution";
  EXPECT_EQ(Ask(testing::CallBy("ji", "discipline_inspector")), "") << "the county's offices";
}

TEST_F(DoctorLevelTest, WhatIsRefusedCountsForNothing) {
  EXPECT_EQ(Ask(Nurse("li"), 3), "");
  for (int asking = 0; asking < 5; ++asking) EXPECT_EQ(Ask(Nurse("li"), 2), "DOCTOR_LEVEL_LIMIT");
  EXPECT_EQ(Ask(Nurse("li"), 1), "");
  EXPECT_EQ(Ask(Nurse("wu"), 2), "") << "nor for the institution";
  EXPECT_EQ(Ask(Nurse("xu"), 1), "DOCTOR_LEVEL_LIMIT");
}

TEST_F(DoctorLevelTest, TimeGivesBack) {
  for (int asking = 0; asking < 4; ++asking) ASSERT_EQ(Ask(Nurse("li")), "");
  const absl::Status refused = CountDoctorLevel(*pool_, Nurse("li"), 1, limits_);
  const auto wait = refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  EXPECT_TRUE(wait.has_value());
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  const auto pass = [&](const std::string& minutes) {
    database_.Execute(
        "UPDATE journal.doctor_level_budget SET spent_until = spent_until - interval '" + minutes +
        " minutes'");
  };
  pass("14");
  EXPECT_EQ(Ask(Nurse("li")), "DOCTOR_LEVEL_LIMIT") << "a quarter of an hour an asking";
  pass("2");
  EXPECT_EQ(Ask(Nurse("li")), "");
  EXPECT_EQ(Ask(Nurse("li")), "DOCTOR_LEVEL_LIMIT");
  pass("600");
  for (int asking = 0; asking < 4; ++asking) EXPECT_EQ(Ask(Nurse("li")), "");
  EXPECT_EQ(Ask(Nurse("li")), "DOCTOR_LEVEL_LIMIT") << "what is not asked is not saved up";
}

TEST_F(DoctorLevelTest, ProcessesCountTogether) {
  limits_ = {.per_user = 12, .per_institution = 30};
  const auto other = database_.NewPool("supervision", {});
  std::atomic<int> admitted{0};
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 8; ++caller) {
      callers.emplace_back([&, caller] {
        const std::string user = "user-" + std::to_string(caller % 4);
        for (int asking = 0; asking < 10; ++asking) {
          const absl::Status status =
              CountDoctorLevel(caller % 2 == 0 ? *pool_ : *other, Nurse(user), 1, limits_);
          if (status.ok()) ++admitted;
          if (!status.ok() && ErrorReason(status) != "DOCTOR_LEVEL_LIMIT") ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(admitted, 30);
}

TEST_F(DoctorLevelTest, AServiceCannotForgiveItself) {
  ASSERT_EQ(Ask(Nurse("li")), "");
  for (const char* privilege : {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"}) {
    EXPECT_EQ(database_.Value(std::string("SELECT has_table_privilege('qingqu_usage', "
                                          "'journal.doctor_level_budget', '") +
                              privilege + "')"),
              "f")
        << privilege;
  }
}

}  // namespace
}  // namespace qingqu::rpc
