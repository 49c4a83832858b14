#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/approved_list_service.pb.h"

namespace qingqu::catalog {

// The rpcs of ApprovedListService; their contract is in the proto. Thread-safe. `pool` outlives it.
class ApprovedListHandlers {
 public:
  explicit ApprovedListHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::ApprovedList> CreateApprovedList(const CallContext& call,
                                                      const v1::CreateApprovedListRequest& request);
  absl::StatusOr<v1::ApprovedList> ApproveApprovedList(
      const CallContext& call, const v1::ApproveApprovedListRequest& request);
  absl::StatusOr<v1::ApprovedList> RejectApprovedList(const CallContext& call,
                                                      const v1::RejectApprovedListRequest& request);
  absl::StatusOr<v1::ApprovedList> WithdrawApprovedList(
      const CallContext& call, const v1::WithdrawApprovedListRequest& request);
  absl::StatusOr<v1::ApprovedList> GetApprovedList(const CallContext& call,
                                                   const v1::GetApprovedListRequest& request);
  absl::StatusOr<v1::ListApprovedListsResponse> ListApprovedLists(
      const CallContext& call, const v1::ListApprovedListsRequest& request);
  absl::StatusOr<v1::ListApprovedListEntriesResponse> ListApprovedListEntries(
      const CallContext& call, const v1::ListApprovedListEntriesRequest& request);

  absl::StatusOr<v1::ListChange> ProposeListChange(const CallContext& call,
                                                   const v1::ProposeListChangeRequest& request);
  absl::StatusOr<v1::ListChange> ApproveListChange(const CallContext& call,
                                                   const v1::ApproveListChangeRequest& request);
  absl::StatusOr<v1::ListChange> RejectListChange(const CallContext& call,
                                                  const v1::RejectListChangeRequest& request);
  absl::StatusOr<v1::ListChange> WithdrawListChange(const CallContext& call,
                                                    const v1::WithdrawListChangeRequest& request);
  absl::StatusOr<v1::ListChange> GetListChange(const CallContext& call,
                                               const v1::GetListChangeRequest& request);
  absl::StatusOr<v1::ListListChangesResponse> ListListChanges(
      const CallContext& call, const v1::ListListChangesRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
