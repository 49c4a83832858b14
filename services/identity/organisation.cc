#include "services/identity/organisation.h"

#include <algorithm>

#include "common/base/strings.h"

namespace qingqu::identity {
namespace {

bool IsControl(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

void CheckDisplayName(std::string_view field, std::string_view display_name,
                      FieldViolations& violations) {
  const int characters = IsStorableText(display_name) ? CodePointCount(display_name) : 0;
  if (characters < 1 || characters > kDisplayNameMax) {
    violations.Add(field, "must have 1 to 100 characters");
    return;
  }
  if (std::any_of(display_name.begin(), display_name.end(), IsControl) ||
      TrimAsciiSpace(display_name).size() != display_name.size()) {
    violations.Add(field, "must have no line breaks and no white space at its ends");
  }
}

}  // namespace qingqu::identity
