#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qingqu::catalog {

inline constexpr size_t kQueryTermsMax = 12;
inline constexpr size_t kQueryCharactersMax = 100;

// One of the things that somebody looks for, folded (folded_text.h).
struct QueryTerm {
  enum class Kind {
    kHan,      // "注射器": Chinese characters only
    kLetters,  // "zsq", "stent": may be a word, or how one is spelled
    kMixed  // "0.5ml", "5号", "c0305": digits, letters, signs between them, one Han character after
  };
  Kind kind = Kind::kMixed;
  std::u32string text;
  std::string ascii;     // the same, for kLetters and for kMixed without Han characters; else empty
  std::string spelling;  // of kLetters: as readings are written, with u for v; else empty
  uint64_t characters = 0;  // CharacterBits of the text

  bool operator==(const QueryTerm&) const = default;
};

// The terms of what somebody typed: separated by white space and punctuation, and where Chinese
// characters and others meet ("注射器5ml"), unless a digit has its unit ("5号"). At most
// kQueryTermsMax, of the first kQueryCharactersMax characters.
std::vector<QueryTerm> ParseQueryTerms(std::string_view query);

}  // namespace qingqu::catalog
