#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace qingqu::testing {

// A class of the national tree (医保医用耗材分类), level 6.
struct CatalogueClass {
  std::string code;   // 15 characters
  std::string group;  // level 2: "接骨板"
  std::string kind;   // level 3: "锁骨接骨板"
  std::string material;
  std::string feature;
};

// Those of a list with the header of the national one (the tests' sample, or the whole list). Empty
// when it cannot be read.
std::vector<CatalogueClass> ReadCatalogueClasses(const std::string& path);

struct GeneratedItem {
  std::string id;
  std::string display_name;
  std::string specification;
  std::string manufacturer;
  std::string registration_number;
  std::string class_code;     // 15 characters
  std::string national_code;  // 27 characters
  std::string device_identifier;
  std::string base_unit;
  int64_t pack_units = 1;
  int64_t price_cents = 0;
  bool high_value = false;
};

// A row of a hospital's own list, as hospitals keep them, and the item that it is.
struct DirtyRow {
  std::string local_code;
  std::string name;
  std::string specification;
  std::string manufacturer;
  std::string registration_number;
  std::string insurance_code;
  std::string unit;
  int64_t price_cents = 0;
  std::string truth;   // an item's id; "" for what is not in the catalogue
  int64_t factor = 1;  // base units in the row's unit
};

// A county's catalogue that nobody made: names as they are on labels, invented makers, sizes as
// they come in series. The same seed and size give the same items, and a larger size goes on from
// there.
class CountyCatalogue {
 public:
  // Implants and other monitored goods are of `classes`, if there are any; two thirds of the items
  // are what every ward uses.
  CountyCatalogue(uint64_t seed, size_t size, const std::vector<CatalogueClass>& classes);

  const std::vector<GeneratedItem>& items() const { return items_; }

  // A hospital's list of `rows` rows: nine in ten are items of the catalogue.
  std::vector<DirtyRow> HospitalList(uint64_t seed, size_t rows) const;

 private:
  std::vector<GeneratedItem> items_;
};

}  // namespace qingqu::testing
