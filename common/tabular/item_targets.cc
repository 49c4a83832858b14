#include "common/tabular/targets.h"

namespace qingqu::tabular {

std::string_view BuiltInItemsMapping() {
  return R"json({
  "version": 1,
  "target": "items",
  "encoding": "auto",
  "fields": [
    {"field": "item_id", "column": "item_id", "converter": "text", "required": true,
     "options": {"max_length": 63}},
    {"field": "display_name", "column": "display_name", "converter": "text", "required": true,
     "options": {"max_length": 200}},
    {"field": "specification", "column": "specification", "converter": "text",
     "options": {"max_length": 200}},
    {"field": "registration_number", "column": "registration_number", "converter": "text",
     "required": true, "options": {"max_length": 60}},
    {"field": "registration_expire_date", "column": "registration_expire_date",
     "converter": "text", "options": {"max_length": 10}},
    {"field": "device_class", "column": "device_class", "converter": "integer",
     "options": {"min": 1, "max": 3}},
    {"field": "national_code", "column": "national_code", "converter": "text", "required": true,
     "options": {"max_length": 60}},
    {"field": "device_identifier", "column": "device_identifier", "converter": "text",
     "required": true, "options": {"max_length": 100}},
    {"field": "base_unit", "column": "base_unit", "converter": "text", "required": true,
     "options": {"max_length": 20}},
    {"field": "manufacturer", "column": "manufacturer", "converter": "text", "required": true,
     "options": {"max_length": 200}},
    {"field": "lot_tracked", "column": "lot_tracked", "converter": "boolean",
     "options": {"true": ["true", "是"], "false": ["false", "否"]}},
    {"field": "serial_tracked", "column": "serial_tracked", "converter": "boolean",
     "options": {"true": ["true", "是"], "false": ["false", "否"]}},
    {"field": "expiry_tracked", "column": "expiry_tracked", "converter": "boolean",
     "options": {"true": ["true", "是"], "false": ["false", "否"]}},
    {"field": "high_value", "column": "high_value", "converter": "boolean",
     "options": {"true": ["true", "是"], "false": ["false", "否"]}},
    {"field": "pack_device_identifier", "column": "pack_device_identifier", "converter": "text",
     "options": {"max_length": 100}},
    {"field": "pack_unit", "column": "pack_unit", "converter": "text",
     "options": {"max_length": 20}},
    {"field": "pack_base_units", "column": "pack_base_units", "converter": "integer",
     "options": {"min": 2, "max": 1000000}}
  ],
  "key": ["item_id"]
})json";
}

}  // namespace qingqu::tabular
