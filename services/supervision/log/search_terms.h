#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/sealed_log/leaf.h"

namespace qingqu::supervision {

// What occurs in an entry, hashed: a tile that lacks one of a question's terms holds no entry that
// answers it. Nothing about patients and doctors becomes a term.
using Terms = std::unordered_set<int32_t>;

enum class TermKind : char {
  kActor = 'a',
  kInstitution = 'i',
  kEvent = 'e',
  kName = 'n',  // of the resource and of the subjects, which it is often one of
  kText = 't',
};
int32_t TermOf(TermKind kind, std::string_view value);

void AddTermsOf(const sealed_log::JournalRow& row, Terms& terms);

// A text that is looked for: pieces between spaces, all of which must occur. Letters and digits of
// ASCII match as whole words in either case, everything else as it stands. A UUID is one word: an
// entry has many that no other one has, and each word that is new costs the index a place of its
// own.
class TextQuestion {
 public:
  explicit TextQuestion(std::string_view text);

  // True when nothing is left to look for, because there are only spaces and punctuation.
  bool empty() const { return words_.empty() && runs_.empty(); }
  void AddTerms(Terms& terms) const;
  bool IsIn(const sealed_log::JournalRow& row) const;
  // What stands in the texts of each entry that it is in, once ASCII is in lower case.
  std::vector<std::string> Pieces() const;

 private:
  std::vector<std::string> words_;  // lower case
  std::vector<std::string> runs_;   // of characters beyond ASCII
};

}  // namespace qingqu::supervision
