#include <array>

#include "common/tabular/targets.h"

namespace qingqu::tabular {
namespace {

constexpr ValueKind kText = ValueKind::kText;

constexpr std::array<TargetField, 10> kCodesFields = {{{"code", kText, false},
                                                       {"original_code", kText, true},
                                                       {"product_code", kText, true},
                                                       {"device_identifier", kText, true},
                                                       {"registration_number", kText, true},
                                                       {"product_name", kText, true},
                                                       {"manufacturer", kText, true},
                                                       {"generic_name", kText, true},
                                                       {"specification", kText, true},
                                                       {"model", kText, true}}};
constexpr std::array<TargetField, 1> kWithdrawnCodesFields = {{{"code", kText, false}}};
constexpr std::array<TargetField, 3> kTranscodedCodesFields = {
    {{"original_code", kText, false}, {"code", kText, false}, {"transcoding", kText, false}}};

// Of the 21 columns those that are kept; the others follow from the code, from the tree of classes
// or from the two other lists.
constexpr std::string_view kCodesMapping = R"json({
  "version": 1,
  "target": "codes",
  "encoding": "auto",
  "sheet": "Query1",
  "fields": [
    {"field": "code", "column": "27位码", "converter": "text", "required": true,
     "options": {"max_length": 40, "half_width": true}},
    {"field": "original_code", "column": "原27位码", "converter": "text",
     "options": {"max_length": 40, "half_width": true}},
    {"field": "product_code", "column": "20位码", "converter": "text",
     "options": {"max_length": 40, "half_width": true}},
    {"field": "device_identifier", "column": "UDI", "converter": "text",
     "options": {"max_length": 200, "unguard": true}},
    {"field": "registration_number", "column": "注册备案号", "converter": "text",
     "options": {"max_length": 500, "unguard": true}},
    {"field": "product_name", "column": "单件产品名称", "converter": "text",
     "options": {"max_length": 500, "unguard": true}},
    {"field": "manufacturer", "column": "耗材企业", "converter": "text",
     "options": {"max_length": 300, "unguard": true}},
    {"field": "generic_name", "column": "医保通用名", "converter": "text",
     "options": {"max_length": 300, "unguard": true}},
    {"field": "specification", "column": "规格", "converter": "text",
     "options": {"max_length": 1000, "unguard": true}},
    {"field": "model", "column": "型号", "converter": "text",
     "options": {"max_length": 1000, "unguard": true}}
  ],
  "key": ["code"]
})json";

constexpr std::string_view kWithdrawnCodesMapping = R"json({
  "version": 1,
  "target": "withdrawn_codes",
  "encoding": "auto",
  "fields": [
    {"field": "code", "column": "27位码", "converter": "text", "required": true,
     "options": {"max_length": 40, "half_width": true}}
  ],
  "key": ["code"]
})json";

constexpr std::string_view kTranscodedCodesMapping = R"json({
  "version": 1,
  "target": "transcoded_codes",
  "encoding": "auto",
  "fields": [
    {"field": "original_code", "column": "原27位码", "converter": "text", "required": true,
     "options": {"max_length": 40, "half_width": true}},
    {"field": "code", "column": "27位码", "converter": "text", "required": true,
     "options": {"max_length": 40, "half_width": true}},
    {"field": "transcoding", "column": "类型", "converter": "enum", "required": true,
     "options": {"values": {"变更": "CODE_TRANSCODING_CHANGED", "映射": "CODE_TRANSCODING_MAPPED"}}}
  ],
  "key": ["original_code"]
})json";

constexpr BuiltInTarget kCodesTarget = {
    .name = "codes", .fields = kCodesFields, .mapping = kCodesMapping};
constexpr BuiltInTarget kWithdrawnCodesTarget = {
    .name = "withdrawn_codes", .fields = kWithdrawnCodesFields, .mapping = kWithdrawnCodesMapping};
constexpr BuiltInTarget kTranscodedCodesTarget = {.name = "transcoded_codes",
                                                  .fields = kTranscodedCodesFields,
                                                  .mapping = kTranscodedCodesMapping};

}  // namespace

const BuiltInTarget& CodesTarget() { return kCodesTarget; }
const BuiltInTarget& WithdrawnCodesTarget() { return kWithdrawnCodesTarget; }
const BuiltInTarget& TranscodedCodesTarget() { return kTranscodedCodesTarget; }

}  // namespace qingqu::tabular
