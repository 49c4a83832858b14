#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qingqu::tidy {

// A place where a file breaks a rule of the house.
struct Finding {
  std::string path;
  int line = 0;  // from 1; 0 for the file as a whole
  std::string rule;
  std::string detail;
};

// "path:line: rule: detail", as compilers write it.
std::string FormatFinding(const Finding& finding);

// True for files that the rules are about: sources, queries, scripts, protos and documents; not
// data and not corpora.
bool IsChecked(std::string_view path);

// Everything that is wrong with one file. `path` is relative to the repository's root and decides
// which rules hold.
std::vector<Finding> CheckFile(std::string_view path, std::string_view text);

// What is wrong with the tree: a folder without its README. `paths` are all files of it.
std::vector<Finding> CheckTree(const std::vector<std::string>& paths);

}  // namespace qingqu::tidy
