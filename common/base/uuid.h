#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/base/clock.h"

namespace qingqu {

// A UUID (RFC 9562), 16 bytes.
class Uuid {
 public:
  Uuid() = default;
  // The 36-character form in either case; INVALID_ARGUMENT for anything else.
  static absl::StatusOr<Uuid> Parse(std::string_view text);
  static Uuid FromBytes(const std::array<uint8_t, 16>& bytes);
  std::string ToString() const;  // lower case, 36 characters
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  int version() const { return bytes_[6] >> 4; }
  // The 48 bits of Unix milliseconds that a version 7 UUID begins with.
  int64_t unix_millis() const;
  friend auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<uint8_t, 16> bytes_{};
};

// A version 7 UUID: 48 bits of Unix milliseconds, then random bits (RFC 9562, 5.7). Ids made by one
// process in the same millisecond still ascend (method 1 of section 6.2: the 12 bits after the
// version count). Thread-safe.
Uuid NewUuidV7(const Clock& clock);

// A version 8 UUID computed from `text` (BLAKE2b): the same text always gives the same id. For ids
// that a retry must find again, such as those of the movements that one request causes.
Uuid UuidFromText(std::string_view text);

// A version 7 UUID with the milliseconds of `time` and the other bits computed from `text`: for
// such ids where the time in them says where they are kept.
Uuid UuidV7FromText(absl::Time time, std::string_view text);

}  // namespace qingqu
