#include "services/catalog/registration_number.h"

#include <optional>

#include "services/catalog/code_text.h"

namespace qingqu::catalog {
namespace {

constexpr int kCityCharactersMax = 4;

absl::Status Malformed() {
  return absl::InvalidArgumentError(
      "must be one registration certificate such as 国械注准20193130123, one filing such as "
      "鲁济械备20190001号, or an old form such as 国食药监械(准)字2014第2400059号");
}

std::optional<DeviceClass> ClassOfDigit(char digit) {
  switch (digit) {
    case '1':
      return DeviceClass::kI;
    case '2':
      return DeviceClass::kII;
    case '3':
      return DeviceClass::kIII;
    default:
      return std::nullopt;
  }
}

bool TakeYear(CodeReader& reader) {
  const auto year = reader.TakeDigits(4);
  return year.has_value() && IsCertificateYear(*year);
}

RegistrationOrigin OriginOfKind(std::string_view kind) {
  if (kind == "进") return RegistrationOrigin::kImported;
  return kind == "许" ? RegistrationOrigin::kSpecialRegion : RegistrationOrigin::kDomestic;
}

// Class, two digits of classification, four of serial number.
std::optional<DeviceClass> TakeClassAndSerial(CodeReader& reader) {
  const auto digits = reader.TakeDigits(7);
  return digits.has_value() ? ClassOfDigit(digits->front()) : std::nullopt;
}

// What follows 械注.
absl::Status ReadCertificate(CodeReader reader, bool by_state, RegistrationNumber& number) {
  const auto kind = reader.TakeOneOf("准进许");
  if (!kind.has_value() || !TakeYear(reader)) return Malformed();
  const auto device_class = TakeClassAndSerial(reader);
  if (!device_class.has_value() || !reader.AtEnd()) return Malformed();
  if (*device_class == DeviceClass::kI) {
    return absl::InvalidArgumentError("class I devices are filed (械备), not registered");
  }
  if (!by_state && *kind != "准") {
    return absl::InvalidArgumentError("only the state registers imports (进) and permits (许)");
  }
  if (*kind == "准" && (*device_class == DeviceClass::kIII) != by_state) {
    return absl::InvalidArgumentError(
        "the state registers (国械注准) class III, a province class II; the digit after the year "
        "says otherwise");
  }
  number.device_class = *device_class;
  number.origin = OriginOfKind(*kind);
  return absl::OkStatus();
}

// What follows 械备.
absl::Status ReadFiling(CodeReader reader) {
  if (!TakeYear(reader) || !reader.TakeDigits(4)) return Malformed();
  reader.Take("号");
  return reader.AtEnd() ? absl::OkStatus() : Malformed();
}

// What follows 药监械 or 药管械.
absl::Status ReadOldForm(CodeReader reader, RegistrationNumber& number) {
  if (!reader.Take("(")) return Malformed();
  const auto kind = reader.TakeOneOf("准进许试");
  if (!kind.has_value() || !reader.Take(")字")) return Malformed();
  if (!TakeYear(reader) || !reader.Take("第")) return Malformed();
  const auto device_class = TakeClassAndSerial(reader);
  if (!device_class.has_value() || !reader.Take("号")) return Malformed();
  reader.Take("(更)");
  if (!reader.AtEnd()) return Malformed();
  number.device_class = *device_class;
  number.origin = OriginOfKind(*kind);
  return absl::OkStatus();
}

}  // namespace

std::string_view RegistrationOriginName(RegistrationOrigin origin) {
  switch (origin) {
    case RegistrationOrigin::kDomestic:
      return "domestic";
    case RegistrationOrigin::kImported:
      return "imported";
    case RegistrationOrigin::kSpecialRegion:
      return "special_region";
  }
  return "";
}

absl::StatusOr<RegistrationNumber> ParseRegistrationNumber(std::string_view text) {
  RegistrationNumber number{.text = NormaliseCode(text)};
  CodeReader reader(number.text);
  const bool by_state = reader.Take("国");
  if (!by_state && !reader.TakeOneOf(kProvinces)) return Malformed();
  if (reader.Take("械注")) {
    if (const absl::Status status = ReadCertificate(reader, by_state, number); !status.ok()) {
      return status;
    }
    return number;
  }
  // A city stands between the province and the rest, for filings and for old class I certificates.
  const int city_characters_max = by_state ? 0 : kCityCharactersMax;
  CodeReader filing = reader;
  if (filing.SkipTo("械备", city_characters_max) && filing.Take("械备")) {
    if (const absl::Status status = ReadFiling(filing); !status.ok()) return status;
    number.is_filing = true;
    if (by_state) number.origin = RegistrationOrigin::kImported;
    if (!number.text.ends_with("号")) number.text += "号";
    return number;
  }
  for (const std::string_view issuer : {"食药监械", "药监械", "药管械"}) {
    CodeReader old_form = reader;
    if (!old_form.SkipTo(issuer, city_characters_max) || !old_form.Take(issuer)) continue;
    if (const absl::Status status = ReadOldForm(old_form, number); !status.ok()) return status;
    return number;
  }
  return Malformed();
}

}  // namespace qingqu::catalog
