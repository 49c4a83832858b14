#include "services/usage/stock_client.h"

#include <string>

#include "grpcpp/client_context.h"

#include "common/base/business_day.h"
#include "common/base/uuid.h"
#include "common/rpc/status_conversion.h"
#include "common/rpc/trace_parent.h"
#include "common/status/status_macros.h"
#include "qingqu/distribution/v1/distribution_service.grpc.pb.h"

namespace qingqu::usage {
namespace {

constexpr absl::Duration kTokenLifetime = absl::Minutes(2);

}  // namespace

distribution::v1::ConsumeStockRequest MakeConsumeRequest(const Use& use) {
  distribution::v1::ConsumeStockRequest request;
  request.set_request_id(UuidFromText("usage.consume/" + use.use_id).ToString());
  request.set_document("uses/" + use.use_id);
  request.set_location("locations/" + use.location_id);
  request.set_recorded_date(BusinessDay(use.created_at).ToString());
  for (const UseLine& line : use.lines) {
    distribution::v1::ConsumptionLine& consumed = *request.add_lines();
    consumed.set_item("items/" + line.item_id);
    consumed.set_lot(line.lot);
    consumed.set_serial(line.serial);
    consumed.set_quantity(line.quantity.base_units());
    if (line.expiry.has_value()) consumed.set_expiry_date(line.expiry->ToString());
  }
  return request;
}

std::shared_ptr<grpc::Channel> GrpcStockClient::channel() {
  const std::lock_guard lock(mutex_);
  if (channel_ == nullptr) channel_ = channel_to_("distribution");
  return channel_;
}

absl::Status GrpcStockClient::Consume(const auth::Principal& user, const Use& use,
                                      std::string_view traceparent, absl::Time deadline) {
  QINGQU_ASSIGN_OR_RETURN(const std::string token, signer_->Sign(user, kTokenLifetime));
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + token);
  const std::string child = rpc::ChildTraceParent(traceparent);
  if (!child.empty()) context.AddMetadata("traceparent", child);
  context.set_deadline(absl::ToChronoTime(deadline));
  const rpc::CallGate::Pass pass(gate_);
  if (!pass.open()) return absl::UnavailableError("the process stops");
  distribution::v1::ConsumeStockResponse response;
  const auto stub = distribution::v1::DistributionService::NewStub(channel());
  return rpc::FromGrpcStatus(stub->ConsumeStock(&context, MakeConsumeRequest(use), &response));
}

}  // namespace qingqu::usage
