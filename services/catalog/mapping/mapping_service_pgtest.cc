#include <string>

#include "grpcpp/client_context.h"
#include "gtest/gtest.h"

#include "qingqu/catalog/v1/mapping_service.grpc.pb.h"
#include "services/catalog/catalog_service.h"
#include "services/catalog/mapping/mapping_test_support.h"
#include "tests/support/test_host.h"

namespace qingqu::catalog {
namespace {

class MappingFaceTest : public ::testing::Test {
 protected:
  testing::TestHost host_{{CatalogSpec()}};
};

TEST_F(MappingFaceTest, EachMethodIsWiredAndGuarded) {
  const auto& service = *v1::UploadLocalRowsRequest::descriptor()->file()->service(0);
  ASSERT_EQ(service.name(), "MappingService");
  const std::string pharmacist = host_.Authorization(Pharmacist().principal);
  for (int index = 0; index < service.method_count(); ++index) {
    const auto& method = *service.method(index);
    EXPECT_EQ(host_.AnswerToEmpty(method, ""), "SIGN_IN_REQUIRED") << method.name();
    EXPECT_EQ(host_.AnswerToEmpty(method, pharmacist), "INVALID_FIELD") << method.name();
  }
}

TEST_F(MappingFaceTest, NobodyDecidesWhoIsNoPharmacistOrOfficer) {
  const auto stub = v1::MappingService::NewStub(host_.channel());
  for (const char* role : {"operator", "department_nurse", "bureau_administrator"}) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", host_.Authorization(testing::CallBy("x", role).principal));
    v1::DecideMappingsResponse response;
    EXPECT_EQ(stub->DecideMappings(&context, {}, &response).error_code(),
              grpc::StatusCode::PERMISSION_DENIED)
        << role;
  }
}

}  // namespace
}  // namespace qingqu::catalog
