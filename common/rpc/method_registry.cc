#include "common/rpc/method_registry.h"

#include <set>

#include "absl/strings/str_split.h"
#include "fmt/format.h"

#include "common/auth/role_grants.h"
#include "common/base/strings.h"
#include "common/status/status_macros.h"
#include "qingqu/common/v1/options.pb.h"
#include "qingqu/common/v1/people.pb.h"

namespace qingqu::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;

// What the fields of an answer declare, at any depth.
struct AnswerFields {
  std::set<std::string> permissions;
  bool names_people = false;
  // A message that names a patient or a doctor and not the institution that keeps the record.
  const Descriptor* homeless = nullptr;
};

// `seen` breaks recursion of message types.
void CollectFields(const Descriptor& message, std::set<const Descriptor*>& seen,
                   AnswerFields& fields) {
  if (!seen.insert(&message).second) return;
  for (int index = 0; index < message.field_count(); ++index) {
    const FieldDescriptor& field = *message.field(index);
    const std::string& permission = field.options().GetExtension(common::v1::read_permission);
    if (!permission.empty()) fields.permissions.insert(permission);
    const common::v1::Person person = field.options().GetExtension(common::v1::person);
    if (person != common::v1::PERSON_UNSPECIFIED) {
      fields.names_people = true;
      const bool single = !field.is_repeated() && field.type() == FieldDescriptor::TYPE_STRING;
      const FieldDescriptor* home = message.FindFieldByName("institution");
      const bool at_home = home != nullptr && home->type() == FieldDescriptor::TYPE_STRING;
      if (person != common::v1::PERSON_ANY && !(single && at_home)) fields.homeless = &message;
    }
    if (field.message_type() != nullptr) CollectFields(*field.message_type(), seen, fields);
  }
}

absl::Status CheckPeople(const MethodDescriptor& method, const MethodInfo& info,
                         const AnswerFields& fields) {
  const auto refuse = [&](std::string_view why) {
    return absl::FailedPreconditionError(fmt::format("{} {}", info.full_name, why));
  };
  if (fields.homeless != nullptr) {
    return refuse(fmt::format("answers with {}, which names people without their institution",
                              fields.homeless->full_name()));
  }
  const bool reads = method.options().idempotency_level() == MethodOptions::NO_SIDE_EFFECTS;
  if (info.names_people && reads && info.doctor_level == 0) {
    return refuse("names patients or doctors and is not declared doctor_level");
  }
  if (info.doctor_level == 0) return absl::OkStatus();
  if (info.doctor_level < 0 || !reads) return refuse("cannot be doctor_level");
  if (!info.audited) return refuse("is doctor_level and not audited");
  if (info.purpose_field == nullptr) return refuse("is doctor_level and asks for no purpose");
  return absl::OkStatus();
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
  AnswerFields fields;
  CollectFields(*method.output_type(), seen, fields);
  info.read_permissions.assign(fields.permissions.begin(), fields.permissions.end());
  info.names_people = fields.names_people;
  info.doctor_level = method.options().GetExtension(common::v1::doctor_level);
  const FieldDescriptor* purpose = method.input_type()->FindFieldByName("purpose");
  const bool text = purpose != nullptr && purpose->type() == FieldDescriptor::TYPE_STRING;
  if (text && !purpose->is_repeated()) info.purpose_field = purpose;
  QINGQU_RETURN_IF_ERROR(CheckPeople(method, info, fields));
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

std::string AreaOf(std::string_view service_full_name) {
  const std::vector<std::string> parts = absl::StrSplit(ToAbsl(service_full_name), '.');
  return parts.size() > 1 ? parts[1] : "";
}

}  // namespace qingqu::rpc
