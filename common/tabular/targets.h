#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"

#include "common/tabular/mapping.h"

namespace qingqu::tabular {

// One field that an import takes.
struct TargetField {
  std::string_view name;
  ValueKind kind;
  bool nullable;
};

// The fields of the targets "history" (past order lines) and "classes" (the class tree with its
// key-monitored groups).
std::span<const TargetField> HistoryFields();
std::span<const TargetField> ClassesFields();

// A target whose files have a layout of their own: its fields, and a mapping file fit for
// ParseMapping.
struct BuiltInTarget {
  std::string_view name;
  std::span<const TargetField> fields;
  std::string_view mapping;
};

// The lists of a release of national codes (医保27位码), as the insurance bureau publishes them.
const BuiltInTarget& CodesTarget();            // "codes": 规格型号表, sheet Query1
const BuiltInTarget& WithdrawnCodesTarget();   // "withdrawn_codes": 停用
const BuiltInTarget& TranscodedCodesTarget();  // "transcoded_codes": 转码

// INVALID_ARGUMENT MAPPING_UNFIT, listing everything: another target, a field that the target does
// not have, one that it needs and the mapping lacks, one of another kind, one that may be null but
// must not.
absl::Status CheckTarget(const Mapping& mapping, std::string_view target,
                         std::span<const TargetField> fields);

// The mapping file of the national list of key-monitored consumables, whose layout is fixed; fit
// for ParseMapping.
std::string_view BuiltInClassesMapping();
// Of items as they are exported, and of their template: headings for people; the names of the
// fields of an item's row are taken as well, and columns that need not be filled may be left out.
std::string_view BuiltInItemsMapping();

}  // namespace qingqu::tabular
