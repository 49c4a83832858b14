#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/identity/api_key.h"
#include "services/identity/post_handlers.h"
#include "services/identity/test_identity.h"

namespace qingqu::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MachineClientsTest : public ::testing::Test, protected TestIdentity {
 protected:
  MachineClientsTest() {
    MakeOrganisation();
    MakeUser("his-bridge", v1::ROLE_HOSPITAL_PHARMACIST, v1::SCOPE_INSTITUTION);
  }
  absl::StatusOr<v1::MachineClient> Make(const std::string& user,
                                         const std::vector<std::string>& certificates = {}) {
    v1::MakeMachineClientRequest request;
    request.set_user("users/" + user);
    for (const std::string& one : certificates) request.add_certificates(one);
    return credentials.MakeMachineClient(Admin(), request);
  }
  absl::StatusOr<v1::ApiKey> Create(absl::Duration lifetime = absl::Hours(24)) {
    v1::CreateApiKeyRequest request;
    request.set_user("users/his-bridge");
    request.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock.Now() + lifetime));
    return credentials.CreateApiKey(Admin(), request);
  }
  absl::StatusOr<v1::SignInResponse> Exchange(const std::string& key,
                                              const std::string& certificate = "") {
    v1::ExchangeApiKeyRequest request;
    request.set_api_key(key);
    CallContext call = Nobody();
    call.client_certificate = certificate;
    return credentials.ExchangeApiKey(call, request);
  }
  std::string ReasonOf(const std::string& key, const std::string& certificate = "") {
    return ErrorReason(Exchange(key, certificate).status());
  }
  absl::StatusOr<v1::ApiKey> Revoke(const std::string& name) {
    v1::RevokeApiKeyRequest request;
    request.set_name(name);
    return credentials.RevokeApiKey(Admin(), request);
  }
};

TEST_F(MachineClientsTest, AKeyIsExchangedForAShortToken) {
  const std::string session = SignIn("his-bridge", kPassword)->refresh_token();
  ASSERT_TRUE(Make("his-bridge").ok());
  EXPECT_EQ(ErrorReason(SignIn("his-bridge", kPassword).status()), "SIGN_IN_FAILED");
  EXPECT_EQ(ErrorReason(Refresh(session).status()), "SESSION_ENDED");
  const auto key = Create();
  ASSERT_TRUE(key.ok()) << key.status();
  const auto exchanged = Exchange(key->key());
  ASSERT_TRUE(exchanged.ok()) << exchanged.status();
  EXPECT_EQ(exchanged->user().name(), "users/his-bridge");
  EXPECT_EQ(exchanged->refresh_token(), "");
  const auto verifier = auth::TokenVerifier::Create(keys.path(), &clock);
  EXPECT_EQ((*verifier)->Verify(exchanged->access_token())->user_id, "his-bridge");
  clock.Advance(absl::Minutes(10));
  EXPECT_EQ(ErrorReason((*verifier)->Verify(exchanged->access_token()).status()), "TOKEN_EXPIRED");
  EXPECT_EQ(CountEvents("user.machine_client_created"), "1");
}

TEST_F(MachineClientsTest, TheKeyIsShownOnceAndKeptAsAHash) {
  ASSERT_TRUE(Make("his-bridge").ok());
  v1::CreateApiKeyRequest request;
  request.set_user("users/his-bridge");
  const CallContext call = Admin();
  const auto first = credentials.CreateApiKey(call, request);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = credentials.CreateApiKey(call, request);
  EXPECT_EQ(again->name(), first->name());
  EXPECT_EQ(again->key(), "");
  const std::string secret = first->key().substr(20);
  EXPECT_THAT(database.Value("SELECT string_agg(k::text, '') FROM identity.api_key AS k") +
                  database.Value("SELECT string_agg(i::text, '') FROM identity.idempotency AS i") +
                  database.Value("SELECT string_agg(e::text, '') FROM journal.entry AS e"),
              Not(HasSubstr(secret)));
  EXPECT_EQ(CountEvents("api_key.created"), "1");
}

TEST_F(MachineClientsTest, TwoKeysAtATimeSoThatTheyCanBeReplaced) {
  ASSERT_TRUE(Make("his-bridge").ok());
  const auto old_key = Create();
  clock.Advance(absl::Seconds(1));
  const auto new_key = Create();
  EXPECT_EQ(ErrorReason(Create().status()), "TOO_MANY_API_KEYS");
  EXPECT_EQ(ReasonOf(old_key->key()), "");
  EXPECT_EQ(ReasonOf(new_key->key()), "");
  ASSERT_TRUE(Revoke(old_key->name()).ok());
  ASSERT_TRUE(Revoke(old_key->name()).ok());
  EXPECT_EQ(CountEvents("api_key.revoked"), "1");
  EXPECT_EQ(ReasonOf(old_key->key()), "API_KEY_ENDED");
  EXPECT_EQ(ReasonOf(new_key->key()), "");
  EXPECT_TRUE(Create().ok());
  v1::ListApiKeysRequest request;
  request.set_user("users/his-bridge");
  const auto listed = credentials.ListApiKeys(Admin(), request);
  ASSERT_EQ(listed->api_keys_size(), 3);
  EXPECT_EQ(listed->api_keys(2).name(), old_key->name());
  EXPECT_TRUE(listed->api_keys(2).has_revoke_time());
  EXPECT_TRUE(listed->api_keys(2).has_last_use_time());
  EXPECT_EQ(listed->api_keys(2).key(), "");
  EXPECT_EQ(ErrorReason(Revoke("apiKeys/0123456789abcdef").status()), "API_KEY_NOT_FOUND");
}

TEST_F(MachineClientsTest, EveryRefusalHasItsReason) {
  ASSERT_TRUE(Make("his-bridge").ok());
  const auto key = Create(absl::Hours(1));
  std::string wrong = key->key();
  wrong[30] = wrong[30] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ReasonOf(wrong), "API_KEY_INVALID");
  EXPECT_EQ(ReasonOf(NewApiKey().text), "API_KEY_INVALID");
  EXPECT_EQ(ReasonOf("no key"), "API_KEY_INVALID");
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(ErrorDetails(Exchange(key->key()).status()).at("because"), "EXPIRED");
  EXPECT_EQ(ErrorReason(Create(-absl::Seconds(1)).status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Create(absl::Hours(24 * 400)).status()), "INVALID_FIELD");
  const auto live = Create();
  v1::DisableUserRequest disable;
  disable.set_name("users/his-bridge");
  ASSERT_TRUE(handlers.DisableUser(Admin(), disable).ok());
  EXPECT_EQ(ReasonOf(live->key()), "API_KEY_INVALID");
}

TEST_F(MachineClientsTest, WhoIsBoundToACertificateMustShowIt) {
  const std::string bound(64, 'a');
  const auto client = Make("his-bridge", {std::string(64, 'A')});
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ(client->certificates(0), bound);
  const auto key = Create();
  EXPECT_EQ(ReasonOf(key->key()), "CERTIFICATE_REQUIRED");
  EXPECT_EQ(ReasonOf(key->key(), std::string(64, 'b')), "CERTIFICATE_REQUIRED");
  EXPECT_EQ(ReasonOf(key->key(), bound), "");
  v1::SetMachineCertificatesRequest request;
  request.set_user("users/his-bridge");
  request.add_certificates(std::string(64, 'b'));
  ASSERT_TRUE(credentials.SetMachineCertificates(Admin(), request).ok());
  EXPECT_EQ(ReasonOf(key->key(), bound), "CERTIFICATE_REQUIRED");
  EXPECT_EQ(ReasonOf(key->key(), std::string(64, 'b')), "");
  EXPECT_EQ(CountEvents("user.certificates_changed"), "1");
  request.add_certificates("not a fingerprint");
  EXPECT_EQ(ErrorReason(credentials.SetMachineCertificates(Admin(), request).status()),
            "INVALID_FIELD");
}

TEST_F(MachineClientsTest, NoMachineApprovesOrAdministers) {
  MakeUser("chen", v1::ROLE_APPROVER, v1::SCOPE_ALLIANCE);
  MakeUser("boss", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
  EXPECT_EQ(ErrorReason(Make("chen").status()), "ROLE_NOT_FOR_MACHINES");
  EXPECT_EQ(ErrorReason(Make("boss").status()), "ROLE_NOT_FOR_MACHINES");
  EXPECT_EQ(ErrorReason(Make("nobody").status()), "USER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Create().status()), "NO_MACHINE_CLIENT");
  ASSERT_TRUE(Make("his-bridge").ok());
  EXPECT_EQ(ErrorReason(Make("his-bridge").status()), "MACHINE_CLIENT_EXISTS");
}

TEST_F(MachineClientsTest, NoLaterPostMakesAMachineAnAdministrator) {
  ASSERT_TRUE(Make("his-bridge").ok());
  const auto key = Create();
  PostHandlers posts(&pool(), &clock, {"operator"});
  v1::CreatePostRequest request;
  request.mutable_post()->set_user("users/his-bridge");
  request.mutable_post()->set_scope(v1::SCOPE_COUNTY);
  request.mutable_post()->add_roles(v1::ROLE_BUREAU_ADMINISTRATOR);
  EXPECT_EQ(ErrorReason(posts.CreatePost(Admin(), request).status()), "ROLE_NOT_FOR_MACHINES");
  request.mutable_post()->set_roles(0, v1::ROLE_DISCIPLINE_INSPECTOR);
  EXPECT_EQ(ErrorReason(posts.CreatePost(Admin(), request).status()), "ROLE_NOT_FOR_MACHINES");
  request.mutable_post()->set_roles(0, v1::ROLE_OPERATOR);
  request.mutable_post()->set_scope(v1::SCOPE_ALLIANCE);
  request.mutable_post()->set_alliance("alliances/east");
  EXPECT_EQ(ErrorReason(posts.CreatePost(Admin(), request).status()), "ROLE_NOT_FOR_MACHINES");
  // As if somebody had written it past the handlers.
  ASSERT_EQ(ReasonOf(key->key()), "");
  database.Execute(
      "SET session_replication_role = replica; UPDATE identity.post SET scope = 'county', "
      "roles = '{bureau_administrator}', institution_id = NULL, alliance_id = NULL "
      "WHERE user_id = 'his-bridge'");
  EXPECT_EQ(ReasonOf(key->key()), "ROLE_NOT_FOR_MACHINES");
  MakeUser("root", v1::ROLE_BUREAU_ADMINISTRATOR, v1::SCOPE_COUNTY);
  v1::DisableUserRequest disable;
  disable.set_name("users/root");
  EXPECT_EQ(ErrorReason(handlers.DisableUser(Admin(), disable).status()), "LAST_ADMINISTRATOR");
}

}  // namespace
}  // namespace qingqu::identity
