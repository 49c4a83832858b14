#include "services/catalog/registrations/registration_list.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "services/catalog/code_text.h"

namespace qingqu::catalog {
namespace {

// The longest form, 国食药监械(准)字2014第2400059号(更) with a city, has 33 characters.
constexpr size_t kNumberCharactersMax = 40;

// Longer ones first: a word may begin another.
constexpr std::array<std::string_view, 24> kWords = {
    "医疗器械", "体外诊断试剂", "备案凭证", "备案信息", "注册证", "备案证", "许可证", "注册号",
    "备案号",   "证书",         "产品",     "注册",     "备案",   "编号",   "号码",   "证号",
    "进口",     "国产",         "原",       "现",       "及",     "和",     "或",     "号"};
constexpr std::string_view kPunctuation = ",;/、。，；|:()+&\"'.*#~";

struct Character {
  std::string text;  // normalised
  bool after_space = false;
};

size_t SequenceSize(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

bool IsDigit(const Character& character) {
  return character.text.size() == 1 && character.text[0] >= '0' && character.text[0] <= '9';
}

std::vector<Character> Split(std::string_view text) {
  std::vector<Character> characters;
  bool after_space = false;
  while (!text.empty()) {
    const std::string_view first = text.substr(0, SequenceSize(text[0]));
    text.remove_prefix(first.size());
    std::string normalised = NormaliseCode(first);
    if (normalised.empty()) {
      after_space = NormaliseCode(first, {.keep_dashes = true}).empty();
      continue;
    }
    characters.push_back({.text = std::move(normalised), .after_space = after_space});
    after_space = false;
  }
  return characters;
}

bool MayBegin(const Character& character) {
  return character.text == "国" ||
         (character.text.size() > 1 && kProvinces.find(character.text) != std::string_view::npos);
}

// Where a number may end: after a digit that no other follows at once, 号 or a bracket.
bool MayEnd(const std::vector<Character>& characters, size_t end) {
  const Character& last = characters[end - 1];
  if (last.text == "号" || last.text == ")") return true;
  if (!IsDigit(last)) return false;
  return end == characters.size() || !IsDigit(characters[end]) || characters[end].after_space;
}

struct Found {
  RegistrationNumber number;
  size_t end = 0;
};

// The longest number that begins at `begin`.
std::optional<Found> FindAt(const std::vector<Character>& characters, size_t begin) {
  if (!MayBegin(characters[begin])) return std::nullopt;
  std::optional<Found> found;
  std::string text;
  const size_t end_max = std::min(characters.size(), begin + kNumberCharactersMax);
  for (size_t end = begin + 1; end <= end_max; ++end) {
    text += characters[end - 1].text;
    if (!MayEnd(characters, end)) continue;
    auto number = ParseRegistrationNumber(text);
    if (number.ok()) found = {.number = *std::move(number), .end = end};
  }
  return found;
}

// The size of a word or mark at the start of `text` that means nothing, else 0.
size_t Meaningless(std::string_view text) {
  for (const std::string_view word : kWords) {
    if (text.starts_with(word)) return word.size();
  }
  const size_t size = SequenceSize(text[0]);
  const bool punctuation = kPunctuation.find(text.substr(0, size)) != std::string_view::npos;
  return punctuation ? size : 0;
}

// What is left of `text` between two numbers, cut where something meaningless stands.
void KeepRest(std::string_view text, std::vector<std::string>& rests) {
  std::string rest;
  const auto finish = [&] {
    if (!rest.empty()) rests.push_back(rest);
    rest.clear();
  };
  while (!text.empty()) {
    if (const size_t skipped = Meaningless(text); skipped > 0) {
      finish();
      text.remove_prefix(skipped);
      continue;
    }
    const size_t size = std::min(SequenceSize(text[0]), text.size());
    rest += text.substr(0, size);
    text.remove_prefix(size);
  }
  finish();
}

void AddOnce(RegistrationNumber number, std::vector<RegistrationNumber>& numbers) {
  const bool known =
      std::any_of(numbers.begin(), numbers.end(),
                  [&](const RegistrationNumber& other) { return other.text == number.text; });
  if (!known) numbers.push_back(std::move(number));
}

}  // namespace

RegistrationList ParseRegistrationList(std::string_view text) {
  RegistrationList list;
  const std::vector<Character> characters = Split(text);
  std::string rest;
  for (size_t position = 0; position < characters.size();) {
    std::optional<Found> found = FindAt(characters, position);
    if (!found) {
      rest += characters[position].text;
      ++position;
      continue;
    }
    KeepRest(rest, list.not_understood);
    rest.clear();
    AddOnce(std::move(found->number), list.numbers);
    position = found->end;
  }
  KeepRest(rest, list.not_understood);
  return list;
}

}  // namespace qingqu::catalog
