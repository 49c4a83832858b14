#include "services/distribution/ledger/model_content.h"

#include "google/protobuf/util/message_differencer.h"

namespace qingqu::distribution {

bool SameContent(v1::Movement one, v1::Movement other) {
  one.clear_name();
  other.clear_name();
  return google::protobuf::util::MessageDifferencer::Equals(one, other);
}

std::string DifferentField(const v1::Movement& one, const v1::Movement& other) {
  google::protobuf::util::MessageDifferencer differencer;
  const auto& type = *v1::Movement::descriptor();
  std::string different;
  for (int index = 1; index < type.field_count(); ++index) {
    if (!differencer.CompareWithFields(one, other, {type.field(index)}, {type.field(index)})) {
      different = different.empty() ? type.field(index)->name() : "?";
    }
  }
  return different;
}

}  // namespace qingqu::distribution
