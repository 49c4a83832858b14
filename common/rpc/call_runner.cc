#include "common/rpc/call_runner.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

#include "common/auth/role_grants.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/privacy/people_view.h"
#include "common/rpc/answer_view.h"
#include "common/rpc/message_text.h"
#include "common/rpc/trace_parent.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::rpc {
namespace {

constexpr std::string_view kBearer = "Bearer ";

absl::Status Overloaded() {
  return WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "OVERLOADED",
                                  "the service has too much to do at the moment; try again"),
                        absl::Milliseconds(200));
}

absl::Status ExpiredInQueue() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                   "the deadline passed before the call was served");
}

absl::Status RolesUnknown() {
  return WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "DATABASE_UNAVAILABLE",
                                  "who may do what could not be read yet; try again"),
                        absl::Milliseconds(200));
}

// Nobody is known who could have asked without a valid token.
bool IsOfKnownCaller(const absl::Status& status) {
  return !absl::IsUnauthenticated(status) && !absl::IsUnavailable(status);
}

std::string CodeName(absl::StatusCode code) { return absl::StatusCodeToString(code); }

bool IsClientLabel(std::string_view text) {
  return !text.empty() && text.size() <= 20 &&
         std::all_of(text.begin(), text.end(), [](char character) {
           return (character >= 'a' && character <= 'z') || character == '-';
         });
}

absl::Time EffectiveDeadline(absl::Time requested, absl::Time now) {
  if (requested == absl::InfiniteFuture()) return now + kDeadlineDefault;
  return std::min(requested - kDeadlineShave, now + kDeadlineMax);
}

// Where processes know each other by their certificates, only those that stand between clients and
// services may say whom they call for; else whoever is on the proxies' machines.
bool MaySpeakForOthers(const IncomingCall& incoming, const AddressProxies& proxies) {
  if (incoming.tls_peer.secured) return IsIntermediary(incoming.tls_peer);
  return IsAddressProxy(incoming.peer, proxies);
}

std::string ClientCertificate(const IncomingCall& incoming, bool believed) {
  if (IsIntermediary(incoming.tls_peer) || !incoming.tls_peer.secured) {
    const bool usable = believed && IsCertificateSha256(incoming.forwarded_certificate);
    return usable ? incoming.forwarded_certificate : "";
  }
  return incoming.tls_peer.certificate_sha256;
}

}  // namespace

struct CallRunner::Call {
  const MethodInfo* method = nullptr;
  IncomingCall incoming;
  const google::protobuf::Message* request = nullptr;
  google::protobuf::Message* response = nullptr;
  Handle handle;
  Finish finish;
  CallContext context;
  absl::Time arrived_at;
  absl::Time started_at;
  bool refused = false;  // what tells of people: for want of a purpose, or asked for too often
};

std::string CallRunner::PurposeIn(const Call& call) {
  const auto* const field = call.method->purpose_field;
  if (field == nullptr || call.request == nullptr) return "";
  return call.request->GetReflection()->GetString(*call.request, field);
}

absl::StatusOr<std::unique_ptr<CallRunner>> CallRunner::Create(const Options& options) {
  QINGQU_ASSIGN_OR_RETURN(auto methods, ReadMethods(*options.service));
  return std::unique_ptr<CallRunner>(new CallRunner(options, std::move(methods)));
}

CallRunner::CallRunner(const Options& options,
                       std::map<std::string, MethodInfo, std::less<>> methods)
    : options_(options),
      methods_(std::move(methods)),
      metrics_(std::make_unique<RpcMetrics>(*options.metrics, methods_)),
      executor_(options.executor) {}

void CallRunner::Arrive(std::string_view method, const IncomingCall& incoming, Call& call) const {
  call.method = &methods_.find(method)->second;
  call.arrived_at = absl::Now();
  call.context.deadline = EffectiveDeadline(incoming.deadline, call.arrived_at);
  call.context.method = call.method->full_name;
  call.context.client = IsClientLabel(incoming.client) ? incoming.client : "grpc";
  call.context.traceparent = WellFormedTraceParent(incoming.traceparent);
  const bool believed = MaySpeakForOthers(incoming, options_.address_proxies);
  call.context.client_address = ClientAddress(
      incoming.peer, believed ? incoming.forwarded_address : "", options_.address_proxies);
  call.context.client_certificate = ClientCertificate(incoming, believed);
  call.context.received_at = options_.clock->Now();
}

absl::Status CallRunner::AdmitText(const Call& call) const {
  if (call.request == nullptr) return absl::OkStatus();
  const std::string path = FindUnstorableText(*call.request);
  if (path.empty()) return absl::OkStatus();
  return InvalidField(path, "must be UTF-8 text without NUL characters");
}

absl::Status CallRunner::AdmitPeople(Call& call) const {
  const MethodInfo& method = *call.method;
  if (method.doctor_level == 0 || !privacy::MaySeePeople(call.context.principal)) {
    return absl::OkStatus();
  }
  absl::Status status = CheckPurpose(PurposeIn(call));
  if (status.ok() && options_.pool != nullptr) {
    status =
        CountDoctorLevel(*options_.pool, call.context, method.doctor_level, options_.doctor_level);
  }
  call.refused = absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status);
  return status;
}

absl::Status CallRunner::AdmitCall(Call& call) const {
  QINGQU_RETURN_IF_ERROR(Authorize(call));
  QINGQU_RETURN_IF_ERROR(AdmitText(call));
  return AdmitPeople(call);
}

absl::StatusOr<CallContext> CallRunner::Admit(std::string_view method, IncomingCall incoming,
                                              const google::protobuf::Message* request) const {
  Call call;
  Arrive(method, incoming, call);
  call.incoming = std::move(incoming);
  call.request = request;
  call.started_at = call.arrived_at;
  QINGQU_CHECK(call.method->doctor_level == 0);  // such calls wait for the database
  const absl::Status status = AdmitCall(call);
  if (status.ok()) return std::move(call.context);
  Report(call, status);
  return status;
}

absl::StatusOr<CallContext> CallRunner::AdmitAudited(
    std::string_view method, IncomingCall incoming,
    const google::protobuf::Message& request) const {
  Call call;
  Arrive(method, incoming, call);
  call.incoming = std::move(incoming);
  call.request = &request;
  call.started_at = call.arrived_at;
  absl::Status status = AdmitCall(call);
  if (IsOfKnownCaller(status)) {
    const absl::Status written = JournalQuestion(call, status);
    if (!written.ok()) status = written;
  }
  if (status.ok()) return std::move(call.context);
  Report(call, status);
  return status;
}

absl::StatusOr<auth::Principal> CallRunner::AdmitAgain(std::string_view method,
                                                       IncomingCall incoming) const {
  Call call;
  call.method = &methods_.find(method)->second;
  call.incoming = std::move(incoming);
  QINGQU_RETURN_IF_ERROR(Authorize(call));
  return std::move(call.context.principal);
}

void CallRunner::ReportAdmitted(std::string_view method, const CallContext& context,
                                absl::Time arrived_at, const absl::Status& status) const {
  Call call;
  call.method = &methods_.find(method)->second;
  call.context = context;
  call.arrived_at = call.started_at = arrived_at;
  Report(call, status);
}

void CallRunner::Run(std::string_view method, IncomingCall incoming,
                     const google::protobuf::Message& request, google::protobuf::Message& response,
                     Handle handle, Finish finish) {
  auto call = std::make_shared<Call>();
  Arrive(method, incoming, *call);
  call->incoming = std::move(incoming);
  call->request = &request;
  call->response = &response;
  call->handle = std::move(handle);
  call->finish = std::move(finish);
  const bool accepted = executor_.TrySubmit([this, call] {
    call->started_at = absl::Now();
    const absl::Status status = Serve(*call);
    Report(*call, status);
    call->finish(status);
  });
  if (accepted) return;
  call->started_at = absl::Now();
  const absl::Status status = Overloaded();
  Report(*call, status);
  call->finish(status);
}

absl::Status CallRunner::Serve(Call& call) const {
  if (call.started_at >= call.context.deadline) return ExpiredInQueue();
  if (call.incoming.is_cancelled && call.incoming.is_cancelled()) {
    return absl::CancelledError("the caller went away before the call was served");
  }
  if (const absl::Status admitted = AdmitCall(call); !admitted.ok()) {
    if (call.method->audited && IsOfKnownCaller(admitted)) {
      QINGQU_RETURN_IF_ERROR(JournalQuestion(call, admitted));
    }
    return admitted;
  }
  return Answer(call);
}

absl::Status CallRunner::Answer(Call& call) const {
  const MethodInfo& method = *call.method;
  if (method.request_id_field != nullptr) {
    const absl::StatusOr<Uuid> parsed = Uuid::Parse(
        call.request->GetReflection()->GetString(*call.request, method.request_id_field));
    // Journal and logs take no text that a caller has chosen.
    call.context.request_id = parsed.ok() ? parsed->ToString() : "";
  }
  absl::Status status = call.handle(call.context);
  if (method.audited) QINGQU_RETURN_IF_ERROR(JournalQuestion(call, status));
  if (status.ok() && (method.names_people || !method.read_permissions.empty())) {
    ShapeAnswer({.principal = &call.context.principal,
                 .pseudonyms = options_.pseudonyms,
                 .doctor_level = method.doctor_level > 0},
                *call.response);
  }
  return status;
}

absl::Status CallRunner::Authorize(Call& call) const {
  const MethodInfo& method = *call.method;
  const std::string_view authorization = call.incoming.authorization;
  if (authorization.empty()) {
    if (method.permission == "public") return absl::OkStatus();
    return MakeError(absl::StatusCode::kUnauthenticated, "SIGN_IN_REQUIRED",
                     "sign in and send the access token as `authorization: Bearer …`");
  }
  // A stale token must not keep anyone from signing in again.
  if (method.permission == "public") return absl::OkStatus();
  if (authorization.substr(0, kBearer.size()) != kBearer) {
    return MakeError(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID",
                     "the authorization header must be `Bearer <access token>`");
  }
  QINGQU_ASSIGN_OR_RETURN(call.context.principal,
                          options_.verifier->Verify(authorization.substr(kBearer.size())));
  if (!call.context.principal.acting_service.empty())
    call.context.client = call.context.principal.acting_service;
  if (options_.roles != nullptr) {
    call.context.principal.role_table = options_.roles->Current();
    if (call.context.principal.role_table == nullptr) return RolesUnknown();
  }
  if (auth::IsGranted(call.context.principal, method.permission)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, "PERMISSION_MISSING",
                   fmt::format("this needs the permission {}, which none of your roles holds",
                               method.permission),
                   {{"permission", method.permission}});
}

absl::Status CallRunner::JournalQuestion(Call& call, const absl::Status& outcome) const {
  if (options_.pool == nullptr) return absl::OkStatus();
  const auth::Principal& principal = call.context.principal;
  const bool refused = call.refused || absl::IsPermissionDenied(outcome);
  // Who may see nobody is refused here because of what there is to see.
  const bool people =
      call.method->doctor_level > 0 && (refused || privacy::MaySeePeople(principal));
  QuestionOutcome told{.code = CodeName(outcome.code()), .reason = ErrorReason(outcome)};
  if (people && outcome.ok() && call.response != nullptr) told.rows = CountRows(*call.response);
  QuestionTexts texts = DescribeQuestion(*call.request, told);
  db::JournalEntry entry;
  entry.event = people ? (refused ? "question.people_refused" : "question.people_asked")
                       : (refused ? "question.refused" : "question.asked");
  entry.resource = fmt::format("users/{}", principal.user_id);
  entry.subjects = ResourceNamesIn(*call.request);
  entry.institution_id = principal.institution_id;
  entry.alliance_id = principal.alliance_id;
  if (const std::string purpose = PurposeIn(call); CheckPurpose(purpose).ok()) {
    entry.reason = purpose;
  }
  entry.details_json = std::move(texts.details);
  entry.restricted_json = std::move(texts.restricted);
  return db::RunTransaction(*options_.pool, call.context, [&](pqxx::transaction_base& tx) {
    call.context.question_entry = db::AppendJournal(tx, call.context, entry);
    return absl::OkStatus();
  });
}

absl::Status CallRunner::JournalSent(std::string_view method, const CallContext& context,
                                     int64_t rows, const absl::Status& outcome) const {
  const MethodInfo& info = methods_.find(method)->second;
  const bool people = info.doctor_level > 0 && privacy::MaySeePeople(context.principal);
  if (!people || options_.pool == nullptr) return absl::OkStatus();
  CallContext call = context;
  call.deadline = absl::Now() + kDeadlineDefault;  // the stream may have lasted longer than its own
  db::JournalEntry entry{.event = "question.people_sent",
                         .resource = fmt::format("entries/{}", context.question_entry),
                         .subjects = {fmt::format("users/{}", context.principal.user_id)},
                         .institution_id = context.principal.institution_id,
                         .alliance_id = context.principal.alliance_id};
  entry.details_json =
      fmt::format(R"({{"rows": {}, "outcome": "{}"}})", rows, CodeName(outcome.code()));
  return db::RunTransaction(*options_.pool, call, [&](pqxx::transaction_base& tx) {
    db::AppendJournal(tx, call, entry);
    return absl::OkStatus();
  });
}

void CallRunner::Report(const Call& call, const absl::Status& status) const {
  const absl::Duration total = absl::Now() - call.arrived_at;
  metrics_->Count(*call.method, status.code(), total);
  const bool ours = absl::IsInternal(status) || absl::IsUnknown(status) || absl::IsDataLoss(status);
  spdlog::log(
      ours ? spdlog::level::err : spdlog::level::info,
      "rpc method={} code={} reason={} request_id={} principal={} client={} trace={} queue_us={} "
      "total_us={} db_us={}{}",
      call.method->full_name, absl::StatusCodeToString(status.code()), ErrorReason(status),
      call.context.request_id, call.context.principal.user_id, call.context.client,
      call.context.traceparent, absl::ToInt64Microseconds(call.started_at - call.arrived_at),
      absl::ToInt64Microseconds(total), absl::ToInt64Microseconds(call.context.database_time),
      ours ? fmt::format(" internal={}", ToStd(status.message())) : "");
}

}  // namespace qingqu::rpc
