#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "qingqu/procurement/v1/procurement_service.pb.h"
#include "services/procurement/agreement.h"
#include "services/procurement/despatch.h"
#include "services/procurement/order.h"
#include "services/procurement/requisition.h"
#include "services/procurement/requisition_store.h"

namespace qingqu::procurement {

// What requests say, in the domain's types. Each checks everything that can be checked without the
// database and answers INVALID_ARGUMENT with every violation. The caller of the call becomes
// proposer, requester or orderer; an id that is left empty becomes the request id.

absl::StatusOr<Agreement> ParseNewAgreement(const CallContext& call,
                                            const v1::CreateAgreementRequest& request);
absl::StatusOr<Requisition> ParseNewRequisition(const CallContext& call,
                                                const v1::CreateRequisitionRequest& request);
// Lines without item, agreement and price; the alliance is not known yet.
absl::StatusOr<Order> ParseNewOrder(const CallContext& call, const v1::CreateOrderRequest& request);
// Lines without item; the order's parties are not known yet.
absl::StatusOr<Despatch> ParseNewDespatch(const CallContext& call,
                                          const v1::CreateDespatchRequest& request);

std::vector<LineReduction> ParseReductions(const v1::ApproveRequisitionRequest& request);
// Empty when everything is accepted.
absl::StatusOr<std::vector<LineAnswer>> ParseAnswers(const v1::RespondToOrderRequest& request);
// Of a refusal or a withdrawal: 1 to 500 characters.
absl::StatusOr<std::string> ParseReason(std::string_view given);

// The id in `name`, given in `field`, of `pattern` ("orders/{order}").
absl::StatusOr<std::string> ParseId(std::string_view pattern, std::string_view name,
                                    std::string_view field);
// The same, and "" for an empty name.
absl::StatusOr<std::string> ParseOptionalId(std::string_view pattern, std::string_view name,
                                            std::string_view field);

// OK when `etag` is empty or says `version`; else ETAG_MISMATCH.
absl::Status CheckEtag(std::string_view etag, int64_t version);

// A page of a list that is sorted by time and id, newest first. One row more than the page holds is
// asked for, to see whether another page follows.
absl::StatusOr<NewestFirstPage> ParseNewestFirstPage(int page_size, std::string_view page_token,
                                                     std::string_view filter);
std::string NewestFirstToken(absl::Time created_at, const std::string& id, std::string_view filter);

}  // namespace qingqu::procurement
