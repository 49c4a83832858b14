#include "common/auth/role_grants.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "common/auth/grant_rules.h"
#include "qingqu/catalog/v1/application_service.pb.h"
#include "qingqu/catalog/v1/approved_list_service.pb.h"
#include "qingqu/catalog/v1/catalog_service.pb.h"
#include "qingqu/catalog/v1/code_release_service.pb.h"
#include "qingqu/catalog/v1/device_record_service.pb.h"
#include "qingqu/catalog/v1/item_import_service.pb.h"
#include "qingqu/catalog/v1/item_merge_service.pb.h"
#include "qingqu/catalog/v1/mapping_service.pb.h"
#include "qingqu/catalog/v1/organisation_service.pb.h"
#include "qingqu/catalog/v1/price_service.pb.h"
#include "qingqu/catalog/v1/purchase_check_service.pb.h"
#include "qingqu/catalog/v1/registration_service.pb.h"
#include "qingqu/common/v1/options.pb.h"
#include "qingqu/common/v1/people.pb.h"
#include "qingqu/distribution/v1/distribution_service.pb.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"
#include "qingqu/identity/v1/credential_service.pb.h"
#include "qingqu/identity/v1/delegation_service.pb.h"
#include "qingqu/identity/v1/identity_service.pb.h"
#include "qingqu/identity/v1/post_service.pb.h"
#include "qingqu/identity/v1/role_service.pb.h"
#include "qingqu/procurement/v1/procurement_service.pb.h"
#include "qingqu/supervision/v1/journal_service.pb.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "qingqu/usage/v1/usage_service.pb.h"

namespace qingqu::auth {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using testing::ElementsAreArray;

// Relative to the repository's root, where tests run.
constexpr char kMatrixFile[] = "common/auth/permission_matrix.txt";

std::vector<const FileDescriptor*> Files() {
  return {identity::v1::User::descriptor()->file(),
          identity::v1::Session::descriptor()->file(),
          identity::v1::Post::descriptor()->file(),
          identity::v1::Delegation::descriptor()->file(),
          identity::v1::RoleGrants::descriptor()->file(),
          catalog::v1::CreateItemRequest::descriptor()->file(),
          catalog::v1::Supplier::descriptor()->file(),
          catalog::v1::Application::descriptor()->file(),
          catalog::v1::ApprovedList::descriptor()->file(),
          catalog::v1::Price::descriptor()->file(),
          catalog::v1::PurchaseVerdict::descriptor()->file(),
          catalog::v1::CreateOrganisationRequest::descriptor()->file(),
          catalog::v1::Organisation::descriptor()->file(),
          catalog::v1::CreateRegistrationRequest::descriptor()->file(),
          catalog::v1::Registration::descriptor()->file(),
          catalog::v1::ProposeItemChangeRequest::descriptor()->file(),
          catalog::v1::GetNationalCodeRequest::descriptor()->file(),
          catalog::v1::UploadLocalRowsRequest::descriptor()->file(),
          catalog::v1::ItemMerge::descriptor()->file(),
          catalog::v1::ItemImport::descriptor()->file(),
          catalog::v1::LookupDeviceRecordRequest::descriptor()->file(),
          procurement::v1::CreateOrderRequest::descriptor()->file(),
          procurement::v1::Agreement::descriptor()->file(),
          distribution::v1::Location::descriptor()->file(),
          distribution::v1::PostMovementRequest::descriptor()->file(),
          usage::v1::Use::descriptor()->file(),
          supervision::v1::Entry::descriptor()->file(),
          supervision::v1::Checkpoint::descriptor()->file()};
}

std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  for (const FileDescriptor* file : Files()) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

std::string PermissionOf(const MethodDescriptor& method) {
  return method.options().GetExtension(common::v1::permission);
}

struct ProtectedField {
  std::string name;
  std::string permission;
};

// Of answers: what a request says its sender knows.
void CollectProtectedFields(const Descriptor& message, std::vector<ProtectedField>& fields) {
  if (std::string_view(message.name()).ends_with("Request")) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& options = message.field(i)->options();
    const bool restricted = options.HasExtension(common::v1::read_permission);
    if (options.HasExtension(common::v1::person) && !restricted) {
      fields.push_back({message.field(i)->full_name() + ", within", "usage.patient.read"});
      fields.push_back({message.field(i)->full_name() + ", outside", "usage.pseudonym.read"});
    }
    if (!restricted) continue;
    fields.push_back(
        {message.field(i)->full_name(), options.GetExtension(common::v1::read_permission)});
  }
  for (int i = 0; i < message.nested_type_count(); ++i) {
    CollectProtectedFields(*message.nested_type(i), fields);
  }
}

std::vector<ProtectedField> ProtectedFields() {
  std::vector<ProtectedField> fields;
  for (const FileDescriptor* file : Files()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      CollectProtectedFields(*file->message_type(i), fields);
    }
  }
  return fields;
}

bool IsSpecial(std::string_view permission) {
  return permission == "public" || permission == "authenticated" || permission == "enrolment";
}

std::set<std::string> DeclaredPermissions() {
  std::set<std::string> declared;
  for (const MethodDescriptor* method : Methods()) {
    if (!IsSpecial(PermissionOf(*method))) declared.insert(PermissionOf(*method));
  }
  for (const ProtectedField& field : ProtectedFields()) declared.insert(field.permission);
  return declared;
}

Principal WithRole(std::string_view role) {
  Principal principal;
  principal.user_id = "wang";
  principal.roles = {std::string(role)};
  return principal;
}

TEST(RoleGrantsTest, RolesAreThoseOfTheProto) {
  const EnumDescriptor* roles = identity::v1::Role_descriptor();
  std::vector<std::string> expected;
  for (int i = 1; i < roles->value_count(); ++i) {
    std::string name = roles->value(i)->name().substr(std::string_view("ROLE_").size());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c == '_' ? c : static_cast<char>(c - 'A' + 'a'); });
    expected.push_back(name);
  }
  EXPECT_THAT(AllRoles(), ElementsAreArray(expected));
}

TEST(RoleGrantsTest, EveryMethodDeclaresAPermission) {
  ASSERT_GT(Methods().size(), 50u);
  for (const MethodDescriptor* method : Methods()) {
    EXPECT_NE(PermissionOf(*method), "") << method->full_name();
  }
}

TEST(RoleGrantsTest, WhatProtosDeclareIsWhatIsGranted) {
  const std::set<std::string_view> granted_views = AllGrantedPermissions();
  const std::set<std::string> granted(granted_views.begin(), granted_views.end());
  // A movement of stock asks for these besides, by its kind and content (LedgerService).
  std::set<std::string> declared = DeclaredPermissions();
  declared.insert(
      {"distribution.stock.keep", "distribution.expiry.override", "distribution.recall.lift"});
  EXPECT_EQ(declared, granted);
  EXPECT_TRUE(granted.contains("usage.person.read")) << "fields have been walked";
}

TEST(RoleGrantsTest, OperatorAndSupplierNeverLearnOfUse) {
  for (const std::string& permission : DeclaredPermissions()) {
    if (permission.starts_with("usage.")) {
      EXPECT_FALSE(RoleHolds("operator", permission)) << permission;
      EXPECT_FALSE(RoleHolds("supplier", permission)) << permission;
    }
    if (permission.starts_with("distribution.")) {
      EXPECT_FALSE(RoleHolds("supplier", permission)) << permission;
    }
  }
}

TEST(RoleGrantsTest, BureausOnlyRead) {
  for (const char* role : {"insurance_bureau", "market_supervision", "discipline_inspector"}) {
    for (const std::string& permission : DeclaredPermissions()) {
      if (permission.ends_with(".read") || permission == "distribution.ledger.check") continue;
      EXPECT_FALSE(RoleHolds(role, permission)) << role << " " << permission;
    }
  }
}

TEST(RoleGrantsTest, TheSeedKeepsTheRulesThatBindAdministrators) {
  for (const std::string_view role : AllRoles()) {
    for (const Separation& pair : Separations()) {
      EXPECT_FALSE(RoleHolds(role, pair.proposing) && RoleHolds(role, pair.approving))
          << role << " " << pair.proposing;
    }
    for (const std::string_view permission : AllGrantedPermissions()) {
      EXPECT_TRUE(!RoleHolds(role, permission) || WhyForbidden(role, permission).empty())
          << role << " " << permission << ": " << WhyForbidden(role, permission);
    }
  }
  for (const std::string_view permission : AdministratorPermissions()) {
    EXPECT_TRUE(RoleHolds("bureau_administrator", permission)) << permission;
  }
}

TEST(RoleGrantsTest, WhateverIsApprovedIsProposedBySomebodyElse) {
  const std::set<std::string> declared = DeclaredPermissions();
  std::set<std::string> approving;
  for (const Separation& pair : Separations()) {
    approving.emplace(pair.approving);
    EXPECT_TRUE(declared.contains(std::string(pair.proposing))) << pair.proposing;
    EXPECT_TRUE(declared.contains(std::string(pair.approving))) << pair.approving;
  }
  for (const std::string& permission : declared) {
    EXPECT_TRUE(!permission.ends_with(".approve") || approving.contains(permission)) << permission;
  }
}

TEST(RoleGrantsTest, SomeThingsNobodyCanGrant) {
  for (const auto& [role, permission] : std::vector<std::pair<const char*, const char*>>{
           {"operator", "usage.use.read"},
           {"supplier", "usage.patient.read"},
           {"operator", "supervision.journal.read"},
           {"supplier", "distribution.stock.read"},
           {"approver", "usage.patient.read"},
           {"bureau_administrator", "usage.patient.read"},
           {"bureau_administrator", "usage.person.read"},
           {"bureau_administrator", "supervision.access.read"},
           {"operator", "usage.pseudonym.read"},
           {"insurance_bureau", "catalog.item.propose"},
           {"discipline_inspector", "identity.user.write"},
           {"approver", "identity.role.read"},
           {"operator", "identity.credential.write"},
           {"discipline_inspector", "identity.credential.write"},
           {"hospital_pharmacist", "distribution.stock.consume"}}) {
    EXPECT_NE(WhyForbidden(role, permission), "") << role << " " << permission;
  }
  EXPECT_EQ(WhyForbidden("hospital_pharmacist", "usage.patient.read"), "");
  EXPECT_EQ(WhyForbidden("market_supervision", "distribution.ledger.check"), "");
}

TEST(RoleGrantsTest, SpecialPermissions) {
  EXPECT_TRUE(IsGranted(Principal(), "public"));
  EXPECT_FALSE(IsGranted(Principal(), "authenticated"));
  EXPECT_TRUE(IsGranted(WithRole("no_such_role"), "authenticated"));
  EXPECT_FALSE(IsGranted(SystemPrincipal("usage"), "authenticated"));
  EXPECT_TRUE(IsGranted(WithRole("approver"), "enrolment"));
  Principal limited = WithRole("approver");
  limited.enrolment_only = true;
  EXPECT_TRUE(IsGranted(limited, "enrolment"));
  EXPECT_TRUE(IsGranted(limited, "public"));
  EXPECT_FALSE(IsGranted(limited, "authenticated"));
  EXPECT_FALSE(IsGranted(limited, "catalog.item.approve"));
  limited.acting_service = "usage";
  EXPECT_FALSE(IsGranted(limited, "enrolment"));
}

TEST(RoleGrantsTest, UnknownRolesAndPermissionsGrantNothing) {
  EXPECT_FALSE(IsGranted(WithRole("no_such_role"), "catalog.item.read"));
  EXPECT_FALSE(IsGranted(WithRole(""), "catalog.item.read"));
  for (const char* permission : {"", "catalog", "catalog.item", "catalog.item.rea", "usage."}) {
    EXPECT_FALSE(IsGranted(WithRole("bureau_administrator"), permission)) << permission;
  }
}

TEST(RoleGrantsTest, AnyRoleSuffices) {
  Principal principal = WithRole("department_nurse");
  EXPECT_TRUE(IsGranted(principal, "usage.use.create"));
  EXPECT_FALSE(IsGranted(principal, "catalog.item.approve"));
  principal.roles.push_back("approver");
  EXPECT_TRUE(IsGranted(principal, "usage.use.create"));
  EXPECT_TRUE(IsGranted(principal, "catalog.item.approve"));
}

TEST(RoleGrantsTest, AnActingServiceHasItsOwnGrantsOnly) {
  Principal principal = WithRole("department_nurse");
  EXPECT_FALSE(IsGranted(principal, "distribution.stock.consume"));
  principal.acting_service = "usage";
  EXPECT_TRUE(IsGranted(principal, "distribution.stock.consume"));
  EXPECT_TRUE(IsGranted(principal, "distribution.location.read"));
  EXPECT_FALSE(IsGranted(principal, "usage.use.create")) << "the nurse's, not the service's";
  principal.acting_service = "catalog";
  EXPECT_FALSE(IsGranted(principal, "distribution.stock.consume"));
  EXPECT_TRUE(IsGranted(SystemPrincipal("usage"), "distribution.stock.consume"));
}

class Matrix {
 public:
  Matrix() {
    text_ =
        "Who may call what (x), from the protos and common/auth/role_grants.cc. Checked by\n"
        "role_grants_test; written again by it with QINGQU_UPDATE_GOLDEN=1.\n\n"
        "P hospital_pharmacist   N department_nurse   O procurement_officer   A approver\n"
        "S operator   V supplier   I insurance_bureau   M market_supervision\n"
        "D discipline_inspector   B bureau_administrator   u the service `usage`\n";
  }

  void AddHeading(std::string_view heading) {
    text_ += fmt::format("\n{:<52}{:<34}P N O A S V I M D B u\n", heading, "permission");
  }

  void AddRow(std::string_view name, std::string_view permission) {
    text_ += fmt::format("{:<52}{:<34}", name, permission);
    for (const std::string_view role : AllRoles()) {
      text_ += IsGranted(WithRole(role), permission) ? "x " : ". ";
    }
    Principal service;
    service.user_id = "wang";
    service.acting_service = "usage";
    text_ += IsGranted(service, permission) ? "x\n" : ".\n";
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string WithoutPrefix(const std::string& name) {
  return name.starts_with("qingqu.") ? name.substr(std::string_view("qingqu.").size()) : name;
}

TEST(RoleGrantsTest, MatrixIsTheGoldenOne) {
  Matrix matrix;
  const google::protobuf::ServiceDescriptor* service = nullptr;
  for (const MethodDescriptor* method : Methods()) {
    if (method->service() != service) {
      service = method->service();
      matrix.AddHeading(WithoutPrefix(service->full_name()));
    }
    matrix.AddRow(method->name(), PermissionOf(*method));
  }
  matrix.AddHeading("Fields, read");
  for (const ProtectedField& field : ProtectedFields()) {
    matrix.AddRow(WithoutPrefix(field.name), field.permission);
  }
  if (std::getenv("QINGQU_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kMatrixFile, std::ios::binary) << matrix.text();
  }
  std::ifstream in(kMatrixFile, std::ios::binary);
  const std::string golden((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(matrix.text(), golden) << "if the change is meant, run again with "
                                      "QINGQU_UPDATE_GOLDEN=1 and review the difference";
}

}  // namespace
}  // namespace qingqu::auth
