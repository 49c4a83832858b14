#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "services/catalog/registrations/registration_list.h"

namespace qingqu::catalog {
namespace {

// What was read is read again from its own text, alone and joined with nothing.
void CheckList(std::string_view text) {
  const RegistrationList list = ParseRegistrationList(text);
  std::string joined;
  for (const RegistrationNumber& number : list.numbers) {
    const auto again = ParseRegistrationNumber(number.text);
    QINGQU_CHECK(again.ok() && again->text == number.text);
    QINGQU_CHECK(again->device_class == number.device_class && again->origin == number.origin);
    joined += number.text;
    joined += ";";
  }
  const RegistrationList again = ParseRegistrationList(joined);
  QINGQU_CHECK(again.numbers.size() == list.numbers.size());
  QINGQU_CHECK(again.not_understood.empty());
  for (const std::string& rest : list.not_understood) {
    QINGQU_CHECK(!rest.empty() && IsStorableText(rest));
  }
}

}  // namespace
}  // namespace qingqu::catalog

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (qingqu::IsStorableText(text)) qingqu::catalog::CheckList(text);
  return 0;
}
