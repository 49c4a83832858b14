#include "services/procurement/catalog_facts.h"

#include "fmt/format.h"

namespace qingqu::procurement {

std::string WhyNotBuyable(const ItemFacts& item, const CivilDate& day) {
  if (!item.approved) return "the item is not approved in the catalogue";
  if (item.registration_expire_date && *item.registration_expire_date < day) {
    return fmt::format("the item's registration expired on {}",
                       item.registration_expire_date->ToString());
  }
  return "";
}

std::string WhyNotLicensed(const SupplierFacts& supplier, int device_class, const CivilDate& day) {
  if (device_class <= 1) return "";
  if (supplier.licence_class < device_class) {
    return fmt::format("the supplier's licence does not cover items of class {}", device_class);
  }
  if (!supplier.licence_expire_date) return "the supplier has no licence with a last day";
  if (*supplier.licence_expire_date < day) {
    return fmt::format("the supplier's licence expired on {}",
                       supplier.licence_expire_date->ToString());
  }
  return "";
}

std::string WhyNotBuyable(const SupplierFacts& supplier, int device_class, const CivilDate& day) {
  if (!supplier.approved) return "the supplier is not approved in the catalogue";
  return WhyNotLicensed(supplier, device_class, day);
}

}  // namespace qingqu::procurement
