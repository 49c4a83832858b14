#include "tests/tidy/source_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace qingqu::tidy {
namespace {

bool IsIdentifierCharacter(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_';
}

void Blank(std::string& text, size_t begin, size_t end) {
  for (size_t at = begin; at < end && at < text.size(); ++at) {
    if (text[at] != '\n') text[at] = ' ';
  }
}

// Where the literal that opens at `begin` with a quote ends, backslashes taken into account.
size_t EndOfQuoted(std::string_view text, size_t begin) {
  const char quote = text[begin];
  size_t at = begin + 1;
  while (at < text.size() && text[at] != quote && text[at] != '\n') {
    at += text[at] == '\\' ? 2U : 1U;
  }
  return std::min(at + 1, text.size());
}

// `quote` is the position of the quotation mark of R"delimiter(…)delimiter".
size_t EndOfRawString(std::string_view text, size_t quote) {
  const size_t parenthesis = text.find('(', quote);
  if (parenthesis == std::string_view::npos) return text.size();
  std::string closing = ")";
  closing += text.substr(quote + 1, parenthesis - quote - 1);
  closing += '"';
  const size_t end = text.find(closing, parenthesis);
  return end == std::string_view::npos ? text.size() : end + closing.size();
}

size_t EndOfComment(std::string_view text, size_t begin) {
  const bool line_comment = text[begin + 1] == '/';
  const size_t end = text.find(line_comment ? "\n" : "*/", begin + 2);
  if (end == std::string_view::npos) return text.size();
  return line_comment ? end : end + 2;
}

bool StartsComment(std::string_view text, size_t at) {
  return text[at] == '/' && at + 1 < text.size() && (text[at + 1] == '/' || text[at + 1] == '*');
}

enum class Brace { kScope, kFunction, kInner };

// What the brace after this piece of code opens, outside of functions.
Brace ClassifyBrace(std::string_view statement) {
  const size_t parenthesis = statement.find('(');
  const size_t assignment = statement.find(" = ");
  if (parenthesis != std::string_view::npos && assignment > parenthesis) return Brace::kFunction;
  constexpr std::array kScopes = {"namespace", "class", "struct", "union", "enum", "extern"};
  for (const std::string_view word : kScopes) {
    if (ContainsWord(statement, word)) return Brace::kScope;
  }
  return Brace::kInner;
}

}  // namespace

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string BlankCommentsAndLiterals(std::string_view text) {
  std::string code(text);
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at + 1;
    if (StartsComment(text, at)) {
      end = EndOfComment(text, at);
      Blank(code, at, end);
    } else if (text[at] == '"') {
      const bool raw = at > 0 && text[at - 1] == 'R';
      end = raw ? EndOfRawString(text, at) : EndOfQuoted(text, at);
      Blank(code, at, end);
    } else if (text[at] == '\'' && (at == 0 || !IsIdentifierCharacter(text[at - 1]))) {
      end = EndOfQuoted(text, at);
      Blank(code, at, end);
    }
    at = end;
  }
  return code;
}

std::vector<FunctionExtent> FindFunctions(std::string_view code) {
  std::vector<FunctionExtent> functions;
  std::vector<Brace> open;
  size_t statement_begin = 0;
  int line = 1;
  int function_depth = 0;
  for (size_t at = 0; at < code.size(); ++at) {
    const char character = code[at];
    if (character == '\n') {
      ++line;
      continue;
    }
    if (character == '{') {
      const bool inside = function_depth > 0;
      const Brace brace = inside
                              ? Brace::kInner
                              : ClassifyBrace(code.substr(statement_begin, at - statement_begin));
      open.push_back(brace);
      if (brace == Brace::kFunction) functions.push_back({.first_line = line});
      if (brace == Brace::kFunction || inside) ++function_depth;
    } else if (character == '}' && !open.empty()) {
      if (function_depth > 0) --function_depth;
      if (open.back() == Brace::kFunction) functions.back().last_line = line;
      open.pop_back();
    }
    if (character == '{' || character == '}' || character == ';') statement_begin = at + 1;
  }
  return functions;
}

bool ContainsWord(std::string_view line, std::string_view word) {
  size_t at = line.find(word);
  while (at != std::string_view::npos) {
    const size_t end = at + word.size();
    const bool free_before = at == 0 || !IsIdentifierCharacter(line[at - 1]);
    const bool free_after = end == line.size() || !IsIdentifierCharacter(line[end]) ||
                            !IsIdentifierCharacter(word.back());
    if (free_before && free_after) return true;
    at = line.find(word, at + 1);
  }
  return false;
}

}  // namespace qingqu::tidy
