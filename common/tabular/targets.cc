#include "common/tabular/targets.h"

#include <algorithm>
#include <array>
#include <string>

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::tabular {
namespace {

using enum ValueKind;

constexpr std::array<TargetField, 35> kHistoryFields = {{{"source_line_id", kText, false},
                                                         {"project_code", kText, true},
                                                         {"price_quote", kText, true},
                                                         {"order_number", kText, false},
                                                         {"shipment_number", kText, true},
                                                         {"country", kText, true},
                                                         {"managed_by", kText, true},
                                                         {"fulfil_via", kText, true},
                                                         {"inco_term", kText, true},
                                                         {"shipment_mode", kText, true},
                                                         {"quote_sent_date", kDate, true},
                                                         {"order_sent_date", kDate, true},
                                                         {"scheduled_date", kDate, true},
                                                         {"delivered_date", kDate, true},
                                                         {"recorded_date", kDate, true},
                                                         {"product_group", kText, true},
                                                         {"sub_classification", kText, true},
                                                         {"vendor", kText, false},
                                                         {"item_description", kText, false},
                                                         {"molecule", kText, true},
                                                         {"brand", kText, true},
                                                         {"dosage", kText, true},
                                                         {"dosage_form", kText, true},
                                                         {"pack_units", kInteger, true},
                                                         {"quantity", kInteger, false},
                                                         {"line_value", kDecimal, false},
                                                         {"pack_price", kDecimal, true},
                                                         {"unit_price", kDecimal, true},
                                                         {"manufacturer", kText, true},
                                                         {"first_line", kBoolean, true},
                                                         {"weight_kg", kDecimal, true},
                                                         {"weight_note", kText, true},
                                                         {"freight_cost", kDecimal, true},
                                                         {"freight_note", kText, true},
                                                         {"insurance", kDecimal, true}}};

constexpr std::array<TargetField, 11> kClassesFields = {{{"category18", kText, false},
                                                         {"class_code15", kText, false},
                                                         {"l1", kText, false},
                                                         {"l2", kText, false},
                                                         {"l3", kText, false},
                                                         {"generic_code", kText, false},
                                                         {"generic_name", kText, false},
                                                         {"material_code", kText, false},
                                                         {"material", kText, false},
                                                         {"feature_code", kText, false},
                                                         {"feature", kText, false}}};

std::string_view KindName(ValueKind kind) {
  static constexpr std::array<std::string_view, 5> kNames = {"text", "integer", "decimal", "date",
                                                             "boolean"};
  return kNames[static_cast<size_t>(kind)];
}

bool MayBeNull(const FieldMapping& field) {
  if (std::holds_alternative<ConstantOptions>(field.options)) return false;
  return !field.required || !field.null_values.empty() || !field.null_patterns.empty() ||
         !field.only_patterns.empty();
}

}  // namespace

std::span<const TargetField> HistoryFields() { return kHistoryFields; }
std::span<const TargetField> ClassesFields() { return kClassesFields; }

absl::Status CheckTarget(const Mapping& mapping, std::string_view target,
                         std::span<const TargetField> fields) {
  std::string problems;
  if (mapping.target != target) {
    problems += fmt::format("\n$.target: must be \"{}\", not \"{}\"", target, mapping.target);
  }
  for (size_t index = 0; index < mapping.fields.size(); ++index) {
    const FieldMapping& mapped = mapping.fields[index];
    const auto field = std::find_if(fields.begin(), fields.end(), [&mapped](const TargetField& f) {
      return f.name == mapped.field;
    });
    if (field == fields.end()) {
      problems +=
          fmt::format("\n$.fields[{}].field: no field is named \"{}\"", index, mapped.field);
      continue;
    }
    if (KindOf(mapped.options) != field->kind) {
      problems += fmt::format("\n$.fields[{}].converter: {} is of kind {}, not {}", index,
                              field->name, KindName(field->kind), KindName(KindOf(mapped.options)));
    }
    if (!field->nullable && MayBeNull(mapped)) {
      problems +=
          fmt::format("\n$.fields[{}]: {} must be \"required\" and have no null values or patterns",
                      index, field->name);
    }
  }
  for (const TargetField& field : fields) {
    const bool mapped =
        std::any_of(mapping.fields.begin(), mapping.fields.end(),
                    [&field](const FieldMapping& each) { return each.field == field.name; });
    if (!mapped && !field.nullable) {
      problems += fmt::format("\n$.fields: {} is needed, but no column fills it", field.name);
    }
  }
  if (problems.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "MAPPING_UNFIT",
                   fmt::format("the mapping does not fit the import of {}:{}", target, problems));
}

std::string_view BuiltInClassesMapping() {
  return R"json({
  "version": 1,
  "target": "classes",
  "encoding": "auto",
  "fields": [
    {"field": "category18", "column": "category18", "converter": "text", "required": true,
     "options": {"max_length": 200}},
    {"field": "class_code15", "column": "class_code15", "converter": "text", "required": true,
     "options": {"max_length": 15}},
    {"field": "l1", "column": "l1", "converter": "text", "required": true,
     "options": {"max_length": 200}},
    {"field": "l2", "column": "l2", "converter": "text", "required": true,
     "options": {"max_length": 200}},
    {"field": "l3", "column": "l3", "converter": "text", "required": true,
     "options": {"max_length": 200}},
    {"field": "generic_code", "column": "generic_code", "converter": "text", "required": true,
     "options": {"max_length": 3}},
    {"field": "generic_name", "column": "generic_name", "converter": "text", "required": true,
     "options": {"max_length": 200}},
    {"field": "material_code", "column": "material_code", "converter": "text", "required": true,
     "options": {"max_length": 2}},
    {"field": "material", "column": "material", "converter": "text", "required": true,
     "options": {"max_length": 200}},
    {"field": "feature_code", "column": "feature_code", "converter": "text", "required": true,
     "options": {"max_length": 3}},
    {"field": "feature", "column": "feature", "converter": "text", "required": true,
     "options": {"max_length": 200}}
  ],
  "key": ["class_code15"]
})json";
}

}  // namespace qingqu::tabular
