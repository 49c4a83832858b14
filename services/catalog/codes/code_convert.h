#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "qingqu/catalog/v1/code_release.pb.h"
#include "services/catalog/codes/code_store.h"

namespace qingqu::catalog {

// Between what is kept and the messages.

void SetPart(const ReleasePart& part, v1::CodeImport& message);
v1::CodeRelease ToProto(const CodeRelease& release);
v1::NationalCode ToProto(const NationalCode& code);
v1::NationalCodeEvent ToProto(const CodeEvent& event);
v1::ItemWithWithdrawnCode ToProto(const ItemWithCode& item);
v1::CodePurchaseRule ToProto(const CodePurchaseRule& rule);

// INVALID_ARGUMENT that names the field.
absl::StatusOr<CodeList> CodeListOf(v1::CodeList list);
// A rule as it shall be: kind, action, until_date and reason. All violations at once.
absl::StatusOr<CodePurchaseRule> RuleOf(const v1::CodePurchaseRule& message, CivilDate today);

}  // namespace qingqu::catalog
