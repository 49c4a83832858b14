#include "services/cli/fake_platform.h"

#include <algorithm>
#include <chrono>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

#include "common/base/check.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status.h"

namespace qingqu::cli {
namespace {

constexpr int kItemCount = 2500;
constexpr size_t kEntriesPerPage = 2;

grpc::Status Refuse(absl::StatusCode code, std::string_view reason) {
  return rpc::ToGrpcStatus(MakeError(code, reason, fmt::format("the fake says {}", reason)));
}

// The rpcs of an import, for either kind of row.
template <typename Import>
void Open(FakeImportState& state, const std::string& name, bool all_or_nothing, Import& response) {
  const std::lock_guard lock(state.mutex);
  state.staged.try_emplace(name).first->second.all_or_nothing = all_or_nothing;
  response.set_name(name);
}

template <typename Request, typename Response, typename Key, typename IsBad>
grpc::Status Stage(FakeImportState& state, const std::string& name, const Request& request,
                   Response& response, const Key& key, const IsBad& is_bad) {
  const std::lock_guard lock(state.mutex);
  const auto found = state.staged.find(name);
  if (found == state.staged.end()) {
    return Refuse(absl::StatusCode::kNotFound, "IMPORT_NOT_FOUND");
  }
  FakeStaging& staging = found->second;
  if (request.batch_number() > staging.next_batch) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "BATCH_OUT_OF_ORDER");
  }
  const bool repeated = request.batch_number() < staging.next_batch;
  for (const auto& row : request.rows()) {
    if (is_bad(row)) {
      auto& error = *response.add_errors();
      error.set_line(row.line());
      error.set_column("feature");
      error.set_value("bad");
      error.set_reason("NOT_A_FEATURE");
      error.set_message("must be a feature");
      staging.rejected += repeated ? 0 : 1;
    } else if (!repeated) {
      auto stored = row;
      stored.clear_line();
      staging.rows[key(row)] = stored.SerializeAsString();
    }
  }
  if (!repeated) {
    staging.sent += request.rows_size();
    ++staging.next_batch;
  }
  ++state.seen.appends;
  return state.after_append ? state.after_append(state.seen.appends) : grpc::Status::OK;
}

template <typename Request, typename Import>
grpc::Status Apply(FakeImportState& state, const std::string& name, const Request& request,
                   Import& response) {
  const std::lock_guard lock(state.mutex);
  ++state.seen.finishes;
  const auto found = state.staged.find(name);
  if (found == state.staged.end()) {
    return Refuse(absl::StatusCode::kNotFound, "IMPORT_NOT_FOUND");
  }
  FakeStaging& staging = found->second;
  const int64_t rejected = staging.rejected + request.rejected_by_client_count();
  if (staging.all_or_nothing && rejected > 0) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "IMPORT_HAS_REJECTS");
  }
  int64_t unchanged = 0;
  for (const auto& [key, row] : staging.rows) {
    const auto present = state.seen.imported.find(key);
    if (present != state.seen.imported.end() && present->second == row) ++unchanged;
    if (!request.validate_only()) state.seen.imported[key] = row;
  }
  response.set_name(name);
  response.set_finished(!request.validate_only());
  response.set_read_count(staging.sent + request.rejected_by_client_count());
  response.set_unchanged_count(unchanged);
  response.set_imported_count(static_cast<int64_t>(staging.rows.size()) - unchanged);
  response.set_rejected_count(rejected);
  return grpc::Status::OK;
}

}  // namespace

void FakeIdentity::Issue(identity::v1::SignInResponse& response) {
  ++issued_;
  refresh_token_ = fmt::format("refresh-{}", issued_);
  const std::string token = fmt::format("access-{}", issued_);
  valid_tokens_.insert(token);
  response.set_access_token(token);
  response.set_refresh_token(refresh_token_);
  response.mutable_access_token_expire_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) +
                                                           token_life_seconds_);
  response.mutable_user()->set_name("users/lin");
  response.mutable_user()->add_roles(identity::v1::ROLE_PROCUREMENT_OFFICER);
}

void FakeIdentity::set_code(const std::string& code) {
  const std::lock_guard lock(mutex_);
  code_ = code;
}

grpc::Status FakeIdentity::SignIn(grpc::ServerContext*, const identity::v1::SignInRequest* request,
                                  identity::v1::SignInResponse* response) {
  const std::lock_guard lock(mutex_);
  if (request->user() != kFakeUser || request->password() != kFakePassword) {
    return Refuse(absl::StatusCode::kUnauthenticated, "SIGN_IN_FAILED");
  }
  if (request->second_factor_code() != code_) {
    return Refuse(absl::StatusCode::kUnauthenticated, request->second_factor_code().empty()
                                                          ? "SECOND_FACTOR_REQUIRED"
                                                          : "SECOND_FACTOR_WRONG");
  }
  Issue(*response);
  return grpc::Status::OK;
}

grpc::Status FakeIdentity::RefreshSession(grpc::ServerContext*,
                                          const identity::v1::RefreshSessionRequest* request,
                                          identity::v1::SignInResponse* response) {
  const std::lock_guard lock(mutex_);
  ++refreshes_;
  if (refresh_token_.empty() || request->refresh_token() != refresh_token_) {
    refresh_token_.clear();
    return Refuse(absl::StatusCode::kUnauthenticated, "SESSION_ENDED");
  }
  Issue(*response);
  return grpc::Status::OK;
}

grpc::Status FakeIdentity::SignOut(grpc::ServerContext*,
                                   const identity::v1::SignOutRequest* request,
                                   identity::v1::SignOutResponse*) {
  const std::lock_guard lock(mutex_);
  if (request->refresh_token() == refresh_token_) refresh_token_.clear();
  return grpc::Status::OK;
}

grpc::Status FakeIdentity::GetSelf(grpc::ServerContext* context,
                                   const identity::v1::GetSelfRequest*,
                                   identity::v1::User* response) {
  const std::lock_guard lock(mutex_);
  const auto header = context->client_metadata().find("authorization");
  const std::string value = header == context->client_metadata().end()
                                ? ""
                                : std::string(header->second.data(), header->second.size());
  constexpr std::string_view kBearer = "Bearer ";
  if (!value.starts_with(kBearer) || !valid_tokens_.contains(value.substr(kBearer.size()))) {
    return Refuse(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID");
  }
  response->set_name("users/lin");
  response->set_display_name("林采购");
  return grpc::Status::OK;
}

grpc::Status FakeCatalog::CreateClassImport(grpc::ServerContext*,
                                            const catalog::v1::CreateClassImportRequest* request,
                                            catalog::v1::ClassImport* response) {
  Open(imports_, "classImports/" + request->request_id(), request->all_or_nothing(), *response);
  return grpc::Status::OK;
}

grpc::Status FakeCatalog::AppendClassRows(grpc::ServerContext*,
                                          const catalog::v1::AppendClassRowsRequest* request,
                                          catalog::v1::AppendClassRowsResponse* response) {
  return Stage(
      imports_, request->class_import(), *request, *response,
      [](const catalog::v1::ClassRow& row) { return row.class_code(); },
      [](const catalog::v1::ClassRow& row) { return row.feature() == "bad"; });
}

grpc::Status FakeCatalog::FinishClassImport(grpc::ServerContext*,
                                            const catalog::v1::FinishClassImportRequest* request,
                                            catalog::v1::ClassImport* response) {
  return Apply(imports_, request->class_import(), *request, *response);
}

grpc::Status FakeCatalog::GetItem(grpc::ServerContext*, const catalog::v1::GetItemRequest* request,
                                  catalog::v1::Item* response) {
  if (request->name() == "items/none") {
    return Refuse(absl::StatusCode::kNotFound, "ITEM_NOT_FOUND");
  }
  if (request->name() == "items/secret") {
    return Refuse(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  }
  if (request->name().empty()) {
    return rpc::ToGrpcStatus(InvalidField("name", "must be items/{item}"));
  }
  response->set_name(request->name());
  response->set_display_name("冠脉支架");
  return grpc::Status::OK;
}

grpc::Status FakeCatalog::ListItems(grpc::ServerContext*,
                                    const catalog::v1::ListItemsRequest* request,
                                    catalog::v1::ListItemsResponse* response) {
  const int first = request->page_token().empty() ? 0 : std::stoi(request->page_token());
  const int size = request->page_size() == 0 ? 50 : request->page_size();
  for (int index = first; index < std::min(first + size, kItemCount); ++index) {
    response->add_items()->set_name(fmt::format("items/{}", index));
  }
  if (first + size < kItemCount) response->set_next_page_token(std::to_string(first + size));
  return grpc::Status::OK;
}

grpc::Status FakeCatalog::CreateItem(grpc::ServerContext*,
                                     const catalog::v1::CreateItemRequest* request,
                                     catalog::v1::Item* response) {
  const std::lock_guard lock(mutex_);
  request_ids_.push_back(request->request_id());
  if (!create_errors_.empty()) {
    const grpc::Status error = create_errors_.front();
    create_errors_.erase(create_errors_.begin());
    return error;
  }
  *response = request->item();
  return grpc::Status::OK;
}

std::vector<std::string> FakeCatalog::request_ids() {
  const std::lock_guard lock(mutex_);
  return request_ids_;
}

void FakeCatalog::set_create_errors(std::vector<grpc::Status> errors) {
  const std::lock_guard lock(mutex_);
  create_errors_ = std::move(errors);
}

grpc::Status FakeProcurement::CreateHistoryImport(
    grpc::ServerContext*, const procurement::v1::CreateHistoryImportRequest* request,
    procurement::v1::HistoryImport* response) {
  Open(imports_, "historyImports/" + request->request_id(), request->all_or_nothing(), *response);
  const std::lock_guard lock(imports_.mutex);
  imports_.seen.source = request->source();
  return grpc::Status::OK;
}

grpc::Status FakeProcurement::AppendHistoryRows(
    grpc::ServerContext*, const procurement::v1::AppendHistoryRowsRequest* request,
    procurement::v1::AppendHistoryRowsResponse* response) {
  return Stage(
      imports_, request->history_import(), *request, *response,
      [](const procurement::v1::HistoryRow& row) { return row.source_line_id(); },
      [](const procurement::v1::HistoryRow&) { return false; });
}

grpc::Status FakeProcurement::FinishHistoryImport(
    grpc::ServerContext*, const procurement::v1::FinishHistoryImportRequest* request,
    procurement::v1::HistoryImport* response) {
  return Apply(imports_, request->history_import(), *request, *response);
}

grpc::Status FakeDistribution::CheckLedger(grpc::ServerContext*,
                                           const distribution::v1::CheckLedgerRequest* request,
                                           distribution::v1::CheckLedgerResponse* response) {
  const std::lock_guard lock(mutex_);
  const size_t page = request->page_token().empty() ? 0 : std::stoul(request->page_token());
  *response = ledger_.at(page);
  if (page + 1 < ledger_.size()) response->set_next_page_token(std::to_string(page + 1));
  return grpc::Status::OK;
}

void FakeDistribution::set_ledger(std::vector<distribution::v1::CheckLedgerResponse> pages) {
  const std::lock_guard lock(mutex_);
  ledger_ = std::move(pages);
}

grpc::Status FakeSupervision::TraceLot(grpc::ServerContext*,
                                       const supervision::v1::TraceLotRequest* request,
                                       supervision::v1::TraceLotResponse* response) {
  const std::lock_guard lock(mutex_);
  if (request->item() != "items/stent" || request->lot() != "L1") {
    return Refuse(absl::StatusCode::kNotFound, "LOT_NOT_FOUND");
  }
  const size_t first = request->page_token().empty() ? 0 : std::stoul(request->page_token());
  const size_t end = std::min(first + kEntriesPerPage, entries_.size());
  for (size_t index = first; index < end; ++index) *response->add_entries() = entries_[index];
  if (end < entries_.size()) response->set_next_page_token(std::to_string(end));
  return grpc::Status::OK;
}

void FakeSupervision::set_entries(std::vector<supervision::v1::Entry> entries) {
  const std::lock_guard lock(mutex_);
  entries_ = std::move(entries);
}

FakePlatform::FakePlatform() { Start(); }

void FakePlatform::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

void FakePlatform::Start() {
  grpc::ServerBuilder builder;
  // Another server's connections must not come here.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(&identity_);
  builder.RegisterService(&catalog_);
  builder.RegisterService(&procurement_);
  builder.RegisterService(&distribution_);
  builder.RegisterService(&supervision_);
  builder.RegisterService(&journal_);
  server_ = builder.BuildAndStart();
  QINGQU_CHECK(server_ != nullptr);
}

}  // namespace qingqu::cli
