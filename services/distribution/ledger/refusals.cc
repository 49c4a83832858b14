#include "services/distribution/ledger/refusals.h"

#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "nlohmann/json.hpp"

#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::util::MessageDifferencer;

// What was asked for, without what only answers tell.
v1::Movement Asked(v1::Movement movement) {
  movement.clear_name();
  movement.clear_post_time();
  movement.clear_actor();
  movement.clear_from_balance();
  movement.clear_to_balance();
  return movement;
}

bool SameField(const v1::Movement& one, const v1::Movement& other, const FieldDescriptor* field) {
  MessageDifferencer differencer;
  return differencer.CompareWithFields(one, other, {field}, {field});
}

// What the ledger keeps as it was given. All else may be filled in from what is known of the goods.
bool IsKeptAsGiven(const FieldDescriptor& field) {
  constexpr int kKept[] = {
      v1::Movement::kKindFieldNumber,   v1::Movement::kDocumentFieldNumber,
      v1::Movement::kReasonFieldNumber, v1::Movement::kOverrideExpiryFieldNumber,
      v1::Movement::kGroupFieldNumber,  v1::Movement::kOriginalFieldNumber};
  return std::find(std::begin(kKept), std::end(kKept), field.number()) != std::end(kKept);
}

// Packs are counted when they are posted, and forgotten.
bool IsOfPack(const FieldDescriptor& field) {
  return field.number() == v1::Movement::kPackQuantityFieldNumber ||
         field.number() == v1::Movement::kPackFieldNumber;
}

// Of two movements the first field whose values differ; with `given_only` fields that the first one
// leaves out do not count, when the ledger may have filled them in.
std::string FirstDifferentField(const v1::Movement& one, const v1::Movement& other,
                                bool given_only) {
  const google::protobuf::Descriptor& type = *v1::Movement::descriptor();
  const google::protobuf::Reflection& reflection = *one.GetReflection();
  for (int index = 0; index < type.field_count(); ++index) {
    const FieldDescriptor* field = type.field(index);
    std::vector<const FieldDescriptor*> given;
    reflection.ListFields(one, &given);
    const bool is_given = std::find(given.begin(), given.end(), field) != given.end();
    if (given_only && (IsOfPack(*field) || (!is_given && !IsKeptAsGiven(*field)))) continue;
    if (!SameField(one, other, field)) return field->name();
  }
  return "";
}

}  // namespace

absl::Status MovementRefused(absl::StatusCode code, std::string_view reason,
                             std::string_view message, std::string_view field) {
  ErrorMetadata metadata;
  if (!field.empty()) metadata.emplace("field", field);
  return MakeError(code, reason, message, metadata);
}

absl::Status RuleBroken(std::string_view reason, std::string_view message, std::string_view field) {
  return MovementRefused(absl::StatusCode::kFailedPrecondition, reason, message, field);
}

absl::Status MovementExists(std::string_view movement_id, std::string_view field) {
  return MovementRefused(absl::StatusCode::kAlreadyExists, "MOVEMENT_EXISTS",
                         fmt::format("movements/{} was asked for before with another {}; make a "
                                     "new name for another movement",
                                     movement_id, field),
                         field);
}

absl::Status GroupFailed(std::string_view movement_id) {
  return MovementRefused(
      absl::StatusCode::kAborted, "GROUP_FAILED",
      fmt::format("movements/{} of the same group was refused, so this one was not posted",
                  movement_id),
      "group");
}

std::string RefusalJson(const absl::Status& refusal, const v1::Movement& asked) {
  std::string command;
  const auto converted = google::protobuf::util::MessageToJsonString(Asked(asked), &command);
  const nlohmann::json json{
      {"code", static_cast<int>(refusal.code())},
      {"reason", ErrorReason(refusal)},
      {"message", ToStd(refusal.message())},
      {"metadata", ErrorDetails(refusal)},
      {"asked", converted.ok() ? nlohmann::json::parse(command) : nlohmann::json::object()}};
  return json.dump();
}

absl::Status RefusalOf(const std::string& json) {
  const nlohmann::json stored = nlohmann::json::parse(json);
  return MakeError(static_cast<absl::StatusCode>(stored.at("code").get<int>()),
                   stored.at("reason").get<std::string>(), stored.at("message").get<std::string>(),
                   stored.at("metadata").get<ErrorMetadata>());
}

std::string ContentHash(const v1::Movement& asked) {
  // Serialized in the order of the fields, since a movement has no maps and no unknown fields that
  // count.
  v1::Movement content = Asked(asked);
  content.DiscardUnknownFields();
  return UuidFromText(content.SerializeAsString()).ToString();
}

namespace {

// The one field in which the movement differs from what was asked for first: that is known by its
// hash, and each field of it was empty, or is what was stored.
std::string OnlyDifference(const v1::Movement& asked, const v1::Movement& told,
                           const std::string& content_hash) {
  const google::protobuf::Descriptor& type = *v1::Movement::descriptor();
  for (int index = 0; index < type.field_count(); ++index) {
    v1::Movement without = asked;
    without.GetReflection()->ClearField(&without, type.field(index));
    if (ContentHash(without) == content_hash) return type.field(index)->name();
    if (type.field(index)->number() == v1::Movement::kOverrideExpiryFieldNumber) {
      // Told is whether it was needed, not whether it was asked for.
      without.set_override_expiry(!asked.override_expiry());
      if (ContentHash(without) == content_hash) return type.field(index)->name();
    }
    v1::Movement only = told;
    std::vector<const FieldDescriptor*> given;
    only.GetReflection()->ListFields(told, &given);
    for (const FieldDescriptor* field : given) {
      if (field != type.field(index)) only.GetReflection()->ClearField(&only, field);
    }
    without.MergeFrom(only);
    if (ContentHash(without) == content_hash) return type.field(index)->name();
  }
  return "";
}

}  // namespace

std::string FirstDifference(const v1::Movement& asked, const StoredMovement& stored) {
  std::string field;
  if (stored.refusal_json.empty()) {
    field = OnlyDifference(asked, ToProto(stored), stored.content_hash);
    if (!field.empty()) return field;
    v1::Movement told = Asked(ToProto(stored));
    told.set_override_expiry(asked.override_expiry());
    field = FirstDifferentField(Asked(asked), told, true);
    if (field.empty() && !asked.pack_quantity().empty()) field = "pack_quantity";
  } else {
    v1::Movement before;
    const std::string text = nlohmann::json::parse(stored.refusal_json).at("asked").dump();
    const auto parsed = google::protobuf::util::JsonStringToMessage(text, &before);
    if (parsed.ok()) field = FirstDifferentField(Asked(asked), before, false);
  }
  return field.empty() ? "name" : field;
}

}  // namespace qingqu::distribution
