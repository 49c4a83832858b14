#pragma once

#include "common/auth/principal.h"
#include "qingqu/procurement/v1/procurement_service.pb.h"
#include "services/procurement/agreement.h"
#include "services/procurement/despatch.h"
#include "services/procurement/order.h"
#include "services/procurement/requisition.h"

namespace qingqu::procurement {

v1::Agreement ToProto(const Agreement& agreement);
v1::Requisition ToProto(const Requisition& requisition);
// A supplier is not told whose requisitions an order serves: they tell what single wards need.
v1::Order ToProto(const Order& order, const auth::Principal& reader);
v1::Despatch ToProto(const Despatch& despatch);

}  // namespace qingqu::procurement
