#pragma once

#include <cstdint>
#include <vector>

#include "pqxx/transaction_base"

#include "common/db/import_session.h"
#include "qingqu/catalog/v1/code_release_service.pb.h"
#include "services/catalog/codes/code_release.h"
#include "services/catalog/codes/code_row.h"

namespace qingqu::catalog {

// The rows of a request as they came.
std::vector<CodeRow> RowsOf(const v1::AppendSpecificationRowsRequest& request);
std::vector<CodeRow> RowsOf(const v1::AppendWithdrawnCodesRequest& request);
std::vector<CodeRow> RowsOf(const v1::AppendTranscodingsRequest& request);

// Checks the rows of a batch, by themselves and against what the import staged before, and stages
// those that are right, each code once.
db::StagedBatch<v1::AppendCodeRowsResponse> StageCodeBatch(pqxx::transaction_base& tx,
                                                           int64_t import_number, CodeList list,
                                                           std::vector<CodeRow> rows);

}  // namespace qingqu::catalog
