#include "common/rpc/message_text.h"

#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

#include "common/base/strings.h"

namespace qingqu::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kQuestionBytesMax = 16 * 1024;

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
    std::string value = message.GetReflection()->GetString(message, field);
    const bool named = value.find('/') != std::string::npos && value.size() <= 200;
    if (named && IsStorableText(value)) names.push_back(std::move(value));
  }
  return names;
}

std::string QuestionJson(const Message& request, std::string_view outcome) {
  nlohmann::json json{{"outcome", std::string(outcome)}};
  std::string question;
  const bool written = google::protobuf::util::MessageToJsonString(request, &question).ok();
  if (written && question.size() <= kQuestionBytesMax) {
    // Text that PostgreSQL's jsonb cannot hold (a refused call may bring any) is kept as its JSON
    // text.
    const bool storable = FindUnstorableText(request).empty();
    json["question"] =
        storable ? nlohmann::json::parse(question, nullptr, false) : nlohmann::json(question);
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace qingqu::rpc
