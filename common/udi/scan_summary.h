#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/udi/udi.h"

namespace qingqu::udi {

// For tests: the year that they are written in.
inline constexpr ParseOptions kTestOptions{.current_year = 2026};

// "GS1 di=… lot=… serial=… made=… until=… | 01=… 17=…", with what is absent left out, or "REASON at
// 12".
std::string Summary(const ParseResult& result);

// The summary of what `text` reads as.
std::string Read(std::string_view text);

// The scan of `text`, which is valid.
Scan ScanOf(std::string_view text);

// The summary of two valid scans joined.
std::string Join(std::string_view first, std::string_view second);

struct ReadCase {
  std::string_view text;
  std::string_view expected;  // what Read gives for it
};

// Expects what each case says.
void ExpectAll(const std::vector<ReadCase>& cases);

// Expects that `scan` comes back the same from both renderings, and joined with itself.
void ExpectComesBack(const Scan& scan);

}  // namespace qingqu::udi
