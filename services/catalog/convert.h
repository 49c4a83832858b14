#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "qingqu/catalog/v1/catalog_service.pb.h"
#include "services/catalog/item.h"
#include "services/catalog/supplier.h"

namespace qingqu::catalog {

v1::Supplier ToProto(const Supplier& supplier);
v1::Item ToProto(const Item& item);

// Views into `request`, which must outlive the draft.
SupplierDraft DraftOf(const v1::CreateSupplierRequest& request);
ItemDraft DraftOf(const v1::CreateItemRequest& request);
ItemDraft DraftOf(const v1::Item& item);

// None when unspecified. INVALID_ARGUMENT when it is no known state.
absl::StatusOr<std::optional<ApprovalState>> StateFilter(v1::ApprovalState state);

// For the journal.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace qingqu::catalog
