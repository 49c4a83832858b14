#include "common/udi/gs1_checks.h"
#include "common/udi/gs1_date.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

constexpr std::string_view kReason = "INVALID_COUPON";
constexpr std::string_view kAnyDigit = "0123456789";

// Reads fields one after another. After the first fault every further read does nothing.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : text_(text) {}

  // One digit out of `allowed`; 0 after a fault.
  int Digit(std::string_view allowed, std::string_view message) {
    if (fault_) return 0;
    if (position_ == text_.size() || allowed.find(text_[position_]) == std::string_view::npos) {
      Fail(position_, message);
      return 0;
    }
    return text_[position_++] - '0';
  }

  // The next `length` digits; empty after a fault.
  std::string_view Run(int length, std::string_view message) {
    if (fault_) return {};
    const auto wanted = static_cast<size_t>(length);
    if (text_.size() - position_ < wanted) {
      Fail(position_, message);
      return {};
    }
    position_ += wanted;
    return text_.substr(position_ - wanted, wanted);
  }

  // True, and past it, when an optional field with this indicator follows.
  bool StartsField(char indicator) {
    if (fault_ || position_ == text_.size() || text_[position_] != indicator) return false;
    ++position_;
    return true;
  }

  // A YYMMDD; nullopt after a fault.
  std::optional<CivilDate> Date(int current_year, std::string_view message) {
    const size_t start = position_;
    const std::string_view digits = Run(6, message);
    if (fault_) return std::nullopt;
    if (FindDateFault(digits, {.current_year = current_year})) {
      Fail(start, message);
      return std::nullopt;
    }
    return DateOf(digits, current_year);
  }

  void Fail(size_t offset, std::string_view message) { fault_ = Fault{kReason, offset, message}; }

  std::optional<Fault> Finish() {
    if (!fault_ && position_ != text_.size()) Fail(position_, "the coupon holds too much");
    return fault_;
  }

  size_t position() const { return position_; }

 private:
  std::string_view text_;
  size_t position_ = 0;
  std::optional<Fault> fault_;
};

// Requirement with its length, requirement code and family code.
void ReadPurchase(FieldReader& reader) {
  const int length = reader.Digit("12345", "the purchase requirement must have a length of 1 to 5");
  reader.Run(length, "the purchase requirement is cut short");
  reader.Digit("012349", "the purchase requirement code must be 0 to 4 or 9");
  reader.Run(3, "the purchase family code must have three digits");
}

void ReadFurtherPurchase(FieldReader& reader) {
  ReadPurchase(reader);
  const int length = reader.Digit("01234569", "the company prefix length must be 0 to 6 or 9");
  if (length != 9) reader.Run(length + 6, "the company prefix of a purchase is cut short");
}

void ReadValidity(FieldReader& reader, int current_year) {
  std::optional<CivilDate> end;
  if (reader.StartsField('3')) end = reader.Date(current_year, "the coupon's last day is no date");
  if (!reader.StartsField('4')) return;
  const size_t start_offset = reader.position();
  const auto start = reader.Date(current_year, "the coupon's first day is no date");
  if (start && end && *end < *start) {
    reader.Fail(start_offset, "the coupon ends before it starts");
  }
}

}  // namespace

std::optional<Fault> FindCouponFault(std::string_view text, int current_year) {
  if (!IsAllDigits(text)) return Fault{kReason, 0, "a coupon holds digits only"};
  FieldReader reader(text);
  const int prefix_length = reader.Digit("0123456", "the company prefix length must be 0 to 6");
  reader.Run(prefix_length + 6, "the company prefix is cut short");
  reader.Run(6, "the offer code must have six digits");
  const int save_length = reader.Digit("12345", "the save value must have a length of 1 to 5");
  reader.Run(save_length, "the save value is cut short");
  ReadPurchase(reader);
  if (reader.StartsField('1')) {
    reader.Digit("0123", "the additional purchase rules code must be 0 to 3");
    ReadFurtherPurchase(reader);
  }
  if (reader.StartsField('2')) ReadFurtherPurchase(reader);
  ReadValidity(reader, current_year);
  if (reader.StartsField('5')) {
    const int length = reader.Digit(kAnyDigit, "the serial number's length is missing");
    reader.Run(length + 6, "the serial number is cut short");
  }
  if (reader.StartsField('6')) {
    const int length = reader.Digit("1234567", "the retailer's length must be 1 to 7");
    reader.Run(length + 6, "the retailer's prefix or location number is cut short");
  }
  if (reader.StartsField('9')) {
    reader.Digit("01256", "the save value code must be 0, 1, 2, 5 or 6");
    reader.Digit("012", "the item that the save value applies to must be 0 to 2");
    reader.Digit(kAnyDigit, "the store coupon flag is missing");
    reader.Digit("01", "the flag against multiplying must be 0 or 1");
  }
  return reader.Finish();
}

std::optional<Fault> FindPositiveOfferFault(std::string_view text) {
  if (!IsAllDigits(text)) return Fault{kReason, 0, "a coupon holds digits only"};
  FieldReader reader(text);
  reader.Digit("01", "the coupon format must be 0 or 1");
  const int funder_length = reader.Digit("0123456", "the funder's length must be 0 to 6");
  reader.Run(funder_length + 6, "the funder is cut short");
  reader.Run(6, "the offer code must have six digits");
  const int serial_length = reader.Digit(kAnyDigit, "the serial number's length is missing");
  reader.Run(serial_length + 6, "the serial number is cut short");
  return reader.Finish();
}

}  // namespace qingqu::udi
