#include "common/rpc/answer_view.h"

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

#include "common/auth/role_grants.h"
#include "common/base/check.h"
#include "common/privacy/people_view.h"
#include "qingqu/common/v1/options.pb.h"
#include "qingqu/common/v1/people.pb.h"

namespace qingqu::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kInstitutionPrefix = "institutions/";

// ReadMethods has seen to it that the field is there.
std::string InstitutionOf(const Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("institution");
  QINGQU_CHECK(field != nullptr);
  const std::string name = message.GetReflection()->GetString(message, field);
  return name.starts_with(kInstitutionPrefix) ? name.substr(kInstitutionPrefix.size()) : "";
}

void ShowPerson(const Reader& reader, const FieldDescriptor& field, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  const bool patient =
      field.options().GetExtension(common::v1::person) == common::v1::PERSON_PATIENT;
  std::string shown;
  if (reader.doctor_level) {
    const std::string institution_id = InstitutionOf(message);
    const std::string id = reflection.GetString(message, &field);
    shown =
        privacy::PeopleView(*reader.principal, reader.pseudonyms)
            .Show({.kind = patient ? privacy::PersonKind::kPatient : privacy::PersonKind::kDoctor,
                   .institution_id = institution_id,
                   .id = id});
  }
  if (shown.empty()) return reflection.ClearField(&message, &field);
  reflection.SetString(&message, &field, std::move(shown));
}

void ShapeField(const Reader& reader, const FieldDescriptor& field, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  const std::string& permission = field.options().GetExtension(common::v1::read_permission);
  const common::v1::Person person = field.options().GetExtension(common::v1::person);
  const bool unreadable = !permission.empty() && !auth::IsGranted(*reader.principal, permission);
  const bool people = person != common::v1::PERSON_UNSPECIFIED;
  if (unreadable || (people && !reader.doctor_level))
    return reflection.ClearField(&message, &field);
  if (person == common::v1::PERSON_ANY) return;
  if (people) return ShowPerson(reader, field, message);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
  if (!field.is_repeated())
    return ShapeAnswer(reader, *reflection.MutableMessage(&message, &field));
  for (int index = 0; index < reflection.FieldSize(message, &field); ++index) {
    ShapeAnswer(reader, *reflection.MutableRepeatedMessage(&message, &field, index));
  }
}

}  // namespace

void ShapeAnswer(const Reader& reader, Message& answer) {
  std::vector<const FieldDescriptor*> fields;
  answer.GetReflection()->ListFields(answer, &fields);
  for (const FieldDescriptor* field : fields) ShapeField(reader, *field, answer);
}

}  // namespace qingqu::rpc
