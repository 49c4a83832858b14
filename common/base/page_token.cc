#include "common/base/page_token.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "absl/strings/escaping.h"

#include "common/base/check.h"
#include "common/base/sodium.h"
#include "common/base/strings.h"

// A token is the base64url of: a hash of 16 bytes, then each part as its size (8 bytes, little
// endian) and its bytes. The hash covers the filter and the parts. It has no secret: whoever forges
// a token only chooses where a list that he may read anyway starts.

namespace qingqu {
namespace {

constexpr size_t kHashSize = 16;
constexpr size_t kSizeSize = 8;
// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z.
constexpr int64_t kMicrosecondsMin = -62'135'596'800'000'000;
constexpr int64_t kMicrosecondsMax = 253'402'300'799'999'999;

std::string EncodeSize(uint64_t size) {
  std::string bytes;
  for (size_t index = 0; index < kSizeSize; ++index) {
    bytes += static_cast<char>((size >> (8 * index)) & 0xFF);
  }
  return bytes;
}

uint64_t DecodeSize(std::string_view bytes) {
  uint64_t size = 0;
  for (size_t index = 0; index < kSizeSize; ++index) {
    size |= uint64_t{static_cast<uint8_t>(bytes[index])} << (8 * index);
  }
  return size;
}

std::string Hash(std::string_view filter, std::string_view parts) {
  InitializeSodium();
  std::string hashed = EncodeSize(filter.size());
  hashed.append(filter).append(parts);
  std::array<unsigned char, kHashSize> hash;
  const int result = crypto_generichash(hash.data(), hash.size(),
                                        reinterpret_cast<const unsigned char*>(hashed.data()),
                                        hashed.size(), nullptr, 0);
  QINGQU_CHECK(result == 0);
  return std::string(hash.begin(), hash.end());
}

}  // namespace

absl::StatusOr<int> EffectivePageSize(int requested) {
  if (requested < 0) return absl::InvalidArgumentError("page_size must not be negative");
  if (requested == 0) return kPageSizeDefault;
  return std::min(requested, kPageSizeMax);
}

std::string EncodePageToken(const std::vector<std::string>& last_key, std::string_view filter) {
  std::string parts;
  for (const std::string& part : last_key) parts.append(EncodeSize(part.size())).append(part);
  return absl::WebSafeBase64Escape(Hash(filter, parts).append(parts));
}

absl::StatusOr<std::vector<std::string>> DecodePageToken(std::string_view token,
                                                         std::string_view filter, size_t key_size) {
  if (token.empty()) return std::vector<std::string>();
  const absl::Status refused = absl::InvalidArgumentError(
      "page_token must come from the previous page of the same list, with the same filter");
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) || bytes.size() < kHashSize) {
    return refused;
  }
  // Abseil reads white space, padding and stray low bits too; only what EncodePageToken writes is a
  // token.
  if (ToAbsl(token) != absl::WebSafeBase64Escape(bytes)) return refused;
  std::string_view parts = std::string_view(bytes).substr(kHashSize);
  if (!bytes.starts_with(Hash(filter, parts))) return refused;
  std::vector<std::string> key;
  while (!parts.empty()) {
    if (parts.size() < kSizeSize) return refused;
    const uint64_t size = DecodeSize(parts);
    parts.remove_prefix(kSizeSize);
    if (size > parts.size() || key.size() == key_size) return refused;
    if (!IsStorableText(parts.substr(0, size))) return refused;
    key.emplace_back(parts.substr(0, size));
    parts.remove_prefix(size);
  }
  if (key.size() != key_size) return refused;
  return key;
}

absl::StatusOr<int64_t> ParseMicrosecondsKey(std::string_view part) {
  int64_t microseconds = 0;
  const char* end = part.data() + part.size();
  const auto [rest, error] = std::from_chars(part.data(), end, microseconds);
  if (error != std::errc() || rest != end || microseconds < kMicrosecondsMin ||
      microseconds > kMicrosecondsMax) {
    return absl::InvalidArgumentError("page_token holds no instant of the years 0001 to 9999");
  }
  return microseconds;
}

}  // namespace qingqu
