#include "common/rpc/method_registry.h"

#include <functional>
#include <set>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"

#include "common/auth/role_grants.h"
#include "qingqu/common/v1/options.pb.h"
#include "qingqu/common/v1/people.pb.h"
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

// A method that answers with a doctor, as the cases change it.
absl::Status ReadDoctorMethod(
    const std::function<void(FileDescriptorProto&, MethodOptions&)>& change) {
  FileDescriptorProto file;
  file.set_name("doctors.proto");
  file.set_package("doctors.v1");
  file.set_syntax("proto3");
  const auto add_field = [&](int message, const std::string& name) {
    auto& type = *file.mutable_message_type(message);
    auto* field = type.add_field();
    field->set_name(name);
    field->set_number(type.field_size());
    field->set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
    field->set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    return field;
  };
  file.add_message_type()->set_name("Question");
  file.add_message_type()->set_name("Answer");
  add_field(0, "purpose");
  add_field(1, "institution");
  add_field(1, "doctor")
      ->mutable_options()
      ->SetExtension(common::v1::person, common::v1::PERSON_DOCTOR);
  auto* service = file.add_service();
  service->set_name("DoctorService");
  auto* method = service->add_method();
  method->set_name("Ask");
  method->set_input_type(".doctors.v1.Question");
  method->set_output_type(".doctors.v1.Answer");
  MethodOptions& options = *method->mutable_options();
  options.set_idempotency_level(MethodOptions::NO_SIDE_EFFECTS);
  options.SetExtension(common::v1::permission, std::string("authenticated"));
  options.SetExtension(common::v1::audited, true);
  options.SetExtension(common::v1::doctor_level, 1);
  change(file, options);
  DescriptorPool pool(DescriptorPool::generated_pool());
  return ReadMethods(*pool.BuildFile(file)->service(0)).status();
}

TEST(MethodRegistryTest, WhatNamesPeopleIsDeclaredOrDoesNotStart) {
  EXPECT_TRUE(ReadDoctorMethod([](auto&, auto&) {}).ok());
  EXPECT_FALSE(ReadDoctorMethod([](auto&, auto& options) {
                 options.ClearExtension(common::v1::doctor_level);
               }).ok());
  EXPECT_FALSE(ReadDoctorMethod([](auto&, auto& options) {
                 options.SetExtension(common::v1::doctor_level, -1);
               }).ok());
  EXPECT_FALSE(ReadDoctorMethod([](auto&, auto& options) {
                 options.ClearExtension(common::v1::audited);
               }).ok());
  EXPECT_FALSE(ReadDoctorMethod([](auto& file, auto&) {
                 file.mutable_message_type(0)->mutable_field(0)->set_name("because");
               }).ok());
  EXPECT_FALSE(ReadDoctorMethod([](auto& file, auto&) {
                 file.mutable_message_type(1)->mutable_field(0)->set_name("hospital");
               }).ok());
}

// Fields that tell of people by their name, whatever they declare: nobody forgets to.
TEST(MethodRegistryTest, NoFieldNamesPeopleWithoutSayingSo) {
  std::set<std::string> named;
  const std::function<void(const google::protobuf::Descriptor&, std::set<std::string>&)> walk =
      [&](const google::protobuf::Descriptor& type, std::set<std::string>& seen) {
        if (!seen.insert(type.full_name()).second) return;
        for (int index = 0; index < type.field_count(); ++index) {
          const auto& field = *type.field(index);
          const bool tells = field.name().find("patient") != std::string::npos ||
                             field.name().find("doctor") != std::string::npos;
          const bool text = field.type() == google::protobuf::FieldDescriptor::TYPE_STRING;
          if (tells && text) {
            named.insert(field.full_name());
            EXPECT_NE(field.options().GetExtension(common::v1::person),
                      common::v1::PERSON_UNSPECIFIED)
                << field.full_name();
          }
          if (field.message_type() != nullptr) walk(*field.message_type(), seen);
        }
      };
  std::set<std::string> seen;
  std::set<std::string> declared;
  for (const auto* service : AllServices()) {
    const auto methods = ReadMethods(*service);
    ASSERT_TRUE(methods.ok()) << methods.status();
    for (int index = 0; index < service->method_count(); ++index) {
      const auto& method = *service->method(index);
      walk(*method.output_type(), seen);
      if (methods->at(method.name()).doctor_level > 0) declared.insert(method.name());
    }
  }
  EXPECT_THAT(named, ::testing::ElementsAre("qingqu.usage.v1.Use.doctor",
                                            "qingqu.usage.v1.Use.patient_pseudonym"));
  EXPECT_THAT(declared,
              ::testing::ElementsAre("ExportEntries", "Follow", "GetUse", "ListEntries", "ListUses",
                                     "OpenEntry", "ResolvePseudonym", "SearchEntries", "TraceLot"));
}

TEST(MethodRegistryTest, AreaIsTheSecondPartOfThePackage) {
  EXPECT_EQ(AreaOf("qingqu.catalog.v1.CatalogService"), "catalog");
  EXPECT_EQ(AreaOf("plain"), "");
}

}  // namespace
}  // namespace qingqu::rpc
