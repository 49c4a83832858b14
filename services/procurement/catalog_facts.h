#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/base/civil_date.h"

namespace qingqu::procurement {

// What procurement needs to know of the catalogue, as the catalogue publishes it.

struct ItemFacts {
  bool approved = false;
  int device_class = 0;                               // 1, 2 or 3 (医疗器械分类)
  std::optional<CivilDate> registration_expire_date;  // a filing (class I) does not expire
  bool lot_tracked = false;
  bool serial_tracked = false;
  bool expiry_tracked = false;
};

using ItemFactsById = std::map<std::string, ItemFacts, std::less<>>;

struct SupplierFacts {
  bool approved = false;
  std::optional<CivilDate> licence_expire_date;
  int licence_class = 0;  // 3: licence (许), covers class II too; 2: filing (备); 0: none
};

// Why the item may not be bought on `day`; empty when it may.
std::string WhyNotBuyable(const ItemFacts& item, const CivilDate& day);

// Why the supplier's licence does not cover an item of `device_class` on `day`; empty when it does.
// Class III needs a licence, class II a filing or a licence, class I nothing.
std::string WhyNotLicensed(const SupplierFacts& supplier, int device_class, const CivilDate& day);

// Why nothing of `device_class` may be bought from the supplier on `day`; empty when it may.
std::string WhyNotBuyable(const SupplierFacts& supplier, int device_class, const CivilDate& day);

}  // namespace qingqu::procurement
