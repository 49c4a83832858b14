#include "services/usage/convert.h"

#include <algorithm>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::usage {
namespace {

constexpr int kScanLengthMax = 512;

bool IsPatientId(std::string_view text) {
  return text.size() >= 8 && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char character) {
           return (character >= 'A' && character <= 'Z') ||
                  (character >= 'a' && character <= 'z') ||
                  (character >= '0' && character <= '9') || character == '-' || character == '_';
         });
}

// 18 characters, 17 of them digits: what a resident's identity card number looks like (GB 11643).
bool LooksLikeIdCard(std::string_view text) {
  return text.size() == 18 && std::all_of(text.begin(), text.end() - 1, [](char character) {
           return character >= '0' && character <= '9';
         });
}

void CheckTexts(const v1::Use& use, FieldViolations& violations) {
  if (!use.patient_pseudonym().empty() && !IsPatientId(use.patient_pseudonym())) {
    violations.Add("use.patient_pseudonym",
                   "must be 8 to 64 of A-Z, a-z, 0-9, dash and underscore");
  }
  if (LooksLikeIdCard(use.patient_pseudonym())) {
    violations.Add("use.patient_pseudonym", "looks like an identity card number; send a pseudonym");
  }
  if (CodePointCount(use.procedure()) > 100)
    violations.Add("use.procedure", "must be at most 100 characters");
  if (!use.doctor().empty() && !IsDoctorId(use.doctor()))
    violations.Add("use.doctor", "must be at most 64 letters, digits, '.', '_' and '-'");
}

absl::Time ParseUseTime(const CallContext& call, const v1::Use& use, FieldViolations& violations) {
  if (!use.has_use_time()) return call.received_at;
  const absl::Time used_at =
      absl::FromUnixSeconds(use.use_time().seconds()) + absl::Nanoseconds(use.use_time().nanos());
  if (used_at > call.received_at + kClockSkewMax)
    violations.Add("use.use_time", "must not be in the future");
  if (used_at < call.received_at - kUseAgeMax)
    violations.Add("use.use_time", "must be at most 30 days ago");
  return used_at;
}

std::vector<ScanInput> ParseLines(const v1::Use& use, FieldViolations& violations) {
  const auto count = static_cast<size_t>(use.lines_size());
  if (count == 0 || count > kLinesMax) {
    violations.Add("use.lines", fmt::format("must be 1 to {} lines, is {}", kLinesMax, count));
    return {};
  }
  std::vector<ScanInput> inputs;
  inputs.reserve(count);
  for (const v1::UseLine& line : use.lines()) {
    const size_t index = inputs.size();
    if (line.scan().empty() || line.scan().size() > kScanLengthMax ||
        line.pi_scan().size() > kScanLengthMax) {
      violations.Add(fmt::format("use.lines[{}].scan", index), "must be 1 to 512 bytes");
    }
    const absl::StatusOr<Quantity> packs = ParsePositiveQuantity(line.packs(), "packs");
    if (!packs.ok()) {
      violations.Add(fmt::format("use.lines[{}].packs", index), ToStd(packs.status().message()));
    }
    inputs.push_back({.scan = line.scan(), .pi_scan = line.pi_scan(), .packs = line.packs()});
  }
  return inputs;
}

v1::UseState ToProto(UseState state) {
  switch (state) {
    case UseState::kPending:
      return v1::USE_STATE_PENDING;
    case UseState::kPosted:
      return v1::USE_STATE_POSTED;
    case UseState::kRefused:
      return v1::USE_STATE_REFUSED;
  }
  return v1::USE_STATE_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<ParsedUse> ParseUse(const CallContext& call, const v1::CreateUseRequest& request) {
  ParsedUse parsed;
  FieldViolations violations;
  const v1::Use& proto = request.use();
  Use& use = parsed.use;
  use.use_id = request.use_id().empty() ? call.request_id : request.use_id();
  if (!request.use_id().empty()) {
    violations.AddIfError("use_id", ValidateResourceId(use.use_id));
  }
  const absl::StatusOr<std::string> location =
      ParseResourceId("locations/{location}", proto.location());
  violations.AddIfError("use.location", location.status());
  use.location_id = location.value_or("");
  CheckTexts(proto, violations);
  use.patient_pseudonym = proto.patient_pseudonym();
  use.procedure = proto.procedure();
  use.doctor = proto.doctor();
  use.used_at = ParseUseTime(call, proto, violations);
  use.recorder_id = call.principal.user_id;
  use.recorder_roles = call.principal.roles;
  use.recorder_for_id = call.principal.on_behalf_of;
  use.delegation_id = call.principal.delegation_id;
  parsed.inputs = ParseLines(proto, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return parsed;
}

v1::Use ToProto(const Use& use) {
  v1::Use proto;
  proto.set_name("uses/" + use.use_id);
  proto.set_location("locations/" + use.location_id);
  proto.set_institution("institutions/" + use.institution_id);
  proto.set_patient_pseudonym(use.patient_pseudonym);
  proto.set_procedure(use.procedure);
  proto.set_doctor(use.doctor);
  proto.set_state(ToProto(use.state));
  proto.set_recorder("users/" + use.recorder_id);
  *proto.mutable_use_time() = rpc::ToTimestamp(use.used_at);
  *proto.mutable_create_time() = rpc::ToTimestamp(use.created_at);
  proto.set_line_count(use.line_count);
  for (const UseLine& line : use.lines) {
    v1::UseLine& out = *proto.add_lines();
    out.set_line_number(proto.lines_size());
    out.set_scan(line.input.scan);
    out.set_pi_scan(line.input.pi_scan);
    out.set_packs(line.input.packs);
    out.set_item("items/" + line.item_id);
    out.set_lot(line.lot);
    out.set_serial(line.serial);
    if (line.expiry.has_value()) out.set_expiry_date(line.expiry->ToString());
    out.set_quantity(line.quantity.base_units());
  }
  return proto;
}

db::JournalEntry MakeJournalEntry(std::string_view event, const Use& use) {
  db::JournalEntry entry;
  entry.event = event;
  entry.resource = "uses/" + use.use_id;
  entry.institution_id = use.institution_id;
  entry.alliance_id = use.alliance_id;
  entry.subjects = {"locations/" + use.location_id, "institutions/" + use.institution_id};
  if (!use.department_id.empty()) entry.subjects.push_back("departments/" + use.department_id);
  nlohmann::json lines = nlohmann::json::array();
  for (const UseLine& line : use.lines) {
    entry.subjects.push_back("items/" + line.item_id);
    if (!line.lot.empty()) entry.subjects.push_back(db::LotSubject(line.item_id, line.lot));
    lines.push_back({{"line_number", lines.size() + 1},
                     {"item", "items/" + line.item_id},
                     {"lot", line.lot},
                     {"serial", line.serial},
                     {"quantity", line.quantity.base_units()}});
  }
  entry.details_json = nlohmann::json{
      {"location", "locations/" + use.location_id},
      {"use_time", absl::FormatTime(absl::RFC3339_full, use.used_at, absl::UTCTimeZone())},
      {"lines",
       std::move(lines)}}.dump();
  entry.restricted_json = nlohmann::json{
      {"patient_pseudonym", use.patient_pseudonym},
      {"procedure", use.procedure},
      {"doctor", use.doctor}}.dump();
  return entry;
}

}  // namespace qingqu::usage
