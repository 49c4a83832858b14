#pragma once

#include <span>
#include <string>
#include <string_view>

namespace qingqu::tabular {

// Appends one RFC 4180 record that ends with CRLF. A field is quoted when it needs it, and also
// when it starts or ends with a space, holds a byte order mark, or is the only one and empty, so
// that CsvReader gives back the same fields. The fields hold no NUL.
void AppendCsvRecord(std::span<const std::string> fields, std::string& output,
                     char delimiter = ',');

// `value` in a form that a spreadsheet shows instead of running (OWASP, "CSV Injection"): a text
// that starts with = + - @, one of their full-width forms, a tab or a carriage return gets a
// leading apostrophe. Negative numbers get it too: the guard is for people who open a file of
// rejects, not for data that is read back.
std::string GuardFormula(std::string_view value);

// What GuardFormula was given, of what it made. A text that had an apostrophe before one of these
// characters by itself loses it.
std::string_view UnguardFormula(std::string_view value);

}  // namespace qingqu::tabular
