#include "tests/integration/scope_world.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_replace.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/privacy/pseudonym.h"
#include "common/rpc/method_registry.h"
#include "tests/support/test_platform.h"

namespace qingqu::testing {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

const Asker kPharmacist{"hospital_pharmacist", auth::Scope::kInstitution};
const Asker kNurse{"department_nurse", auth::Scope::kInstitution};
const Asker kWardPharmacist{"hospital_pharmacist", auth::Scope::kDepartment};
const Asker kWardNurse{"department_nurse", auth::Scope::kDepartment};
const Asker kHospitalApprover{"approver", auth::Scope::kInstitution};
const Asker kOfficer{"procurement_officer", auth::Scope::kAlliance};
const Asker kApprover{"approver", auth::Scope::kAlliance};
const Asker kOperator{"operator", auth::Scope::kAlliance};
const Asker kSupplier{"supplier", auth::Scope::kSupplier};
const Asker kAdministrator{"bureau_administrator", auth::Scope::kCounty};

constexpr std::string_view kPassword = "qv7-lamp-orchid-mosaic-tern";
constexpr const char* kIdKeys[] = {"movement", "reservation", "account", "session", "import"};

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

std::string ToText(const Message& message) {
  std::string json;
  QINGQU_CHECK(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

const MethodDescriptor& MethodNamed(std::string_view name) {
  for (const auto* service : rpc::AllServices()) {
    const MethodDescriptor* method = service->FindMethodByName(std::string(name));
    if (method != nullptr) return *method;
  }
  QINGQU_CHECK(false);
}

// An id of the same form that nobody has.
std::string Another(std::string id) {
  if (Uuid::Parse(id).ok()) return NewRequestId();
  for (char& letter : id) {
    if (letter >= '0' && letter <= '9') letter = static_cast<char>('9' - (letter - '0'));
  }
  return id;
}

}  // namespace

const World& Own() {
  static const World world{
      "xown", "zown", "yown", "aown", "sown", "iown", "91370800MA3C1K2X7J", "06901234501018"};
  return world;
}

const World& Sibling() {
  static const World world = [] {
    World sibling = Own();
    sibling.ward = "xsib";
    return sibling;
  }();
  return world;
}

const World& Near() {
  static const World world{
      "xnbr", "znbr", "ynbr", "aown", "snbr", "inbr", "91370800MA3C1K2X8M", "06901234501025"};
  return world;
}

const World& Far() {
  static const World world{
      "xfar", "zfar", "yfar", "afar", "sfar", "ifar", "91370800MA3C1K2X9Q", "06901234501032"};
  return world;
}

const World& Nobody() {
  static const World world{"xnul", "znul", "ynul", "anul", "snul", "inul", "", "06901234501018"};
  return world;
}

const std::vector<Asker>& Askers() {
  static const std::vector<Asker> askers{kWardPharmacist,
                                         kWardNurse,
                                         kPharmacist,
                                         kNurse,
                                         kHospitalApprover,
                                         kOfficer,
                                         kApprover,
                                         kOperator,
                                         kSupplier,
                                         {"insurance_bureau", auth::Scope::kCounty},
                                         {"market_supervision", auth::Scope::kCounty},
                                         {"discipline_inspector", auth::Scope::kCounty},
                                         kAdministrator,
                                         {"discipline_inspector", auth::Scope::kDepartment},
                                         {"discipline_inspector", auth::Scope::kInstitution},
                                         {"discipline_inspector", auth::Scope::kAlliance},
                                         {"discipline_inspector", auth::Scope::kSupplier}};
  return askers;
}

std::string NameOf(const Asker& asker) {
  return fmt::format("{} ({})", asker.role, auth::ScopeName(asker.scope));
}

auth::Principal PrincipalIn(const World& world, const Asker& asker) {
  auth::Principal principal;
  principal.roles = {asker.role};
  principal.scope = asker.scope;
  switch (asker.scope) {
    case auth::Scope::kDepartment:
      principal.department_id = world.ward + "-ward";
      [[fallthrough]];
    case auth::Scope::kInstitution:
      principal.institution_id = world.hospital + "-hospital";
      principal.alliance_id = world.alliance;
      break;
    case auth::Scope::kAlliance:
      principal.alliance_id = world.alliance;
      break;
    case auth::Scope::kSupplier:
      principal.supplier_id = world.supplier;
      break;
    default:
      break;
  }
  std::string mark = principal.institution_id.empty() ? world.deal : world.hospital;
  if (asker.scope == auth::Scope::kCounty) mark = "county";
  principal.user_id = fmt::format("{}-{}", mark, asker.role.substr(0, 8));
  std::replace(principal.user_id.begin(), principal.user_id.end(), '_', 'x');
  return principal;
}

std::vector<Foreign> ForeignTo(const Asker& asker) {
  const std::set<Level> of_hospital{Level::kDepartment, Level::kInstitution};
  const std::set<Level> all{Level::kDepartment, Level::kInstitution, Level::kDeal};
  const Foreign far{&Far(), all, {Far().ward, Far().hospital, Far().deal}};
  const Foreign near_hospital{&Near(), of_hospital, {Near().ward, Near().hospital}};
  const Foreign near{&Near(), all, {Near().ward, Near().hospital, Near().deal}};
  switch (asker.scope) {
    case auth::Scope::kDepartment:
      // Of the store some things came, which say so; a lot that stayed there nobody hears of.
      return {{&Sibling(), {Level::kDepartment}, {Sibling().ward}},
              {&Own(), {Level::kInstitution, Level::kDeal}, {"L-" + Own().hospital, Own().deal}},
              near,
              far};
    case auth::Scope::kInstitution:
      return {near_hospital, far};
    case auth::Scope::kAlliance:
      return {far};
    case auth::Scope::kSupplier:
      return {{&Own(), of_hospital, {Own().ward, Own().hospital}}, near, far};
    default:
      return {};
  }
}

WorldHost::WorldHost()
    : host_(AllSpecs(), "", {.per_user = 1'000'000, .per_institution = 1'000'000}) {
  // Ids of accounts of one length.
  database().Execute("ALTER TABLE distribution.account ALTER COLUMN account_id RESTART 100000001");
  for (const World* world : {&Own(), &Far(), &Near()}) {
    MakeHospital(*world);
    MakeSupply(*world);
    MakeWard(*world);
    Buy(*world);
    StartImport(*world);
    MapLocalCode(*world);
    MoveGoodsOfWard(*world);
    MoveGoodsOfHospital(*world);
    ReadUse(*world);
    NoteIds(*world);
    AddPrices(*world);
  }
  MakeWard(Sibling());
  MoveGoodsOfWard(Sibling());
  NoteIds(Sibling());
  AddHistory(Own());
  AddHistory(Far());
  SignSomebodyIn(Own());
  SignSomebodyIn(Far());
  for (const char* key : kIdKeys) {
    ids_[Nobody().hospital + key] = Another(IdOf(Far().hospital, key));
    ids_[Nobody().ward + key] = Another(IdOf(Far().ward, key));
  }
  for (const World* world : {&Own(), &Near()}) {
    ids_[world->hospital + "session"] = IdOf(Far().hospital, "session");
  }
}

std::string WorldHost::IdOf(const std::string& mark, const char* key) const {
  const auto found = ids_.find(mark + key);
  return found == ids_.end() ? "" : found->second;
}

std::string WorldHost::Fill(std::string_view text, const World& world) const {
  const absl::Time now = absl::Now();
  const absl::Time end = now + absl::Hours(24 * 500);
  const absl::CivilMonth month = absl::ToCivilMonth(now, zone_) - 1;
  const std::string scan =
      fmt::format("]d201{}17{}10L-", world.device, absl::FormatTime("%y%m%d", end, zone_));
  const std::string doctor = privacy::PseudonymKey::LoadOrCreate(host_.keys_dir())
                                 ->PseudonymOf({.kind = privacy::PersonKind::kDoctor,
                                                .institution_id = world.hospital + "-hospital",
                                                .id = "doctor-" + world.ward});
  return absl::StrReplaceAll(ToAbsl(text),
                             {{"$SCAN", scan + world.ward},
                              {"$ASCAN", scan + world.deal},
                              {"$X", world.ward},
                              {"$Y", doctor},
                              {"$W", world.hospital},
                              {"$D", world.deal},
                              {"$A", world.alliance},
                              {"$S", world.supplier},
                              {"$I", world.item},
                              {"$O", Own().item},
                              {"$C", world.credit_code},
                              {"$G", world.device},
                              {"$E", absl::FormatTime("%Y-%m-%d", end, zone_)},
                              {"$T", absl::FormatTime("%Y-%m-%d", now, zone_)},
                              {"$P", fmt::format("{:04}-{:02}", month.year(), month.month())},
                              {"$M", IdOf(world.hospital, "movement")},
                              {"$R", IdOf(world.hospital, "reservation")},
                              {"$B", IdOf(world.hospital, "account")},
                              {"$XM", IdOf(world.ward, "movement")},
                              {"$XR", IdOf(world.ward, "reservation")},
                              {"$XB", IdOf(world.ward, "account")},
                              {"$Q", IdOf(world.hospital, "session")},
                              {"$H", IdOf(world.hospital, "import")},
                              {"$N", new_id_}});
}

Answer WorldHost::AskOnce(const MethodDescriptor& method, const Message& request,
                          const auth::Principal& principal, std::string& next_page_token) const {
  const auto response = NewMessage(*method.output_type());
  Answer answer;
  answer.status = host_.Call(fmt::format("{}/{}", method.service()->full_name(), method.name()),
                             request, *response, host_.Authorization(principal));
  if (answer.status.ok()) answer.text = ToText(*response);
  const auto* token = method.output_type()->FindFieldByName("next_page_token");
  next_page_token = token == nullptr ? "" : response->GetReflection()->GetString(*response, token);
  return answer;
}

Answer WorldHost::Ask(const MethodDescriptor& method, const std::string& json,
                      const auth::Principal& principal) const {
  const auto request = NewMessage(*method.input_type());
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, request.get());
  if (!parsed.ok()) fmt::print(stderr, "{} {}: {}\n", method.name(), json, parsed.ToString());
  QINGQU_CHECK(parsed.ok());
  const auto set = [&](const char* name, const std::string& value) {
    const auto* field = method.input_type()->FindFieldByName(name);
    if (field != nullptr) request->GetReflection()->SetString(request.get(), field, value);
  };
  set("request_id", NewRequestId());
  if (json.find("purpose") == std::string::npos) set("purpose", "a walk through all");
  std::string next_page_token;
  Answer answer = AskOnce(method, *request, principal, next_page_token);
  while (answer.status.ok() && !next_page_token.empty()) {
    set("page_token", next_page_token);
    const Answer more = AskOnce(method, *request, principal, next_page_token);
    answer.status = more.status;
    answer.text += more.text;
  }
  return answer;
}

std::string WorldHost::Shape(const Answer& answer, const World& world) const {
  // In an order of their own: that of payloads is random.
  std::map<std::string, std::string> details;
  answer.status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    details[std::string(ToStd(type))] = std::string(payload);
  });
  std::string text = fmt::format("{} {} {}", absl::StatusCodeToString(answer.status.code()),
                                 ToStd(answer.status.message()), answer.text);
  for (const auto& [type, payload] : details) text += fmt::format(" {} {}", type, payload);
  for (const char* key : kIdKeys) {
    for (const std::string& mark : {world.hospital, world.ward}) {
      const std::string id = IdOf(mark, key);
      if (!id.empty()) text = absl::StrReplaceAll(text, {{id, "…"}});
    }
  }
  // Some requests name something of the asker's own besides.
  for (const World& named : {world, Own()}) {
    text = absl::StrReplaceAll(text, {{named.ward, "…"},
                                      {named.hospital, "…"},
                                      {named.deal, "…"},
                                      {"alliances/" + named.alliance, "…"},
                                      {named.supplier, "…"},
                                      {named.item, "…"}});
  }
  return text;
}

Answer WorldHost::Do(const World& world, const Asker& asker, std::string_view method,
                     std::string_view json) {
  Answer answer = Ask(MethodNamed(method), Fill(json, world), PrincipalIn(world, asker));
  if (!answer.status.ok()) {
    fmt::print(stderr, "{} {} {}: {}\n", world.hospital, method, Fill(json, world),
               answer.status.ToString());
  }
  QINGQU_CHECK(answer.status.ok());
  return answer;
}

void WorldHost::MakeHospital(const World& world) {
  const bool leads = world.hospital != Near().hospital;
  if (leads) {
    Do(world, kAdministrator, "CreateAlliance",
       R"({"allianceId": "$A", "alliance": {"displayName": "a"}})");
  }
  Do(world, kAdministrator, "CreateInstitution",
     fmt::format(R"({{"institutionId": "$W-hospital",
         "institution": {{"displayName": "h", "alliance": "alliances/$A", "lead": {}}}}})",
                 leads));
  Do(world, kAdministrator, "CreateLocation",
     R"({"locationId": "$D-central", "location": {"displayName": "c",
         "kind": "LOCATION_KIND_CENTRAL_STORE", "alliance": "alliances/$A",
         "institution": "institutions/$W-hospital"}})");
  Do(world, kAdministrator, "CreateLocation",
     R"({"locationId": "$W-store", "location": {"displayName": "s",
         "kind": "LOCATION_KIND_INSTITUTION_STORE", "institution": "institutions/$W-hospital"}})");
}

void WorldHost::MakeWard(const World& world) {
  Do(world, kAdministrator, "CreateDepartment",
     R"({"departmentId": "$X-ward",
         "department": {"displayName": "w", "institution": "institutions/$W-hospital"}})");
  Do(world, kAdministrator, "CreateLocation",
     R"({"locationId": "$X-store", "location": {"displayName": "w",
         "kind": "LOCATION_KIND_DEPARTMENT", "department": "departments/$X-ward"}})");
  for (const std::string requisition : {"requisition", "wish"}) {
    Do(world, kWardNurse, "CreateRequisition",
       fmt::format(R"({{"requisitionId": "$X-{}",
           "requisition": {{"department": "departments/$X-ward",
           "lines": [{{"item": "items/$I", "quantityRequested": "6"}}]}}}})",
                   requisition));
  }
  Do(world, kHospitalApprover, "ApproveRequisition", R"({"name": "requisitions/$X-requisition"})");
  Do(world, kWardPharmacist, "CreateApprovedList",
     R"({"approvedListId": "$X-list", "approvedList": {"displayName": "l",
         "holder": "departments/$X-ward", "reason": "r"}})");
  Do(world, kWardNurse, "SubmitApplication",
     R"({"applicationId": "$X-application", "application": {"approvedList": "approvedLists/$X-list",
         "item": "items/$I", "department": "departments/$X-ward", "reason": "r"}})");
}

void WorldHost::MakeSupply(const World& world) {
  Do(world, kOfficer, "CreateSupplier",
     R"({"supplierId": "$S", "supplier": {"displayName": "s", "creditCode": "$C",
         "licenceNumber": "鲁济食药监械经营许20240001号", "licenceExpireDate": "$E"}})");
  Do(world, kApprover, "ApproveSupplier", R"({"name": "suppliers/$S"})");
  Do(world, kOfficer, "CreateItem",
     R"({"itemId": "$I", "item": {"displayName": "$I", "specification": "22G",
         "registrationNumber": "国械注准20193140456", "registrationExpireDate": "$E",
         "deviceClass": "DEVICE_CLASS_III", "nationalCode": "C16020100301001000010000001",
         "deviceIdentifier": "$G", "baseUnit": "支", "manufacturer": "m", "lotTracked": true,
         "expiryTracked": true}})");
  Do(world, kApprover, "ApproveItem", R"({"name": "items/$I"})");
  Do(world, kOfficer, "CreateApprovedList",
     R"({"approvedListId": "$D-list", "approvedList": {"displayName": "l",
         "holder": "alliances/$A", "reason": "r"}})");
  Do(world, kOfficer, "ProposeListChange",
     R"({"listChangeId": "$D-change", "listChange": {"approvedList": "approvedLists/$D-list",
         "additions": ["items/$I"], "reason": "r"}})");
}

void WorldHost::MapLocalCode(const World& world) {
  Do(world, kPharmacist, "UploadLocalRows",
     R"({"institution": "institutions/$W-hospital",
         "rows": [{"localCode": "$W-1", "displayName": "$W"}]})");
  // The platform compares it meanwhile, and then its etag is another.
  Answer decided;
  do {
    const Answer read = Do(world, kPharmacist, "GetLocalCode",
                           R"({"institution": "institutions/$W-hospital", "localCode": "$W-1"})");
    constexpr std::string_view kEtag = R"("etag":")";
    const size_t begin = read.text.find(kEtag) + kEtag.size();
    decided = Do(world, kPharmacist, "DecideMappings",
                 fmt::format(R"({{"institution": "institutions/$W-hospital", "decisions": [{{
               "localCode": "$W-1", "etag": "{}", "item": "items/$I", "unitFactor": 1}}]}})",
                             read.text.substr(begin, read.text.find('"', begin) - begin)));
  } while (decided.text.find("errorReason") != decided.text.npos);
}

void WorldHost::Buy(const World& world) {
  Do(world, kOfficer, "CreateAgreement",
     R"({"agreementId": "$D-agreement", "agreement": {"alliance": "alliances/$A",
         "supplier": "suppliers/$S", "item": "items/$I", "unitPrice": "4.8500",
         "quantityCeiling": "5000", "startDate": "$T", "endDate": "$E"}})");
  Do(world, kApprover, "ApproveAgreement", R"({"name": "agreements/$D-agreement"})");
  for (const std::string order : {"order", "fresh"}) {
    Do(world, kOfficer, "CreateOrder",
       fmt::format(R"({{"orderId": "$D-{}", "order": {{"supplier": "suppliers/$S",
           "deliverTo": "locations/$D-central", "lines": [{{
           "requisition": "requisitions/$X-requisition", "requisitionLineNumber": 1,
           "quantityOrdered": "3"}}]}}}})",
                   order));
  }
  Do(world, kSupplier, "RespondToOrder",
     R"({"name": "orders/$D-order", "lines": [{"lineNumber": 1, "quantityAccepted": "3"}]})");
  for (const std::string despatch : {"despatch", "onitsway"}) {
    Do(world, kSupplier, "CreateDespatch",
       fmt::format(R"({{"despatchId": "$D-{0}", "despatch": {{"order": "orders/$D-order",
           "lines": [{{"orderLineNumber": 1, "quantity": "1", "lot": "L-$D",
                       "expiryDate": "$E"}}]}}}})",
                   despatch));
  }
  Do(world, kOperator, "CreateReceipt",
     R"({"receiptId": "$D-receipt", "receipt": {"despatch": "despatches/$D-despatch",
         "lines": [{"scan": "$ASCAN", "packsAccepted": "1"}]}})");
}

// A line that was bought in years past, as an import would leave it.
void WorldHost::AddHistory(const World& world) const {
  database().Execute(
      Fill("INSERT INTO procurement.history_vendor (alliance_id, source, name)"
           " VALUES ('$A', 'past', '$D-vendor');"
           "INSERT INTO procurement.history_item (alliance_id, source, description)"
           " VALUES ('$A', 'past', '$D-thing');"
           "INSERT INTO procurement.history_line (alliance_id, source, source_line_id, vendor_id,"
           " item_id, project_code, price_quote, order_number, shipment_number, country,"
           " managed_by, fulfil_via, inco_term, shipment_mode, scheduled_date, delivered_date,"
           " product_group, sub_classification, molecule, brand, dosage, dosage_form, pack_units,"
           " quantity, line_value, first_line, weight_note, freight_note, currency)"
           " SELECT '$A', 'past', '1', vendor_id, item_id, 'p', 'q', 'o', 's', 'c', 'm', 'f', 'i',"
           " 'a', '2020-01-01', '2020-01-02', 'g', 's', 'm', 'b', 'd', 'f', 1, 1, 1, true, '', '',"
           " 'CNY'"
           " FROM procurement.history_vendor AS vendor JOIN procurement.history_item AS item"
           " ON vendor.name = '$D-vendor' AND item.description = '$D-thing'",
           world));
}

// What the alliance agreed, and what the hospital paid; set through an rpc they would have no names
// that are known before.
void WorldHost::AddPrices(const World& world) const {
  database().Execute(
      Fill("SET session_replication_role = replica;"
           "INSERT INTO catalog.price (price_id, kind, item_id, supplier_id, alliance_id,"
           " institution_id, amount, start_date, reason, setter_id, created_at) VALUES"
           " ('$D-price', 'agreed', '$I', '$S', '$A', NULL, 48500, '$T', 'r', 'u', now()),"
           " ('$W-paid', 'historical', '$I', '$S', '$A', '$W-hospital', 48500, '$T', 'r', 'u',"
           " now())",
           world));
}

// An import belongs to whoever opened it.
void WorldHost::StartImport(const World& world) {
  const Answer answer = Do(world, kOfficer, "CreateHistoryImport", R"({"source": "$D"})");
  const std::string name = nlohmann::json::parse(answer.text)["name"];
  ids_[world.hospital + "import"] = name.substr(name.find('/') + 1);
}

// All that the store gets of the ward's lot goes on to the ward, or is on its way there.
void WorldHost::MoveGoodsOfWard(const World& world) {
  Do(world, kPharmacist, "PostMovement",
     fmt::format(R"({{"movement": {{"name": "movements/{}", "kind": "MOVEMENT_KIND_RECEIVE",
         "item": "items/$I", "lot": "L-$X", "toLocation": "locations/$W-store", "quantity": "20",
         "expiryDate": "$E"}}}})",
                 NewRequestId()));
  for (const std::string transfer : {"transfer", "underway"}) {
    Do(world, kPharmacist, "CreateTransfer",
       fmt::format(R"({{"transferId": "$X-{}", "transfer": {{"fromLocation": "locations/$W-store",
           "toLocation": "locations/$X-store",
           "lines": [{{"item": "items/$I", "quantity": "10"}}]}}}})",
                   transfer));
  }
  Do(world, kWardNurse, "ReceiveTransfer", R"({"name": "transfers/$X-transfer"})");
  Do(world, kWardPharmacist, "CreateTransfer",
     R"({"transferId": "$X-return", "transfer": {"fromLocation": "locations/$X-store",
         "toLocation": "locations/$W-store", "lines": [{"item": "items/$I", "quantity": "1"}]}})");
  Do(world, kWardPharmacist, "Allocate",
     R"({"location": "locations/$X-store", "lines": [{"item": "items/$I", "quantity": "1"}]})");
  Do(world, kWardNurse, "CreateUse",
     R"({"useId": "$X-use", "use": {"location": "locations/$X-store",
         "lines": [{"scan": "$SCAN", "packs": "2"}], "patientPseudonym": "patient-$X",
         "procedure": "p", "doctor": "doctor-$X"}})");
}

void WorldHost::MoveGoodsOfHospital(const World& world) {
  Do(world, kPharmacist, "PostMovement",
     fmt::format(R"({{"movement": {{"name": "movements/{}", "kind": "MOVEMENT_KIND_RECEIVE",
         "item": "items/$I", "lot": "L-$W", "toLocation": "locations/$W-store", "quantity": "50",
         "expiryDate": "$E"}}}})",
                 NewRequestId()));
  Do(world, kPharmacist, "Allocate",
     R"({"location": "locations/$W-store", "lines": [{"item": "items/$I", "quantity": "3"}]})");
  Do(world, kHospitalApprover, "ClosePeriod",
     R"({"holder": "institutions/$W-hospital", "month": "$P"})");
}

// Somebody who is nobody else reads the hospital's use: that is on the inspectors' list.
void WorldHost::ReadUse(const World& world) {
  auth::Principal reader = PrincipalIn(world, kNurse);
  reader.user_id = world.hospital + "-reader";
  const Answer answer =
      Ask(MethodNamed("GetUse"), Fill(R"({"name": "uses/$X-use"})", world), reader);
  QINGQU_CHECK(answer.status.ok());
}

void WorldHost::NoteIds(const World& world) {
  for (const std::string& mark : {world.hospital, world.ward}) {
    const std::string at =
        fmt::format(" WHERE location_id = '{0}-store' AND lot_number = 'L-{0}'", mark);
    const std::string account =
        "SELECT account_id FROM distribution.account JOIN distribution.lot USING (lot_id)" + at;
    ids_[mark + "account"] = database().Value(account);
    ids_[mark + "reservation"] = database().Value(
        "SELECT reservation_id FROM distribution.reservation WHERE account_id = (" + account + ")");
    ids_[mark + "movement"] = database().Value(
        "SELECT movement_id FROM distribution.movement WHERE debit_account_id = (" + account + ")");
  }
}

void WorldHost::SignSomebodyIn(const World& world) {
  const std::string user_id = PrincipalIn(world, kNurse).user_id;
  Do(world, kAdministrator, "CreateUser",
     fmt::format(R"({{"userId": "{}", "password": "{}", "user": {{"displayName": "n",
         "roles": ["ROLE_DEPARTMENT_NURSE"], "scope": "SCOPE_INSTITUTION",
         "institution": "institutions/$W-hospital"}}}})",
                 user_id, kPassword));
  Do(world, kNurse, "SignIn",
     fmt::format(R"({{"user": "{}", "password": "{}"}})", user_id, kPassword));
  const Answer answer = Do(world, kNurse, "ListSessions", "{}");
  const std::string name = nlohmann::json::parse(answer.text)["sessions"][0]["name"];
  ids_[world.hospital + "session"] = name.substr(name.find('/') + 1);
}

}  // namespace qingqu::testing
