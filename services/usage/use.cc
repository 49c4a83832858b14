#include "services/usage/use.h"

#include <map>
#include <utility>

#include "fmt/format.h"

#include "common/status/line_problems.h"
#include "common/status/status_macros.h"
#include "services/usage/errors.h"
#include "unicode/uchar.h"
#include "unicode/unistr.h"

namespace qingqu::usage {
namespace {

constexpr int32_t kDoctorIdCharactersMax = 64;

// Names the second of two lines that scan the same piece.
void CheckPiecesOnce(const std::vector<UseLine>& lines, LineProblems& problems) {
  std::map<std::pair<std::string, std::string>, size_t> first_lines;
  for (size_t index = 0; index < lines.size(); ++index) {
    if (lines[index].serial.empty()) continue;
    const auto [first, inserted] =
        first_lines.try_emplace({lines[index].item_id, lines[index].serial}, index);
    if (inserted) continue;
    problems.Add(index, "scan", absl::StatusCode::kInvalidArgument, "SERIAL_TWICE",
                 fmt::format("the same piece as lines[{}]", first->second));
  }
}

// Some scripts write vowels as marks of their consonants.
bool IsLetterOrDigit(UChar32 character) {
  return (U_GET_GC_MASK(character) & (U_GC_L_MASK | U_GC_MN_MASK | U_GC_MC_MASK | U_GC_ND_MASK)) !=
         0;
}

}  // namespace

bool IsDoctorId(std::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  const auto id = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), size));
  const int32_t characters = id.countChar32();
  if (characters < 1 || characters > kDoctorIdCharactersMax) return false;
  for (int32_t at = 0; at < id.length(); at = id.moveIndex32(at, 1)) {
    const UChar32 character = id.char32At(at);
    const bool joins = character == '.' || character == '_' || character == '-';
    if (!joins && !IsLetterOrDigit(character)) return false;
  }
  return true;
}

absl::StatusOr<std::vector<scanning::ScannedPack>> ReadScans(const std::vector<ScanInput>& inputs,
                                                             absl::Time now) {
  std::vector<scanning::ScannedPack> packs;
  packs.reserve(inputs.size());
  LineProblems problems;
  for (size_t index = 0; index < inputs.size(); ++index) {
    absl::StatusOr<scanning::ScannedPack> pack =
        scanning::ReadScan(inputs[index].scan, inputs[index].pi_scan, now);
    if (!pack.ok()) {
      problems.Add(index, "scan", pack.status().code(), ErrorReason(pack.status()),
                   std::string(pack.status().message()));
      continue;
    }
    packs.push_back(*std::move(pack));
  }
  QINGQU_RETURN_IF_ERROR(problems.ToStatus());
  return packs;
}

absl::StatusOr<std::vector<UseLine>> MakeLines(const std::vector<ScanInput>& inputs,
                                               const std::vector<scanning::ScannedPack>& packs,
                                               const ScannedItems& items, CivilDate today) {
  std::vector<UseLine> lines(inputs.size());
  LineProblems problems;
  for (size_t index = 0; index < inputs.size(); ++index) {
    const scanning::ScannedPack& pack = packs[index];
    const std::optional<scanning::ItemFacts>& item = items[index];
    if (!item.has_value()) {
      problems.Add(index, "scan", "WRONG_ITEM",
                   fmt::format("no item of the catalogue carries {}", pack.device_identifier));
      continue;
    }
    scanning::CheckTracking(*item, pack, inputs[index].packs, index, problems);
    scanning::CheckExpiry(pack, today, index, problems);
    const absl::StatusOr<Quantity> quantity =
        Multiply(Quantity(item->base_units_per_pack), inputs[index].packs);
    if (!quantity.ok() || *quantity > kQuantityMax) {
      problems.Add(index, "packs", absl::StatusCode::kInvalidArgument, "QUANTITY_ODD",
                   "more than can be");
      continue;
    }
    lines[index] = {.item_id = item->item_id,
                    .lot = pack.lot,
                    .serial = item->serial_tracked ? pack.serial : "",
                    .expiry = pack.expiry,
                    .quantity = *quantity,
                    .input = inputs[index]};
  }
  CheckPiecesOnce(lines, problems);
  QINGQU_RETURN_IF_ERROR(problems.ToStatus());
  return lines;
}

absl::Status CheckPatient(const Use& use) {
  if (!use.has_high_value) return absl::OkStatus();
  if (!use.patient_pseudonym.empty() && !use.procedure.empty()) return absl::OkStatus();
  return PatientRequired();
}

}  // namespace qingqu::usage
