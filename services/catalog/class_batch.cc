#include "services/catalog/class_batch.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"

#include "common/base/strings.h"
#include "services/catalog/class_store.h"

namespace qingqu::catalog {
namespace {

ClassRow RowOf(const v1::ClassRow& message) {
  return {.line = message.line(),
          .class_code = message.class_code(),
          .monitored_group = TrimAsciiSpace(message.monitored_group()),
          .names = {TrimAsciiSpace(message.first_level()), TrimAsciiSpace(message.second_level()),
                    TrimAsciiSpace(message.third_level()), TrimAsciiSpace(message.generic_name()),
                    TrimAsciiSpace(message.material()), TrimAsciiSpace(message.feature())},
          .generic_code = message.generic_code(),
          .material_code = message.material_code(),
          .feature_code = message.feature_code()};
}

// A batch on its way into staging.
struct Batch {
  std::vector<ClassRow> sound;            // each right by itself
  std::vector<const ClassRow*> accepted;  // right beside the others, each code once
  std::vector<ClassRowError> errors;
  int64_t rejected_count = 0;
};

void CheckRows(const v1::AppendClassRowsRequest& request, Batch& batch) {
  batch.sound.reserve(static_cast<size_t>(request.rows_size()));
  for (const v1::ClassRow& message : request.rows()) {
    const ClassRow row = RowOf(message);
    if (CheckClassRow(row, batch.errors)) {
      batch.sound.push_back(row);
    } else {
      ++batch.rejected_count;
    }
  }
}

// Fills `accepted`. A row that says the same as an earlier one is neither staged nor rejected.
void CompareRows(ClassNames& names, Batch& batch) {
  absl::flat_hash_map<std::string_view, const ClassRow*> first_rows;
  first_rows.reserve(batch.sound.size());
  for (const ClassRow& row : batch.sound) {
    if (!names.AddRow(row, batch.errors)) {
      ++batch.rejected_count;
      continue;
    }
    const auto [position, is_first] = first_rows.emplace(row.class_code, &row);
    if (is_first) {
      batch.accepted.push_back(&row);
      continue;
    }
    const ClassRow& first = *position->second;
    const bool same = CheckRepetition(row,
                                      {.first_line = first.line,
                                       .feature = first.NameAtLevel(kClassLevels),
                                       .monitored_group = first.monitored_group},
                                      batch.errors);
    if (!same) ++batch.rejected_count;
  }
}

// Some codes were staged by earlier batches: the same again is well, otherwise it is refused.
void CompareWithStagedRows(pqxx::transaction_base& tx, int64_t import_number, Batch& batch) {
  std::vector<std::string> codes;
  absl::flat_hash_map<std::string_view, const ClassRow*> rows;
  for (const ClassRow* row : batch.accepted) {
    codes.emplace_back(row->class_code);
    rows.emplace(row->class_code, row);
  }
  for (const StagedClass& staged : FindStagedRows(tx, import_number, codes)) {
    const bool same = CheckRepetition(*rows.at(staged.code),
                                      {.first_line = staged.line,
                                       .feature = staged.display_name,
                                       .monitored_group = staged.monitored_group},
                                      batch.errors);
    if (!same) ++batch.rejected_count;
  }
}

db::StagedBatch<v1::AppendClassRowsResponse> Answer(Batch& batch) {
  std::stable_sort(
      batch.errors.begin(), batch.errors.end(),
      [](const ClassRowError& left, const ClassRowError& right) { return left.line < right.line; });
  db::StagedBatch<v1::AppendClassRowsResponse> staged{.rejected_count = batch.rejected_count};
  for (const ClassRowError& error : batch.errors) {
    if (staged.response.errors_size() == static_cast<int>(kRowErrorsMax)) break;
    v1::RowError& added = *staged.response.add_errors();
    added.set_line(error.line);
    added.set_column(std::string(error.column));
    added.set_value(error.value);
    added.set_reason(std::string(error.reason));
    added.set_message(error.message);
  }
  return staged;
}

}  // namespace

db::StagedBatch<v1::AppendClassRowsResponse> StageClassBatch(
    pqxx::transaction_base& tx, int64_t import_number, const v1::AppendClassRowsRequest& request) {
  Batch batch;
  CheckRows(request, batch);
  ClassNames names;
  const std::vector<StagedClass> staged_nodes =
      FindStagedNodes(tx, import_number, NodeCodes(batch.sound));
  for (const StagedClass& node : staged_nodes) {
    names.AddStaged({.code = node.code, .line = node.line, .name = node.display_name});
  }
  CompareRows(names, batch);
  if (!names.added().empty()) StageNodes(tx, import_number, names.added());
  const int64_t staged_count = StageRows(tx, import_number, batch.accepted);
  if (staged_count != static_cast<int64_t>(batch.accepted.size())) {
    CompareWithStagedRows(tx, import_number, batch);
  }
  return Answer(batch);
}

}  // namespace qingqu::catalog
