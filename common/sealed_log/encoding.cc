#include "common/sealed_log/encoding.h"

#include <charconv>
#include <limits>

#include "common/base/check.h"
#include "common/base/sodium.h"

namespace qingqu::sealed_log {
namespace {

constexpr int kBase64Variant = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <typename Number>
std::string BigEndian(Number number) {
  std::string bytes(sizeof(Number), '\0');
  for (size_t i = sizeof(Number); i-- > 0; number = static_cast<Number>(number >> 8)) {
    bytes[i] = static_cast<char>(number & 0xff);
  }
  return bytes;
}

template <typename Number>
Number FromBigEndian(std::string_view bytes) {
  QINGQU_CHECK(bytes.size() >= sizeof(Number));
  Number number = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) {
    number = static_cast<Number>(number << 8 | static_cast<unsigned char>(bytes[i]));
  }
  return number;
}

}  // namespace

std::string HexOf(std::string_view bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), Bytes(bytes), bytes.size());
  text.pop_back();
  return text;
}

absl::StatusOr<std::string> BytesFromHex(std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  size_t filled = 0;
  const char* end = nullptr;
  const int result = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                    text.data(), text.size(), nullptr, &filled, &end);
  if (text.size() % 2 != 0 || result != 0 || end != text.data() + text.size()) {
    return absl::InvalidArgumentError("is not hexadecimal");
  }
  return bytes;
}

std::string Base64Of(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kBase64Variant), '\0');
  sodium_bin2base64(text.data(), text.size(), Bytes(bytes), bytes.size(), kBase64Variant);
  text.pop_back();
  return text;
}

absl::StatusOr<std::string> BytesFromBase64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  size_t filled = 0;
  const int result =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &filled, nullptr, kBase64Variant);
  bytes.resize(result == 0 ? filled : 0);
  if (result != 0 || Base64Of(bytes) != text) {
    return absl::InvalidArgumentError("is not base64 with padding");
  }
  return bytes;
}

std::string BigEndian32(uint32_t number) { return BigEndian(number); }

std::string BigEndian64(uint64_t number) { return BigEndian(number); }

uint32_t FromBigEndian32(std::string_view bytes) { return FromBigEndian<uint32_t>(bytes); }

uint64_t FromBigEndian64(std::string_view bytes) { return FromBigEndian<uint64_t>(bytes); }

absl::StatusOr<uint64_t> ParseDecimal(std::string_view text) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || parsed != end || (text.size() > 1 && text.front() == '0') ||
      number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return absl::InvalidArgumentError("is not a decimal number from 0 to 2^63-1");
  }
  return number;
}

}  // namespace qingqu::sealed_log
