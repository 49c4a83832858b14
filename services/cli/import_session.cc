#include "services/cli/import_session.h"

#include <utility>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/uuid.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/method_lookup.h"

namespace qingqu::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using ProtoMessage = google::protobuf::Message;

const FieldDescriptor& Field(const ProtoMessage& message, std::string_view name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(name));
  QINGQU_CHECK(field != nullptr);
  return *field;
}

void SetText(ProtoMessage& message, std::string_view name, const std::string& value) {
  message.GetReflection()->SetString(&message, &Field(message, name), value);
}

void SetFlag(ProtoMessage& message, std::string_view name, bool value) {
  message.GetReflection()->SetBool(&message, &Field(message, name), value);
}

void SetTextOrEnum(ProtoMessage& message, std::string_view name, const std::string& value) {
  const FieldDescriptor& field = Field(message, name);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return SetText(message, name, value);
  const auto* enumerator = field.enum_type()->FindValueByName(value);
  QINGQU_CHECK(enumerator != nullptr);
  message.GetReflection()->SetEnum(&message, &field, enumerator);
}

std::string TextOf(const ProtoMessage& message, std::string_view name) {
  return message.GetReflection()->GetString(message, &Field(message, name));
}

int64_t NumberOf(const ProtoMessage& message, std::string_view name) {
  return message.GetReflection()->GetInt64(message, &Field(message, name));
}

}  // namespace

absl::StatusOr<const MethodDescriptor*> ImportSession::Method(std::string_view name) const {
  return FindMethod(fmt::format("{}/{}", kind_.service, name), catalogue_);
}

absl::Status ImportSession::Begin(const ImportStart& start) {
  QINGQU_ASSIGN_OR_RETURN(const MethodDescriptor* method,
                          Method(fmt::format("Create{}", kind_.message)));
  const std::unique_ptr<ProtoMessage> request = NewMessage(*method->input_type());
  SetText(*request, "request_id", NewUuidV7(clock_).ToString());
  SetFlag(*request, "all_or_nothing", start.all_or_nothing);
  for (const auto& [name, value] : start.fields) SetTextOrEnum(*request, name, value);
  QINGQU_ASSIGN_OR_RETURN(const auto response, caller_.Call(*method, *request, policy_));
  import_ = TextOf(*response, "name");
  batch_number_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ProtoMessage>> ImportSession::NewBatch() const {
  QINGQU_ASSIGN_OR_RETURN(const MethodDescriptor* method, Method(kind_.append));
  return NewMessage(*method->input_type());
}

absl::StatusOr<std::vector<tabular::CellError>> ImportSession::Append(ProtoMessage& batch) {
  QINGQU_ASSIGN_OR_RETURN(const MethodDescriptor* method, Method(kind_.append));
  SetText(batch, kind_.field, import_);
  batch.GetReflection()->SetInt64(&batch, &Field(batch, "batch_number"), batch_number_);
  QINGQU_ASSIGN_OR_RETURN(const auto response, caller_.Call(*method, batch, policy_));
  ++batch_number_;
  std::vector<tabular::CellError> errors;
  const FieldDescriptor& field = Field(*response, "errors");
  const google::protobuf::Reflection& reflection = *response->GetReflection();
  for (int index = 0; index < reflection.FieldSize(*response, &field); ++index) {
    const ProtoMessage& error = reflection.GetRepeatedMessage(*response, &field, index);
    errors.push_back({.line = NumberOf(error, "line"),
                      .column = TextOf(error, "column"),
                      .value = tabular::ShownValue(TextOf(error, "value")),
                      .reason = TextOf(error, "reason"),
                      .message = TextOf(error, "message")});
  }
  return errors;
}

absl::StatusOr<ImportCounts> ImportSession::Finish(int64_t rejected_by_client) {
  return End(rejected_by_client, false);
}

absl::StatusOr<ImportCounts> ImportSession::Validate(int64_t rejected_by_client) {
  return End(rejected_by_client, true);
}

absl::StatusOr<ImportCounts> ImportSession::End(int64_t rejected_by_client, bool validate_only) {
  QINGQU_ASSIGN_OR_RETURN(const MethodDescriptor* method,
                          Method(fmt::format("Finish{}", kind_.message)));
  const std::unique_ptr<ProtoMessage> request = NewMessage(*method->input_type());
  SetText(*request, "request_id", NewUuidV7(clock_).ToString());
  SetText(*request, kind_.field, import_);
  request->GetReflection()->SetInt64(request.get(), &Field(*request, "rejected_by_client_count"),
                                     rejected_by_client);
  SetFlag(*request, "validate_only", validate_only);
  QINGQU_ASSIGN_OR_RETURN(const auto response, caller_.Call(*method, *request, policy_));
  return ImportCounts{.read = NumberOf(*response, "read_count"),
                      .imported = NumberOf(*response, "imported_count"),
                      .unchanged = NumberOf(*response, "unchanged_count"),
                      .rejected = NumberOf(*response, "rejected_count")};
}

bool LostItsRows(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  return reason == "IMPORT_NOT_FOUND" || reason == "BATCH_OUT_OF_ORDER" ||
         reason == "IMPORT_STAGING_LOST";
}

}  // namespace qingqu::cli
