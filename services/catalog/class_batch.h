#pragma once

#include <cstdint>
#include <vector>

#include "pqxx/transaction_base"

#include "common/db/import_session.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"
#include "services/catalog/class_row.h"

namespace qingqu::catalog {

// How many bad cells of one batch are listed; of further ones only the rows are counted. Keeps the
// answer below gRPC's limit of 4 MiB.
inline constexpr size_t kRowErrorsMax = 10'000;

// Checks the rows of a batch, by themselves and against what the import staged before, and stages
// those that are right.
db::StagedBatch<v1::AppendClassRowsResponse> StageClassBatch(
    pqxx::transaction_base& tx, int64_t import_number, const v1::AppendClassRowsRequest& request);

}  // namespace qingqu::catalog
