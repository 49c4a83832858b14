#include "common/rpc/message_text.h"

#include <memory>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

#include "common/base/strings.h"
#include "common/privacy/pseudonym.h"
#include "qingqu/common/v1/people.pb.h"

namespace qingqu::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kQuestionBytesMax = 16 * 1024;
constexpr std::string_view kPurposeField = "purpose";

bool IsOfPeople(const FieldDescriptor& field) {
  return field.options().GetExtension(common::v1::person) != common::v1::PERSON_UNSPECIFIED;
}

bool NamesPerson(const Message& message, const FieldDescriptor& field) {
  if (IsOfPeople(field)) return true;
  const Reflection& reflection = *message.GetReflection();
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  std::string scratch;
  for (int index = 0; index < count; ++index) {
    const std::string& text =
        field.is_repeated()
            ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
            : reflection.GetStringReference(message, &field, &scratch);
    if (privacy::MentionsPerson(text)) return true;
  }
  return false;
}

// The fields of `message` that name people, at any depth.
std::vector<const FieldDescriptor*> FieldsOfPeople(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  std::erase_if(fields, [&](const FieldDescriptor* field) {
    if (field->type() == FieldDescriptor::TYPE_STRING) return !NamesPerson(message, *field);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return true;
    if (!field->is_repeated()) {
      return FieldsOfPeople(reflection.GetMessage(message, field)).empty();
    }
    const int size = reflection.FieldSize(message, field);
    for (int index = 0; index < size; ++index) {
      if (!FieldsOfPeople(reflection.GetRepeatedMessage(message, field, index)).empty()) {
        return false;
      }
    }
    return true;
  });
  return fields;
}

// Null for a request that is too long.
nlohmann::json QuestionOf(const Message& request) {
  std::string question;
  const bool written = google::protobuf::util::MessageToJsonString(request, &question).ok();
  if (!written || question.size() > kQuestionBytesMax) return {};
  // Text that PostgreSQL's jsonb cannot hold (a refused call may bring any) is kept as its JSON
  // text.
  const bool storable = FindUnstorableText(request).empty();
  return storable ? nlohmann::json::parse(question, nullptr, false) : nlohmann::json(question);
}

std::string FindInField(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  std::string scratch;
  for (int index = 0; index < count; ++index) {
    std::string path =
        field.is_repeated() ? fmt::format("{}[{}]", field.name(), index) : field.name();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string& text =
          field.is_repeated()
              ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
              : reflection.GetStringReference(message, &field, &scratch);
      if (!IsStorableText(text)) return path;
      continue;
    }
    const Message& child = field.is_repeated()
                               ? reflection.GetRepeatedMessage(message, &field, index)
                               : reflection.GetMessage(message, &field);
    const std::string below = FindUnstorableText(child);
    if (!below.empty()) return fmt::format("{}.{}", path, below);
  }
  return "";
}

}  // namespace

std::string FindUnstorableText(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool text = field->type() == FieldDescriptor::TYPE_STRING;
    if (!text && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    std::string path = FindInField(message, *field);
    if (!path.empty()) return path;
  }
  return "";
}

std::vector<std::string> ResourceNamesIn(const Message& message) {
  std::vector<std::string> names;
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->type() != FieldDescriptor::TYPE_STRING || field->is_repeated()) continue;
    if (field->name() == kPurposeField || IsOfPeople(*field)) continue;
    std::string value = message.GetReflection()->GetString(message, field);
    const bool named = value.find('/') != std::string::npos && value.size() <= 200;
    if (privacy::MentionsPerson(value) && !privacy::IsPersonName(value)) continue;
    if (named && IsStorableText(value)) names.push_back(std::move(value));
  }
  return names;
}

QuestionTexts DescribeQuestion(const Message& request, const QuestionOutcome& outcome) {
  nlohmann::json details{{"outcome", outcome.code}};
  if (!outcome.reason.empty()) details["reason"] = outcome.reason;
  if (outcome.rows) details["rows"] = *outcome.rows;
  nlohmann::json restricted = nlohmann::json::object();
  const std::unique_ptr<Message> open(request.New());
  open->CopyFrom(request);
  const std::vector<const FieldDescriptor*> of_people = FieldsOfPeople(request);
  for (const FieldDescriptor* field : of_people) open->GetReflection()->ClearField(&*open, field);
  nlohmann::json question = QuestionOf(request);
  if (!of_people.empty() && !question.is_null()) {
    restricted["question"] = std::move(question);
    question = QuestionOf(*open);
  }
  const bool said = of_people.empty() || !question.empty();
  if (said && !question.is_null()) details["question"] = std::move(question);
  const auto dump = [](const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  return {.details = dump(details), .restricted = dump(restricted)};
}

int64_t CountRows(const Message& answer) {
  const google::protobuf::Descriptor& type = *answer.GetDescriptor();
  int64_t rows = 0;
  bool has_list = false;
  for (int index = 0; index < type.field_count(); ++index) {
    const FieldDescriptor& field = *type.field(index);
    if (!field.is_repeated() || field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    has_list = true;
    rows += answer.GetReflection()->FieldSize(answer, &field);
  }
  return has_list ? rows : 1;
}

}  // namespace qingqu::rpc
