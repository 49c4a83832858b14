#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "services/catalog/catalog_test_support.h"

namespace qingqu::catalog {

// A catalogue whose items are led from one state to the next.
class ItemSteps : protected CatalogDatabase {
 protected:
  template <typename Request, typename Method>
  absl::StatusOr<v1::Item> Do(Method method, const CallContext& call, const std::string& reason,
                              const std::string& id = "screw") {
    Request request;
    request.set_name("items/" + id);
    if constexpr (requires { request.reason(); }) request.set_reason(reason);
    return (items.*method)(call, request);
  }
  absl::StatusOr<v1::Item> Submit(const CallContext& call) {
    return Do<v1::SubmitItemRequest>(&ItemHandlers::SubmitItem, call, "");
  }
  absl::StatusOr<v1::Item> Return(const CallContext& call) {
    return Do<v1::ReturnItemRequest>(&ItemHandlers::ReturnItem, call, "资料不全");
  }
  // The item itself, not a change to it.
  absl::StatusOr<v1::Item> ApproveWhole(const CallContext& call) {
    return Do<v1::ApproveItemRequest>(&ItemHandlers::ApproveItem, call, "");
  }
  absl::StatusOr<v1::Item> Withdraw(const CallContext& call, const std::string& id = "screw") {
    return Do<v1::WithdrawItemRequest>(&ItemHandlers::WithdrawItem, call, "停产", id);
  }
  absl::StatusOr<v1::Item> Suspend(const CallContext& call, const std::string& id = "screw") {
    return Do<v1::SuspendItemRequest>(&ItemHandlers::SuspendItem, call, "召回", id);
  }
};

}  // namespace qingqu::catalog
