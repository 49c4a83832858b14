#pragma once

#include "google/protobuf/message.h"

#include "common/auth/principal.h"
#include "common/privacy/pseudonym.h"

namespace qingqu::rpc {

// Who gets an answer.
struct Reader {
  const auth::Principal* principal = nullptr;
  // For who sees pseudonyms; null: nothing stands in their place.
  const privacy::PseudonymKey* pseudonyms = nullptr;
  // The method is declared doctor_level: else no field names anybody, whoever asks.
  bool doctor_level = false;
};

// Leaves of an answer what the reader may see: clears every field, at any depth, whose
// read_permission the principal does not hold, and shows patients and doctors as PeopleView says.
// What declares PERSON_ANY has been shown by the service.
void ShapeAnswer(const Reader& reader, google::protobuf::Message& answer);

}  // namespace qingqu::rpc
