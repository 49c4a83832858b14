#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "common/base/clock.h"
#include "qingqu/identity/v1/identity_service.pb.h"
#include "services/cli/credentials.h"
#include "services/cli/rpc_client.h"

namespace qingqu::cli {

struct SessionOptions {
  std::string server;          // what credentials are kept under
  std::string token_override;  // $QINGQU_TOKEN; "" for none
  absl::Duration timeout = absl::Seconds(30);
};

// The signed-in user at one server. Refresh tokens work once and using one again ends the session,
// so they are exchanged under the credential lock, after looking whether another process did it.
// Not thread-safe.
class Session {
 public:
  Session(RpcClient& client, CredentialStore store, SessionOptions options, const Clock& clock,
          const Catalogue& catalogue)
      : client_(client),
        store_(std::move(store)),
        options_(std::move(options)),
        clock_(clock),
        catalogue_(catalogue) {}

  // Signs in and keeps the tokens. `code`: of the second factor, for who has one.
  absl::StatusOr<identity::v1::SignInResponse> SignIn(const std::string& user,
                                                      const std::string& password,
                                                      const std::string& code);
  // Forgets the tokens, also when the server cannot be told. False when there were none.
  absl::StatusOr<bool> SignOut();

  // A token that holds for a while yet. UNAUTHENTICATED NOT_SIGNED_IN or SESSION_ENDED.
  absl::StatusOr<std::string> Token();
  // Another token than `refused`, which the server did not take.
  absl::StatusOr<std::string> Renew(const std::string& refused);

 private:
  absl::StatusOr<identity::v1::SignInResponse> Exchange(std::string_view method,
                                                        const google::protobuf::Message& request);
  absl::Status Keep(const identity::v1::SignInResponse& response);
  bool IsFresh(const Credential& credential) const;
  absl::Status NotSignedIn() const;

  RpcClient& client_;
  CredentialStore store_;
  const SessionOptions options_;
  const Clock& clock_;
  const Catalogue catalogue_;
  std::optional<Credential> credential_;
};

}  // namespace qingqu::cli
