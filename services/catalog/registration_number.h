#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/catalog/approval.h"

namespace qingqu::catalog {

// Where devices are made: 进 and filings with the state are imported, 许 is of Hong Kong, Macao and
// Taiwan.
enum class RegistrationOrigin { kDomestic, kImported, kSpecialRegion };

// "domestic", "imported", "special_region": as in the database.
std::string_view RegistrationOriginName(RegistrationOrigin origin);

// The number of a registration certificate (注册证) or of a filing (备案).
struct RegistrationNumber {
  std::string text;  // normalised; a filing ends with 号
  DeviceClass device_class = DeviceClass::kI;
  RegistrationOrigin origin = RegistrationOrigin::kDomestic;
  bool is_filing = false;  // does not expire
};

// Reads exactly one number, normalising full width, brackets, spaces and dashes:
//   - (国|省简称)械注(准|进|许)YYYY C KK NNNN. C is the class; 国+准 is class III, a province
//   registers
//     class II and 准 only, 进 and 许 (imports; Hong Kong, Macao and Taiwan) are the state's;
//   - filings (国|省市)械备YYYYNNNN号?, class I;
//   - forms from before October 2014, which live on: 国食药监械(准)字2014第2400059号, whose class
//   is its
//     first digit after 第, whoever issued it.
// INVALID_ARGUMENT with what is wrong.
absl::StatusOr<RegistrationNumber> ParseRegistrationNumber(std::string_view text);

}  // namespace qingqu::catalog
