#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qingqu::catalog {

// How a code became another one (转码), as the bureau's list and our tables call it.
enum class Transcoding { kNone, kChanged, kMapped };

// "", "changed", "mapped".
std::string_view TranscodingName(Transcoding transcoding);
Transcoding TranscodingFromName(std::string_view name);

// A row of one of the lists of a release. What its list does not have is empty.
struct CodeRow {
  int64_t line = 0;
  std::string code;      // 27位码; of transcodings the one that is gone, 原27位码
  std::string new_code;  // of transcodings: 27位码
  Transcoding transcoding = Transcoding::kNone;
  std::string product_code;  // 20位码; only to be compared
  std::string original_code;
  std::string device_identifier;
  std::string registration_number;
  std::string product_name;
  std::string manufacturer;
  std::string generic_name;
  std::string specification;
  std::string model;
};

// Why a row is not taken.
struct CodeRowError {
  int64_t line = 0;
  std::string_view column;  // the field's name in the proto
  std::string value;        // at most 100 bytes
  std::string_view reason;
  std::string message;
};

// Each normalises the codes of a row (full width, spaces) and takes the white space off the ends of
// its texts; adds what is wrong with the row by itself to `errors`, and returns
// true when nothing is. NATIONAL_CODE_INVALID, CODE_MISMATCH (20位码 is not how the code begins),
// TEXT_TOO_LONG, TRANSCODING_INVALID (no kind, or into itself).
bool CheckSpecificationRow(CodeRow& row, std::vector<CodeRowError>& errors);
bool CheckWithdrawnCodeRow(CodeRow& row, std::vector<CodeRowError>& errors);
bool CheckTranscodingRow(CodeRow& row, std::vector<CodeRowError>& errors);

// True when they say the same of the same code, on whatever line.
bool SayTheSame(const CodeRow& left, const CodeRow& right);

// CODE_CONFLICT: the row on `first_line` says otherwise of the code.
CodeRowError CodeConflict(const CodeRow& row, int64_t first_line, bool of_transcodings);

}  // namespace qingqu::catalog
