#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::sealed_log {

// The hashes of RFC 6962 2.1, kept by RFC 9162 2.1.1, over SHA-256.

inline constexpr size_t kHashBytes = 32;
using Hash = std::array<uint8_t, kHashBytes>;

Hash Sha256(std::string_view bytes);

// SHA-256(0x00 || leaf).
Hash LeafHash(std::string_view leaf);
// SHA-256(0x01 || left || right).
Hash NodeHash(const Hash& left, const Hash& right);
// The root of the tree without leaves: SHA-256 of nothing.
Hash EmptyRoot();

// The hash's bytes; valid as long as `hash`.
std::string_view BytesOf(const Hash& hash);
// INVALID_ARGUMENT unless there are 32 bytes.
absl::StatusOr<Hash> HashFromBytes(std::string_view bytes);

// 64 digits, lower case.
std::string ToHex(const Hash& hash);
// INVALID_ARGUMENT unless there are 64 hexadecimal digits, of either case.
absl::StatusOr<Hash> HashFromHex(std::string_view text);

}  // namespace qingqu::sealed_log
