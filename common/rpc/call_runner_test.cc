#include "common/rpc/call_runner.h"

#include <future>

#include "gtest/gtest.h"

#include "common/status/status.h"
#include "qingqu/usage/v1/usage_service.pb.h"

namespace qingqu::rpc {
namespace {

using usage::v1::GetUseRequest;
using usage::v1::Use;

// Knows tokens "<user>:<role>".
class FakeVerifier final : public auth::TokenVerifier {
 public:
  absl::StatusOr<auth::Principal> Verify(std::string_view token) const override {
    const size_t colon = token.find(':');
    if (colon == std::string_view::npos) {
      return MakeError(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "no");
    }
    auth::Principal principal;
    principal.user_id = token.substr(0, colon);
    principal.roles = {std::string(token.substr(colon + 1))};
    principal.institution_id = "west";
    return principal;
  }
};

class CallRunnerTest : public ::testing::Test {
 protected:
  std::unique_ptr<CallRunner> NewRunner(Executor::Options executor = {.threads = 2,
                                                                      .queue_max = 16},
                                        const AddressProxies& address_proxies = {}) {
    auto runner = CallRunner::Create({.service = Use::descriptor()->file()->service(0),
                                      .clock = &clock_,
                                      .verifier = &verifier_,
                                      .roles = roles_,
                                      .pool = nullptr,
                                      .metrics = &registry_,
                                      .executor = executor,
                                      .address_proxies = address_proxies});
    EXPECT_TRUE(runner.ok()) << runner.status();
    return *std::move(runner);
  }

  // Runs one GetUse and waits for its end.
  absl::Status Get(CallRunner& runner, IncomingCall incoming, CallRunner::Handle handle) {
    std::promise<absl::Status> finished;
    runner.Run("GetUse", std::move(incoming), request_, response_, std::move(handle),
               [&](const absl::Status& status) { finished.set_value(status); });
    return finished.get_future().get();
  }

  CallRunner::Handle Fill() {
    return [this](const CallContext&) {
      response_.set_name("uses/1");
      response_.set_institution("institutions/west");
      response_.set_doctor("D7");
      return absl::OkStatus();
    };
  }

  SystemClock clock_;
  FakeVerifier verifier_;
  const auth::RoleSource* roles_ = nullptr;
  prometheus::Registry registry_;
  GetUseRequest request_ = [] {
    GetUseRequest request;
    request.set_purpose("a test of calls");
    return request;
  }();
  Use response_;
};

TEST_F(CallRunnerTest, TheTableOfRolesDecidesAndWithoutOneNobodyIsServed) {
  auth::RoleSource source;
  roles_ = &source;
  auto runner = NewRunner();
  const IncomingCall nurse{.authorization = "Bearer wang:department_nurse"};
  EXPECT_EQ(ErrorReason(Get(*runner, nurse, Fill())), "DATABASE_UNAVAILABLE");
  source.Replace(
      std::make_shared<const auth::RoleTable>(std::map<std::string, std::vector<std::string>>{
          {"usage.use.read", {"hospital_pharmacist"}}}));
  EXPECT_EQ(ErrorReason(Get(*runner, nurse, Fill())), "PERMISSION_MISSING");
  EXPECT_TRUE(Get(*runner, {.authorization = "Bearer wang:hospital_pharmacist"}, Fill()).ok());
}

TEST_F(CallRunnerTest, CallerWithoutTokenIsUnauthenticated) {
  auto runner = NewRunner();
  EXPECT_EQ(ErrorReason(Get(*runner, {}, Fill())), "SIGN_IN_REQUIRED");
  EXPECT_EQ(ErrorReason(Get(*runner, {.authorization = "Basic abc"}, Fill())), "TOKEN_INVALID");
  EXPECT_EQ(ErrorReason(Get(*runner, {.authorization = "Bearer garbage"}, Fill())),
            "TOKEN_INVALID");
  EXPECT_EQ(response_.name(), "") << "the handler ran";
}

TEST_F(CallRunnerTest, WhoMaySpeakForOthers) {
  auto runner = NewRunner({.threads = 2, .queue_max = 16}, LoopbackProxies());
  const std::string own(64, '1');
  const std::string forwarded(64, '2');
  const auto seen_by = [&](const std::string& peer, TlsPeer tls_peer) {
    std::string seen;
    const IncomingCall incoming{.authorization = "Bearer bea:department_nurse",
                                .peer = peer,
                                .forwarded_address = "198.51.100.9",
                                .tls_peer = std::move(tls_peer),
                                .forwarded_certificate = forwarded};
    EXPECT_TRUE(Get(*runner, incoming, [&](const CallContext& call) {
                  seen = call.client_address + " " + call.client_certificate.substr(0, 1);
                  return absl::OkStatus();
                }).ok());
    return seen;
  };
  const std::string here = "ipv4:127.0.0.1:1";
  EXPECT_EQ(seen_by(here, {}), "198.51.100.9 2");
  EXPECT_EQ(seen_by("ipv4:192.0.2.7:1", {}), "192.0.2.7 ");
  EXPECT_EQ(seen_by(here, {.secured = true, .names = {"edge"}, .certificate_sha256 = own}),
            "198.51.100.9 2");
  EXPECT_EQ(seen_by(here, {.secured = true, .names = {"usage"}, .certificate_sha256 = own}),
            "127.0.0.1 1");
}

TEST_F(CallRunnerTest, PermissionIsEnforcedBeforeTheHandler) {
  auto runner = NewRunner();
  const absl::Status status = Get(*runner, {.authorization = "Bearer ann:operator"}, Fill());
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorReason(status), "PERMISSION_MISSING");
  EXPECT_EQ(response_.name(), "");
}

TEST_F(CallRunnerTest, WhoSeesPeopleSaysWhy) {
  auto runner = NewRunner();
  for (const std::string& purpose :
       {std::string(), std::string("    x    "), std::string("why?"), std::string(201, 'x')}) {
    request_.set_purpose(purpose);
    const absl::Status status =
        Get(*runner, {.authorization = "Bearer bea:department_nurse"}, Fill());
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ErrorReason(status), "PURPOSE_REQUIRED") << purpose;
    EXPECT_EQ(response_.name(), "") << "the handler ran";
  }
  for (const char* purpose : {"round", "换药核对一次"}) {
    request_.set_purpose(purpose);
    EXPECT_TRUE(Get(*runner, {.authorization = "Bearer bea:department_nurse"}, Fill()).ok());
  }
  request_.clear_purpose();
  EXPECT_TRUE(Get(*runner, {.authorization = "Bearer wang:hospital_pharmacist"}, Fill()).ok())
      << "sees nobody";
  EXPECT_EQ(response_.doctor(), "");
}

TEST_F(CallRunnerTest, UnreadableFieldsAreClearedAndReadableOnesStay) {
  auto runner = NewRunner();
  EXPECT_TRUE(Get(*runner, {.authorization = "Bearer ann:insurance_bureau"}, Fill()).ok());
  EXPECT_EQ(response_.name(), "uses/1");
  EXPECT_EQ(response_.doctor(), "");
  EXPECT_TRUE(Get(*runner, {.authorization = "Bearer bea:department_nurse"}, Fill()).ok());
  EXPECT_EQ(response_.doctor(), "D7");
}

TEST_F(CallRunnerTest, WhatJournalAndLogsTakeIsWellFormed) {
  auto runner = NewRunner();
  const auto seen_with = [&](const std::string& request_id, const std::string& traceparent) {
    usage::v1::CreateUseRequest request;
    request.set_request_id(request_id);
    std::string seen;
    std::promise<absl::Status> finished;
    runner->Run(
        "CreateUse", {.authorization = "Bearer bea:department_nurse", .traceparent = traceparent},
        request, response_,
        [&](const CallContext& call) {
          seen = call.request_id + " " + call.traceparent;
          return absl::OkStatus();
        },
        [&](const absl::Status& status) { finished.set_value(status); });
    EXPECT_TRUE(finished.get_future().get().ok());
    return seen;
  };
  const std::string id = "0192aa00-0000-7000-8000-000000000001";
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(seen_with(id, trace), id + " " + trace);
  EXPECT_EQ(seen_with("no id\nrpc method=…", "00-\nrpc method=…"), " ");
}

TEST_F(CallRunnerTest, ExpiredAndCancelledCallsAreDropped) {
  auto runner = NewRunner();
  IncomingCall expired{.authorization = "Bearer bea:department_nurse",
                       .deadline = absl::Now() - absl::Seconds(1)};
  EXPECT_EQ(Get(*runner, expired, Fill()).code(), absl::StatusCode::kDeadlineExceeded);
  IncomingCall cancelled{.authorization = "Bearer bea:department_nurse",
                         .is_cancelled = [] { return true; }};
  EXPECT_EQ(Get(*runner, cancelled, Fill()).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(response_.name(), "");
}

TEST_F(CallRunnerTest, DeadlineIsClampedAndShaved) {
  auto runner = NewRunner();
  absl::Time seen;
  const auto look = [&](const CallContext& call) {
    seen = call.deadline;
    return absl::OkStatus();
  };
  const std::string token = "Bearer bea:department_nurse";
  ASSERT_TRUE(Get(*runner, {.authorization = token}, look).ok());
  EXPECT_LE(seen, absl::Now() + kDeadlineDefault);
  ASSERT_TRUE(
      Get(*runner, {.authorization = token, .deadline = absl::Now() + absl::Hours(5)}, look).ok());
  EXPECT_LE(seen, absl::Now() + kDeadlineMax);
  const absl::Time wanted = absl::Now() + absl::Seconds(10);
  ASSERT_TRUE(Get(*runner, {.authorization = token, .deadline = wanted}, look).ok());
  EXPECT_EQ(seen, wanted - kDeadlineShave);
}

TEST_F(CallRunnerTest, OverloadIsRefusedAtOnceWithARetryHint) {
  auto runner = NewRunner({.threads = 1, .queue_max = 1});
  std::promise<void> release;
  std::promise<void> started;
  const IncomingCall incoming{.authorization = "Bearer bea:department_nurse"};
  std::promise<absl::Status> first;
  runner->Run(
      "GetUse", incoming, request_, response_,
      [&](const CallContext&) {
        started.set_value();
        release.get_future().wait();
        return absl::OkStatus();
      },
      [&](const absl::Status& status) { first.set_value(status); });
  started.get_future().wait();
  std::promise<absl::Status> second;
  runner->Run("GetUse", incoming, request_, response_, Fill(),
              [&](const absl::Status& status) { second.set_value(status); });
  const absl::Status refused = Get(*runner, incoming, Fill());
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(refused), "OVERLOADED");
  release.set_value();
  EXPECT_TRUE(first.get_future().get().ok());
  EXPECT_TRUE(second.get_future().get().ok());
}

TEST_F(CallRunnerTest, TextThatCannotBeStoredIsRefusedWithItsField) {
  auto runner = NewRunner();
  request_.set_name(std::string("uses/\0", 6));
  const absl::Status status =
      Get(*runner, {.authorization = "Bearer bea:department_nurse"}, Fill());
  EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
  EXPECT_NE(status.message().find("name"), absl::string_view::npos);
}

TEST_F(CallRunnerTest, DrainFinishesWhatWasAccepted) {
  auto runner = NewRunner();
  std::promise<absl::Status> finished;
  runner->Run("GetUse", {.authorization = "Bearer bea:department_nurse"}, request_, response_,
              Fill(), [&](const absl::Status& status) { finished.set_value(status); });
  runner->Drain();
  EXPECT_TRUE(finished.get_future().get().ok());
  EXPECT_EQ(Get(*runner, {.authorization = "Bearer bea:department_nurse"}, Fill()).code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace qingqu::rpc
