#include "common/rpc/trace_parent.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"

#include "common/base/sodium.h"

namespace qingqu::rpc {
namespace {

// 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
constexpr size_t kSize = 55;
constexpr size_t kTraceIdStart = 3;
constexpr size_t kTraceIdSize = 32;
constexpr size_t kSpanIdStart = 36;
constexpr size_t kSpanIdSize = 16;

bool IsLowerHex(char character) {
  return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
}

bool IsWellFormed(std::string_view text) {
  if (text.size() != kSize || !text.starts_with("00-")) return false;
  for (size_t index = kTraceIdStart; index < kSize; ++index) {
    const bool dash = index == kSpanIdStart - 1 || index == kSpanIdStart + kSpanIdSize;
    if (dash ? text[index] != '-' : !IsLowerHex(text[index])) return false;
  }
  const auto is_zero = [](std::string_view id) {
    return std::ranges::all_of(id, [](char character) { return character == '0'; });
  };
  return !is_zero(text.substr(kTraceIdStart, kTraceIdSize)) &&
         !is_zero(text.substr(kSpanIdStart, kSpanIdSize));
}

template <size_t kHexSize>
std::string RandomHex() {
  InitializeSodium();
  std::array<char, kHexSize / 2> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return absl::BytesToHexString({bytes.data(), bytes.size()});
}

}  // namespace

std::string TraceParentOrNew(const std::string* header) {
  if (header != nullptr && IsWellFormed(*header)) return *header;
  return fmt::format("00-{}-{}-01", RandomHex<kTraceIdSize>(), RandomHex<kSpanIdSize>());
}

std::string WellFormedTraceParent(std::string_view traceparent) {
  return IsWellFormed(traceparent) ? std::string(traceparent) : "";
}

std::string ChildTraceParent(std::string_view traceparent) {
  if (!IsWellFormed(traceparent)) return "";
  std::string child(traceparent);
  return child.replace(kSpanIdStart, kSpanIdSize, RandomHex<kSpanIdSize>());
}

std::string_view TraceIdOf(std::string_view traceparent) {
  return traceparent.substr(kTraceIdStart, kTraceIdSize);
}

}  // namespace qingqu::rpc
