// Writes a county's catalogue that nobody made (tests/support/county_catalogue.h) for the bench:
// the items as `qingqu import items` reads them, and what people type when they look for them, a
// line for each key.
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "fmt/format.h"

#include "common/base/check.h"
#include "common/tabular/csv_writer.h"
#include "services/catalog/registration_number.h"
#include "services/catalog/search/folded_text.h"
#include "services/catalog/search/pinyin.h"
#include "tests/support/county_catalogue.h"

ABSL_FLAG(int, items, 100'000, "how many items");
ABSL_FLAG(std::string, items_file, "", "where the items go, as CSV");
ABSL_FLAG(std::string, typed_file, "", "where what is typed goes");
ABSL_FLAG(std::string, classes, "", "the list of classes that implants are of");

namespace qingqu {
namespace {

constexpr uint64_t kSeed = 7;
constexpr int kTyped = 1'500;
// Packs have identifiers of their own, behind those of the items.
constexpr int64_t kPackNumbers = 800'000'000'000;

std::string PackGtin(size_t number) {
  const std::string digits = fmt::format("{:013}", kPackNumbers + static_cast<int64_t>(number));
  int sum = 0;
  for (size_t place = 0; place < digits.size(); ++place) {
    sum += (digits[place] - '0') * (place % 2 == 0 ? 3 : 1);
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::vector<std::string> RowOf(const testing::GeneratedItem& item, size_t number) {
  const auto registration = catalog::ParseRegistrationNumber(item.registration_number);
  QINGQU_CHECK(registration.ok());
  const bool packed = item.pack_units > 1;
  return {item.id,
          item.display_name,
          item.specification,
          item.registration_number,
          registration->is_filing ? "" : "2030-12-31",
          fmt::format("{}", static_cast<int>(registration->device_class)),
          item.national_code,
          item.device_identifier,
          item.base_unit,
          item.manufacturer,
          "true",
          "false",
          "true",
          item.high_value ? "true" : "false",
          packed ? PackGtin(number) : "",
          packed ? "盒" : "",
          packed ? fmt::format("{}", item.pack_units) : ""};
}

// The first letters of how it is read.
std::string Initials(const std::string& text) {
  std::string letters;
  for (const char32_t character : catalog::Fold(text).characters) {
    const auto readings = catalog::ReadingsOf(character);
    if (!readings.empty()) letters += readings[0].substr(0, 1);
  }
  return letters;
}

// `count` characters from that numbered `first`.
std::string Characters(const std::string& text, size_t first, size_t count) {
  std::string characters;
  size_t passed = 0;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) ++passed;
    if (passed > first + count) break;
    if (passed > first) characters += byte;
  }
  return characters;
}

// Each key that is typed asks for what stands there by then.
void Type(const std::string& text, std::ofstream& file) {
  for (size_t end = 1; end <= text.size(); ++end) {
    const bool whole =
        end == text.size() || (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (whole) file << text.substr(0, end) << '\n';
  }
}

void WriteKeys(const testing::CountyCatalogue& catalogue, const std::string& path) {
  std::ofstream file(path);
  std::mt19937_64 random(11);
  for (int typed = 0; typed < kTyped; ++typed) {
    const auto& item = catalogue.items()[random() % catalogue.items().size()];
    switch (typed % 5) {
      case 0:
        Type(Initials(item.display_name), file);
        break;
      case 1:
        Type(item.specification + " " + Characters(item.display_name, 0, 4), file);
        break;
      case 2:
        Type(item.national_code, file);
        break;
      case 3:
        Type(Characters(item.manufacturer, 2, 2), file);
        break;
      default:
        Type(item.display_name, file);
    }
  }
}

void WriteItems(const testing::CountyCatalogue& catalogue, const std::string& path) {
  std::ofstream file(path);
  file << "item_id,display_name,specification,registration_number,registration_expire_date,"
          "device_class,national_code,device_identifier,base_unit,manufacturer,lot_tracked,"
          "serial_tracked,expiry_tracked,high_value,pack_device_identifier,pack_unit,"
          "pack_base_units\n";
  for (size_t number = 0; number < catalogue.items().size(); ++number) {
    std::string record;
    tabular::AppendCsvRecord(RowOf(catalogue.items()[number], number), record);
    file << record;
  }
}

}  // namespace
}  // namespace qingqu

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const auto classes = qingqu::testing::ReadCatalogueClasses(absl::GetFlag(FLAGS_classes));
  const qingqu::testing::CountyCatalogue catalogue(
      qingqu::kSeed, static_cast<size_t>(absl::GetFlag(FLAGS_items)), classes);
  qingqu::WriteItems(catalogue, absl::GetFlag(FLAGS_items_file));
  qingqu::WriteKeys(catalogue, absl::GetFlag(FLAGS_typed_file));
  return 0;
}
