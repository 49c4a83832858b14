#include "common/rpc/method_registry.h"

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"

#include "common/auth/role_grants.h"
#include "qingqu/common/v1/options.pb.h"
#include "qingqu/usage/v1/usage_service.pb.h"

namespace qingqu::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using google::protobuf::MethodOptions;

// A service with one method that has these options.
const google::protobuf::ServiceDescriptor* BuildService(
    DescriptorPool& pool, const std::string& permission,
    MethodOptions::IdempotencyLevel level = MethodOptions::NO_SIDE_EFFECTS) {
  FileDescriptorProto file;
  file.set_name("scratch.proto");
  file.set_package("scratch.v1");
  file.set_syntax("proto3");
  file.add_message_type()->set_name("Ping");
  auto* service = file.add_service();
  service->set_name("ScratchService");
  auto* method = service->add_method();
  method->set_name("Ping");
  method->set_input_type(".scratch.v1.Ping");
  method->set_output_type(".scratch.v1.Ping");
  method->mutable_options()->set_idempotency_level(level);
  if (!permission.empty())
    method->mutable_options()->SetExtension(common::v1::permission, permission);
  return pool.BuildFile(file)->service(0);
}

TEST(MethodRegistryTest, EveryMethodOfEveryServiceIsDeclared) {
  int methods = 0;
  for (const auto* service : AllServices()) {
    const auto read = ReadMethods(*service);
    ASSERT_TRUE(read.ok()) << read.status();
    methods += static_cast<int>(read->size());
  }
  EXPECT_GE(methods, 50);
}

TEST(MethodRegistryTest, MethodWithoutPermissionIsRefused) {
  DescriptorPool pool(DescriptorPool::generated_pool());
  const auto read = ReadMethods(*BuildService(pool, ""));
  EXPECT_EQ(read.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(read.status().message()),
              ::testing::HasSubstr("scratch.v1.ScratchService/Ping"));
}

TEST(MethodRegistryTest, PermissionThatNobodyHoldsIsRefused) {
  DescriptorPool pool(DescriptorPool::generated_pool());
  EXPECT_FALSE(ReadMethods(*BuildService(pool, "scratch.thing.read")).ok());
  DescriptorPool other(DescriptorPool::generated_pool());
  EXPECT_TRUE(ReadMethods(*BuildService(other, "authenticated")).ok());
}

TEST(MethodRegistryTest, ChangeThatCannotBeRepeatedSafelyIsRefused) {
  DescriptorPool pool(DescriptorPool::generated_pool());
  const auto change = ReadMethods(*BuildService(pool, "authenticated", MethodOptions::IDEMPOTENT));
  EXPECT_EQ(change.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(change.status().message()), ::testing::HasSubstr("request_id"));
  DescriptorPool other(DescriptorPool::generated_pool());
  EXPECT_TRUE(ReadMethods(*BuildService(other, "public", MethodOptions::IDEMPOTENT)).ok());
}

TEST(MethodRegistryTest, ReadPermissionsOfTheResponseAreCollectedAtAnyDepth) {
  const auto methods = ReadMethods(*usage::v1::Use::descriptor()->file()->service(0));
  ASSERT_TRUE(methods.ok());
  EXPECT_THAT(methods->at("ListUses").read_permissions,
              ::testing::ElementsAre("usage.patient.read"));
}

TEST(MethodRegistryTest, FieldsThatTheCallerMayNotReadAreCleared) {
  usage::v1::ListUsesResponse response;
  usage::v1::Use& use = *response.add_uses();
  use.set_name("uses/1");
  use.set_patient_pseudonym("P-12345678");
  use.set_procedure("PCI");
  use.set_doctor("D7");
  usage::v1::ListUsesResponse for_operator = response;
  ClearUnreadableFields({.roles = {"operator"}}, for_operator);
  EXPECT_EQ(for_operator.uses(0).name(), "uses/1");
  EXPECT_EQ(for_operator.uses(0).patient_pseudonym(), "");
  EXPECT_EQ(for_operator.uses(0).procedure(), "");
  EXPECT_EQ(for_operator.uses(0).doctor(), "");
  ClearUnreadableFields({.user_id = "li", .roles = {"discipline_inspector"}}, response);
  EXPECT_EQ(response.uses(0).doctor(), "D7");
}

TEST(MethodRegistryTest, AreaIsTheSecondPartOfThePackage) {
  EXPECT_EQ(AreaOf("qingqu.catalog.v1.CatalogService"), "catalog");
  EXPECT_EQ(AreaOf("plain"), "");
}

}  // namespace
}  // namespace qingqu::rpc
