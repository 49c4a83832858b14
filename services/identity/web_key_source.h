#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/clock.h"
#include "services/identity/external_token.h"
#include "services/identity/oidc_issuer.h"
#include "services/identity/web_key.h"

namespace qingqu::identity {

inline constexpr size_t kWebKeySetBytesMax = 256 * 1024;
// A key set is read again when a token names a key that is not in it, or a signature does not fit,
// but not more often than this, so that nobody makes us hammer an issuer;
inline constexpr absl::Duration kWebKeysReadInterval = absl::Seconds(30);
// and after this long in any case, so that a key that the issuer withdrew is forgotten.
inline constexpr absl::Duration kWebKeysAgeMax = absl::Hours(1);

// The text of a file, or of a URL through libcurl: no redirects, 3 seconds, kWebKeySetBytesMax at
// most. UNAVAILABLE when it cannot be had.
absl::StatusOr<std::string> FetchWebKeySet(const std::string& source);

// Verifies tokens of the issuers that a file names. Thread-safe. One caller at a time reads an
// issuer's keys; only those whose key is not known yet wait for it.
class ExternalTokenVerifier {
 public:
  using Fetch = std::function<absl::StatusOr<std::string>(const std::string& source)>;
  // `clock` outlives the verifier.
  ExternalTokenVerifier(std::vector<OidcIssuer> issuers, const Clock* clock,
                        Fetch fetch = FetchWebKeySet);

  struct Verified {
    const OidcIssuer* issuer = nullptr;  // lives as long as the verifier
    std::string subject;
    std::string token_hash;  // without the signature, of which ECDSA has several for one text
  };
  // EXTERNAL_TOKEN_REFUSED (external_token.h), or UNAVAILABLE ISSUER_UNAVAILABLE when its keys
  // cannot be read and none are known.
  absl::StatusOr<Verified> Verify(std::string_view token);

  // Null for one that the file does not name.
  const OidcIssuer* Find(std::string_view issuer) const;

 private:
  using KeysPtr = std::shared_ptr<const WebKeys>;
  struct Known {
    OidcIssuer issuer;
    std::mutex reading;  // whoever reads the keys; taken before `mutex`
    std::mutex mutex;
    // Guarded by mutex:
    KeysPtr keys;                               // null: none are known
    absl::Time read_at = absl::InfinitePast();  // successfully
    absl::Time tried_at = absl::InfinitePast();
  };
  absl::Status CheckWithKeys(Known& known, const ExternalToken& token);
  // The keys, read anew when they are too old.
  KeysPtr KeysOf(Known& known);
  // The keys, read anew unless they were lately. Waits for another caller who reads them, or
  // returns those that are known.
  KeysPtr ReadKeys(Known& known, bool wait);
  absl::StatusOr<KeysPtr> FetchKeys(const OidcIssuer& issuer) const;
  bool WasReadLately(const Known& known) const;

  const Clock* const clock_;
  const Fetch fetch_;
  std::map<std::string, std::unique_ptr<Known>, std::less<>> known_;
};

}  // namespace qingqu::identity
