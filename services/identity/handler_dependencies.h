#pragma once

#include <set>
#include <string>

#include "common/auth/token.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"
#include "services/identity/password_hasher.h"
#include "services/identity/secret_box.h"
#include "services/identity/signing_keys.h"
#include "services/identity/web_key_source.h"

namespace qingqu::identity {

// What the handlers of this service work with. All that is pointed to outlives them.
struct HandlerDependencies {
  const Clock* clock = nullptr;
  db::ConnectionPool* pool = nullptr;
  const auth::TokenSigner* signer = nullptr;
  // Whose the signer is.
  const SigningKeys* signing_keys = nullptr;
  PasswordHasher* hasher = nullptr;
  const SecretBox* box = nullptr;
  // Tokens of hospitals' own systems.
  ExternalTokenVerifier* external = nullptr;
  // Who has one of these roles must have a second factor.
  std::set<std::string> second_factor_roles = {};
};

}  // namespace qingqu::identity
