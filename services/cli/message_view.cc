#include "services/cli/message_view.h"

#include <algorithm>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"

#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

using google::protobuf::FieldDescriptor;
using ProtoMessage = google::protobuf::Message;

constexpr int kCountyOffsetSeconds = 8 * 60 * 60;

bool IsTimestamp(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() == "google.protobuf.Timestamp";
}

// Messages of Google's that have a JSON form of their own (Struct).
bool HasOwnJsonForm(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->file()->package() == "google.protobuf";
}

std::string NestedText(const ProtoMessage& nested, const FieldDescriptor& field) {
  if (!IsTimestamp(field)) return MessageAsJson(nested);
  google::protobuf::Timestamp timestamp;
  timestamp.CopyFrom(nested);
  return LocalTime(timestamp.seconds());
}

// The value of a field, or of its element `index` when it is repeated.
std::string ValueText(const ProtoMessage& message, const FieldDescriptor& field, int index) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  const auto* f = &field;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return repeated ? reflection.GetRepeatedString(message, f, index)
                      : reflection.GetString(message, f);
    case FieldDescriptor::CPPTYPE_INT64:
      return fmt::format("{}", repeated ? reflection.GetRepeatedInt64(message, f, index)
                                        : reflection.GetInt64(message, f));
    case FieldDescriptor::CPPTYPE_INT32:
      return fmt::format("{}", repeated ? reflection.GetRepeatedInt32(message, f, index)
                                        : reflection.GetInt32(message, f));
    case FieldDescriptor::CPPTYPE_UINT64:
      return fmt::format("{}", repeated ? reflection.GetRepeatedUInt64(message, f, index)
                                        : reflection.GetUInt64(message, f));
    case FieldDescriptor::CPPTYPE_UINT32:
      return fmt::format("{}", repeated ? reflection.GetRepeatedUInt32(message, f, index)
                                        : reflection.GetUInt32(message, f));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return fmt::format("{}", repeated ? reflection.GetRepeatedDouble(message, f, index)
                                        : reflection.GetDouble(message, f));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return fmt::format("{}", repeated ? reflection.GetRepeatedFloat(message, f, index)
                                        : reflection.GetFloat(message, f));
    case FieldDescriptor::CPPTYPE_BOOL:
      return fmt::format("{}", repeated ? reflection.GetRepeatedBool(message, f, index)
                                        : reflection.GetBool(message, f));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = repeated ? reflection.GetRepeatedEnumValue(message, f, index)
                                  : reflection.GetEnumValue(message, f);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      return value == nullptr ? fmt::format("{}", number) : value->name();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return NestedText(repeated ? reflection.GetRepeatedMessage(message, f, index)
                                 : reflection.GetMessage(message, f),
                        field);
  }
  return "";
}

bool IsNumber(const FieldDescriptor& field) {
  return !field.is_repeated() && (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
                                  field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
                                  field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE);
}

// One cell of a table: all of a field.
std::string CellText(const ProtoMessage& message, const FieldDescriptor& field) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    if (field.has_presence() && !reflection.HasField(message, &field)) return "";
    return ValueText(message, field, 0);
  }
  const int size = reflection.FieldSize(message, &field);
  if (field.message_type() != nullptr) return size == 0 ? "" : fmt::format("×{}", size);
  std::string text;
  for (int index = 0; index < size; ++index) {
    text += (index > 0 ? ", " : "") + ValueText(message, field, index);
  }
  return text;
}

// The elements of a repeated message field as a table of the fields that any of them has.
std::string RowsAsTable(const ProtoMessage& message, const FieldDescriptor& field) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  std::vector<const FieldDescriptor*> used;
  for (int index = 0; index < size; ++index) {
    const ProtoMessage& row = reflection.GetRepeatedMessage(message, &field, index);
    std::vector<const FieldDescriptor*> set;
    row.GetReflection()->ListFields(row, &set);
    for (const FieldDescriptor* each : set) {
      if (std::ranges::find(used, each) == used.end()) used.push_back(each);
    }
  }
  std::ranges::sort(used, {}, [](const FieldDescriptor* each) { return each->index(); });
  std::vector<TableColumn> columns;
  for (const FieldDescriptor* each : used) {
    columns.push_back({.heading = each->name(), .right_aligned = IsNumber(*each)});
  }
  std::vector<std::vector<std::string>> rows;
  for (int index = 0; index < size; ++index) {
    const ProtoMessage& row = reflection.GetRepeatedMessage(message, &field, index);
    rows.emplace_back();
    for (const FieldDescriptor* each : used) rows.back().push_back(CellText(row, *each));
  }
  return RenderTable(columns, rows);
}

std::string Indented(std::string_view text, std::string_view indent) {
  std::string result;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1);
    result += indent;
    result += text.substr(0, end + 1);
    text.remove_prefix(end + 1);
  }
  return result;
}

std::string FieldsAsLines(const ProtoMessage& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  std::string text;
  for (const FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr || HasOwnJsonForm(*field)) {
      text += fmt::format("{}: {}\n", field->name(), ForTerminal(CellText(message, *field)));
    } else if (field->is_repeated()) {
      text += fmt::format("{}:\n{}", field->name(), Indented(RowsAsTable(message, *field), "  "));
    } else {
      text += fmt::format("{}:\n{}", field->name(),
                          Indented(FieldsAsLines(reflection.GetMessage(message, field)), "  "));
    }
  }
  return text;
}

}  // namespace

std::string MessageAsJson(const ProtoMessage& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  return status.ok() ? json : "{}";
}

std::string MessageForPeople(const ProtoMessage& message, const Catalogue& catalogue) {
  const FieldDescriptor* list = PagedField(*message.GetDescriptor());
  const bool empty_list = list != nullptr && message.GetReflection()->FieldSize(message, list) == 0;
  std::string text;
  if (list != nullptr && !empty_list) {
    text = RowsAsTable(message, *list);
  } else if (list == nullptr) {
    text = FieldsAsLines(message);
  }
  return text.empty() ? fmt::format("{}\n", catalogue.Text(Message::kNothing)) : text;
}

const FieldDescriptor* PagedField(const google::protobuf::Descriptor& response) {
  if (response.FindFieldByName("next_page_token") == nullptr) return nullptr;
  const FieldDescriptor* found = nullptr;
  for (int index = 0; index < response.field_count(); ++index) {
    const FieldDescriptor* field = response.field(index);
    if (!field->is_repeated() || field->message_type() == nullptr) continue;
    if (found != nullptr) return nullptr;
    found = field;
  }
  return found;
}

std::string LocalTime(int64_t unix_seconds) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixSeconds(unix_seconds),
                          absl::FixedTimeZone(kCountyOffsetSeconds));
}

}  // namespace qingqu::cli
