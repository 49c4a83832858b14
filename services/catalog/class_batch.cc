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

using FirstRows = absl::flat_hash_map<std::string_view, ClassRepetition>;

// Fills `accepted`. `first_rows` holds what earlier batches staged. A row that says the same as an
// earlier one is neither staged nor rejected.
void CompareRows(ClassNames& names, FirstRows& first_rows, Batch& batch) {
  for (const ClassRow& row : batch.sound) {
    if (!names.AddRow(row, batch.errors)) {
      ++batch.rejected_count;
      continue;
    }
    const ClassRepetition self{.first_line = row.line,
                               .feature = row.NameAtLevel(kClassLevels),
                               .monitored_group = row.monitored_group};
    const auto [first, is_new] = first_rows.emplace(row.class_code, self);
    if (is_new) {
      batch.accepted.push_back(&row);
    } else if (!CheckRepetition(row, first->second, batch.errors)) {
      ++batch.rejected_count;
    }
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
  const std::vector<StagedClass> staged_nodes =
      FindStagedNodes(tx, import_number, NodeCodes(batch.sound));
  ClassNames names;
  for (const StagedClass& node : staged_nodes) {
    names.AddStaged({.code = node.code, .line = node.line, .name = node.display_name});
  }
  // Where its material was not staged, a row was not either.
  std::vector<std::string> known_codes;
  for (const ClassRow& row : batch.sound) {
    if (names.IsKnown(row.CodeAtLevel(kClassLevels - 1))) known_codes.emplace_back(row.class_code);
  }
  const std::vector<StagedClass> staged_rows = FindStagedRows(tx, import_number, known_codes);
  FirstRows first_rows;
  first_rows.reserve(batch.sound.size() + staged_rows.size());
  for (const StagedClass& row : staged_rows) {
    first_rows.emplace(row.code, ClassRepetition{.first_line = row.line,
                                                 .feature = row.display_name,
                                                 .monitored_group = row.monitored_group});
  }
  CompareRows(names, first_rows, batch);
  if (!names.added().empty()) StageNodes(tx, import_number, names.added());
  if (!batch.accepted.empty()) StageRows(tx, import_number, batch.accepted);
  return Answer(batch);
}

}  // namespace qingqu::catalog
