#include "services/catalog/mapping/local_code.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "services/catalog/search/folded_text.h"

namespace qingqu::catalog {
namespace {

constexpr int kLocalCodeMax = 64;
constexpr int kTextMax = 300;
constexpr int kUnitMax = 40;
constexpr size_t kShownMax = 60;
constexpr double kScoreUnits = 10'000;

constexpr std::array<std::pair<LocalCodeState, std::string_view>, 5> kStates{{
    {LocalCodeState::kAwaiting, "awaiting"},
    {LocalCodeState::kReview, "review"},
    {LocalCodeState::kMapped, "mapped"},
    {LocalCodeState::kNotInCatalogue, "not_in_catalogue"},
    {LocalCodeState::kPostponed, "postponed"},
}};
constexpr std::array<std::pair<MappingEvidence, std::string_view>, 6> kEvidence{{
    {MappingEvidence::kNationalCode, "national_code"},
    {MappingEvidence::kNationalCodePrefix, "national_code_prefix"},
    {MappingEvidence::kRegistration, "registration"},
    {MappingEvidence::kSpecification, "specification"},
    {MappingEvidence::kManufacturer, "manufacturer"},
    {MappingEvidence::kName, "name"},
}};

// The beginning of what stood there, whole characters.
std::string Shown(std::string_view value) {
  size_t end = std::min(value.size(), kShownMax);
  while (end < value.size() && end > 0 &&
         (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return std::string(value.substr(0, end));
}

bool HasControlCharacter(std::string_view text) {
  return std::ranges::any_of(text, [](char character) {
    return static_cast<unsigned char>(character) < 0x20 || character == 0x7F;
  });
}

class RowReader {
 public:
  explicit RowReader(std::vector<RowFault>& faults) : faults_(faults) {}

  std::string Text(std::string_view column, std::string_view text, int characters_max) {
    const std::string_view trimmed = TrimAsciiSpace(text);
    if (CodePointCount(trimmed) > characters_max) {
      Add(column, trimmed, "TEXT_TOO_LONG",
          fmt::format("must have at most {} characters", characters_max));
    }
    return std::string(trimmed);
  }
  std::string Code(std::string_view text) {
    const std::string_view trimmed = TrimAsciiSpace(text);
    if (trimmed.empty() || CodePointCount(trimmed) > kLocalCodeMax ||
        HasControlCharacter(trimmed)) {
      Add("local_code", trimmed, "LOCAL_CODE_INVALID",
          fmt::format("must have 1 to {} characters, none of them a control character",
                      kLocalCodeMax));
    }
    return std::string(trimmed);
  }
  std::optional<Money> Price(std::string_view text) {
    const std::string_view trimmed = TrimAsciiSpace(text);
    if (trimmed.empty()) return std::nullopt;
    const absl::StatusOr<Money> price = Money::Parse(trimmed);
    if (price.ok() && *price >= Money()) return *price;
    Add("price", trimmed, "PRICE_INVALID", "must be an amount such as 12.50, not negative");
    return std::nullopt;
  }
  std::optional<int64_t> UnitFactor(int64_t factor) {
    if (factor == 0) return std::nullopt;
    if (factor < 0 || factor > kUnitFactorMax) {
      Add("unit_factor", fmt::format("{}", factor), "UNIT_FACTOR_INVALID",
          fmt::format("must be 1 to {}, or 0 when it is not known", kUnitFactorMax));
    }
    return factor;
  }
  bool sound() const { return sound_; }

 private:
  void Add(std::string_view column, std::string_view value, std::string_view reason,
           std::string message) {
    sound_ = false;
    faults_.push_back({column, Shown(value), reason, std::move(message)});
  }

  std::vector<RowFault>& faults_;
  bool sound_ = true;
};

}  // namespace

std::optional<UploadedRow> ReadUploadedRow(const UploadedRowDraft& draft,
                                           std::vector<RowFault>& faults) {
  RowReader reader(faults);
  UploadedRow row;
  row.local_code = reader.Code(draft.local_code);
  row.said.name = reader.Text("display_name", draft.display_name, kTextMax);
  row.said.specification = reader.Text("specification", draft.specification, kTextMax);
  row.said.manufacturer = reader.Text("manufacturer", draft.manufacturer, kTextMax);
  row.said.registration_number =
      reader.Text("registration_number", draft.registration_number, kTextMax);
  row.said.insurance_code = reader.Text("insurance_code", draft.insurance_code, kTextMax);
  row.price = reader.Price(draft.price);
  row.unit = reader.Text("unit", draft.unit, kUnitMax);
  row.unit_factor = reader.UnitFactor(draft.unit_factor);
  if (!reader.sound()) return std::nullopt;
  return row;
}

RowDifference Compare(const UploadedRow& present, const UploadedRow& next) {
  const bool same_content = present.said.name == next.said.name &&
                            present.said.specification == next.said.specification &&
                            present.said.manufacturer == next.said.manufacturer &&
                            present.said.registration_number == next.said.registration_number &&
                            present.said.insurance_code == next.said.insurance_code &&
                            present.unit == next.unit && present.unit_factor == next.unit_factor;
  if (!same_content) return RowDifference::kContent;
  return present.price == next.price ? RowDifference::kNone : RowDifference::kPrice;
}

std::string_view LocalCodeStateName(LocalCodeState state) {
  return std::ranges::find(kStates, state, [](const auto& pair) { return pair.first; })->second;
}

LocalCodeState LocalCodeStateFromName(std::string_view name) {
  const auto* const found =
      std::ranges::find(kStates, name, [](const auto& pair) { return pair.second; });
  QINGQU_CHECK(found != kStates.end());
  return found->first;
}

std::string_view EvidenceName(MappingEvidence evidence) {
  return std::ranges::find(kEvidence, evidence, [](const auto& pair) { return pair.first; })
      ->second;
}

std::optional<MappingEvidence> EvidenceFromName(std::string_view name) {
  const auto* const found =
      std::ranges::find(kEvidence, name, [](const auto& pair) { return pair.second; });
  if (found == kEvidence.end()) return std::nullopt;
  return found->first;
}

KeptProposal Kept(const MappingProposal& proposal) {
  return {.item_id = proposal.item_id,
          .score = static_cast<int32_t>(std::lround(proposal.score * kScoreUnits)),
          .evidence = proposal.evidence,
          .contradicted = proposal.contradicted};
}

std::string Etag(const LocalCode& code) {
  return fmt::format("{}-{}", code.row_version, code.version);
}

std::optional<int64_t> UnitFactorOf(const UploadedRow& row, const MappingTarget& target) {
  const std::u32string unit = Fold(row.unit).characters;
  std::optional<int64_t> by_unit;
  const auto tell = [&](std::string_view item_unit, int64_t base_units) {
    if (unit.empty() || Fold(item_unit).characters != unit) return true;
    if (by_unit.has_value() && *by_unit != base_units) return false;
    by_unit = base_units;
    return true;
  };
  bool one_answer = tell(target.base_unit, 1);
  for (const auto& [item_unit, base_units] : target.packs) {
    one_answer = one_answer && tell(item_unit, base_units);
  }
  if (!row.unit_factor.has_value()) return one_answer ? by_unit : std::nullopt;
  const bool contradicted = one_answer && by_unit.has_value() && *by_unit != *row.unit_factor;
  return contradicted ? std::nullopt : row.unit_factor;
}

}  // namespace qingqu::catalog
