#pragma once

#include <string_view>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "common/db/import_session.h"
#include "qingqu/catalog/v1/item_import_service.pb.h"
#include "services/catalog/imports/item_import_store.h"

namespace qingqu::catalog {

// Stages the rows of a batch that are sound by themselves, beside each other and beside what is
// there; names what is wrong with the others.
db::StagedBatch<v1::AppendItemRowsResponse> StageItemBatch(
    pqxx::transaction_base& tx, int64_t import_number, const ItemProposer& proposer,
    const v1::AppendItemRowsRequest& request);

}  // namespace qingqu::catalog
