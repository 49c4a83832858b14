#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingqu/procurement/v1/procurement_service.pb.h"

namespace qingqu::procurement {

// Past deliveries of other systems.

inline constexpr size_t kHistoryColumnCount = 36;

// What COPY takes for one column; nothing for NULL.
using StagedValue = std::optional<std::string>;

// A row that passed every check: one value for each of HistoryColumnNames.
struct StagedHistoryRow {
  std::string source_line_id;
  std::array<StagedValue, kHistoryColumnCount> values;
};

// The columns of the table history_staging after import_number; named as the fields of HistoryRow.
const std::vector<std::string>& HistoryColumnNames();

// Checks a row: texts have their length, dates and decimals can be read, quantities and money are
// not negative, and source_line_id, vendor, item_description and line_value are there. White space
// around vendor, item_description and manufacturer is dropped, so that one name is one text.
// Appends what is wrong to `errors`, every bad cell, and answers nothing then. Money is read as
// ten-thousandths, weights as ten-thousandths of a kilogram.
std::optional<StagedHistoryRow> CheckHistoryRow(const v1::HistoryRow& row,
                                                std::vector<v1::HistoryRowError>& errors);

// A source's name: 1 to 40 of a-z, 0-9, dash.
bool IsHistorySource(std::string_view source);

// on_time_count ÷ dated_count as a decimal with 4 places, half rounded up; "" when dated_count is
// 0.
std::string OnTimeRate(int64_t on_time_count, int64_t dated_count);

}  // namespace qingqu::procurement
