#include "tests/integration/people_leak_test_support.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/client_context.h"
#include "prometheus/text_serializer.h"

#include "common/auth/role_grants.h"
#include "common/base/check.h"
#include "common/rpc/method_registry.h"
#include "common/rpc/status_conversion.h"
#include "qingqu/supervision/v1/journal_service.grpc.pb.h"
#include "services/distribution/receipt.h"
#include "tests/support/test_platform.h"

namespace qingqu::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr const char* kGtin = "00000000000109";
// One name for each of the kinds of things that there are, in turns.
const std::vector<std::string> kNames{"users/nurse", "uses/posted", "uses/refused",
                                      "items/gauze", "uses/town",   "locations/ward"};
const std::map<std::string, std::vector<std::string>> kValues{
    {"item", {"items/gauze"}},
    {"lot", {"A1"}},
    {"location", {"locations/ward"}},
    {"institution", {"institutions/hospital"}},
    {"alliance", {"alliances/east"}},
    {"actor", {"", "users/walker-department_nurse"}},
    {"user", {"users/nurse"}},
    {"purpose", {"a walk through everything"}},
    {"reason", {"a walk through everything"}},
    {"page_token", {""}},
    {"event", {"use.posted", "use.refused", "use.recorded", ""}},
    {"resource", {"uses/posted", ""}},
    {"piece", {""}},
    {"text", {"", "ward"}},
    {"order", {"orders/none"}},
    {"supplier", {"suppliers/kangda"}}};
constexpr int kVariants = 5;
constexpr int kVariantWithNames = 1;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string DatabaseLogPath() {
  const char* path = std::getenv("QINGQU_TEST_POSTGRES_LOG");
  return path == nullptr ? "" : path;
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

// What is asked: nothing in the first variant, then the names of what there is.
void Fill(int variant, const std::string& doctor, Message& request) {
  if (variant == 0) return;
  const auto& reflection = *request.GetReflection();
  const auto turn = [&](const std::vector<std::string>& values) {
    return values[static_cast<size_t>(variant) % values.size()];
  };
  for (int index = 0; index < request.GetDescriptor()->field_count(); ++index) {
    const FieldDescriptor& field = *request.GetDescriptor()->field(index);
    if (field.is_repeated()) continue;
    if (field.name() == "page_size") reflection.SetInt32(&request, &field, 200);
    if (field.type() != FieldDescriptor::TYPE_STRING) continue;
    const auto known = kValues.find(field.name());
    if (field.name() == "request_id") {
      reflection.SetString(&request, &field, NewRequestId());
    } else if (field.name() == "subject") {
      reflection.SetString(&request, &field, turn({"", "uses/posted", "doctors/" + doctor}));
    } else if (known != kValues.end()) {
      reflection.SetString(&request, &field, turn(known->second));
    } else if (!field.name().ends_with("_id")) {
      reflection.SetString(&request, &field, turn(kNames));
    }
  }
}

}  // namespace

PeopleLeakTest::PeopleLeakTest()
    : host_(AllSpecs(), "", {.per_user = 100'000, .per_institution = 100'000}) {
  database_log_begin_ = ReadAll(DatabaseLogPath()).size();
  Seed();
  const auto key = privacy::PseudonymKey::LoadOrCreate(host_.keys_dir());
  QINGQU_CHECK(key.ok());
  for (const char* institution : {"hospital", "clinic"}) {
    for (const auto kind : {privacy::PersonKind::kPatient, privacy::PersonKind::kDoctor}) {
      const char* id = kind == privacy::PersonKind::kPatient ? kPatient : kDoctor;
      pseudonyms_.insert(key->PseudonymOf({.kind = kind, .institution_id = institution, .id = id}));
    }
  }
}

void PeopleLeakTest::Seed() {
  const std::string lot_id =
      distribution::LotIdOf("gauze", "A1", CivilDate::Parse("2027-12-31").value());
  host_.database().Execute(fmt::format(
      R"(SET LOCAL session_replication_role = replica;
      INSERT INTO identity.alliance VALUES ('east', 'East', now());
      INSERT INTO identity.institution VALUES ('hospital', 'east', 'Hospital', true, now()),
        ('clinic', 'east', 'Clinic', false, now());
      INSERT INTO identity.department VALUES ('surgery', 'hospital', 'east', 'Surgery', now()),
        ('town', 'clinic', 'east', 'Town', now());
      INSERT INTO distribution.location
        (location_id, kind, alliance_id, institution_id, department_id, display_name, created_at)
      VALUES ('ward', 'department', 'east', 'hospital', 'surgery', 'Ward', now()),
        ('town-ward', 'department', 'east', 'clinic', 'town', 'Town ward', now());
      INSERT INTO catalog.item (item_id, display_name, specification, registration_number,
        registration_expire_date, device_class, national_code, device_identifier, base_unit,
        manufacturer, lot_tracked, serial_tracked, expiry_tracked, high_value, state, proposer_id,
        approver_id, created_at, updated_at)
      VALUES ('gauze', 'gauze', '', 'x', '2030-01-01', 2, 'C01' || repeat('0', 24), '{0}', 'piece',
        'm', true, false, true, true, 'approved', 'a', 'b', now(), now());
      INSERT INTO catalog.device_identifier VALUES ('{0}', 'gauze');
      INSERT INTO distribution.lot (lot_id, item_id, lot_number, expiry_date)
      VALUES ('{1}', 'gauze', 'A1', '2027-12-31');
      INSERT INTO distribution.account (kind, location_id, item_id, lot_id, serial, owner, on_hand,
        changed_at, alliance_id, institution_id)
      VALUES ('stock', 'ward', 'gauze', '{1}', '', 'institutions/hospital', 10, now(), 'east',
        'hospital'))",
      kGtin, lot_id));
  EXPECT_TRUE(Use(By("department_nurse"), "posted", 1).ok());
  EXPECT_FALSE(Use(By("department_nurse"), "refused", 1000).ok());
  EXPECT_FALSE(Use(By("department_nurse", "clinic"), "town", 1, "town-ward").ok());
  // What names people in its subjects, too.
  host_.database().Execute(fmt::format(
      "SELECT journal.append('use.noted', 'test', '', 'uses/posted', ARRAY['uses/posted', "
      "'items/gauze', 'items/gauze/lots/A1', 'doctors/{0}', 'patients/{1}'], 'hospital', 'east', "
      "'kangda', '', '{{\"note\": \"ward\"}}', '{{\"doctor\": \"{0}\", \"team\": [\"{0}\"]}}')",
      kDoctor, kPatient));
  host_.database().WaitForJournalHorizon();
}

absl::Status PeopleLeakTest::Use(const auth::Principal& nurse, const std::string& use_id,
                                 int64_t packs, const std::string& location) {
  usage::v1::CreateUseRequest request;
  request.set_request_id(NewRequestId());
  request.set_use_id(use_id);
  usage::v1::Use& use = *request.mutable_use();
  use.set_location("locations/" + location);
  use.set_patient_pseudonym(kPatient);
  use.set_doctor(kDoctor);
  use.set_procedure(kProcedure);
  use.add_lines()->set_scan(fmt::format("01{}1727123110A1", kGtin));
  use.mutable_lines(0)->set_packs(packs);
  usage::v1::Use answer;
  return host_.Call("qingqu.usage.v1.UsageService/CreateUse", request, answer,
                    host_.Authorization(nurse));
}

auth::Principal PeopleLeakTest::By(std::string_view role, std::string_view institution_id) {
  if (role == "supplier") return CallBySupplier("walker", "kangda").principal;
  return PrincipalOf("walker-" + std::string(role), role, institution_id, "east");
}

std::set<std::string> PeopleLeakTest::FoundIn(std::string_view text,
                                              const std::set<std::string>& wanted) {
  std::string plain(text);
  // Statuses print what they carry with escapes; a log may break words.
  std::erase(plain, '\\');
  std::set<std::string> found;
  for (const std::string& name : wanted) {
    if (plain.find(name) != std::string::npos) found.insert(name);
  }
  return found;
}

void PeopleLeakTest::CallWith(const google::protobuf::MethodDescriptor& method,
                              const std::string& authorization, int variant, Walked& walked) {
  const auto request = NewMessage(*method.input_type());
  const auto response = NewMessage(*method.output_type());
  Fill(variant, kDoctor, *request);
  const std::string name = fmt::format("{}/{}", method.service()->full_name(), method.name());
  const absl::Status status = host_.Call(name, *request, *response, authorization);
  std::string json;
  QINGQU_CHECK(google::protobuf::util::MessageToJsonString(*response, &json).ok());
  std::string text = fmt::format("{}\n{}\n{}\n{}\n", name,
                                 status.ToString(absl::StatusToStringMode::kWithEverything), json,
                                 response->SerializeAsString());
  if (status.ok()) ++walked.answered;
  if (!NamesIn(text).empty()) walked.with_names.insert(method.name());
  if (!PseudonymsIn(text).empty()) walked.with_pseudonyms.insert(method.name());
  if (TellsProcedure(text)) walked.with_procedures.insert(method.name());
  walked.text += text;
}

PeopleLeakTest::Walked PeopleLeakTest::Walk(const auth::Principal& principal) {
  Walked walked;
  const std::string authorization = host_.Authorization(principal);
  for (const auto* service : rpc::AllServices()) {
    const auto methods = rpc::ReadMethods(*service);
    QINGQU_CHECK(methods.ok());
    for (int index = 0; index < service->method_count(); ++index) {
      const auto& method = *service->method(index);
      const std::string& permission = methods->at(method.name()).permission;
      // "public" and the like are about the caller alone, and some cost a password's hash.
      const bool special = permission.find('.') == std::string::npos;
      const bool answers = !special && auth::IsGranted(principal, permission);
      // What the server streams is read to its end by Export.
      if (answers && method.server_streaming() && !method.client_streaming()) continue;
      const int last = answers ? kVariants - 1 : 0;
      for (int variant = last; variant >= 0; --variant) {
        CallWith(method, authorization, answers ? variant : kVariantWithNames, walked);
      }
    }
  }
  return walked;
}

std::string PeopleLeakTest::Export(const auth::Principal& principal) {
  const auto stub = supervision::v1::JournalService::NewStub(host_.channel());
  supervision::v1::ExportEntriesRequest request;
  request.set_purpose("a walk through everything");
  std::string text;
  // The entries of the seed are sealed within moments.
  for (int attempt = 0; attempt < 200 && text.find("use.noted") == std::string::npos; ++attempt) {
    text.clear();
    grpc::ClientContext context;
    context.AddMetadata("authorization", host_.Authorization(principal));
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    const auto reader = stub->ExportEntries(&context, request);
    supervision::v1::LogChunk chunk;
    while (reader->Read(&chunk)) text += chunk.SerializeAsString() + chunk.DebugString();
    const absl::Status status = rpc::FromGrpcStatus(reader->Finish());
    text += status.ToString();
    if (absl::IsPermissionDenied(status)) return text;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return text;
}

std::string PeopleLeakTest::Metrics() const {
  return prometheus::TextSerializer().Serialize(host_.host().metrics()->Collect());
}

std::string PeopleLeakTest::DatabaseLog() const {
  const std::string log = ReadAll(DatabaseLogPath());
  return log.substr(std::min(database_log_begin_, log.size()));
}

}  // namespace qingqu::testing
