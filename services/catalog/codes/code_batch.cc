#include "services/catalog/codes/code_batch.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"

#include "services/catalog/class_batch.h"
#include "services/catalog/codes/code_store.h"

namespace qingqu::catalog {
namespace {

Transcoding TranscodingOf(v1::CodeTranscoding transcoding) {
  switch (transcoding) {
    case v1::CODE_TRANSCODING_CHANGED:
      return Transcoding::kChanged;
    case v1::CODE_TRANSCODING_MAPPED:
      return Transcoding::kMapped;
    default:
      return Transcoding::kNone;
  }
}

bool CheckRow(CodeList list, CodeRow& row, std::vector<CodeRowError>& errors) {
  switch (list) {
    case CodeList::kSpecifications:
      return CheckSpecificationRow(row, errors);
    case CodeList::kWithdrawals:
      return CheckWithdrawnCodeRow(row, errors);
    case CodeList::kTranscodings:
      return CheckTranscodingRow(row, errors);
  }
  return false;
}

// A batch on its way into staging.
struct Batch {
  std::vector<CodeRow> rows;
  std::vector<const CodeRow*> accepted;  // right by itself, each code once
  std::vector<CodeRowError> errors;
  int64_t rejected_count = 0;
};

// A row that says the same as an earlier one is neither accepted nor rejected.
void CheckRows(CodeList list, Batch& batch) {
  absl::flat_hash_map<std::string_view, const CodeRow*> firsts;
  firsts.reserve(batch.rows.size());
  for (CodeRow& row : batch.rows) {
    if (!CheckRow(list, row, batch.errors)) {
      ++batch.rejected_count;
      continue;
    }
    const auto [first, is_new] = firsts.emplace(row.code, &row);
    if (is_new) {
      batch.accepted.push_back(&row);
    } else if (!SayTheSame(row, *first->second)) {
      batch.errors.push_back(
          CodeConflict(row, first->second->line, list == CodeList::kTranscodings));
      ++batch.rejected_count;
    }
  }
}

void TakeConflicts(const std::vector<StagedBefore>& before, CodeList list, Batch& batch) {
  absl::flat_hash_map<std::string_view, const CodeRow*> by_code;
  for (const CodeRow* row : batch.accepted) by_code.emplace(row->code, row);
  for (const StagedBefore& row : before) {
    if (row.same) continue;
    batch.errors.push_back(
        CodeConflict(*by_code.at(row.code), row.first_line, list == CodeList::kTranscodings));
    ++batch.rejected_count;
  }
}

void AddErrors(Batch& batch, v1::AppendCodeRowsResponse& response) {
  std::ranges::stable_sort(batch.errors, {}, &CodeRowError::line);
  for (const CodeRowError& error : batch.errors) {
    if (response.errors_size() == static_cast<int>(kRowErrorsMax)) break;
    v1::RowError& added = *response.add_errors();
    added.set_line(error.line);
    added.set_column(std::string(error.column));
    added.set_value(error.value);
    added.set_reason(std::string(error.reason));
    added.set_message(error.message);
  }
}

}  // namespace

std::vector<CodeRow> RowsOf(const v1::AppendSpecificationRowsRequest& request) {
  std::vector<CodeRow> rows;
  rows.reserve(static_cast<size_t>(request.rows_size()));
  for (const v1::SpecificationRow& row : request.rows()) {
    rows.push_back({.line = row.line(),
                    .code = row.code(),
                    .product_code = row.product_code(),
                    .original_code = row.original_code(),
                    .device_identifier = row.device_identifier(),
                    .registration_number = row.registration_number(),
                    .product_name = row.product_name(),
                    .manufacturer = row.manufacturer(),
                    .generic_name = row.generic_name(),
                    .specification = row.specification(),
                    .model = row.model()});
  }
  return rows;
}

std::vector<CodeRow> RowsOf(const v1::AppendWithdrawnCodesRequest& request) {
  std::vector<CodeRow> rows;
  rows.reserve(static_cast<size_t>(request.rows_size()));
  for (const v1::WithdrawnCodeRow& row : request.rows()) {
    rows.push_back({.line = row.line(), .code = row.code()});
  }
  return rows;
}

std::vector<CodeRow> RowsOf(const v1::AppendTranscodingsRequest& request) {
  std::vector<CodeRow> rows;
  rows.reserve(static_cast<size_t>(request.rows_size()));
  for (const v1::TranscodingRow& row : request.rows()) {
    rows.push_back({.line = row.line(),
                    .code = row.original_code(),
                    .new_code = row.code(),
                    .transcoding = TranscodingOf(row.transcoding())});
  }
  return rows;
}

db::StagedBatch<v1::AppendCodeRowsResponse> StageCodeBatch(pqxx::transaction_base& tx,
                                                           int64_t import_number, CodeList list,
                                                           std::vector<CodeRow> rows) {
  Batch batch{.rows = std::move(rows)};
  CheckRows(list, batch);
  if (!batch.accepted.empty()) {
    TakeConflicts(StageCodes(tx, import_number, batch.accepted), list, batch);
  }
  db::StagedBatch<v1::AppendCodeRowsResponse> staged{.rejected_count = batch.rejected_count};
  AddErrors(batch, staged.response);
  return staged;
}

}  // namespace qingqu::catalog
