#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "common/tabular/record.h"
#include "common/tabular/sheet_numbers.h"
#include "common/tabular/sheet_text.h"
#include "common/tabular/string_spool.h"
#include "common/tabular/workbook.h"
#include "common/tabular/xml_stream.h"

namespace qingqu::tabular {

struct SheetLimits {
  size_t field_bytes_max = 0;
  size_t columns_max = 0;
  size_t row_bytes_max = 0;
};

// Makes rows of a worksheet's XML; pauses the stream after each. XlsxReader says what a row is.
class SheetEvents final : public XmlEvents {
 public:
  // Does not own `workbook` and `strings`, which must outlive it.
  SheetEvents(const Workbook& workbook, StringSpool& strings, const SheetLimits& limits)
      : workbook_(workbook),
        strings_(strings),
        limits_(limits),
        rich_text_(limits.field_bytes_max) {}
  // To be called once, before the stream runs.
  void SetStream(XmlStream& stream) { stream_ = &stream; }

  void Start(const XmlName& name, const XmlAttributes& attributes) override;
  void End(const XmlName& name) override;
  void Text(std::string_view text) override;

  // Of the row after which the stream was paused; it stays until the stream goes on. The record is
  // as wide as its last cell that holds something.
  const std::optional<RecordError>& error() const { return error_; }
  void TakeRecord(Record& record);

 private:
  enum class Part { kNone, kValue, kFormula, kInline };

  void StartRow(const XmlAttributes& attributes);
  void StartCell(const XmlAttributes& attributes);
  void StartCellPart(const XmlName& name);
  void EndCell();
  CellText CellValue();
  CellText SharedString();
  void Put(CellText cell);
  void FailRow(std::string_view reason, std::string message);

  const Workbook& workbook_;
  StringSpool& strings_;
  const SheetLimits limits_;
  XmlStream* stream_ = nullptr;
  int depth_ = 0;
  int open_ = 0;  // how many of the elements that are open lead to a cell's content

  int64_t row_ = 0;
  std::optional<RecordError> error_;
  std::vector<std::string> fields_;  // the first `width_` are the row's
  size_t width_ = 0;
  size_t row_bytes_ = 0;
  std::vector<CellFault> faults_;

  size_t column_ = 0;  // number of the current cell, 1-based; 0 before the first
  std::string type_;
  size_t style_ = 0;
  Part part_ = Part::kNone;
  std::string value_;
  bool value_too_long_ = false;
  bool has_value_ = false;
  bool has_inline_ = false;
  bool has_formula_ = false;
  RichText rich_text_;
};

}  // namespace qingqu::tabular
