#include <fstream>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "services/identity/bootstrap.h"
#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UserHandlersTest : public ::testing::Test, protected TestIdentity {
 protected:
  UserHandlersTest() { MakeOrganisation(); }

  absl::StatusOr<v1::User> Disable(const std::string& name, const std::string& etag = "") {
    v1::DisableUserRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return handlers.DisableUser(Admin(), request);
  }
  absl::StatusOr<v1::User> Get(const std::string& name) {
    v1::GetUserRequest request;
    request.set_name(name);
    return handlers.GetUser(Admin(), request);
  }
};

TEST_F(UserHandlersTest, CreatesUsersWhereTheyBelong) {
  const v1::User nurse = MakeNurse("li");
  EXPECT_EQ(nurse.alliance(), "alliances/east");
  EXPECT_EQ(nurse.etag(), "1");
  EXPECT_EQ(Get("users/li")->SerializeAsString(), nurse.SerializeAsString());
  EXPECT_EQ(MakeUser("seller", v1::ROLE_SUPPLIER, v1::SCOPE_SUPPLIER).supplier(), "suppliers/acme");
  EXPECT_EQ(Get("users/nobody").status().code(), absl::StatusCode::kNotFound);
  CallContext self = At(testing::CallBy("li", "department_nurse"));
  EXPECT_EQ(handlers.GetSelf(self, {})->name(), "users/li");
  EXPECT_EQ(handlers.ListUsers(Admin(), {})->users_size(), 2);
}

TEST_F(UserHandlersTest, NamesEverythingThatIsWrong) {
  v1::CreateUserRequest request = UserRequest("Li Na", v1::ROLE_SUPPLIER, v1::SCOPE_INSTITUTION);
  request.set_password("short");
  request.mutable_user()->clear_institution();
  const auto status = handlers.CreateUser(Admin(), request).status();
  EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
  const std::string payload = status.ToString();
  for (const char* field : {"user_id", "user.roles", "user.institution", "password"}) {
    EXPECT_THAT(payload, HasSubstr(field));
  }
  request = UserRequest("li", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_UNSPECIFIED);
  EXPECT_THAT(handlers.CreateUser(Admin(), request).status().ToString(), HasSubstr("user.scope"));
  request = UserRequest("li", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION);
  request.mutable_user()->set_alliance("alliances/west");
  EXPECT_THAT(handlers.CreateUser(Admin(), request).status().ToString(),
              HasSubstr("user.alliance"));
  request.mutable_user()->set_institution("institutions/none");
  EXPECT_EQ(ErrorReason(handlers.CreateUser(Admin(), request).status()), "INSTITUTION_NOT_FOUND");
  request = UserRequest("op", v1::ROLE_OPERATOR, v1::SCOPE_ALLIANCE);
  request.mutable_user()->set_alliance("alliances/none");
  EXPECT_EQ(ErrorReason(handlers.CreateUser(Admin(), request).status()), "ALLIANCE_NOT_FOUND");
  MakeNurse("li");
  EXPECT_EQ(ErrorReason(handlers
                            .CreateUser(Admin(), UserRequest("li", v1::ROLE_DEPARTMENT_NURSE,
                                                             v1::SCOPE_INSTITUTION))
                            .status()),
            "USER_EXISTS");
}

TEST_F(UserHandlersTest, ARepeatedRequestHasOneEffectAndKeepsNoPassword) {
  v1::CreateUserRequest request =
      UserRequest("li", v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION);
  CallContext call = Admin();
  request.set_request_id(call.request_id);
  const auto first = handlers.CreateUser(call, request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(handlers.CreateUser(call, request)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(CountEvents("user.created"), "1");
  request.set_password("staple staple staple");
  EXPECT_EQ(ErrorReason(handlers.CreateUser(call, request).status()), "REQUEST_ID_REUSED");
  EXPECT_THAT(database.Value("SELECT string_agg(details::text, '') FROM journal.entry"),
              Not(HasSubstr(kPassword)));
  EXPECT_THAT(database.Value("SELECT password_hash FROM identity.account WHERE user_id = 'li'"),
              HasSubstr("$argon2id$"));
}

TEST_F(UserHandlersTest, DisablesOnceAndOnlyAsSeen) {
  MakeNurse("li");
  EXPECT_EQ(ErrorReason(Disable("users/li", "7").status()), "ETAG_MISMATCH");
  const auto disabled = Disable("users/li", "1");
  ASSERT_TRUE(disabled.ok()) << disabled.status();
  EXPECT_TRUE(disabled->disabled());
  EXPECT_EQ(disabled->etag(), "2");
  EXPECT_EQ(Disable("users/li")->etag(), "2");
  EXPECT_EQ(CountEvents("user.disabled"), "1");
  EXPECT_EQ(ErrorReason(Disable("users/nobody").status()), "USER_NOT_FOUND");
}

TEST_F(UserHandlersTest, TwoAdministratorsCannotDisableEachOtherAtOnce) {
  MakeUser("admin-1", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
  MakeUser("admin-2", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
  std::vector<std::string> reasons(2);
  {
    std::jthread first([&] { reasons[0] = ErrorReason(Disable("users/admin-1").status()); });
    std::jthread second([&] { reasons[1] = ErrorReason(Disable("users/admin-2").status()); });
  }
  EXPECT_THAT(reasons, ::testing::UnorderedElementsAre("", "LAST_ADMINISTRATOR"));
}

TEST_F(UserHandlersTest, TheDatabaseRefusesRolesThatDoNotFit) {
  MakeNurse("li");
  const auto insert = [&](const std::string& roles, const std::string& belongs) {
    pqxx::connection connection(database.superuser_conninfo());
    pqxx::work tx(connection);
    try {
      tx.exec(
          "INSERT INTO identity.post (post_id, user_id, roles, scope, institution_id, alliance_id, "
          "supplier_id, starts_at, created_at) VALUES ('x', 'li', '" +
          roles + "', " + belongs + ", now(), now())");
    } catch (const pqxx::check_violation&) {
      return false;
    }
    return true;
  };
  EXPECT_TRUE(insert("{operator}", "'alliance', NULL, 'east', NULL"));
  EXPECT_FALSE(insert("{operator,supplier}", "'alliance', NULL, 'east', NULL"));
  EXPECT_FALSE(insert("{supplier}", "'supplier', NULL, NULL, NULL"));
  EXPECT_FALSE(insert("{supplier,approver}", "'supplier', NULL, NULL, 'acme'"));
  EXPECT_FALSE(insert("{discipline_inspector,insurance_bureau}", "'county', NULL, NULL, NULL"));
  EXPECT_FALSE(insert("{department_nurse}", "'county', NULL, NULL, NULL"));
  EXPECT_FALSE(insert("{department_nurse}", "'institution', NULL, 'east', NULL"));
  EXPECT_FALSE(insert("{}", "'county', NULL, NULL, NULL"));
  EXPECT_FALSE(insert("{insurance_bureau}", "'system', NULL, NULL, NULL"));
}

TEST_F(UserHandlersTest, TheFirstUserIsMadeOnceByHoweverMany) {
  keys.Write("password", std::string(kPassword) + "\n");
  std::vector<std::jthread> threads;
  for (int index = 0; index < 6; ++index) {
    threads.emplace_back([&] {
      EXPECT_TRUE(CreateFirstUser(pool(), hasher, keys.File("password"), clock.Now()).ok());
    });
  }
  threads.clear();
  EXPECT_EQ(CountEvents("user.created"), "1");
  EXPECT_TRUE(SignIn("admin", kPassword).ok());
  // With users there, the file is not even looked for.
  EXPECT_TRUE(CreateFirstUser(pool(), hasher, keys.File("none"), clock.Now()).ok());
}

TEST_F(UserHandlersTest, AFirstPasswordThatCannotBeUsedIsSaid) {
  keys.Write("password", "short\n");
  for (const char* file : {"password", "none"}) {
    const auto status = CreateFirstUser(pool(), hasher, keys.File(file), clock.Now());
    EXPECT_EQ(ErrorReason(status), "BOOTSTRAP_PASSWORD_UNUSABLE");
    EXPECT_THAT(std::string(status.message()), HasSubstr(keys.File(file)));
  }
  EXPECT_EQ(database.Value("SELECT count(*) FROM identity.account"), "0");
}

}  // namespace
}  // namespace qingqu::identity
