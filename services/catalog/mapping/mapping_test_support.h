#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/catalog/catalog_test_support.h"
#include "services/catalog/item_search.h"
#include "services/catalog/mapping/mapping_handlers.h"
#include "services/catalog/mapping/mapping_worker.h"

namespace qingqu::catalog {

// Pharmacists of the county hospital (alliance east), and of a hospital of the alliance west.
CallContext Pharmacist(std::string_view user_id = "yao");
CallContext WestPharmacist();

// The county hospital's list beside a catalogue of three: "syringe" (5ml, base unit 支, 盒 of 10),
// "syringe-10" (10ml), "gauze" (块).
class MappingDatabase : public CatalogDatabase {
 public:
  explicit MappingDatabase(int connections_max = 4);

  // An approved item with these texts; identifiers and code are made of `number`.
  void Approve(std::string_view id, int number, const std::string& name,
               const std::string& specification, const std::string& base_unit = "支");

  // A row that can be nothing but the syringe of 5ml.
  static v1::LocalRow SyringeRow(std::string_view local_code);
  // A row that says too little.
  static v1::LocalRow VagueRow(std::string_view local_code);

  static v1::UploadLocalRowsRequest Rows(const std::vector<v1::LocalRow>& rows);
  // Uploads for the county hospital and lets the platform compare.
  v1::UploadLocalRowsResponse Upload(const std::vector<v1::LocalRow>& rows);
  void Compare();
  v1::LocalCode Read(std::string_view local_code);
  // The item that the code is on that day, "" for none.
  std::string ItemOn(std::string_view local_code, std::string_view day);
  // A decision on the code as it is now.
  v1::MappingDecision DecisionOn(std::string_view local_code);
  v1::MappingDecisionResult Decide(const v1::MappingDecision& decision,
                                   const CallContext& call = Pharmacist());

  FakeClock clock;
  ItemSearch search{pool.get(), &clock, {}};
  MappingWorker worker{pool.get(), &clock, &search, {}};
  MappingHandlers mappings{pool.get()};
};

// Has each statement of the mapping executed at least once, on a connection of `catalog`.
void ExecuteEachMappingQuery(MappingDatabase& catalog);

inline constexpr const char* kCountyHospital = "institutions/county-hospital";

}  // namespace qingqu::catalog
