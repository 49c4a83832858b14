#include "services/distribution/ledger/ledger_service.h"

#include <utility>

#include "common/rpc/status_conversion.h"
#include "common/rpc/unary.h"
#include "common/status/status.h"
#include "qingqu/distribution/v1/ledger_service.grpc.pb.h"
#include "services/distribution/ledger/ledger_handlers.h"
#include "services/distribution/ledger/movement_stream.h"
#include "services/distribution/ledger/posting_request.h"
#include "services/distribution/queries.h"

namespace qingqu::distribution {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using Handlers = LedgerHandlers;

constexpr int kBatchMax = 8000;
// A commit of the lane that takes longer than this is given up, and decided again if need be.
constexpr absl::Duration kCommitTimeMax = absl::Seconds(20);

class LedgerService final : public v1::LedgerService::CallbackService {
 public:
  LedgerService(rpc::CallRunner* runner, Lane* lane, db::ConnectionPool* pool, const Clock* clock,
                const MovementStreamLimits& limits)
      : runner_(runner), lane_(lane), limits_(limits), handlers_(pool, clock) {}

  ServerUnaryReactor* PostMovement(CallbackServerContext* context,
                                   const v1::PostMovementRequest* request,
                                   v1::Movement* response) override {
    return Post("PostMovement", context,
                [this, request, response](const Answer& answer, const CallContext& call) {
                  absl::StatusOr<Command> command =
                      ParseCommand(call.principal, call.received_at, request->movement(),
                                   /*taken_to_use=*/false);
                  if (!command.ok()) return answer(command.status());
                  auto job = std::make_unique<PostingJob>();
                  job->call = call;
                  job->commands.push_back(*std::move(command));
                  job->done = [answer, response](const absl::Status& status,
                                                 const PostingJob& posted) {
                    const Outcome& outcome = posted.outcomes.front();
                    if (status.ok() && outcome.status.ok()) {
                      *response = AnswerOf(outcome.movement, posted.call.principal);
                    }
                    answer(status.ok() ? outcome.status : status);
                  };
                  Submit(std::move(job), answer);
                });
  }

  ServerUnaryReactor* PostMovements(CallbackServerContext* context,
                                    const v1::PostMovementsRequest* request,
                                    v1::PostMovementsResponse* response) override {
    return Post("PostMovements", context,
                [this, request, response](const Answer& answer, const CallContext& call) {
                  if (request->movements_size() < 1 || request->movements_size() > kBatchMax) {
                    return answer(InvalidField("movements", "must be 1 to 8,000"));
                  }
                  auto posting = std::make_shared<PostingRequest>();
                  posting->Add(call, request->movements());
                  const auto finish = [posting, answer, response](const absl::Status& status,
                                                                  const PostingJob* posted) {
                    if (status.ok()) {
                      posting->MakeResults(posted, 0, posting->size(),
                                           *response->mutable_results());
                    }
                    answer(status);
                  };
                  std::unique_ptr<PostingJob> job = posting->MakeJob(call);
                  if (job == nullptr) return finish(absl::OkStatus(), nullptr);
                  job->done = [finish](const absl::Status& status, const PostingJob& posted) {
                    finish(status, &posted);
                  };
                  Submit(std::move(job), answer);
                });
  }

  grpc::ServerBidiReactor<v1::StreamMovementsRequest, v1::StreamMovementsResponse>* StreamMovements(
      CallbackServerContext* context) override {
    const absl::Time arrived_at = absl::Now();
    rpc::IncomingCall incoming = rpc::ReadIncomingCall(*context);
    absl::StatusOr<CallContext> call = runner_->Admit("StreamMovements", incoming, nullptr);
    if (!call.ok()) return new RefusedStream(call.status());
    return new MovementStream(
        {.runner = runner_, .lane = lane_, .context = context, .limits = limits_},
        std::move(incoming), *std::move(call), arrived_at);
  }

  ServerUnaryReactor* GetMovement(CallbackServerContext* context,
                                  const v1::GetMovementRequest* request,
                                  v1::Movement* response) override {
    return rpc::RunUnary(*runner_, "GetMovement", context, request, response, handlers_,
                         &Handlers::GetMovement);
  }
  ServerUnaryReactor* Allocate(CallbackServerContext* context, const v1::AllocateRequest* request,
                               v1::AllocateResponse* response) override {
    return rpc::RunUnary(*runner_, "Allocate", context, request, response, handlers_,
                         &Handlers::Allocate);
  }
  ServerUnaryReactor* GetReservation(CallbackServerContext* context,
                                     const v1::GetReservationRequest* request,
                                     v1::Reservation* response) override {
    return rpc::RunUnary(*runner_, "GetReservation", context, request, response, handlers_,
                         &Handlers::GetReservation);
  }
  ServerUnaryReactor* ListReservations(CallbackServerContext* context,
                                       const v1::ListReservationsRequest* request,
                                       v1::ListReservationsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListReservations", context, request, response, handlers_,
                         &Handlers::ListReservations);
  }
  ServerUnaryReactor* ExplainBalance(CallbackServerContext* context,
                                     const v1::ExplainBalanceRequest* request,
                                     v1::ExplainBalanceResponse* response) override {
    return rpc::RunUnary(*runner_, "ExplainBalance", context, request, response, handlers_,
                         &Handlers::ExplainBalance);
  }
  ServerUnaryReactor* GetLot(CallbackServerContext* context, const v1::GetLotRequest* request,
                             v1::Lot* response) override {
    return rpc::RunUnary(*runner_, "GetLot", context, request, response, handlers_,
                         &Handlers::GetLot);
  }
  ServerUnaryReactor* CorrectLot(CallbackServerContext* context,
                                 const v1::CorrectLotRequest* request, v1::Lot* response) override {
    return rpc::RunUnary(*runner_, "CorrectLot", context, request, response, handlers_,
                         &Handlers::CorrectLot);
  }
  ServerUnaryReactor* ClosePeriod(CallbackServerContext* context,
                                  const v1::ClosePeriodRequest* request,
                                  v1::Period* response) override {
    return rpc::RunUnary(*runner_, "ClosePeriod", context, request, response, handlers_,
                         &Handlers::ClosePeriod);
  }
  ServerUnaryReactor* ListPeriods(CallbackServerContext* context,
                                  const v1::ListPeriodsRequest* request,
                                  v1::ListPeriodsResponse* response) override {
    return rpc::RunUnary(*runner_, "ListPeriods", context, request, response, handlers_,
                         &Handlers::ListPeriods);
  }
  ServerUnaryReactor* ListPeriodBalances(CallbackServerContext* context,
                                         const v1::ListPeriodBalancesRequest* request,
                                         v1::ListPeriodBalancesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListPeriodBalances", context, request, response, handlers_,
                         &Handlers::ListPeriodBalances);
  }

 private:
  // Ends the call; to be called once, from any thread.
  using Answer = std::function<void(const absl::Status&)>;
  using Begin = std::function<void(const Answer&, const CallContext&)>;

  // Ends as soon as it began.
  class RefusedStream final
      : public grpc::ServerBidiReactor<v1::StreamMovementsRequest, v1::StreamMovementsResponse> {
   public:
    explicit RefusedStream(const absl::Status& status) { Finish(rpc::ToGrpcStatus(status)); }
    void OnDone() override { delete this; }
  };

  // A call that the lane answers. Names are checked by their patterns and texts while they are read
  // (ParseCommand), so the request is not walked through for what cannot be stored.
  ServerUnaryReactor* Post(std::string_view method, CallbackServerContext* context,
                           const Begin& begin) {
    ServerUnaryReactor* const reactor = context->DefaultReactor();
    const absl::Time arrived_at = absl::Now();
    absl::StatusOr<CallContext> call =
        runner_->Admit(method, rpc::ReadIncomingCall(*context), nullptr);
    if (!call.ok()) {
      rpc::FinishReactor(*reactor, call.status());
      return reactor;
    }
    const Answer answer = [this, method, reactor, arrived_at,
                           context_of_call = *call](const absl::Status& status) {
      runner_->ReportAdmitted(method, context_of_call, arrived_at, status);
      rpc::FinishReactor(*reactor, status);
    };
    begin(answer, *call);
    return reactor;
  }

  void Submit(std::unique_ptr<PostingJob> job, const Answer& answer) {
    const absl::Status submitted = lane_->Submit(std::move(job));
    if (!submitted.ok()) answer(submitted);
  }

  rpc::CallRunner* const runner_;
  Lane* const lane_;
  const MovementStreamLimits limits_;
  LedgerHandlers handlers_;
};

class Face final : public LedgerFace {
 public:
  Face(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool, const Clock* clock,
       const MovementStreamLimits& limits)
      : runner_(std::move(runner)),
        lane_pool_({.conninfo = pool->conninfo(),
                    .connections_max = 1,
                    .queries = {queries::kAllQueries.begin(), queries::kAllQueries.end()}}),
        lane_(
            [this, clock](const std::vector<PostingSlice>& slices) {
              return PostSlices(lane_pool_, *clock, account_ids_, absl::Now() + kCommitTimeMax,
                                slices);
            },
            Lane::Options{}),
        service_(runner_.get(), &lane_, pool, clock, limits) {}

  grpc::Service& grpc_service() override { return service_; }
  Lane& lane() override { return lane_; }
  void Drain() override {
    lane_.Drain();
    runner_->Drain();
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  // Its own connection: no number of slow reads keeps the lane from posting.
  db::ConnectionPool lane_pool_;
  AccountIds account_ids_;
  Lane lane_;
  LedgerService service_;
};

}  // namespace

std::unique_ptr<LedgerFace> MakeLedgerFace(std::unique_ptr<rpc::CallRunner> runner,
                                           db::ConnectionPool* pool, const Clock* clock,
                                           const MovementStreamLimits& limits) {
  return std::make_unique<Face>(std::move(runner), pool, clock, limits);
}

}  // namespace qingqu::distribution
