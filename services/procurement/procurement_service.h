#pragma once

#include "common/rpc/service_host.h"

namespace qingqu::procurement {

// Serves qingqu.procurement.v1.ProcurementService, and follows the receipts of distribution.
rpc::ServiceSpec ProcurementSpec();

}  // namespace qingqu::procurement
