#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"

namespace qingqu::catalog {

// The rpcs on suppliers; their contract is in the proto. Thread-safe. `pool` outlives it.
class SupplierHandlers {
 public:
  explicit SupplierHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::Supplier> CreateSupplier(const CallContext& call,
                                              const v1::CreateSupplierRequest& request);
  absl::StatusOr<v1::Supplier> ApproveSupplier(const CallContext& call,
                                               const v1::ApproveSupplierRequest& request);
  absl::StatusOr<v1::Supplier> SuspendSupplier(const CallContext& call,
                                               const v1::SuspendSupplierRequest& request);
  absl::StatusOr<v1::Supplier> ProposeSupplierReinstatement(
      const CallContext& call, const v1::ProposeSupplierReinstatementRequest& request);
  absl::StatusOr<v1::Supplier> ReinstateSupplier(const CallContext& call,
                                                 const v1::ReinstateSupplierRequest& request);
  absl::StatusOr<v1::Supplier> GetSupplier(const CallContext& call,
                                           const v1::GetSupplierRequest& request);
  absl::StatusOr<v1::ListSuppliersResponse> ListSuppliers(const CallContext& call,
                                                          const v1::ListSuppliersRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
