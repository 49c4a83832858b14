#include "services/cli/session.h"

#include "fmt/format.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/method_lookup.h"

namespace qingqu::cli {
namespace {

constexpr absl::Duration kRenewBefore = absl::Seconds(30);

// "users/lin" → "lin".
std::string_view UserId(std::string_view name) { return name.substr(name.rfind('/') + 1); }

}  // namespace

absl::StatusOr<identity::v1::SignInResponse> Session::Exchange(
    std::string_view method, const google::protobuf::Message& request) {
  QINGQU_ASSIGN_OR_RETURN(const auto* descriptor,
                          FindMethod(fmt::format("IdentityService/{}", method), catalogue_));
  QINGQU_ASSIGN_OR_RETURN(const auto response,
                          client_.Call(*descriptor, request, {.timeout = options_.timeout}));
  identity::v1::SignInResponse tokens;
  tokens.CopyFrom(*response);
  return tokens;
}

absl::Status Session::Keep(const identity::v1::SignInResponse& response) {
  credential_ = Credential{.user = response.user().name(),
                           .access_token = response.access_token(),
                           .access_token_expire_time =
                               absl::FromUnixSeconds(response.access_token_expire_time().seconds()),
                           .refresh_token = response.refresh_token()};
  return store_.Save(options_.server, *credential_);
}

absl::StatusOr<identity::v1::SignInResponse> Session::SignIn(const std::string& user,
                                                             const std::string& password,
                                                             const std::string& code) {
  identity::v1::SignInRequest request;
  request.set_user(user);
  request.set_password(password);
  request.set_second_factor_code(code);
  QINGQU_ASSIGN_OR_RETURN(const CredentialLock lock, store_.Lock());
  QINGQU_ASSIGN_OR_RETURN(auto response, Exchange("SignIn", request));
  QINGQU_RETURN_IF_ERROR(Keep(response));
  return response;
}

absl::StatusOr<bool> Session::SignOut() {
  QINGQU_ASSIGN_OR_RETURN(const CredentialLock lock, store_.Lock());
  QINGQU_ASSIGN_OR_RETURN(const auto credential, store_.Load(options_.server));
  if (!credential.has_value()) return false;
  QINGQU_RETURN_IF_ERROR(store_.Remove(options_.server));
  credential_.reset();
  identity::v1::SignOutRequest request;
  request.set_refresh_token(credential->refresh_token);
  QINGQU_ASSIGN_OR_RETURN(const auto* method, FindMethod("IdentityService/SignOut", catalogue_));
  QINGQU_RETURN_IF_ERROR(client_.Call(*method, request, {.timeout = options_.timeout}).status());
  return true;
}

absl::StatusOr<std::string> Session::Token() {
  if (!options_.token_override.empty()) return options_.token_override;
  if (!credential_.has_value()) {
    QINGQU_ASSIGN_OR_RETURN(credential_, store_.Load(options_.server));
  }
  if (!credential_.has_value()) return NotSignedIn();
  if (IsFresh(*credential_)) return credential_->access_token;
  // A copy, because Renew replaces the credential before it looks at what was refused.
  const std::string ending = credential_->access_token;
  return Renew(ending);
}

absl::StatusOr<std::string> Session::Renew(const std::string& refused) {
  if (!options_.token_override.empty()) return NotSignedIn();
  QINGQU_ASSIGN_OR_RETURN(const CredentialLock lock, store_.Lock());
  QINGQU_ASSIGN_OR_RETURN(credential_, store_.Load(options_.server));
  if (!credential_.has_value()) return NotSignedIn();
  if (credential_->access_token != refused && IsFresh(*credential_)) {
    return credential_->access_token;
  }
  const std::string user = credential_->user;
  identity::v1::RefreshSessionRequest request;
  request.set_refresh_token(credential_->refresh_token);
  const auto response = Exchange("RefreshSession", request);
  if (absl::IsUnauthenticated(response.status())) {
    QINGQU_RETURN_IF_ERROR(store_.Remove(options_.server));
    credential_.reset();
    return MakeError(absl::StatusCode::kUnauthenticated, "SESSION_ENDED",
                     catalogue_.Format(Message::kSessionOver, UserId(user)));
  }
  if (!response.ok()) return response.status();
  QINGQU_RETURN_IF_ERROR(Keep(*response));
  return credential_->access_token;
}

bool Session::IsFresh(const Credential& credential) const {
  return clock_.Now() + kRenewBefore < credential.access_token_expire_time;
}

absl::Status Session::NotSignedIn() const {
  return MakeError(absl::StatusCode::kUnauthenticated, "NOT_SIGNED_IN",
                   catalogue_.Format(Message::kNotSignedIn, options_.server));
}

}  // namespace qingqu::cli
