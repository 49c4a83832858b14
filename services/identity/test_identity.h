#pragma once

#include <memory>
#include <string>

#include "absl/time/clock.h"

#include "common/auth/test_directory.h"
#include "common/auth/token.h"
#include "common/base/check.h"
#include "common/status/status.h"
#include "services/identity/credential_handlers.h"
#include "services/identity/identity_handlers.h"
#include "services/identity/queries.h"
#include "tests/support/test_database.h"

namespace qingqu::identity {

// For tests: the handlers on a database of their own, with a clock that stands still and hashing
// that costs little, and the organisation that the tests speak of.
class TestIdentity {
 public:
  static constexpr const char* kPassword = "correct horse battery";

  TestIdentity()
      : pool_(database.NewPool("identity",
                               {queries::kAllQueries.begin(), queries::kAllQueries.end()}, 8)),
        signer_(
            *SigningKeys::Create({.keys_dir = keys.path(), .clock = &clock, .pool = pool_.get()})),
        dependencies_({.clock = &clock,
                       .pool = pool_.get(),
                       .signer = signer_.get(),
                       .signing_keys = signer_.get(),
                       .hasher = &hasher,
                       .box = &box_,
                       .external = &external_,
                       .second_factor_roles = {"approver", "discipline_inspector"}}),
        handlers(dependencies_),
        credentials(dependencies_) {}

  // A new call of the administrator at the clock's time.
  CallContext Admin() const { return At(testing::CallBy("admin", "bureau_administrator")); }
  CallContext At(CallContext call) const {
    call.received_at = clock.Now();
    return call;
  }
  // As signed-out callers come in.
  CallContext Nobody() const {
    CallContext call;
    call.method = "test/Public";
    call.client = "grpc";
    call.received_at = clock.Now();
    return call;
  }

  // What the catalogue says of a supplier.
  void PutSupplier(const std::string& supplier_id, const std::string& credit_code,
                   const std::string& state) const {
    database.Execute(
        "SET session_replication_role = replica;"
        "INSERT INTO catalog.supplier (supplier_id, display_name, credit_code, licence_number,"
        " licence_class, licence_expire_date, state, proposer_id, approver_id, created_at,"
        " updated_at) VALUES ('" +
        supplier_id + "', 'supplier', '" + credit_code +
        "', '鲁济食药监械经营许20210001号', 3, '2099-12-31', '" + state +
        "', 'wang', 'li', now(), now())");
  }

  // The suppliers acme and other; alliances east and west; institutions county-hospital (lead) and
  // township of east.
  void MakeOrganisation() {
    PutSupplier("acme", "91350100M000100Y43", "approved");
    PutSupplier("other", "91370800MA3C1K2X8M", "approved");
    for (const char* id : {"east", "west"}) {
      v1::CreateAllianceRequest request;
      request.set_alliance_id(id);
      request.mutable_alliance()->set_display_name(id);
      QINGQU_CHECK(handlers.CreateAlliance(Admin(), request).ok());
    }
    for (const char* id : {"county-hospital", "township"}) {
      v1::CreateInstitutionRequest request;
      request.set_institution_id(id);
      request.mutable_institution()->set_display_name(id);
      request.mutable_institution()->set_alliance("alliances/east");
      request.mutable_institution()->set_lead(std::string_view(id) == "county-hospital");
      QINGQU_CHECK(handlers.CreateInstitution(Admin(), request).ok());
    }
  }

  static v1::CreateUserRequest UserRequest(const std::string& user_id, v1::Role role,
                                           v1::Scope scope) {
    v1::CreateUserRequest request;
    request.set_user_id(user_id);
    request.set_password(kPassword);
    request.mutable_user()->set_display_name("某人");
    request.mutable_user()->add_roles(role);
    request.mutable_user()->set_scope(scope);
    if (scope == v1::SCOPE_INSTITUTION)
      request.mutable_user()->set_institution("institutions/county-hospital");
    if (scope == v1::SCOPE_ALLIANCE) request.mutable_user()->set_alliance("alliances/east");
    if (scope == v1::SCOPE_SUPPLIER) request.mutable_user()->set_supplier("suppliers/acme");
    return request;
  }
  v1::User MakeUser(const std::string& user_id, v1::Role role, v1::Scope scope) {
    const auto made = handlers.CreateUser(Admin(), UserRequest(user_id, role, scope));
    QINGQU_CHECK(made.ok());
    return *made;
  }
  v1::User MakeNurse(const std::string& user_id) {
    return MakeUser(user_id, v1::ROLE_DEPARTMENT_NURSE, v1::SCOPE_INSTITUTION);
  }

  absl::StatusOr<v1::SignInResponse> SignIn(const std::string& user, const std::string& password,
                                            const std::string& address = "192.0.2.1") {
    v1::SignInRequest request;
    request.set_user(user);
    request.set_password(password);
    CallContext call = Nobody();
    call.client_address = address;
    return handlers.SignIn(call, request);
  }
  absl::StatusOr<v1::SignInResponse> Refresh(const std::string& token) {
    v1::RefreshSessionRequest request;
    request.set_refresh_token(token);
    return handlers.RefreshSession(Nobody(), request);
  }
  std::string CountEvents(const std::string& event) const {
    return database.Value("SELECT count(*) FROM journal.entry WHERE event = '" + event + "'");
  }

  std::string web_keys;
  testing::TestDatabase database;
  auth::TestDirectory keys;
  FakeClock clock{absl::FromUnixSeconds(1'790'000'000)};
  PasswordHasher hasher{{.passes = 1, .memory_bytes = 64 * 1024}};

 private:
  std::unique_ptr<db::ConnectionPool> pool_;
  std::unique_ptr<SigningKeys> signer_;
  const SecretBox box_{std::string(32, 'k')};
  // Tests say what the issuer's key set is.
  ExternalTokenVerifier external_{
      {{.issuer = "https://sso.example",
        .audience = "qingqu",
        .institution = "county-hospital",
        .jwks = "https://sso.example/keys"}},
      &clock,
      [this](const std::string&) -> absl::StatusOr<std::string> { return web_keys; }};
  const HandlerDependencies dependencies_;

 public:
  IdentityHandlers handlers;
  CredentialHandlers credentials;
  db::ConnectionPool& pool() { return *pool_; }
};

}  // namespace qingqu::identity
