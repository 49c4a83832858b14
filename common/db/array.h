#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qingqu::db {

// Builds a PostgreSQL array literal ('{…}') for a parameter such as $1::text[]; libpqxx 6 has no
// array parameters. Append in row order; every column of an unnest must get the same number of
// elements.
class ArrayBuilder {
 public:
  void AddText(std::string_view value);  // quoted and escaped; the value must hold no NUL
  void AddInteger(int64_t value);
  void AddBoolean(bool value);
  void AddNull();
  void AddOptionalText(const std::optional<std::string>& value);
  // Empty becomes NULL.
  void AddTextOrNull(std::string_view value);
  // The literal. The builder may go on being used.
  std::string Build() const { return literal_ + "}"; }

 private:
  void Separate();
  std::string literal_ = "{";
};

std::string TextArray(const std::vector<std::string>& values);
std::string IntegerArray(const std::vector<int64_t>& values);

}  // namespace qingqu::db
