#include <algorithm>
#include <ostream>

#include "nlohmann/json.hpp"

#include "services/cli/commands.h"
#include "services/cli/method_lookup.h"
#include "services/cli/table.h"

namespace qingqu::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using Json = nlohmann::json;

constexpr size_t kNestingMax = 4;

bool Contains(std::string text, std::string filter) {
  const auto lower = [](std::string& word) {
    std::ranges::transform(word, word.begin(), [](char character) {
      return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
    });
  };
  lower(text);
  lower(filter);
  return text.find(filter) != std::string::npos;
}

std::string TypeName(const FieldDescriptor& field, const Catalogue& catalogue) {
  std::string name = field.type_name();
  if (field.message_type() != nullptr) name = field.message_type()->name();
  if (field.enum_type() != nullptr) name = field.enum_type()->name();
  return field.is_repeated() ? catalogue.Format(Message::kRepeated, name) : name;
}

std::string EnumValues(const FieldDescriptor& field) {
  std::string values;
  if (field.enum_type() == nullptr) return values;
  for (int index = 0; index < field.enum_type()->value_count(); ++index) {
    const auto& value = *field.enum_type()->value(index);
    if (value.number() == 0) continue;
    values += fmt::format("{}{}", values.empty() ? "" : ", ", value.name());
  }
  return values;
}

void AppendFields(const Descriptor& message, size_t depth, const Catalogue& catalogue,
                  std::vector<std::vector<std::string>>& rows) {
  for (int index = 0; index < message.field_count(); ++index) {
    const FieldDescriptor& field = *message.field(index);
    rows.push_back({std::string(2 * (depth + 1), ' ') + field.name(), TypeName(field, catalogue),
                    EnumValues(field)});
    const Descriptor* nested = field.message_type();
    const bool ours = nested != nullptr && nested->file()->package() != "google.protobuf";
    // Types that hold themselves end at kNestingMax.
    if (ours && depth + 1 < kNestingMax) AppendFields(*nested, depth + 1, catalogue, rows);
  }
}

std::string FieldTable(const Descriptor& message, const Catalogue& catalogue) {
  std::vector<std::vector<std::string>> rows;
  AppendFields(message, 0, catalogue, rows);
  if (rows.empty()) return fmt::format("  {}\n", catalogue.Text(Message::kNothing));
  return RenderTable({{"  " + std::string(catalogue.Text(Message::kFieldHeading))},
                      {std::string(catalogue.Text(Message::kTypeHeading))},
                      {std::string(catalogue.Text(Message::kMeaningHeading))}},
                     rows);
}

Json FieldsAsJson(const Descriptor& message, size_t depth) {
  Json fields = Json::array();
  for (int index = 0; index < message.field_count(); ++index) {
    const FieldDescriptor& field = *message.field(index);
    Json object = {{"name", field.json_name()},
                   {"type", TypeName(field, Catalogue(Language::kEnglish))}};
    if (field.enum_type() != nullptr) object["values"] = EnumValues(field);
    const Descriptor* nested = field.message_type();
    const bool ours = nested != nullptr && nested->file()->package() != "google.protobuf";
    if (ours && depth + 1 < kNestingMax) object["fields"] = FieldsAsJson(*nested, depth + 1);
    fields.push_back(std::move(object));
  }
  return fields;
}

}  // namespace

ExitCode RunMethods(CommandContext& context) {
  const std::string filter =
      context.arguments.positionals.empty() ? "" : context.arguments.positionals[0];
  std::vector<std::vector<std::string>> rows;
  for (const MethodDescriptor* method : AllMethods()) {
    const std::string permission = PermissionOf(*method);
    if (!Contains(FullName(*method), filter) && !Contains(permission, filter)) continue;
    if (context.json) {
      const Json line = {{"method", FullName(*method)}, {"permission", permission}};
      context.environment.output << line.dump() << '\n';
    }
    rows.push_back({ShortName(*method), permission});
  }
  if (!context.json) {
    const Catalogue& catalogue = context.catalogue;
    context.environment.output << RenderTable(
        {{std::string(catalogue.Text(Message::kMethodHeading))},
         {std::string(catalogue.Text(Message::kPermissionHeading))}},
        rows);
  }
  return rows.empty() ? ExitCode::kNegative : ExitCode::kOk;
}

ExitCode RunDescribe(CommandContext& context) {
  const Catalogue& catalogue = context.catalogue;
  const auto found = FindMethod(context.arguments.positionals[0], catalogue);
  if (!found.ok()) return context.Fail(found.status());
  const MethodDescriptor& method = **found;
  std::ostream& output = context.environment.output;
  if (context.json) {
    const Json line = {{"method", FullName(method)},
                       {"permission", PermissionOf(method)},
                       {"request", FieldsAsJson(*method.input_type(), 0)},
                       {"response", FieldsAsJson(*method.output_type(), 0)}};
    output << line.dump() << '\n';
    return ExitCode::kOk;
  }
  output << FullName(method) << '\n'
         << catalogue.Format(Message::kPermissionIs, PermissionOf(method)) << "\n\n"
         << catalogue.Format(Message::kRequestHeading, method.input_type()->name()) << '\n'
         << FieldTable(*method.input_type(), catalogue) << '\n'
         << catalogue.Format(Message::kResponseHeading, method.output_type()->name()) << '\n'
         << FieldTable(*method.output_type(), catalogue);
  return ExitCode::kOk;
}

}  // namespace qingqu::cli
