#include "tests/support/county_catalogue.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "fmt/format.h"

#include "common/tabular/csv_reader.h"
#include "tests/support/catalogue_words.h"

namespace qingqu::testing {
namespace {

using Random = std::mt19937_64;

// Of the standard's generator alone, so that each platform makes the same items.
size_t Below(Random& random, size_t limit) { return static_cast<size_t>(random() % limit); }
bool Chance(Random& random, size_t percent) { return Below(random, 100) < percent; }

template <typename List>
const auto& Pick(Random& random, const List& list) {
  return *std::next(std::begin(list), static_cast<std::ptrdiff_t>(Below(random, std::size(list))));
}

std::string GtinOf(uint64_t number) {
  const std::string digits = fmt::format("0690{:09}", number % 1'000'000'000);
  int sum = 0;
  for (size_t place = 0; place < digits.size(); ++place) {
    sum += (digits[place] - '0') * (place % 2 == 0 ? 3 : 1);
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

struct Maker {
  std::string name;
  std::string province;  // its short name in registration numbers: "鲁"
};

std::vector<Maker> MakeMakers(Random& random, size_t count) {
  std::vector<Maker> makers;
  for (size_t i = 0; i < count; ++i) {
    const auto& [place, province] = Pick(random, kPlaces);
    std::string brand(Pick(random, kBrandBeginnings));
    brand += Pick(random, kBrandEndings);
    makers.push_back({.name = fmt::format("{}{}{}", place, brand, Pick(random, kCompanyKinds)),
                      .province = std::string(province)});
  }
  return makers;
}

std::string RegistrationOf(Random& random, const Maker& maker, int device_class, size_t number) {
  const size_t year = 2014 + Below(random, 12);
  const size_t classification = 1 + Below(random, 22);
  if (device_class == 1)
    return fmt::format("{}械备{}{:04}号", maker.province, year, number % 10'000);
  if (device_class == 2) {
    return fmt::format("{}械注准{}2{:02}{:04}", maker.province, year, classification,
                       number % 10'000);
  }
  return fmt::format("国械注{}{}3{:02}{:04}", Chance(random, 20) ? "进" : "准", year,
                     classification, number % 10'000);
}

// The sizes of a series, of which each item has one.
std::vector<std::string> SizesOf(Random& random, SizeKind kind) {
  const std::span<const std::string_view> known = SizesOfKind(kind);
  if (!known.empty()) return {known.begin(), known.end()};
  std::vector<std::string> sizes;
  for (const double diameter : {2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 4.5, 5.0, 6.5}) {
    for (const int length : {10, 12, 14, 16, 18, 20, 24, 28, 30, 35, 40, 45, 50}) {
      sizes.push_back(kind == SizeKind::kScrew ? fmt::format("Φ{}×{}mm", diameter, length)
                                               : fmt::format("{}*{}", diameter, length));
    }
  }
  const size_t first = Below(random, 30);
  sizes.erase(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(first));
  return sizes;
}

std::string FirstFeature(const std::string& feature) {
  return feature.substr(0, std::min(feature.find('/'), feature.size()));
}

// A product of a maker in all its sizes.
struct Product {
  std::string name;
  std::string class_code;
  std::string unit;
  SizeKind sizes = SizeKind::kPieces;
  int device_class = 2;
  bool high_value = false;
  int64_t price_cents = 100;
};

Product EverydayProduct(Random& random) {
  const Everyday& everyday = Pick(random, kEveryday);
  std::string name(everyday.name);
  if (everyday.may_be_sterile && Chance(random, 60)) name = "无菌" + name;
  if (Chance(random, 55)) name = "一次性使用" + name;
  return {.name = std::move(name),
          .class_code = std::string(everyday.class_code),
          .unit = std::string(everyday.unit),
          .sizes = everyday.sizes,
          .device_class = everyday.device_class,
          .high_value = false,
          .price_cents = everyday.price_cents};
}

Product MonitoredProduct(Random& random, const CatalogueClass& of) {
  std::string name = of.kind;
  const bool told = !of.material.empty() && of.material != "不区分";
  if (told && Chance(random, 50)) name = of.material + name;
  const std::string feature = FirstFeature(of.feature);
  if (!feature.empty() && feature != "不区分" && Chance(random, 40)) {
    name = fmt::format("{}（{}）", name, feature);
  } else if (Chance(random, 30)) {
    name += Pick(random, kProductEndings);
  }
  return {.name = std::move(name),
          .class_code = of.code,
          .unit = "件",
          .sizes = Chance(random, 70) ? SizeKind::kScrew : SizeKind::kModel,
          .device_class = 3,
          .high_value = true,
          .price_cents = static_cast<int64_t>(20'000 + Below(random, 2'000'000))};
}

// As people write numbers and signs.
std::string OtherSpelling(Random& random, std::string text) {
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  };
  switch (Below(random, 6)) {
    case 0:
      replace("×", "*");
      break;
    case 1:
      replace("*", "×");
      break;
    case 2:
      replace("ml", "ML");
      replace("mm", "㎜");
      break;
    case 3:
      replace("Φ", "");
      break;
    case 4:
      replace("号", "#");
      replace("（", "(");
      replace("）", ")");
      break;
    default:
      break;
  }
  return text;
}

// Without one of the characters, counted from 0.
std::string WithoutCharacter(std::string text, size_t which) {
  size_t begin = 0;
  for (size_t character = 0; begin < text.size(); ++character) {
    size_t end = begin + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    if (character == which) return text.erase(begin, end - begin);
    begin = end;
  }
  return text;
}

std::string OtherName(Random& random, const GeneratedItem& item) {
  std::string name = item.display_name;
  for (const std::string_view left_out : {"一次性使用", "无菌", "医用"}) {
    const size_t at = name.find(left_out);
    if (at != name.npos && Chance(random, 45)) name.erase(at, left_out.size());
  }
  if (Chance(random, 12)) name += "(" + item.specification + ")";
  if (Chance(random, 8)) name = WithoutCharacter(name, 1 + Below(random, 5));
  if (Chance(random, 6)) name += Pick(random, kHospitalRemarks);
  return OtherSpelling(random, std::move(name));
}

std::string OtherMaker(Random& random, const std::string& maker) {
  std::string name = maker;
  if (Chance(random, 50)) {
    for (const std::string_view ending : {"股份有限公司", "有限责任公司", "有限公司"}) {
      const size_t at = name.find(ending);
      if (at != name.npos) name.erase(at);
    }
  }
  if (Chance(random, 15)) {
    const size_t at = name.find("医疗");
    if (at != name.npos) name.erase(at);
  }
  return Chance(random, 8) ? "" : name;
}

}  // namespace

std::vector<CatalogueClass> ReadCatalogueClasses(const std::string& path) {
  std::vector<CatalogueClass> classes;
  std::ifstream file(path, std::ios::binary);
  tabular::StreamSource source(file);
  tabular::CsvReader reader(source);
  tabular::Record record;
  tabular::RecordError error;
  while (file.is_open()) {
    const auto outcome = reader.Next(record, error);
    if (!outcome.ok() || *outcome == tabular::RecordOutcome::kEnd) break;
    const std::vector<std::string>& row = record.fields;
    if (row.size() < 11 || row[1].size() != 15) continue;
    classes.push_back(
        {.code = row[1], .group = row[3], .kind = row[4], .material = row[8], .feature = row[10]});
  }
  return classes;
}

CountyCatalogue::CountyCatalogue(uint64_t seed, size_t size,
                                 const std::vector<CatalogueClass>& classes) {
  Random random(seed);
  const std::vector<Maker> makers = MakeMakers(random, 600);
  size_t registrations = 0;
  items_.reserve(size);
  while (items_.size() < size) {
    const bool monitored = !classes.empty() && Chance(random, 33);
    const Product product =
        monitored ? MonitoredProduct(random, Pick(random, classes)) : EverydayProduct(random);
    const size_t maker_number = Below(random, makers.size());
    const Maker& maker = makers[maker_number];
    const std::string registration =
        RegistrationOf(random, maker, product.device_class, ++registrations);
    std::vector<std::string> sizes = SizesOf(random, product.sizes);
    sizes.resize(std::min(sizes.size(), 1 + Below(random, 12)));
    for (const std::string& specification : sizes) {
      if (items_.size() == size) break;
      const size_t number = items_.size();
      items_.push_back(
          {.id = fmt::format("item-{:07}", number),
           .display_name = product.name,
           .specification = specification,
           .manufacturer = maker.name,
           .registration_number = registration,
           .class_code = product.class_code,
           .national_code = fmt::format("{}{:05}{:07}", product.class_code, maker_number, number),
           .device_identifier = GtinOf(number),
           .base_unit = product.unit,
           .pack_units = std::array<int64_t, 5>{1, 10, 20, 50, 100}[Below(random, 5)],
           .price_cents = product.price_cents + static_cast<int64_t>(Below(random, 100)),
           .high_value = product.high_value});
    }
  }
}

std::vector<DirtyRow> CountyCatalogue::HospitalList(uint64_t seed, size_t rows) const {
  Random random(seed);
  std::vector<DirtyRow> list;
  for (size_t number = 0; number < rows; ++number) {
    const GeneratedItem& item = items_[Below(random, items_.size())];
    DirtyRow row{.local_code = fmt::format("{:06}", 100'000 + number),
                 .name = OtherName(random, item),
                 .specification = OtherSpelling(random, item.specification),
                 .manufacturer = OtherMaker(random, item.manufacturer),
                 .registration_number = item.registration_number,
                 .insurance_code = item.national_code,
                 .unit = item.base_unit,
                 .price_cents = item.price_cents,
                 .truth = item.id};
    if (Chance(random, 35)) row.registration_number.clear();
    if (Chance(random, 10))
      row.registration_number = fmt::format("注册证号:{}", row.registration_number);
    if (Chance(random, 55)) row.insurance_code.clear();
    if (!row.insurance_code.empty() && Chance(random, 10)) row.insurance_code.resize(20);
    if (Chance(random, 30)) {
      row.unit = "盒";
      row.factor = item.pack_units;
      row.price_cents *= item.pack_units;
    }
    if (Chance(random, 10)) {
      // Something of the kind that the county does not have.
      row.truth.clear();
      row.insurance_code.clear();
      row.registration_number.clear();
      row.specification = fmt::format("特制{}", 1 + Below(random, 900));
      row.manufacturer = "外地" + row.manufacturer;
    }
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace qingqu::testing
