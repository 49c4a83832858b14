#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

#include "common/udi/udi.h"

namespace qingqu::udi {

// One line of JSON without the line's end. A scan:
// {"valid":true,"issuer":"GS1","di":…,"lot":…,"serial":…,
// "expiry":"2027-12-31","manufactured":…,"elements":{"01":"06901234567892",…}}, absent values null,
// elements in the order of the scan. An error:
// {"valid":false,"error":{"reason":…,"position":…,"message":…}}. Bytes that are not UTF-8 come out
// as U+FFFD.
std::string ScanToJson(const ParseResult& result);

// `text` with the byte 0x1D for each "{GS}", the form in which people write the separator. "{" is
// no character of a GS1 value, so nothing else is meant.
std::string ExpandGroupSeparators(std::string_view text);

// Reads one scan a line and writes one line of JSON for each (`qingqu udi`). A carriage return at
// the end of a line is dropped, "{GS}" is read as 0x1D, positions count in the line as it came.
// Output is flushed whenever no more input waits. Memory is bounded whatever the length of a line.
// Returns 0 when every scan was valid, else 1; 1 also when the output fails.
int RunUdiFilter(std::istream& input, std::ostream& output, const ParseOptions& options);

}  // namespace qingqu::udi
