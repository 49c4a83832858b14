#include "common/db/array.h"

namespace qingqu::db {

void ArrayBuilder::Separate() {
  if (literal_.size() > 1) literal_ += ',';
}

void ArrayBuilder::AddText(std::string_view value) {
  Separate();
  literal_ += '"';
  for (const char character : value) {
    if (character == '"' || character == '\\') literal_ += '\\';
    literal_ += character;
  }
  literal_ += '"';
}

void ArrayBuilder::AddInteger(int64_t value) {
  Separate();
  literal_ += std::to_string(value);
}

void ArrayBuilder::AddBoolean(bool value) {
  Separate();
  literal_ += value ? 't' : 'f';
}

void ArrayBuilder::AddNull() {
  Separate();
  literal_ += "NULL";
}

void ArrayBuilder::AddOptionalText(const std::optional<std::string>& value) {
  if (!value.has_value()) return AddNull();
  AddText(*value);
}

void ArrayBuilder::AddTextOrNull(std::string_view value) {
  if (value.empty()) return AddNull();
  AddText(value);
}

std::string TextArray(const std::vector<std::string>& values) {
  ArrayBuilder builder;
  for (const std::string& value : values) builder.AddText(value);
  return builder.Build();
}

std::string IntegerArray(const std::vector<int64_t>& values) {
  ArrayBuilder builder;
  for (const int64_t value : values) builder.AddInteger(value);
  return builder.Build();
}

}  // namespace qingqu::db
