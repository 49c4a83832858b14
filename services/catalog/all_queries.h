#pragma once

#include "common/db/import_queries.h"
#include "common/db/join_queries.h"
#include "services/catalog/codes/queries.h"
#include "services/catalog/devices/queries.h"
#include "services/catalog/organisations/queries.h"
#include "services/catalog/queries.h"

namespace qingqu::catalog {

// Every statement of the catalogue, those of imports included.
inline constexpr auto kAllQueries =
    db::JoinQueries(queries::kAllQueries, organisation_queries::kAllQueries,
                    codes::queries::kAllQueries, devices::queries::kAllQueries, db::kImportQueries);

}  // namespace qingqu::catalog
