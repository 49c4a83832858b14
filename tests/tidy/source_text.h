#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qingqu::tidy {

// The lines of `text`, without their ends.
std::vector<std::string_view> SplitLines(std::string_view text);

// C++ with every comment, string and character literal turned to spaces; the lines stay where they
// are. So a rule about code does not trip over words in prose. Knows raw strings and digit
// separators.
std::string BlankCommentsAndLiterals(std::string_view text);

// A function and where its braces stand.
struct FunctionExtent {
  int first_line = 0;  // of the opening brace, from 1
  int last_line = 0;   // of the closing brace
};

// Functions of C++ that has gone through BlankCommentsAndLiterals: the braces that open behind a
// parameter list outside of any function. Lambdas count to the function that holds them.
std::vector<FunctionExtent> FindFunctions(std::string_view code);

// True when `word` stands in `line` with no identifier character next to it.
bool ContainsWord(std::string_view line, std::string_view word);

}  // namespace qingqu::tidy
