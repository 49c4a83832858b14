// Nothing with which somebody proves who they are gets into a log, an error or the journal.
#include <set>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"

#include "common/base/clock.h"
#include "common/base/uuid.h"
#include "common/rpc/method_registry.h"
#include "qingqu/identity/v1/credential_service.pb.h"
#include "qingqu/identity/v1/identity_service.pb.h"
#include "services/identity/identity_service.h"
#include "tests/support/log_capture.h"
#include "tests/support/test_host.h"

namespace qingqu::identity {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kMark = "marked-secret-tulip-gravel";
// The password of the first user is marked, too.
constexpr const char* kPassword = "marked-secret-kettle-moss";
const std::set<std::string> kSecretFields{
    "password", "current_password", "new_password", "refresh_token", "second_factor_code",
    "code",     "api_key",          "token"};

class SecretsTest : public ::testing::Test {
 protected:
  template <typename Response>
  Response Call(const std::string& method, const Message& request) {
    Response response;
    seen_ +=
        host_.Call("qingqu.identity.v1." + method, request, response, authorization_).ToString();
    return response;
  }
  void SignInAsAdmin() {
    v1::SignInRequest request;
    request.set_user("admin");
    request.set_password(kPassword);
    const auto response = Call<v1::SignInResponse>("IdentityService/SignIn", request);
    ASSERT_NE(response.access_token(), "");
    authorization_ = "Bearer " + response.access_token();
    secrets_ = {kMark, kPassword, response.access_token(), response.refresh_token()};
  }
  // Calls a method with the mark in every field that may hold a secret.
  void CallMarked(const google::protobuf::MethodDescriptor& method) {
    auto& factory = *google::protobuf::MessageFactory::generated_factory();
    const std::unique_ptr<Message> request(factory.GetPrototype(method.input_type())->New());
    const std::unique_ptr<Message> response(factory.GetPrototype(method.output_type())->New());
    for (int index = 0; index < method.input_type()->field_count(); ++index) {
      const FieldDescriptor& field = *method.input_type()->field(index);
      if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING || field.is_repeated()) continue;
      request->GetReflection()->SetString(request.get(), &field, ValueFor(field.name()));
    }
    const std::string name = method.service()->full_name() + "/" + method.name();
    seen_ += host_.Call(name, *request, *response, authorization_).ToString();
  }
  std::string ValueFor(const std::string& field) {
    if (kSecretFields.contains(field)) {
      ++marked_;
      return kMark;
    }
    if (field == "request_id") return NewUuidV7(clock_).ToString();
    return field.ends_with("_id") ? "somebody" : "users/admin";
  }

  SystemClock clock_;
  const testing::LogCapture log_;
  std::string authorization_;
  std::string seen_;  // by the callers
  std::set<std::string> secrets_;
  int marked_ = 0;
  testing::TestHost host_{{IdentitySpec()}, kPassword};
};

TEST_F(SecretsTest, NoSecretIsTold) {
  SignInAsAdmin();
  for (const auto* service : rpc::AllServices()) {
    if (rpc::AreaOf(service->full_name()) != "identity") continue;
    for (int index = 0; index < service->method_count(); ++index) {
      CallMarked(*service->method(index));
    }
  }
  v1::EnrolSecondFactorRequest enrol;
  enrol.set_password(kPassword);
  secrets_.insert(
      Call<v1::SecondFactorEnrolment>("CredentialService/EnrolSecondFactor", enrol).secret());
  secrets_.erase("");
  ASSERT_EQ(secrets_.size(), 5u);
  EXPECT_GE(marked_, 10) << "the fields that hold secrets have been found";
  const std::string log = log_.Text();
  ASSERT_THAT(log, HasSubstr("CredentialService/EnrolSecondFactor")) << "the log has been read";
  const std::string journal =
      host_.database().Value("SELECT string_agg(e::text, ' ') FROM journal.entry AS e");
  const std::string requests = host_.database().Value(
      "SELECT coalesce(string_agg(i::text, ' '), '') FROM identity.idempotency AS i");
  for (const std::string& secret : secrets_) {
    EXPECT_THAT(log, Not(HasSubstr(secret)));
    EXPECT_THAT(seen_, Not(HasSubstr(secret)));
    EXPECT_THAT(journal, Not(HasSubstr(secret)));
    EXPECT_THAT(requests, Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace qingqu::identity
