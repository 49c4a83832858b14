#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "common/auth/token.h"
#include "common/base/clock.h"
#include "common/db/connection_pool.h"

namespace qingqu::identity {

// A key as the table names it; its files are <id>.key.pem and <id>.pub.pem.
struct SigningKey {
  int number = 0;
  absl::Time activates_at;
  bool revoked = false;
};

// "identity" for 0, else "identity-<number>".
std::string SigningKeyId(int number);

// Signs with the key that is active now, which all processes read from one table, at most a second
// after it has changed. Takes a superseded key's files away when the last token that it signed has
// ended, a revoked one's at once. Thread-safe.
class SigningKeys final : public auth::TokenSigner {
 public:
  // All outlive the object.
  struct Options {
    std::string keys_dir;
    const Clock* clock = nullptr;
    db::ConnectionPool* pool = nullptr;
  };
  // Reads the table, and makes the active key's files if they are not there.
  static absl::StatusOr<std::unique_ptr<SigningKeys>> Create(const Options& options);

  absl::StatusOr<std::string> Sign(const auth::Principal& principal,
                                   absl::Duration lifetime) const override;
  std::string PublicJwk() const override;
  // RFC 7517 5: the keys that tokens of now may be signed with, those to come first: {"keys": […]}.
  absl::StatusOr<std::string> PublicJwks() const;

  // Makes the next key, which signs from `activates_at` on; with `revoke`, those before are not
  // trusted any more. Its number. In a transaction of the caller, with the journal's entry.
  absl::StatusOr<int> Rotate(pqxx::transaction_base& tx, absl::Time activates_at,
                             bool revoke) const;
  // Looks into the table again at the next use.
  void Forget() const;

 private:
  explicit SigningKeys(const Options& options) : options_(options) {}
  absl::StatusOr<std::shared_ptr<const auth::TokenSigner>> Active() const;
  absl::Status Refresh(absl::Time now) const;
  absl::Status Load(int number) const;
  void TakeAway(absl::Time now) const;

  const Options options_;
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  mutable absl::Time read_at_ = absl::InfinitePast();
  mutable std::vector<SigningKey> keys_;
  mutable std::map<int, std::shared_ptr<const auth::TokenSigner>> signers_;
  mutable std::set<int> gone_;
};

}  // namespace qingqu::identity
