// Writes a specification sheet of made-up national codes: write_nhsa_sheet FILE ROWS.
#include <charconv>
#include <cstdio>
#include <cstring>

#include "tests/support/nhsa_sheet.h"

int main(int argc, char** argv) {
  qingqu::testing::NhsaSheetOptions options;
  const char* rows = argc == 3 ? argv[2] : "";
  const auto [end, error] = std::from_chars(rows, rows + std::strlen(rows), options.rows);
  if (error != std::errc() || *end != '\0') {
    std::fputs("usage: write_nhsa_sheet FILE ROWS\n", stderr);
    return 2;
  }
  const absl::Status written = qingqu::testing::WriteNhsaSheet(argv[1], options);
  if (written.ok()) return 0;
  std::fputs(written.ToString().c_str(), stderr);
  return 1;
}
