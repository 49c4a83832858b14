#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace qingqu::catalog {

// The national class list and the tree that it spans. The code of a list's line names six classes,
// one inside the other: its first 3, 5, 7, 10, 12 and 15 characters.
inline constexpr int kClassLevels = 6;
inline constexpr std::array<size_t, kClassLevels> kCodeLengths{3, 5, 7, 10, 12, 15};

// The level, 1 to 6, of a code of this length; 0 when there is none.
int LevelOfCodeLength(size_t length);

// One line of the list; views of whoever holds the text.
struct ClassRow {
  int64_t line = 0;
  std::string_view class_code;
  std::string_view monitored_group;
  std::array<std::string_view, kClassLevels> names;  // first level … feature
  std::string_view generic_code;
  std::string_view material_code;
  std::string_view feature_code;

  std::string_view CodeAtLevel(int level) const {
    return class_code.substr(0, kCodeLengths[static_cast<size_t>(level - 1)]);
  }
  std::string_view NameAtLevel(int level) const { return names[static_cast<size_t>(level - 1)]; }
};

// Why a row is not taken.
struct ClassRowError {
  int64_t line = 0;
  std::string_view column;  // the field's name in the proto
  std::string value;        // at most 100 characters
  std::string_view reason;
  std::string message;
};

// Checks the row by itself: CLASS_CODE_INVALID, CODE_MISMATCH (a part that differs from the
// code's), NAME_INVALID (empty or longer than 200 characters). True when nothing was added to
// `errors`.
bool CheckClassRow(const ClassRow& row, std::vector<ClassRowError>& errors);

// A class above level 6 with the line that named it first.
struct ClassNode {
  std::string_view code;
  int64_t line = 0;
  std::string_view name;
};

// What the lines of one import call the classes above level 6.
class ClassNames {
 public:
  // Named by an earlier batch; the views must outlive this.
  void AddStaged(const ClassNode& node);
  bool IsKnown(std::string_view code) const { return nodes_.contains(code); }
  // Takes the names of a row that passed CheckClassRow, all or none. CLASS_NAME_CONFLICT, naming
  // the line that came first, when another line calls the same code otherwise; then false.
  bool AddRow(const ClassRow& row, std::vector<ClassRowError>& errors);
  // Those that AddRow saw first.
  const std::vector<ClassNode>& added() const { return added_; }

 private:
  absl::flat_hash_map<std::string_view, ClassNode> nodes_;
  std::vector<ClassNode> added_;
};

// The distinct codes above level 6.
std::vector<std::string> NodeCodes(std::span<const ClassRow> rows);

// The line on which a whole code came first, and what it said there.
struct ClassRepetition {
  int64_t first_line = 0;
  std::string_view feature;
  std::string_view monitored_group;
};

// True when the row says the same as the first one; else CLASS_NAME_CONFLICT.
bool CheckRepetition(const ClassRow& row, const ClassRepetition& first,
                     std::vector<ClassRowError>& errors);

}  // namespace qingqu::catalog
