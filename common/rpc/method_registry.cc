#include "common/rpc/method_registry.h"

#include <set>

#include "absl/strings/str_split.h"
#include "fmt/format.h"

#include "common/auth/role_grants.h"
#include "common/base/strings.h"
#include "common/status/status_macros.h"
#include "qingqu/common/v1/options.pb.h"

namespace qingqu::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;

// `seen` breaks recursion of message types.
void CollectReadPermissions(const Descriptor& message, std::set<const Descriptor*>& seen,
                            std::set<std::string>& permissions) {
  if (!seen.insert(&message).second) return;
  for (int index = 0; index < message.field_count(); ++index) {
    const FieldDescriptor& field = *message.field(index);
    const std::string& permission = field.options().GetExtension(common::v1::read_permission);
    if (!permission.empty()) permissions.insert(permission);
    if (field.message_type() != nullptr)
      CollectReadPermissions(*field.message_type(), seen, permissions);
  }
}

// A change can be sent again under the same id, a batch of an import under the same number, and a
// movement of stock under its own name.
bool IsRepeatable(const MethodDescriptor& method) {
  const Descriptor& request = *method.input_type();
  return method.options().idempotency_level() == MethodOptions::NO_SIDE_EFFECTS ||
         request.FindFieldByName("request_id") != nullptr ||
         request.FindFieldByName("batch_number") != nullptr ||
         request.FindFieldByName("movement") != nullptr ||
         request.FindFieldByName("movements") != nullptr;
}

absl::StatusOr<MethodInfo> ReadMethod(const MethodDescriptor& method) {
  MethodInfo info;
  info.full_name = fmt::format("{}/{}", method.service()->full_name(), method.name());
  info.permission = method.options().GetExtension(common::v1::permission);
  info.audited = method.options().GetExtension(common::v1::audited);
  info.request_id_field = method.input_type()->FindFieldByName("request_id");
  if (info.permission.empty()) {
    return absl::FailedPreconditionError(fmt::format(
        "{} declares no permission (option qingqu.common.v1.permission)", info.full_name));
  }
  const bool special = info.permission == "public" || info.permission == "authenticated" ||
                       info.permission == "enrolment";
  if (!special && !auth::AllGrantedPermissions().contains(info.permission)) {
    return absl::FailedPreconditionError(fmt::format("{} needs permission {}, which no role holds",
                                                     info.full_name, info.permission));
  }
  if (info.permission != "public" && !IsRepeatable(method)) {
    return absl::FailedPreconditionError(
        fmt::format("{} has side effects and no field request_id (or batch_number) that makes a "
                    "repetition safe",
                    info.full_name));
  }
  std::set<const Descriptor*> seen;
  std::set<std::string> permissions;
  CollectReadPermissions(*method.output_type(), seen, permissions);
  info.read_permissions.assign(permissions.begin(), permissions.end());
  return info;
}

}  // namespace

absl::StatusOr<std::map<std::string, MethodInfo, std::less<>>> ReadMethods(
    const google::protobuf::ServiceDescriptor& service) {
  std::map<std::string, MethodInfo, std::less<>> methods;
  for (int index = 0; index < service.method_count(); ++index) {
    QINGQU_ASSIGN_OR_RETURN(MethodInfo info, ReadMethod(*service.method(index)));
    methods.emplace(service.method(index)->name(), std::move(info));
  }
  return methods;
}

void ClearUnreadableFields(const auth::Principal& principal, google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string& permission = field->options().GetExtension(common::v1::read_permission);
    if (!permission.empty() && !auth::IsGranted(principal, permission)) {
      reflection.ClearField(&message, field);
      continue;
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      ClearUnreadableFields(principal, *reflection.MutableMessage(&message, field));
      continue;
    }
    for (int index = 0; index < reflection.FieldSize(message, field); ++index) {
      ClearUnreadableFields(principal, *reflection.MutableRepeatedMessage(&message, field, index));
    }
  }
}

std::string AreaOf(std::string_view service_full_name) {
  const std::vector<std::string> parts = absl::StrSplit(ToAbsl(service_full_name), '.');
  return parts.size() > 1 ? parts[1] : "";
}

}  // namespace qingqu::rpc
