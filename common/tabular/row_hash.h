#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qingqu::tabular {

// BLAKE2b of a row's or a key's canonical text, 128 bits: the same on every machine and in every
// version, so that it can be stored and compared by a later run.
using RowHash = std::array<uint8_t, 16>;

// 32 lower-case hexadecimal digits.
std::string ToHex(const RowHash& hash);

// Builds the text that is hashed. Every part carries its length, so that no two different rows give
// the same text.
class RowHasher {
 public:
  void Add(std::string_view name, const std::optional<std::string>& value);
  // The hash of what was added, after which the hasher is empty again.
  RowHash Finish();

 private:
  std::string text_;
};

}  // namespace qingqu::tabular
