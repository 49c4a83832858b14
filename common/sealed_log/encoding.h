#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::sealed_log {

// Lower-case digits.
std::string HexOf(std::string_view bytes);
// INVALID_ARGUMENT unless `text` holds pairs of hexadecimal digits and nothing else.
absl::StatusOr<std::string> BytesFromHex(std::string_view text);

// RFC 4648 4, with padding.
std::string Base64Of(std::string_view bytes);
// INVALID_ARGUMENT unless `text` is what Base64Of makes of the bytes.
absl::StatusOr<std::string> BytesFromBase64(std::string_view text);

std::string BigEndian32(uint32_t number);
std::string BigEndian64(uint64_t number);
// `bytes` holds 4 (8) bytes at least; what follows is not read.
uint32_t FromBigEndian32(std::string_view bytes);
uint64_t FromBigEndian64(std::string_view bytes);

// A decimal number without sign and leading zeroes, from 0 to 2^63-1. Else INVALID_ARGUMENT.
absl::StatusOr<uint64_t> ParseDecimal(std::string_view text);

}  // namespace qingqu::sealed_log
