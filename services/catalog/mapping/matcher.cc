#include "services/catalog/mapping/matcher.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "services/catalog/code_text.h"
#include "services/catalog/registration_number.h"
#include "services/catalog/registrations/registration_list.h"
#include "services/catalog/search/folded_text.h"

namespace qingqu::catalog {
namespace {

constexpr size_t kCodeLength = 27;
constexpr size_t kCodePrefixLength = 20;
// Of names by themselves, when nothing else leads to an item.
constexpr size_t kNameCandidatesMax = 400;
constexpr size_t kCommonPair = 20'000;

// What says little about what a thing is.
constexpr std::array<std::u32string_view, 9> kNameNoise{
    U"一次性使用", U"一次性", U"无菌", U"医用", U"集采", U"停用", U"备货", U"系统", U"型"};
constexpr std::array<std::u32string_view, 12> kCompanyNoise{
    U"股份有限公司", U"有限责任公司", U"有限公司", U"集团", U"公司", U"医疗器械",
    U"医疗科技",     U"医疗用品",     U"医用材料", U"医疗", U"器械", U"科技"};

// Weights of the evidence; they add up to 1 for all but the codes.
constexpr double kNameWeight = 0.40;
constexpr double kSpecificationWeight = 0.30;
constexpr double kManufacturerWeight = 0.15;
constexpr double kRegistrationWeight = 0.15;
constexpr double kCodePrefixBonus = 0.10;

constexpr double kNameForRegistration = 0.35;
constexpr double kNameForManufacturer = 0.75;
constexpr double kMargin = 0.08;

bool IsKept(char32_t character) {
  return IsHan(character) || IsAsciiLetter(character) || IsAsciiDigit(character) ||
         character == U'.' || character == U'-' || character == U'/' || character > 0x370;
}

std::u32string Without(std::u32string text, std::u32string_view part) {
  for (size_t at = text.find(part); at != text.npos; at = text.find(part)) {
    if (part.size() == text.size()) break;
    text.erase(at, part.size());
  }
  return text;
}

std::u32string Plain(std::string_view text) {
  std::u32string plain;
  for (const char32_t character : Fold(text).characters) {
    if (IsKept(character)) plain += character;
  }
  return plain;
}

std::u32string NameOf(std::string_view text) {
  std::u32string name = Plain(text);
  for (const std::u32string_view noise : kNameNoise) name = Without(std::move(name), noise);
  return name;
}

// "Φ3.5×15mm", "3.5*15 mm" and "3.5x15㎜" are one; so are "5号" and "5#".
std::u32string SpecificationOf(std::string_view text) {
  std::u32string specification;
  for (const char32_t character : Fold(text).characters) {
    if (character == U'#') {
      specification += U'号';
    } else if (IsKept(character) && character != U'φ') {
      specification += character;
    }
  }
  return specification;
}

std::u32string ManufacturerOf(std::string_view text) {
  std::u32string name = Plain(text);
  for (const std::u32string_view noise : kCompanyNoise) name = Without(std::move(name), noise);
  return name;
}

// The certificates that were typed into one field, and whether it is all that was.
struct Certificates {
  std::vector<std::string> numbers;
  bool clear = false;
};

// A filing's number begins with the province and the city (苏宁械备… is Nanjing's), and many a
// city's character is a province's: so nothing is cut off, and what is left over makes it doubtful.
Certificates CertificatesOf(std::string_view text) {
  const absl::StatusOr<RegistrationNumber> whole = ParseRegistrationNumber(text);
  if (whole.ok()) return {.numbers = {whole->text}, .clear = true};
  const RegistrationList list = ParseRegistrationList(text);
  Certificates certificates{.numbers = {},
                            .clear = !list.numbers.empty() && list.not_understood.empty()};
  for (const RegistrationNumber& number : list.numbers) certificates.numbers.push_back(number.text);
  return certificates;
}

bool HasDigit(std::u32string_view text) { return std::ranges::any_of(text, IsAsciiDigit); }

bool IsWritten(std::string_view text) { return !NormaliseCode(text).empty(); }

std::string CodeOf(std::string_view text) {
  std::string code = NormaliseCode(text);
  std::ranges::transform(code, code.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return code.size() >= kCodePrefixLength && code.front() == 'C' ? code : "";
}

std::vector<uint64_t> PairsOf(std::u32string_view text) {
  std::vector<uint64_t> pairs;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    pairs.push_back((uint64_t{text[i]} << 32U) | text[i + 1]);
  }
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

// 2·|common| ÷ (|one| + |other|) (Dice, Measures of the amount of ecologic association, 1945); of a
// name that is all in the other one at least nine tenths.
double SameName(const std::u32string& one, const std::vector<uint64_t>& pairs,
                const std::u32string& other, const std::vector<uint64_t>& other_pairs) {
  if (one.empty() || other.empty()) return 0;
  if (one == other) return 1;
  std::vector<uint64_t> common;
  std::ranges::set_intersection(pairs, other_pairs, std::back_inserter(common));
  const double dice = pairs.empty() || other_pairs.empty()
                          ? 0
                          : 2.0 * static_cast<double>(common.size()) /
                                static_cast<double>(pairs.size() + other_pairs.size());
  const std::u32string& shorter = one.size() < other.size() ? one : other;
  const std::u32string& longer = one.size() < other.size() ? other : one;
  const bool within = shorter.size() >= 3 && longer.find(shorter) != longer.npos;
  return within ? std::max(dice, 0.9) : dice;
}

bool ShareANumber(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  return std::ranges::any_of(
      some, [&](const std::string& one) { return std::ranges::find(others, one) != others.end(); });
}

bool SameManufacturer(std::u32string_view one, std::u32string_view other) {
  if (one.empty() || other.empty()) return false;
  return one == other || (one.size() >= 4 && other.find(one) != other.npos) ||
         (other.size() >= 4 && one.find(other) != one.npos);
}

}  // namespace

MappingMatcher::Prepared MappingMatcher::Prepare(const MappingItem& item) {
  Prepared prepared{.item_id = item.item_id,
                    .name = NameOf(item.name),
                    .specification = SpecificationOf(item.specification),
                    .manufacturer = ManufacturerOf(item.manufacturer),
                    .registration_numbers = {},
                    .national_code = CodeOf(item.national_code),
                    .specification_told = IsWritten(item.specification),
                    .registration_told = HasDigit(Fold(item.registration_number).characters)};
  Certificates certificates = CertificatesOf(item.registration_number);
  prepared.registration_numbers = std::move(certificates.numbers);
  prepared.registration_clear = certificates.clear;
  prepared.name_pairs = PairsOf(prepared.name);
  return prepared;
}

MappingMatcher::MappingMatcher(const std::vector<MappingItem>& items) {
  items_.reserve(items.size());
  for (const MappingItem& item : items) Put(item);
}

void MappingMatcher::Put(const MappingItem& item) {
  Prepared prepared = Prepare(item);
  const std::unique_lock lock(mutex_);
  const auto [position, is_new] =
      numbers_.try_emplace(item.item_id, static_cast<uint32_t>(items_.size()));
  const uint32_t number = position->second;
  if (is_new) {
    items_.emplace_back();
  } else {
    Link(number, false);
  }
  items_[number] = std::move(prepared);
  Link(number, true);
}

void MappingMatcher::Remove(const std::string& item_id) {
  const std::unique_lock lock(mutex_);
  const auto position = numbers_.find(item_id);
  if (position != numbers_.end()) Link(position->second, false);
}

// Enters an item into the indexes or takes it out; the order within a list means nothing.
void MappingMatcher::Link(uint32_t number, bool add) {
  Prepared& item = items_[number];
  if (item.linked == add) return;
  item.linked = add;
  const auto link = [&](auto& index, const auto& key) {
    Numbers& numbers = index[key];
    if (add) {
      numbers.push_back(number);
      return;
    }
    *std::ranges::find(numbers, number) = numbers.back();
    numbers.pop_back();
    if (numbers.empty()) index.erase(key);
  };
  if (!item.national_code.empty()) {
    link(by_code_, item.national_code);
    link(by_code_prefix_, item.national_code.substr(0, kCodePrefixLength));
  }
  for (const std::string& told : item.registration_numbers) link(by_registration_, told);
  if (!item.manufacturer.empty()) link(by_manufacturer_, item.manufacturer);
  for (const uint64_t pair : item.name_pairs) link(by_name_pair_, pair);
}

std::vector<uint32_t> MappingMatcher::CandidatesOf(const Prepared& row) const {
  Numbers candidates;
  const auto add = [&](const auto& index, const auto& key) {
    const auto found = index.find(key);
    if (found == index.end()) return;
    candidates.insert(candidates.end(), found->second.begin(), found->second.end());
  };
  if (row.national_code.size() == kCodeLength) add(by_code_, row.national_code);
  if (!row.national_code.empty()) {
    add(by_code_prefix_, row.national_code.substr(0, kCodePrefixLength));
  }
  for (const std::string& told : row.registration_numbers) add(by_registration_, told);
  add(by_manufacturer_, row.manufacturer);
  // By name: those that share most of its rarer pairs, among those of the same size when there are.
  std::unordered_map<uint32_t, int> shared;
  for (const uint64_t pair : row.name_pairs) {
    const auto found = by_name_pair_.find(pair);
    if (found == by_name_pair_.end() || found->second.size() > kCommonPair) continue;
    for (const uint32_t number : found->second) ++shared[number];
  }
  std::vector<std::pair<int, uint32_t>> ranked;
  ranked.reserve(shared.size());
  for (const auto& [number, pairs] : shared) {
    const bool same_size = items_[number].specification == row.specification;
    ranked.emplace_back(-2 * pairs - (same_size ? 3 : 0), number);
  }
  const size_t kept = std::min(ranked.size(), kNameCandidatesMax);
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(kept),
                    ranked.end());
  for (size_t i = 0; i < kept; ++i) candidates.push_back(ranked[i].second);
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return candidates;
}

MappingMatcher::Candidate MappingMatcher::Compare(const Prepared& row, uint32_t number) const {
  const Prepared& item = items_[number];
  Candidate candidate{
      .number = number,
      .name = SameName(row.name, row.name_pairs, item.name, item.name_pairs),
      .code = row.national_code.size() == kCodeLength && row.national_code == item.national_code,
      .code_prefix = !row.national_code.empty() &&
                     item.national_code.starts_with(row.national_code.substr(0, kCodePrefixLength)),
      .registration = ShareANumber(row.registration_numbers, item.registration_numbers),
      .specification = !row.specification.empty() && row.specification == item.specification,
      .manufacturer = SameManufacturer(row.manufacturer, item.manufacturer)};
  candidate.score = kNameWeight * candidate.name +
                    (candidate.specification ? kSpecificationWeight : 0) +
                    (candidate.manufacturer ? kManufacturerWeight : 0) +
                    (candidate.registration ? kRegistrationWeight : 0) +
                    (candidate.code_prefix ? kCodePrefixBonus : 0);
  // What the row says otherwise is not only missing.
  candidate.contradicted = Contradicts(row, item);
  if (candidate.contradicted) candidate.score *= 0.7;
  if (candidate.code) candidate.score = std::max(candidate.score, 0.9 + 0.1 * candidate.score);
  candidate.score = std::min(candidate.score, 1.0);
  return candidate;
}

bool MappingMatcher::Contradicts(const Prepared& row, const Prepared& item) {
  const bool other_registration =
      !row.registration_numbers.empty() && !item.registration_numbers.empty() &&
      !ShareANumber(row.registration_numbers, item.registration_numbers);
  const bool other_code = !row.national_code.empty() && !item.national_code.empty() &&
                          !item.national_code.starts_with(row.national_code);
  return other_registration || other_code;
}

// A code may stand in the wrong line: what else the row tells must not be of another thing.
bool MappingMatcher::FitsItsCode(const Prepared& row, const Candidate& best) {
  if (row.specification_told && !best.specification) return false;
  if (row.name.empty() && row.manufacturer.empty()) return true;
  return best.name >= kNameForRegistration || (best.manufacturer && best.specification) ||
         (row.name.empty() && best.manufacturer);
}

bool MappingMatcher::IsUnambiguous(const Prepared& row, const std::vector<Candidate>& candidates) {
  const Candidate& best = candidates.front();
  const auto others = [&](auto&& rivals) {
    return std::any_of(candidates.begin() + 1, candidates.end(), rivals);
  };
  if (best.code) {
    return FitsItsCode(row, best) && !others([](const Candidate& other) { return other.code; });
  }
  if (!best.specification) return false;
  if (best.registration) {
    return row.registration_clear && best.name >= kNameForRegistration &&
           !others([&](const Candidate& other) {
             return other.registration && other.specification && other.name + kMargin > best.name;
           });
  }
  if (row.registration_told) return false;
  return best.manufacturer && best.name >= kNameForManufacturer &&
         !others([&](const Candidate& other) {
           return other.manufacturer && other.specification && other.name + kMargin > best.name;
         });
}

std::vector<MappingMatcher::Candidate> MappingMatcher::Rank(const Prepared& row) const {
  std::vector<Candidate> candidates;
  for (const uint32_t number : CandidatesOf(row)) candidates.push_back(Compare(row, number));
  std::ranges::sort(candidates, [](const Candidate& one, const Candidate& other) {
    return std::pair(-one.score, one.number) < std::pair(-other.score, other.number);
  });
  return candidates;
}

MappingProposal MappingMatcher::ProposalOf(const Candidate& candidate) const {
  MappingProposal proposal{.item_id = items_[candidate.number].item_id,
                           .score = candidate.score,
                           .evidence = {},
                           .contradicted = candidate.contradicted};
  const auto tell = [&](bool holds, MappingEvidence evidence) {
    if (holds) proposal.evidence.push_back(evidence);
  };
  tell(candidate.code, MappingEvidence::kNationalCode);
  tell(candidate.code_prefix && !candidate.code, MappingEvidence::kNationalCodePrefix);
  tell(candidate.registration, MappingEvidence::kRegistration);
  tell(candidate.specification, MappingEvidence::kSpecification);
  tell(candidate.manufacturer, MappingEvidence::kManufacturer);
  tell(candidate.name > 0.5, MappingEvidence::kName);
  return proposal;
}

MappingDecision MappingMatcher::Match(const LocalRow& row) const {
  const Prepared prepared = Prepare({.item_id = "",
                                     .name = row.name,
                                     .specification = row.specification,
                                     .manufacturer = row.manufacturer,
                                     .registration_number = row.registration_number,
                                     .national_code = row.insurance_code});
  const std::shared_lock lock(mutex_);
  const std::vector<Candidate> candidates = Rank(prepared);
  MappingDecision decision;
  if (candidates.empty()) return decision;
  decision.unambiguous = !candidates.front().contradicted && IsUnambiguous(prepared, candidates);
  for (const Candidate& candidate : candidates) {
    if (decision.proposals.size() == kMappingProposalsMax || candidate.score <= 0) break;
    decision.proposals.push_back(ProposalOf(candidate));
  }
  return decision;
}

std::vector<MappingProposal> MappingMatcher::FindSimilar(const MappingItem& item) const {
  const Prepared prepared = Prepare(item);
  const std::shared_lock lock(mutex_);
  std::vector<MappingProposal> similar;
  for (const Candidate& candidate : Rank(prepared)) {
    if (similar.size() == kMappingProposalsMax || candidate.score <= 0) break;
    if (items_[candidate.number].item_id == item.item_id) continue;
    similar.push_back(ProposalOf(candidate));
  }
  return similar;
}

}  // namespace qingqu::catalog
