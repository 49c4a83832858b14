#include "services/supervision/convert.h"

#include <string>

#include "google/protobuf/util/json_util.h"

#include "common/base/check.h"
#include "common/rpc/timestamp.h"

namespace qingqu::supervision {

v1::Entry ToProto(const Entry& entry) {
  v1::Entry proto;
  proto.set_name("entries/" + std::to_string(entry.sequence));
  *proto.mutable_entry_time() = rpc::ToTimestamp(entry.written_at);
  proto.set_event(entry.event);
  proto.set_method(entry.method);
  proto.set_resource(entry.resource);
  proto.mutable_subjects()->Assign(entry.subjects.begin(), entry.subjects.end());
  const bool person = !entry.actor_user_id.empty() && entry.actor_user_id != kSystemActor;
  if (person) proto.set_actor("users/" + entry.actor_user_id);
  if (!entry.actor_institution_id.empty()) {
    proto.set_actor_institution("institutions/" + entry.actor_institution_id);
  }
  proto.mutable_actor_roles()->Assign(entry.actor_roles.begin(), entry.actor_roles.end());
  proto.set_client(entry.client);
  proto.set_request_id(entry.request_id);
  proto.set_reason(entry.reason);
  const auto status =
      google::protobuf::util::JsonStringToMessage(entry.details.dump(), proto.mutable_details());
  QINGQU_CHECK(status.ok());
  return proto;
}

}  // namespace qingqu::supervision
