#include "common/scanning/scanned_pack.h"

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/status/status_macros.h"
#include "common/udi/udi.h"

namespace qingqu::scanning {
namespace {

absl::Status UdiInvalid(const udi::ParseError& error) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "UDI_INVALID",
      fmt::format("{} (at character {}): {}", error.reason, error.position + 1, error.message));
}

absl::StatusOr<udi::Scan> Read(std::string_view text, const udi::ParseOptions& options) {
  udi::ParseResult result = udi::Parse(text, options);
  if (const auto* error = std::get_if<udi::ParseError>(&result)) return UdiInvalid(*error);
  return std::get<udi::Scan>(std::move(result));
}

}  // namespace

absl::StatusOr<ScannedPack> ReadScan(std::string_view scan, std::string_view pi_scan,
                                     absl::Time now) {
  const udi::ParseOptions options{.current_year = BusinessDay(now).year()};
  QINGQU_ASSIGN_OR_RETURN(udi::Scan read, Read(scan, options));
  if (!pi_scan.empty()) {
    QINGQU_ASSIGN_OR_RETURN(const udi::Scan second, Read(pi_scan, options));
    udi::ParseResult joined = udi::JoinScans(read, second, options);
    if (const auto* error = std::get_if<udi::ParseError>(&joined)) return UdiInvalid(*error);
    read = std::get<udi::Scan>(std::move(joined));
  }
  if (read.di.empty()) {
    return UdiInvalid(
        {"DI_MISSING", 0, "the scan holds no device identifier; scan that bar code too"});
  }
  return ScannedPack{.device_identifier = read.di,
                     .lot = read.lot,
                     .serial = read.serial,
                     .expiry = read.expiry,
                     .manufactured = read.manufactured};
}

void CheckTracking(const ItemFacts& item, const ScannedPack& pack, int64_t packs, size_t line_index,
                   LineProblems& problems) {
  if (item.lot_tracked && pack.lot.empty()) {
    problems.Add(line_index, "scan", "LOT_MISSING",
                 "the item's bar code carries a lot; scan it too");
  }
  if (item.expiry_tracked && !pack.expiry.has_value()) {
    problems.Add(line_index, "scan", "EXPIRY_MISSING",
                 "the item's bar code carries an expiry date; scan it too");
  }
  if (!item.serial_tracked) return;
  if (pack.serial.empty()) {
    problems.Add(line_index, "scan", "SERIAL_MISSING",
                 "the item's bar code carries a serial number; scan it too");
  }
  if (packs != 1 || item.base_units_per_pack != 1) {
    problems.Add(line_index, "packs", absl::StatusCode::kInvalidArgument, "QUANTITY_ODD",
                 "a piece with a serial number is scanned one by one");
  }
}

void CheckExpiry(const ScannedPack& pack, CivilDate today, size_t line_index,
                 LineProblems& problems) {
  if (!pack.expiry.has_value() || *pack.expiry >= today) return;
  problems.Add(line_index, "scan", "LOT_EXPIRED",
               fmt::format("it expired on {}", pack.expiry->ToString()));
}

}  // namespace qingqu::scanning
