#pragma once

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"
#include "qingqu/catalog/v1/code_release_service.pb.h"

namespace qingqu::catalog {

// The rpcs that read national codes and set the rules of buying; their contract is in the proto.
// Thread-safe. `pool` outlives it.
class CodeHandlers {
 public:
  explicit CodeHandlers(db::ConnectionPool* pool) : pool_(pool) {}

  absl::StatusOr<v1::ListCodeReleasesResponse> ListCodeReleases(
      const CallContext& call, const v1::ListCodeReleasesRequest& request);
  absl::StatusOr<v1::NationalCode> GetNationalCode(const CallContext& call,
                                                   const v1::GetNationalCodeRequest& request);
  absl::StatusOr<v1::BatchGetNationalCodesResponse> BatchGetNationalCodes(
      const CallContext& call, const v1::BatchGetNationalCodesRequest& request);
  absl::StatusOr<v1::ListNationalCodesResponse> ListNationalCodes(
      const CallContext& call, const v1::ListNationalCodesRequest& request);
  absl::StatusOr<v1::ListNationalCodeHistoryResponse> ListNationalCodeHistory(
      const CallContext& call, const v1::ListNationalCodeHistoryRequest& request);
  absl::StatusOr<v1::ListItemsWithWithdrawnCodesResponse> ListItemsWithWithdrawnCodes(
      const CallContext& call, const v1::ListItemsWithWithdrawnCodesRequest& request);
  absl::StatusOr<v1::ListCodePurchaseRulesResponse> ListCodePurchaseRules(
      const CallContext& call, const v1::ListCodePurchaseRulesRequest& request);
  absl::StatusOr<v1::CodePurchaseRule> UpdateCodePurchaseRule(
      const CallContext& call, const v1::UpdateCodePurchaseRuleRequest& request);

 private:
  db::ConnectionPool* pool_;
};

}  // namespace qingqu::catalog
