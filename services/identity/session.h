#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace qingqu::identity {

inline constexpr absl::Duration kAccessTokenLifetime = absl::Minutes(10);
inline constexpr absl::Duration kSessionIdleMax = absl::Hours(12);
inline constexpr absl::Duration kSessionMax = absl::Hours(24 * 30);
inline constexpr int kSessionsPerUserMax = 20;

// A refresh token: 16 random bytes that name the session and 32 that change at each use, together
// in base64url. Whoever shows the first with other than the present second ones uses an old token.
// Only the hashes (BLAKE2b-256, hex) are kept.
struct RefreshToken {
  std::string text;
  std::string handle_hash;
  std::string secret_hash;
};

// For a new session.
RefreshToken NewRefreshToken();
// For the same session, with a new secret.
RefreshToken NextRefreshToken(const RefreshToken& present);
// False when `text` is no refresh token at all.
bool ParseRefreshToken(std::string_view text, RefreshToken& token);

// A session as it is kept.
struct Session {
  std::string user_id;
  std::string post_id;              // in which it acts
  std::string delegation_id;        // by which; "" in a post of the user's own
  std::string only_institution_id;  // in whose posts alone it may act; "" for everywhere
  std::string secret_hash;
  absl::Time started_at;
  absl::Time used_at;
  bool ended = false;
  bool second_factor = false;
  std::string ended_because;  // as SessionEnded says it; "" when it ran out
};

// A session as its owner sees it.
struct ListedSession {
  std::string session_id;  // the first half of the handle's hash, which opens nothing
  std::string address;
  std::string client;
  absl::Time started_at;
  absl::Time used_at;
};

// True when the session has ended or run out at `now`.
bool IsOver(const Session& session, absl::Time now);

}  // namespace qingqu::identity
