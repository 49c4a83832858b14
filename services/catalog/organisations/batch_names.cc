#include "services/catalog/organisations/batch_names.h"

#include "fmt/format.h"

#include "common/base/resource_name.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::catalog {
namespace {

constexpr int kNamesMax = 1'000;

}  // namespace

absl::StatusOr<std::vector<std::string>> IdsOfNames(
    std::string_view pattern, const google::protobuf::RepeatedPtrField<std::string>& names) {
  if (names.size() > kNamesMax) return InvalidField("names", "must be 1,000 at most");
  FieldViolations violations;
  std::vector<std::string> ids;
  for (int index = 0; index < names.size(); ++index) {
    const auto id = ParseResourceId(pattern, names[index]);
    violations.AddIfError(fmt::format("names[{}]", index), id.status());
    ids.push_back(id.value_or(""));
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return ids;
}

}  // namespace qingqu::catalog
