#include "services/supervision/log/search_terms.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace qingqu::supervision {
namespace {

using sealed_log::JournalRow;

bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }
bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool BeginsWithUuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() >= kForm.size() &&
         std::equal(kForm.begin(), kForm.end(), text.begin(),
                    [](char form, char c) { return form == '-' ? c == '-' : IsHexDigit(c); }) &&
         (text.size() == kForm.size() || !IsWordCharacter(text[kForm.size()]));
}

// Where the word ends that begins at `begin`.
size_t EndOfWord(std::string_view text, size_t begin) {
  constexpr size_t kUuidLength = 36;
  if (BeginsWithUuid(text.substr(begin))) return begin + kUuidLength;
  size_t end = begin;
  while (end < text.size() && IsWordCharacter(text[end])) ++end;
  return end;
}

// Calls `on_word` for each word of ASCII and `on_run` for each run of characters beyond it. In JSON
// a backslash and what follows it separate.
template <typename OnWord, typename OnRun>
void Split(std::string_view text, const OnWord& on_word, const OnRun& on_run) {
  size_t i = 0;
  while (i < text.size()) {
    const size_t begin = i;
    if (text[i] == '\\') {
      i += 2;
    } else if (IsWordCharacter(text[i])) {
      i = EndOfWord(text, begin);
      on_word(text.substr(begin, i - begin));
    } else if (IsBeyondAscii(text[i])) {
      while (i < text.size() && IsBeyondAscii(text[i])) ++i;
      on_run(text.substr(begin, i - begin));
    } else {
      ++i;
    }
  }
}

std::string LowerCase(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), ToLower);
  return lower;
}

std::vector<std::string_view> CharactersOf(std::string_view run) {
  std::vector<std::string_view> characters;
  for (size_t begin = 0; begin < run.size();) {
    size_t end = begin + 1;
    while (end < run.size() && IsContinuation(run[end])) ++end;
    characters.push_back(run.substr(begin, end - begin));
    begin = end;
  }
  return characters;
}

// Each character and each pair of neighbours.
void AddRun(std::string_view run, Terms& terms) {
  const std::vector<std::string_view> characters = CharactersOf(run);
  for (size_t i = 0; i < characters.size(); ++i) {
    terms.insert(TermOf(TermKind::kText, characters[i]));
    if (i == 0) continue;
    const char* const begin = characters[i - 1].data();
    terms.insert(TermOf(TermKind::kText, {begin, characters[i - 1].size() + characters[i].size()}));
  }
}

void AddText(std::string_view text, Terms& terms) {
  Split(
      text, [&](std::string_view word) { terms.insert(TermOf(TermKind::kText, LowerCase(word))); },
      [&](std::string_view run) { AddRun(run, terms); });
}

// The subjects that everybody may know.
std::vector<std::string> OpenSubjectsOf(const JournalRow& row) {
  std::vector<std::string> subjects =
      sealed_log::ParseTextArray(row.subjects).value_or(std::vector<std::string>());
  std::erase_if(subjects,
                [](const std::string& name) { return sealed_log::IsRestrictedName(name); });
  return subjects;
}

}  // namespace

int32_t TermOf(TermKind kind, std::string_view value) {
  // FNV-1a: only its spread matters, since what is found is looked at again.
  uint32_t hash = 2166136261u;
  const auto add = [&hash](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u; };
  add(static_cast<char>(kind));
  std::for_each(value.begin(), value.end(), add);
  return static_cast<int32_t>(hash);
}

void AddTermsOf(const JournalRow& row, Terms& terms) {
  terms.insert(TermOf(TermKind::kActor, row.actor_user_id));
  terms.insert(TermOf(TermKind::kEvent, row.event));
  terms.insert(TermOf(TermKind::kName, row.resource));
  for (const auto& institution : {row.institution_id, row.actor_institution_id}) {
    if (institution) terms.insert(TermOf(TermKind::kInstitution, *institution));
  }
  for (const std::string& subject : OpenSubjectsOf(row)) {
    terms.insert(TermOf(TermKind::kName, subject));
    AddText(subject, terms);
  }
  AddText(row.event, terms);
  AddText(row.resource, terms);
  AddText(row.reason.value_or(""), terms);
  AddText(row.details, terms);
}

TextQuestion::TextQuestion(std::string_view text) {
  Split(
      text, [this](std::string_view word) { words_.push_back(LowerCase(word)); },
      [this](std::string_view run) { runs_.emplace_back(run); });
}

void TextQuestion::AddTerms(Terms& terms) const {
  for (const std::string& word : words_) terms.insert(TermOf(TermKind::kText, word));
  for (const std::string& run : runs_) {
    // A pair says more than its characters, which need not be asked for then.
    const std::vector<std::string_view> characters = CharactersOf(run);
    if (characters.size() == 1) terms.insert(TermOf(TermKind::kText, run));
    for (size_t i = 1; i < characters.size(); ++i) {
      terms.insert(TermOf(TermKind::kText, {characters[i - 1].data(),
                                            characters[i - 1].size() + characters[i].size()}));
    }
  }
}

std::vector<std::string> TextQuestion::Pieces() const {
  std::vector<std::string> pieces = words_;
  pieces.insert(pieces.end(), runs_.begin(), runs_.end());
  return pieces;
}

bool TextQuestion::IsIn(const JournalRow& row) const {
  std::unordered_set<std::string> missing_words(words_.begin(), words_.end());
  std::vector<std::string> missing_runs = runs_;
  const auto look = [&](std::string_view text) {
    Split(
        text, [&](std::string_view word) { missing_words.erase(LowerCase(word)); },
        [&](std::string_view run) {
          std::erase_if(missing_runs, [run](const std::string& wanted) {
            return run.find(wanted) != std::string_view::npos;
          });
        });
  };
  for (const std::string_view text :
       {row.event, row.resource, row.reason.value_or(""), row.details}) {
    look(text);
  }
  for (const std::string& subject : OpenSubjectsOf(row)) look(subject);
  return missing_words.empty() && missing_runs.empty();
}

}  // namespace qingqu::supervision
