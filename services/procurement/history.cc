#include "services/procurement/history.h"

#include <algorithm>
#include <array>

#include "fmt/format.h"

#include "common/base/civil_date.h"
#include "common/base/money.h"
#include "common/base/quantity.h"
#include "common/base/strings.h"

namespace qingqu::procurement {
namespace {

using google::protobuf::FieldDescriptor;

enum class ColumnKind { kText, kDate, kMoney, kWhole, kBoolean };

struct Column {
  const char* name;  // of the field and of the staging table's column
  ColumnKind kind;
  bool required;
  int length_max;       // of texts
  bool is_key = false;  // equal names must be equal texts: without white space at the ends
};

constexpr std::array<Column, kHistoryColumnCount - 1> kColumns = {{
    {"source_line_id", ColumnKind::kText, true, 40},
    {"project_code", ColumnKind::kText, false, 80},
    {"price_quote", ColumnKind::kText, false, 80},
    {"order_number", ColumnKind::kText, false, 80},
    {"shipment_number", ColumnKind::kText, false, 80},
    {"country", ColumnKind::kText, false, 80},
    {"managed_by", ColumnKind::kText, false, 80},
    {"fulfil_via", ColumnKind::kText, false, 80},
    {"inco_term", ColumnKind::kText, false, 80},
    {"shipment_mode", ColumnKind::kText, false, 80},
    {"quote_sent_date", ColumnKind::kDate, false, 0},
    {"order_sent_date", ColumnKind::kDate, false, 0},
    {"scheduled_date", ColumnKind::kDate, false, 0},
    {"delivered_date", ColumnKind::kDate, false, 0},
    {"recorded_date", ColumnKind::kDate, false, 0},
    {"product_group", ColumnKind::kText, false, 80},
    {"sub_classification", ColumnKind::kText, false, 80},
    {"vendor", ColumnKind::kText, true, 200, true},
    {"item_description", ColumnKind::kText, true, 400, true},
    {"molecule", ColumnKind::kText, false, 400},
    {"brand", ColumnKind::kText, false, 200},
    {"dosage", ColumnKind::kText, false, 200},
    {"dosage_form", ColumnKind::kText, false, 200},
    {"pack_units", ColumnKind::kWhole, false, 0},
    {"quantity", ColumnKind::kWhole, false, 0},
    {"line_value", ColumnKind::kMoney, true, 0},
    {"pack_price", ColumnKind::kMoney, false, 0},
    {"unit_price", ColumnKind::kMoney, false, 0},
    {"manufacturer", ColumnKind::kText, false, 400, true},
    {"first_line", ColumnKind::kBoolean, false, 0},
    {"weight_kg", ColumnKind::kMoney, false, 0},
    {"weight_note", ColumnKind::kText, false, 400},
    {"freight_cost", ColumnKind::kMoney, false, 0},
    {"freight_note", ColumnKind::kText, false, 400},
    {"insurance", ColumnKind::kMoney, false, 0},
}};

constexpr size_t kSourceLengthMax = 40;
// How much of a bad cell is repeated to the caller.
constexpr size_t kValueBytesMax = 200;

const FieldDescriptor* FieldOf(const Column& column) {
  return v1::HistoryRow::descriptor()->FindFieldByName(column.name);
}

const std::vector<const FieldDescriptor*>& Fields() {
  static const std::vector<const FieldDescriptor*> fields = [] {
    std::vector<const FieldDescriptor*> found;
    for (const Column& column : kColumns) found.push_back(FieldOf(column));
    return found;
  }();
  return fields;
}

// Cut at a character's boundary.
std::string Shorten(const std::string& value) {
  if (value.size() <= kValueBytesMax) return value;
  size_t size = kValueBytesMax;
  while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xc0) == 0x80) --size;
  return value.substr(0, size);
}

class RowChecker {
 public:
  RowChecker(const v1::HistoryRow& row, std::vector<v1::HistoryRowError>& errors)
      : row_(row), errors_(errors) {}

  StagedValue Read(const Column& column, const FieldDescriptor* field) {
    const google::protobuf::Reflection& reflection = *v1::HistoryRow::GetReflection();
    if (column.kind == ColumnKind::kBoolean) return reflection.GetBool(row_, field) ? "t" : "f";
    if (column.kind == ColumnKind::kWhole) {
      return ReadWhole(column, reflection.GetInt64(row_, field));
    }
    std::string scratch;
    const std::string& text = reflection.GetStringReference(row_, field, &scratch);
    if (column.kind == ColumnKind::kText) return ReadText(column, text);
    if (text.empty()) {
      if (column.required) Refuse(column, text, "REQUIRED", "must not be empty");
      return std::nullopt;
    }
    return column.kind == ColumnKind::kDate ? ReadDate(column, text) : ReadMoney(column, text);
  }

  StagedValue ReadCurrency() {
    const std::string& text = row_.currency();
    if (text.empty()) return "USD";
    const bool valid = text.size() == 3 && std::all_of(text.begin(), text.end(), [](char letter) {
                         return letter >= 'A' && letter <= 'Z';
                       });
    if (!valid) Refuse({"currency"}, text, "BAD_CURRENCY", "must be three letters of ISO 4217");
    return text;
  }

 private:
  void Refuse(const Column& column, const std::string& value, std::string_view reason,
              std::string_view message) {
    v1::HistoryRowError& error = errors_.emplace_back();
    error.set_line(row_.line());
    error.set_column(column.name);
    error.set_value(Shorten(value));
    error.set_reason(std::string(reason));
    error.set_message(std::string(message));
  }

  StagedValue ReadText(const Column& column, const std::string& cell) {
    const std::string text(column.is_key ? TrimAsciiSpace(cell) : std::string_view(cell));
    if (!IsStorableText(text)) {
      Refuse(column, "", "BAD_TEXT", "must be UTF-8 without NUL");
    } else if (CodePointCount(text) > column.length_max) {
      Refuse(column, text, "TOO_LONG",
             fmt::format("must have at most {} characters", column.length_max));
    } else if (column.required && TrimAsciiSpace(text).empty()) {
      Refuse(column, text, "REQUIRED", "must not be empty");
    }
    return text;
  }

  StagedValue ReadDate(const Column& column, const std::string& text) {
    if (const auto date = CivilDate::Parse(text); !date.ok()) {
      Refuse(column, text, "BAD_DATE", ToStd(date.status().message()));
    }
    return text;
  }

  StagedValue ReadMoney(const Column& column, const std::string& text) {
    const absl::StatusOr<Money> money = Money::Parse(text);
    if (!money.ok()) {
      Refuse(column, text, "BAD_DECIMAL", ToStd(money.status().message()));
      return std::nullopt;
    }
    if (*money < Money()) Refuse(column, text, "OUT_OF_RANGE", "must not be negative");
    return std::to_string(money->ten_thousandths());
  }

  StagedValue ReadWhole(const Column& column, int64_t number) {
    if (number < 0 || Quantity(number) > kQuantityMax) {
      Refuse(column, std::to_string(number), "OUT_OF_RANGE",
             fmt::format("must be from 0 to {}", kQuantityMax.base_units()));
    }
    return std::to_string(number);
  }

  const v1::HistoryRow& row_;
  std::vector<v1::HistoryRowError>& errors_;
};

}  // namespace

const std::vector<std::string>& HistoryColumnNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> collected;
    for (const Column& column : kColumns) collected.emplace_back(column.name);
    collected.emplace_back("currency");
    return collected;
  }();
  return names;
}

std::optional<StagedHistoryRow> CheckHistoryRow(const v1::HistoryRow& row,
                                                std::vector<v1::HistoryRowError>& errors) {
  const size_t errors_before = errors.size();
  RowChecker checker(row, errors);
  StagedHistoryRow staged{.source_line_id = row.source_line_id(), .values = {}};
  for (size_t i = 0; i < kColumns.size(); ++i) {
    staged.values[i] = checker.Read(kColumns[i], Fields()[i]);
  }
  staged.values.back() = checker.ReadCurrency();
  if (errors.size() > errors_before) return std::nullopt;
  return staged;
}

bool IsHistorySource(std::string_view source) {
  return !source.empty() && source.size() <= kSourceLengthMax &&
         std::all_of(source.begin(), source.end(), [](char character) {
           return (character >= 'a' && character <= 'z') ||
                  (character >= '0' && character <= '9') || character == '-';
         });
}

std::string OnTimeRate(int64_t on_time_count, int64_t dated_count) {
  if (dated_count <= 0) return "";
  const int64_t ten_thousandths = (on_time_count * 20'000 + dated_count) / (2 * dated_count);
  return Money::FromTenThousandths(ten_thousandths).ToString();
}

}  // namespace qingqu::procurement
