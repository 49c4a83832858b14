#include "common/tabular/sheet_events.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/tabular/cell_error.h"

namespace qingqu::tabular {
namespace {

// What Excel takes; a file with more is not one that a person has looked at.
constexpr int64_t kRowsMax = 1'048'576;
constexpr size_t kColumnLettersMax = 3;
// The elements that lead to a cell: <worksheet>, <sheetData>, <row>, <c> and <v>, <f> or <is>.
constexpr int kRowDepth = 3;
constexpr int kCellDepth = 4;
constexpr int kCellPartDepth = 5;

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct CellReference {
  size_t column = 0;
  int64_t row = 0;
};

// "AB12".
std::optional<CellReference> ParseReference(std::string_view text) {
  CellReference reference;
  size_t letters = 0;
  while (letters < text.size() && text[letters] >= 'A' && text[letters] <= 'Z') {
    reference.column = reference.column * 26 + static_cast<size_t>(text[letters] - 'A') + 1;
    if (++letters > kColumnLettersMax) return std::nullopt;
  }
  const std::optional<int64_t> row = ParseNumber<int64_t>(text.substr(letters));
  if (letters == 0 || !row.has_value()) return std::nullopt;
  reference.row = *row;
  return reference;
}

CellText Invalid(std::string_view text, std::string message) {
  return {.text = std::string(text), .reason = "CELL_INVALID", .message = std::move(message)};
}

}  // namespace

void SheetEvents::Start(const XmlName& name, const XmlAttributes& attributes) {
  ++depth_;
  if (open_ != depth_ - 1) {
    if (part_ == Part::kInline) rich_text_.Start(name.space == XmlSpace::kSheet, name.local);
    return;
  }
  if (open_ == 0) {
    if (!name.IsSheet("worksheet")) {
      stream_->Fail(MakeError(absl::StatusCode::kInvalidArgument, "NOT_A_WORKBOOK",
                              fmt::format("{} is not a sheet of cells", stream_->part_name())));
      return;
    }
    ++open_;
  } else if (open_ == 1) {
    if (name.IsSheet("sheetData")) ++open_;
  } else if (open_ == kRowDepth - 1) {
    if (name.IsSheet("row")) StartRow(attributes);
  } else if (open_ == kCellDepth - 1) {
    if (name.IsSheet("c")) StartCell(attributes);
  } else if (open_ == kCellPartDepth - 1) {
    StartCellPart(name);
  } else if (part_ == Part::kInline) {
    rich_text_.Start(name.space == XmlSpace::kSheet, name.local);
  }
}

void SheetEvents::End(const XmlName&) {
  if (depth_ > kCellPartDepth && part_ == Part::kInline) rich_text_.End();
  if (open_ == depth_) {
    if (open_ == kCellPartDepth) part_ = Part::kNone;
    if (open_ == kCellDepth) EndCell();
    if (open_ == kRowDepth) stream_->Pause();
    --open_;
  }
  --depth_;
}

void SheetEvents::Text(std::string_view text) {
  if (part_ == Part::kInline) rich_text_.Text(text);
  if (part_ != Part::kValue || open_ != depth_ || value_too_long_) return;
  value_too_long_ = value_.size() + text.size() > limits_.field_bytes_max;
  if (value_too_long_) {
    value_.clear();
  } else {
    value_ += text;
  }
}

void SheetEvents::StartRow(const XmlAttributes& attributes) {
  ++open_;
  error_.reset();
  width_ = 0;
  row_bytes_ = 0;
  faults_.clear();
  column_ = 0;
  const std::optional<std::string_view> number = attributes.Find("r");
  const int64_t row = number.has_value() ? ParseNumber<int64_t>(*number).value_or(0) : row_ + 1;
  if (row <= row_ || row > kRowsMax) {
    ++row_;
    FailRow("ROW_INVALID", fmt::format("the row is numbered \"{}\", which does not ascend to {} at "
                                       "most",
                                       ShownValue(number.value_or("")), kRowsMax));
    return;
  }
  row_ = row;
}

void SheetEvents::StartCell(const XmlAttributes& attributes) {
  ++open_;
  part_ = Part::kNone;
  value_.clear();
  value_too_long_ = false;
  has_value_ = false;
  has_inline_ = false;
  has_formula_ = false;
  type_ = attributes.Get("t");
  style_ = ParseNumber<size_t>(attributes.Get("s")).value_or(0);
  const std::optional<std::string_view> text = attributes.Find("r");
  const std::optional<CellReference> reference =
      text.has_value() ? ParseReference(*text) : CellReference{.column = column_ + 1, .row = row_};
  if (!reference.has_value() || reference->row != row_ || reference->column <= column_) {
    FailRow("ROW_INVALID", fmt::format("a cell says that it is \"{}\", and stands in row {} after "
                                       "column {}",
                                       ShownValue(text.value_or("")), row_, column_));
    return;
  }
  column_ = reference->column;
}

void SheetEvents::StartCellPart(const XmlName& name) {
  if (name.IsSheet("v")) {
    part_ = Part::kValue;
    has_value_ = true;
    value_.clear();
  } else if (name.IsSheet("is")) {
    part_ = Part::kInline;
    has_inline_ = true;
    rich_text_.Begin();
  } else if (name.IsSheet("f")) {
    part_ = Part::kFormula;
    has_formula_ = true;
  } else {
    return;
  }
  ++open_;
}

void SheetEvents::EndCell() {
  if (error_.has_value()) return;
  CellText cell = CellValue();
  if (cell.text.empty() && cell.ok()) return;
  Put(std::move(cell));
}

CellText SheetEvents::CellValue() {
  if (value_too_long_ || (has_inline_ && rich_text_.too_long())) {
    return {.text = "",
            .reason = "FIELD_TOO_LONG",
            .message = fmt::format("a cell longer than {} bytes", limits_.field_bytes_max)};
  }
  if (type_ == "inlineStr") {
    return {.text = has_inline_ ? std::move(rich_text_.Finish()) : std::string()};
  }
  if (!has_value_) {
    if (!has_formula_) return {};
    return {.text = "",
            .reason = "FORMULA_WITHOUT_VALUE",
            .message = "a formula whose result was not stored; open the workbook and save it"};
  }
  if (type_ == "str") {
    DecodeEscapes(value_);
    return {.text = std::move(value_)};
  }
  const std::string_view value = TrimAsciiSpace(value_);
  if (type_ == "e") {
    return {.text = std::string(value),
            .reason = "CELL_ERROR",
            .message = fmt::format("the cell shows the error {}", ShownValue(value))};
  }
  // A writer may leave the value of a cell that is only formatted empty.
  if (value.empty()) return {};
  if (type_ == "s") return SharedString();
  if (type_ == "b") {
    if (value == "1" || value == "true") return {.text = "TRUE"};
    if (value == "0" || value == "false") return {.text = "FALSE"};
    return Invalid(value, "a truth value that is neither 0 nor 1");
  }
  if (type_ == "d") return {.text = IsoDateText(value)};
  if (!type_.empty() && type_ != "n") {
    return Invalid(value, fmt::format("a cell of the unknown type \"{}\"", ShownValue(type_)));
  }
  const NumberFormat format =
      style_ < workbook_.cell_formats.size() ? workbook_.cell_formats[style_] : NumberFormat();
  return NumberText(value, format, workbook_.from_1904);
}

CellText SheetEvents::SharedString() {
  const std::string_view value = TrimAsciiSpace(value_);
  const std::optional<size_t> index = ParseNumber<size_t>(value);
  if (!index.has_value() || *index >= strings_.size()) {
    return Invalid(value, fmt::format("the cell's text is number {} of {} shared texts",
                                      ShownValue(value), strings_.size()));
  }
  const absl::StatusOr<StringSpool::Entry> entry = strings_.Get(*index);
  if (!entry.ok()) {
    stream_->Fail(entry.status());
    return {};
  }
  if (entry->marked) {
    return {.text = "",
            .reason = "FIELD_TOO_LONG",
            .message = fmt::format("a cell longer than {} bytes", limits_.field_bytes_max)};
  }
  return {.text = std::string(entry->text)};
}

void SheetEvents::Put(CellText cell) {
  if (column_ > limits_.columns_max) {
    FailRow("TOO_MANY_COLUMNS", fmt::format("more than {} columns", limits_.columns_max));
    return;
  }
  row_bytes_ += cell.text.size();
  if (row_bytes_ > limits_.row_bytes_max) {
    FailRow("ROW_TOO_LONG", fmt::format("a row longer than {} bytes", limits_.row_bytes_max));
    return;
  }
  if (fields_.size() < column_) fields_.resize(column_);
  for (size_t index = width_; index + 1 < column_; ++index) fields_[index].clear();
  width_ = column_;
  fields_[width_ - 1] = std::move(cell.text);
  if (cell.ok()) return;
  faults_.push_back(
      {.column = width_ - 1, .reason = cell.reason, .message = std::move(cell.message)});
}

void SheetEvents::FailRow(std::string_view reason, std::string message) {
  if (error_.has_value()) return;
  error_ = RecordError{.line = row_,
                       .last_line = row_,
                       .column = std::max(column_, size_t{1}),
                       .at_line = row_,
                       .at_byte = 0,
                       .reason = reason,
                       .message = std::move(message)};
}

void SheetEvents::TakeRecord(Record& record) {
  record.line = row_;
  record.blank = width_ == 0;
  record.fields.swap(fields_);
  record.fields.resize(width_);
  record.faults.swap(faults_);
}

}  // namespace qingqu::tabular
