#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace qingqu::testing {

// How the sizes of a product are written.
enum class SizeKind {
  kSyringe,
  kNeedle,
  kCatheter,
  kDressing,
  kSuture,
  kGlove,
  kTube,
  kPieces,
  kBag,
  kScrew,
  kModel
};

// Empty for kScrew and kModel, whose sizes are diameter and length.
std::span<const std::string_view> SizesOfKind(SizeKind kind);

// What every ward uses (低值耗材).
struct Everyday {
  std::string_view name;
  std::string_view class_code;  // 15 characters
  std::string_view unit;
  SizeKind sizes = SizeKind::kPieces;
  int device_class = 2;
  int64_t price_cents = 100;
  bool may_be_sterile = true;
};
extern const std::span<const Everyday> kEveryday;

// Places with the short names of their provinces; no maker is called so.
extern const std::span<const std::pair<std::string_view, std::string_view>> kPlaces;
extern const std::span<const std::string_view> kBrandBeginnings;
extern const std::span<const std::string_view> kBrandEndings;
extern const std::span<const std::string_view> kCompanyKinds;
extern const std::span<const std::string_view> kProductEndings;
// What pharmacists add to names.
extern const std::span<const std::string_view> kHospitalRemarks;

}  // namespace qingqu::testing
