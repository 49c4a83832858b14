#include "services/catalog/codes/code_release_service.h"

#include <utility>

#include "common/rpc/unary.h"
#include "qingqu/catalog/v1/code_release_service.grpc.pb.h"
#include "services/catalog/codes/code_cancellation_handlers.h"
#include "services/catalog/codes/code_handlers.h"
#include "services/catalog/codes/code_import_handlers.h"

namespace qingqu::catalog {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// One line a method.
class CodeReleaseFace final : public v1::CodeReleaseService::CallbackService, public CatalogFace {
 public:
  CodeReleaseFace(std::unique_ptr<rpc::CallRunner> runner, db::ConnectionPool* pool)
      : runner_(std::move(runner)), imports_(pool), cancellations_(pool), codes_(pool) {}

  grpc::Service& grpc_service() override { return *this; }
  void Drain() override { runner_->Drain(); }

  ServerUnaryReactor* CreateCodeImport(CallbackServerContext* context,
                                       const v1::CreateCodeImportRequest* request,
                                       v1::CodeImport* response) override {
    return rpc::RunUnary(*runner_, "CreateCodeImport", context, request, response, imports_,
                         &CodeImportHandlers::CreateCodeImport);
  }
  ServerUnaryReactor* AppendSpecificationRows(CallbackServerContext* context,
                                              const v1::AppendSpecificationRowsRequest* request,
                                              v1::AppendCodeRowsResponse* response) override {
    return rpc::RunUnary(*runner_, "AppendSpecificationRows", context, request, response, imports_,
                         &CodeImportHandlers::AppendSpecificationRows);
  }
  ServerUnaryReactor* AppendWithdrawnCodes(CallbackServerContext* context,
                                           const v1::AppendWithdrawnCodesRequest* request,
                                           v1::AppendCodeRowsResponse* response) override {
    return rpc::RunUnary(*runner_, "AppendWithdrawnCodes", context, request, response, imports_,
                         &CodeImportHandlers::AppendWithdrawnCodes);
  }
  ServerUnaryReactor* AppendTranscodings(CallbackServerContext* context,
                                         const v1::AppendTranscodingsRequest* request,
                                         v1::AppendCodeRowsResponse* response) override {
    return rpc::RunUnary(*runner_, "AppendTranscodings", context, request, response, imports_,
                         &CodeImportHandlers::AppendTranscodings);
  }
  ServerUnaryReactor* FinishCodeImport(CallbackServerContext* context,
                                       const v1::FinishCodeImportRequest* request,
                                       v1::CodeImport* response) override {
    return rpc::RunUnary(*runner_, "FinishCodeImport", context, request, response, imports_,
                         &CodeImportHandlers::FinishCodeImport);
  }
  ServerUnaryReactor* ProposeCodeReleaseCancellation(
      CallbackServerContext* context, const v1::ProposeCodeReleaseCancellationRequest* request,
      v1::CodeRelease* response) override {
    return rpc::RunUnary(*runner_, "ProposeCodeReleaseCancellation", context, request, response,
                         cancellations_, &CodeCancellationHandlers::ProposeCodeReleaseCancellation);
  }
  ServerUnaryReactor* ApproveCodeReleaseCancellation(
      CallbackServerContext* context, const v1::ApproveCodeReleaseCancellationRequest* request,
      v1::CodeRelease* response) override {
    return rpc::RunUnary(*runner_, "ApproveCodeReleaseCancellation", context, request, response,
                         cancellations_, &CodeCancellationHandlers::ApproveCodeReleaseCancellation);
  }
  ServerUnaryReactor* RejectCodeReleaseCancellation(
      CallbackServerContext* context, const v1::RejectCodeReleaseCancellationRequest* request,
      v1::CodeRelease* response) override {
    return rpc::RunUnary(*runner_, "RejectCodeReleaseCancellation", context, request, response,
                         cancellations_, &CodeCancellationHandlers::RejectCodeReleaseCancellation);
  }
  ServerUnaryReactor* ListCodeReleases(CallbackServerContext* context,
                                       const v1::ListCodeReleasesRequest* request,
                                       v1::ListCodeReleasesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListCodeReleases", context, request, response, codes_,
                         &CodeHandlers::ListCodeReleases);
  }
  ServerUnaryReactor* GetNationalCode(CallbackServerContext* context,
                                      const v1::GetNationalCodeRequest* request,
                                      v1::NationalCode* response) override {
    return rpc::RunUnary(*runner_, "GetNationalCode", context, request, response, codes_,
                         &CodeHandlers::GetNationalCode);
  }
  ServerUnaryReactor* BatchGetNationalCodes(CallbackServerContext* context,
                                            const v1::BatchGetNationalCodesRequest* request,
                                            v1::BatchGetNationalCodesResponse* response) override {
    return rpc::RunUnary(*runner_, "BatchGetNationalCodes", context, request, response, codes_,
                         &CodeHandlers::BatchGetNationalCodes);
  }
  ServerUnaryReactor* ListNationalCodes(CallbackServerContext* context,
                                        const v1::ListNationalCodesRequest* request,
                                        v1::ListNationalCodesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListNationalCodes", context, request, response, codes_,
                         &CodeHandlers::ListNationalCodes);
  }
  ServerUnaryReactor* ListNationalCodeHistory(
      CallbackServerContext* context, const v1::ListNationalCodeHistoryRequest* request,
      v1::ListNationalCodeHistoryResponse* response) override {
    return rpc::RunUnary(*runner_, "ListNationalCodeHistory", context, request, response, codes_,
                         &CodeHandlers::ListNationalCodeHistory);
  }
  ServerUnaryReactor* ListItemsWithWithdrawnCodes(
      CallbackServerContext* context, const v1::ListItemsWithWithdrawnCodesRequest* request,
      v1::ListItemsWithWithdrawnCodesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListItemsWithWithdrawnCodes", context, request, response,
                         codes_, &CodeHandlers::ListItemsWithWithdrawnCodes);
  }
  ServerUnaryReactor* ListCodePurchaseRules(CallbackServerContext* context,
                                            const v1::ListCodePurchaseRulesRequest* request,
                                            v1::ListCodePurchaseRulesResponse* response) override {
    return rpc::RunUnary(*runner_, "ListCodePurchaseRules", context, request, response, codes_,
                         &CodeHandlers::ListCodePurchaseRules);
  }
  ServerUnaryReactor* UpdateCodePurchaseRule(CallbackServerContext* context,
                                             const v1::UpdateCodePurchaseRuleRequest* request,
                                             v1::CodePurchaseRule* response) override {
    return rpc::RunUnary(*runner_, "UpdateCodePurchaseRule", context, request, response, codes_,
                         &CodeHandlers::UpdateCodePurchaseRule);
  }

 private:
  const std::unique_ptr<rpc::CallRunner> runner_;
  CodeImportHandlers imports_;
  CodeCancellationHandlers cancellations_;
  CodeHandlers codes_;
};

}  // namespace

std::unique_ptr<CatalogFace> MakeCodeReleaseFace(std::unique_ptr<rpc::CallRunner> runner,
                                                 db::ConnectionPool* pool) {
  return std::make_unique<CodeReleaseFace>(std::move(runner), pool);
}

}  // namespace qingqu::catalog
