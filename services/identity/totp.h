#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace qingqu::identity {

// Codes by time (RFC 6238 with SHA-1, 6 digits, 30 seconds), as every authenticator app makes them,
// and recovery codes for who has lost theirs.

inline constexpr absl::Duration kTotpStep = absl::Seconds(30);
inline constexpr int kTotpDigits = 6;
inline constexpr int kRecoveryCodes = 10;

// 20 random bytes (RFC 4226 4, R6).
std::string NewTotpKey();
// RFC 6238 4.2: the code of the step that `unix_seconds` lies in.
std::string TotpCode(std::string_view key, int64_t step, int digits = kTotpDigits);
int64_t TotpStepAt(absl::Time time);
// The step whose code this is, of the present one and its neighbours, and after `last_step`, which
// was accepted last: no code is good twice. Takes the same time for every code.
std::optional<int64_t> FindTotpStep(std::string_view key, std::string_view code, absl::Time now,
                                    int64_t last_step);

// RFC 4648 6 without padding.
std::string Base32(std::string_view bytes);
// otpauth://totp/Qingqu:li?secret=…: what apps read from a QR code.
std::string OtpauthUri(std::string_view user_id, std::string_view key);

// "k7qt-…": four times four characters of base32, 80 random bits.
std::vector<std::string> NewRecoveryCodes();
// What is kept of one: BLAKE2b-256 in hex of its letters and digits, whatever their case. "" when
// it cannot be a recovery code.
std::string RecoveryCodeHash(std::string_view code);

}  // namespace qingqu::identity
