#pragma once

#include <optional>

#include "absl/status/statusor.h"

#include "qingqu/catalog/v1/registration.pb.h"
#include "services/catalog/registrations/registration.h"

namespace qingqu::catalog {

v1::DeviceClass ToProto(DeviceClass device_class);
v1::RegistrationState ToProto(RegistrationState state);
v1::Registration ToProto(const Registration& registration);
// With the change that waits, when there is one.
v1::Registration ToProto(const Registration& registration,
                         const std::optional<RegistrationChange>& open_change);
// What is read of a number alone.
v1::Registration ToProto(const RegistrationNumber& number);

// Views into `message`, which must outlive the draft.
RegistrationDraft DraftOf(const v1::Registration& message);

// None when unspecified. INVALID_ARGUMENT when it is no known state.
absl::StatusOr<std::optional<RegistrationState>> RegistrationStateFilter(
    v1::RegistrationState state);

}  // namespace qingqu::catalog
