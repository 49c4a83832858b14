#include "services/catalog/licence_number.h"

#include "services/catalog/code_text.h"

namespace qingqu::catalog {
namespace {

constexpr int kCityCharactersMax = 4;

absl::Status Malformed() {
  return absl::InvalidArgumentError(
      "must look like 鲁济食药监械经营许20190001号 (licence) or 鲁济食药监械经营备20190001号 "
      "(filing)");
}

}  // namespace

absl::StatusOr<LicenceNumber> ParseLicenceNumber(std::string_view text) {
  LicenceNumber licence{.text = NormaliseCode(text)};
  CodeReader reader(licence.text);
  if (!reader.TakeOneOf(kProvinces)) return Malformed();
  // The shorter stop lies within the longer one, so the longer is tried first.
  CodeReader with_food = reader;
  if (with_food.SkipTo("食药监械经营", kCityCharactersMax)) {
    reader = with_food;
    reader.Take("食");
  } else if (!reader.SkipTo("药监械经营", kCityCharactersMax)) {
    return Malformed();
  }
  reader.Take("药监械经营");
  if (reader.Take("许")) {
    licence.highest_class = DeviceClass::kIII;
  } else if (!reader.Take("备")) {
    return Malformed();
  }
  const auto year = reader.TakeDigits(4);
  if (!year.has_value() || !IsCertificateYear(*year) || !reader.TakeDigits(4)) return Malformed();
  if (!reader.Take("号") || !reader.AtEnd()) return Malformed();
  return licence;
}

}  // namespace qingqu::catalog
