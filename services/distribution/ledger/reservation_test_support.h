#pragma once

#include <string>
#include <utility>
#include <vector>

#include "services/distribution/distribution_test_support.h"
#include "services/distribution/ledger/ledger_handlers.h"

namespace qingqu::distribution {

// Goods that lie somewhere, however they came there.
struct Goods {
  std::string location = "store";
  std::string item = "gauze";
  std::string lot;     // of its own for each Put
  std::string expiry;  // "": none
  int64_t quantity = 0;
  std::string condition = "available";
  std::string owner = "institutions/county-hospital";
};

// The county of DistributionTest with items "gauze" and "tape", and calls of LedgerService.
class ReservationTest : public DistributionTest {
 protected:
  explicit ReservationTest(int connections_max = 16);

  // From supply, as superuser; the ledger stays sound.
  void Put(const Goods& goods);
  void Suspend(const std::string& item_id);

  CallContext TownPharmacist() const {
    return By("pharmacist-town", "hospital_pharmacist", "town-clinic");
  }

  using Wishes = std::vector<std::pair<std::string, int64_t>>;
  static v1::AllocateRequest RequestOf(const std::string& location, const Wishes& wishes);
  absl::StatusOr<v1::AllocateResponse> Allocate(const CallContext& call,
                                                const std::string& location, const Wishes& wishes);
  absl::StatusOr<v1::Reservation> Get(const CallContext& call, const std::string& name);

  // Of all accounts of an item at a location.
  int64_t Reserved(const std::string& location, const std::string& item = "gauze") const;

  SystemClock clock_;
  LedgerHandlers ledger_{pool_.get(), &clock_};
};

// "lot quantity" of each reservation, line after line.
std::vector<std::string> LotsOf(const v1::AllocateResponse& response);

}  // namespace qingqu::distribution
