#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace qingqu {

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1000;

// AIP-158: 0 → the default, above the maximum → the maximum, negative → INVALID_ARGUMENT.
absl::StatusOr<int> EffectivePageSize(int requested);

// Where the next page starts: the last row's sort key, as strings. The token also carries a hash of
// the filter
// (`filter`: any canonical text of what the list was asked for), so that a token of one list is
// refused by another.
std::string EncodePageToken(const std::vector<std::string>& last_key, std::string_view filter);

// An empty token gives an empty key (first page). INVALID_ARGUMENT when it was not made by
// EncodePageToken for the same filter and for `key_size` parts, or when a part is no text that
// PostgreSQL can hold (IsStorableText). Anyone can make a token that passes: what a part means is
// for the list to check.
absl::StatusOr<std::vector<std::string>> DecodePageToken(std::string_view token,
                                                         std::string_view filter, size_t key_size);

// A part of a key that holds an instant as microseconds since 1970. INVALID_ARGUMENT when it is not
// a whole number or lies outside the years 0001 to 9999 (UTC), which PostgreSQL reads as well.
absl::StatusOr<int64_t> ParseMicrosecondsKey(std::string_view part);

}  // namespace qingqu
