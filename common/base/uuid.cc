#include "common/base/uuid.h"

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "common/base/check.h"
#include "common/base/sodium.h"

namespace qingqu {
namespace {

constexpr size_t kTextSize = 36;
constexpr int kCounterBits = 12;
constexpr uint32_t kCounterStartEnd = 1u << (kCounterBits - 1);
constexpr int64_t kUnixMillisEnd = int64_t{1} << 48;

bool IsDashPosition(size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

// The value of a hexadecimal digit, or -1.
int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

void SetVersion(std::array<uint8_t, 16>& bytes, int version) {
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3F) | 0x80);
}

// Milliseconds and counter in one number, so that a counter which runs over moves on to the next
// millisecond by itself. A new millisecond starts the counter at random in its lower half, as RFC
// 9562 advises.
uint64_t NextTick(const Clock& clock) {
  static std::atomic<uint64_t> last_tick{0};
  const int64_t unix_millis = std::max<int64_t>(0, absl::ToUnixMillis(clock.Now()));
  QINGQU_CHECK(unix_millis < kUnixMillisEnd);
  const uint64_t now =
      (static_cast<uint64_t>(unix_millis) << kCounterBits) | randombytes_uniform(kCounterStartEnd);
  uint64_t last = last_tick.load();
  uint64_t next = 0;
  do {
    const bool same_millisecond = (now >> kCounterBits) <= (last >> kCounterBits);
    next = same_millisecond ? last + 1 : now;
  } while (!last_tick.compare_exchange_weak(last, next));
  return next;
}

void SetUnixMillis(std::array<uint8_t, 16>& bytes, uint64_t unix_millis) {
  for (size_t index = 0; index < 6; ++index) {
    bytes[index] = static_cast<uint8_t>(unix_millis >> (40 - 8 * index));
  }
}

}  // namespace

absl::StatusOr<Uuid> Uuid::Parse(std::string_view text) {
  const absl::Status malformed = absl::InvalidArgumentError(
      "must be a UUID of 36 characters, like 0192f0c1-7a3b-7c4d-8e5f-60718293a4b5");
  if (text.size() != kTextSize) return malformed;
  Uuid uuid;
  size_t nibble = 0;
  for (size_t position = 0; position < kTextSize; ++position) {
    if (IsDashPosition(position)) {
      if (text[position] != '-') return malformed;
      continue;
    }
    const int value = HexValue(text[position]);
    if (value < 0) return malformed;
    uint8_t& byte = uuid.bytes_[nibble / 2];
    byte = static_cast<uint8_t>((byte << 4) | value);
    ++nibble;
  }
  return uuid;
}

Uuid Uuid::FromBytes(const std::array<uint8_t, 16>& bytes) {
  Uuid uuid;
  uuid.bytes_ = bytes;
  return uuid;
}

int64_t Uuid::unix_millis() const {
  int64_t unix_millis = 0;
  for (size_t index = 0; index < 6; ++index) unix_millis = (unix_millis << 8) | bytes_[index];
  return unix_millis;
}

std::string Uuid::ToString() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(kTextSize);
  for (const uint8_t byte : bytes_) {
    if (IsDashPosition(text.size())) text += '-';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0F];
  }
  return text;
}

Uuid NewUuidV7(const Clock& clock) {
  InitializeSodium();
  const uint64_t tick = NextTick(clock);
  std::array<uint8_t, 16> bytes;
  SetUnixMillis(bytes, tick >> kCounterBits);
  bytes[6] = static_cast<uint8_t>((tick >> 8) & 0x0F);
  bytes[7] = static_cast<uint8_t>(tick & 0xFF);
  randombytes_buf(&bytes[8], 8);
  SetVersion(bytes, 7);
  return Uuid::FromBytes(bytes);
}

Uuid UuidFromText(std::string_view text) {
  InitializeSodium();
  std::array<uint8_t, 16> bytes;
  const int result = crypto_generichash(bytes.data(), bytes.size(),
                                        reinterpret_cast<const unsigned char*>(text.data()),
                                        text.size(), nullptr, 0);
  QINGQU_CHECK(result == 0);
  SetVersion(bytes, 8);
  return Uuid::FromBytes(bytes);
}

Uuid UuidV7FromText(absl::Time time, std::string_view text) {
  const int64_t unix_millis = absl::ToUnixMillis(time);
  QINGQU_CHECK(unix_millis >= 0 && unix_millis < kUnixMillisEnd);
  std::array<uint8_t, 16> bytes = UuidFromText(text).bytes();
  SetUnixMillis(bytes, static_cast<uint64_t>(unix_millis));
  SetVersion(bytes, 7);
  return Uuid::FromBytes(bytes);
}

}  // namespace qingqu
