#include "services/catalog/licence_number.h"

#include "fmt/format.h"

#include "services/catalog/code_text.h"

namespace qingqu::catalog {
namespace {

constexpr int kCityCharactersMax = 4;

// What is licensed, 经营 or 生产, and the classes.
struct LicenceForm {
  std::string_view business;
  DeviceClass class_of_licence = DeviceClass::kIII;
  DeviceClass class_of_filing = DeviceClass::kII;
};

absl::StatusOr<LicenceNumber> Parse(std::string_view text, const LicenceForm& form) {
  const absl::Status malformed = absl::InvalidArgumentError(
      fmt::format("must look like 鲁济食药监械{0}许20190001号 (licence) or "
                  "鲁济食药监械{0}备20190001号 (filing)",
                  form.business));
  const std::string office = fmt::format("药监械{}", form.business);
  LicenceNumber licence{.text = NormaliseCode(text)};
  CodeReader reader(licence.text);
  if (!reader.TakeOneOf(kProvinces)) return malformed;
  // The shorter stop lies within the longer one, so the longer is tried first.
  CodeReader with_food = reader;
  if (with_food.SkipTo("食" + office, kCityCharactersMax)) {
    reader = with_food;
    reader.Take("食");
  } else if (!reader.SkipTo(office, kCityCharactersMax)) {
    return malformed;
  }
  reader.Take(office);
  const bool is_licence = reader.Take("许");
  if (!is_licence && !reader.Take("备")) return malformed;
  licence.highest_class = is_licence ? form.class_of_licence : form.class_of_filing;
  const auto year = reader.TakeDigits(4);
  if (!year.has_value() || !IsCertificateYear(*year) || !reader.TakeDigits(4)) return malformed;
  if (!reader.Take("号") || !reader.AtEnd()) return malformed;
  return licence;
}

}  // namespace

absl::StatusOr<LicenceNumber> ParseLicenceNumber(std::string_view text) {
  return Parse(text, {.business = "经营"});
}

absl::StatusOr<LicenceNumber> ParseProductionLicenceNumber(std::string_view text) {
  return Parse(text, {.business = "生产",
                      .class_of_licence = DeviceClass::kIII,
                      .class_of_filing = DeviceClass::kI});
}

}  // namespace qingqu::catalog
