#include "tests/tidy/rules.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "tests/tidy/source_text.h"

namespace qingqu::tidy {
namespace {

constexpr int kCodeColumnsMax = 100;
constexpr int kOtherColumnsMax = 160;
constexpr int kFunctionLinesMax = 70;
constexpr int kFileLinesMax = 600;

// A word that may not stand in C++, and what to use.
struct BannedWord {
  std::string_view word;
  std::string_view instead;
};

constexpr std::array kBannedWords = {
    BannedWord{"absl::Mutex", "std::mutex: Debian's absl::Mutex aborts on suspected deadlocks"},
    BannedWord{"assert(", "QINGQU_CHECK, which is on in release"},
    BannedWord{"atof", "a parser that reports errors"},
    BannedWord{"atoi", "a parser that reports errors"},
    BannedWord{"atol", "a parser that reports errors"},
    BannedWord{"goto", "a function"},
    BannedWord{"httplib", "Boost.Beast: Debian's cpp-httplib has known holes"},
    BannedWord{"pqxx::perform", "RunTransaction: perform repeats commits that are in doubt"},
    BannedWord{"sprintf", "fmt::format"},
    BannedWord{"std::endl", "a newline"},
    BannedWord{"std::format", "fmt::format: g++ 12 has no <format>"},
    BannedWord{"strcat", "std::string"},
    BannedWord{"strcpy", "std::string"},
    BannedWord{"strtok", "a parser"},
};

// Where exceptions end: libpqxx's at the database layer, the standard library's in main and in
// parsers that have no other way to say no.
constexpr std::array<std::string_view, 7> kMayCatch = {
    "common/db/connection_pool.cc",
    "common/db/follower.cc",
    "common/db/migrations.cc",
    "common/db/transaction.cc",
    "common/rpc/call_runner.cc",
    "services/cli/journal/database_leaves.cc",
    "tests/",
};

// Reads only file names and migrations of our own.
constexpr std::string_view kMayUseRegex = "common/db/migrations.cc";

// Folders that belong to a machine. Split, so that this file does not break its own rule.
constexpr std::array<std::string_view, 3> kMachineFolders = {
    "/wo"
    "rk/",
    "/ro"
    "ot/",
    "/ho"
    "me/",
};

bool StartsWithAny(std::string_view path, std::span<const std::string_view> prefixes) {
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return path.starts_with(prefix); });
}

bool IsCpp(std::string_view path) { return path.ends_with(".cc") || path.ends_with(".h"); }

bool IsTest(std::string_view path) {
  return path.ends_with("test.cc") || path.starts_with("tests/");
}

class FileCheck {
 public:
  FileCheck(std::string_view path, std::string_view text)
      : path_(path), lines_(SplitLines(text)), text_(text) {}

  std::vector<Finding> Run() && {
    CheckWholeFile();
    for (size_t index = 0; index < lines_.size(); ++index) {
      line_ = static_cast<int>(index) + 1;
      CheckCharacters(lines_[index]);
      CheckNotes(lines_[index]);
      // Functions over the journal's own rows, in its migrations, return the row type.
      const bool own_rows = path_.starts_with("common/db/migrations/");
      if (path_.ends_with(".sql") && !own_rows) CheckSql(lines_[index]);
    }
    if (IsCpp(path_)) CheckCpp();
    return std::move(findings_);
  }

 private:
  void Add(std::string rule, std::string detail) {
    findings_.push_back({std::string(path_), line_, std::move(rule), std::move(detail)});
  }

  void CheckWholeFile() {
    if (!text_.empty() && !text_.ends_with('\n')) Add("last line", "ends without a newline");
    const bool limited = IsCpp(path_) || path_.ends_with(".py") || path_.ends_with(".sql");
    if (limited && lines_.size() > kFileLinesMax) {
      Add("file length", fmt::format("{} lines, {} at most", lines_.size(), kFileLinesMax));
    }
  }

  void CheckCharacters(std::string_view line) {
    const int columns_max = IsCpp(path_) ? kCodeColumnsMax : kOtherColumnsMax;
    const int columns = CodePointCount(line);
    if (!path_.ends_with(".md") && columns > columns_max) {
      Add("line length", fmt::format("{} columns, {} at most", columns, columns_max));
    }
    if (!line.empty() && (line.back() == ' ' || line.back() == '\t')) {
      Add("white space", "at the end of the line");
    }
    if (line.find('\t') != std::string_view::npos) Add("white space", "a tab");
    const bool control = std::ranges::any_of(line, [](char character) {
      const auto byte = static_cast<unsigned char>(character);
      return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
    if (control) Add("control character", "write it as an escape");
    if (!IsStorableText(line)) Add("encoding", "not UTF-8");
  }

  void CheckNotes(std::string_view line) {
    for (const std::string_view folder : kMachineFolders) {
      if (ContainsWord(line, folder)) Add("machine path", std::string(folder));
    }
    if (path_.starts_with("tests/tidy")) return;
    if (ContainsWord(line, "TODO") && line.find("TODO(#") == std::string_view::npos) {
      Add("todo", "without its issue: TODO(#12)");
    }
    if (ContainsWord(line, "FIXME") || ContainsWord(line, "XXX")) Add("todo", "use TODO(#12)");
    const size_t suppression = line.find("NOLINT");
    if (suppression == std::string_view::npos) return;
    const std::string_view rest = line.substr(suppression);
    if (rest.find('(') == std::string_view::npos || rest.find("): ") == std::string_view::npos) {
      Add("suppression", "without its check and reason: NOLINT(check): reason");
    }
  }

  void CheckSql(std::string_view line) {
    std::string lower(line.substr(0, line.find("--")));
    std::ranges::transform(lower, lower.begin(), [](char character) {
      return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
    });
    for (const std::string_view clause : {"select *", "returning *", "distinct *"}) {
      if (lower.find(clause) != std::string::npos) Add("sql", "name the columns");
    }
  }

  void CheckCpp() {
    const std::string code = BlankCommentsAndLiterals(text_);
    const std::vector<std::string_view> code_lines = SplitLines(code);
    for (size_t index = 0; index < code_lines.size(); ++index) {
      line_ = static_cast<int>(index) + 1;
      CheckWords(code_lines[index]);
      CheckComment(lines_[index]);
    }
    for (const FunctionExtent& function : FindFunctions(code)) {
      line_ = function.first_line;
      const int length = function.last_line - function.first_line + 1;
      if (length > kFunctionLinesMax) {
        Add("function length", fmt::format("{} lines, {} at most", length, kFunctionLinesMax));
      }
    }
    line_ = 0;
    if (path_.ends_with(".h") && code.find("#pragma once") == std::string::npos) {
      Add("header", "without #pragma once");
    }
  }

  void CheckWords(std::string_view line) {
    for (const BannedWord& banned : kBannedWords) {
      if (ContainsWord(line, banned.word)) {
        Add("banned", fmt::format("{}; use {}", banned.word, banned.instead));
      }
    }
    if (ContainsWord(line, "using namespace") && line.find("_literals") == std::string_view::npos) {
      Add("banned", "using namespace; use qualified names");
    }
    if (ContainsWord(line, "std::regex") && !IsTest(path_) && path_ != kMayUseRegex) {
      Add("banned", "std::regex; use a parser: it recurses once for each character of the input");
    }
    if (line.starts_with("#ifndef") && line.ends_with("_H")) Add("header", "use #pragma once");
    if (ContainsWord(line, "catch") && !IsTest(path_) && !StartsWithAny(path_, kMayCatch)) {
      Add("catch", "exceptions end in RunTransaction and a few named files");
    }
  }

  void CheckComment(std::string_view line) {
    const std::string_view trimmed = TrimAsciiSpace(line);
    if (!trimmed.starts_with("//")) return;
    const std::string_view words = TrimAsciiSpace(trimmed.substr(2));
    if (words.size() >= 5 && words.find_first_not_of("-=*#/~") == std::string_view::npos) {
      Add("comment", "a banner");
    }
    // A header may show how it is called.
    if (path_.ends_with(".h")) return;
    if (words.ends_with(");") || words.ends_with(") {"))
      Add("comment", "code that is switched off");
  }

  std::string_view path_;
  std::vector<std::string_view> lines_;
  std::string_view text_;
  int line_ = 0;
  std::vector<Finding> findings_;
};

// "services/catalog" for "services/catalog/queries/get_item.sql"; empty for files that lie higher.
std::string FolderThatNeedsReadme(std::string_view path) {
  for (const std::string_view parent : {"common/", "services/"}) {
    if (!path.starts_with(parent)) continue;
    const size_t slash = path.find('/', parent.size());
    if (slash != std::string_view::npos) return std::string(path.substr(0, slash));
  }
  return std::string(path.substr(0, std::min(path.find('/'), path.size())));
}

}  // namespace

std::string FormatFinding(const Finding& finding) {
  return fmt::format("{}:{}: {}: {}", finding.path, finding.line, finding.rule, finding.detail);
}

bool IsChecked(std::string_view path) {
  if (path.starts_with("tests/data/") || path.find("corpus/") != std::string_view::npos) {
    return false;
  }
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  constexpr std::array<std::string_view, 9> kEndings = {
      ".cc", ".h", ".sql", ".proto", ".py", ".sh", ".md", ".cmake", "CMakeLists.txt"};
  return name.find('.') == std::string_view::npos ||
         std::ranges::any_of(kEndings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

std::vector<Finding> CheckFile(std::string_view path, std::string_view text) {
  return FileCheck(path, text).Run();
}

std::vector<Finding> CheckTree(const std::vector<std::string>& paths) {
  const std::set<std::string> all(paths.begin(), paths.end());
  std::set<std::string> folders = {"common", "services", "proto", "deploy", "tests"};
  for (const std::string& path : paths) {
    if (IsCpp(path)) folders.insert(FolderThatNeedsReadme(path));
  }
  std::vector<Finding> findings;
  for (const std::string& folder : folders) {
    if (!all.contains(folder + "/README.md")) {
      findings.push_back({folder, 0, "readme", "the folder has no README.md"});
    }
  }
  return findings;
}

}  // namespace qingqu::tidy
