#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/catalog/catalog_test_support.h"
#include "services/catalog/organisations/organisation_handlers.h"
#include "services/catalog/organisations/qualification_handlers.h"
#include "services/catalog/organisations/warning_handlers.h"

namespace qingqu::catalog {

// With the handlers of organisations. Wang submits, li reviews for the equipment department, sun
// for infection control.
class OrganisationDatabase : public CatalogDatabase {
 public:
  explicit OrganisationDatabase(int connections_max = 4) : CatalogDatabase(connections_max) {}

  // A manufacturer or agent abroad whose business licence waits for review, and its name.
  std::string Founded(std::string_view id, v1::OrganisationKind kind,
                      std::string_view display_name);
  // One that is admitted, of good standing.
  void Abroad(std::string_view id, v1::OrganisationKind kind, std::string_view display_name);

  absl::StatusOr<v1::Qualification> Submit(const CallContext& call,
                                           const v1::Qualification& qualification);
  // Both reviews of what `submitted` names.
  absl::StatusOr<v1::Qualification> Approve(const v1::Qualification& submitted,
                                            absl::Time now = absl::InfinitePast());
  // Submitted by wang and approved.
  v1::Qualification Approved(const v1::Qualification& qualification);
  absl::StatusOr<v1::Qualification> Get(const CallContext& call, const std::string& name);
  void Demand(const std::string& columns);
  // The reasons of organisation_obstacles, in their order, with a space between.
  std::string Obstacles(std::string_view supplier, std::string_view item,
                        std::string_view day = "2026-11-22");

  OrganisationHandlers organisations{pool.get()};
  QualificationHandlers qualifications{pool.get()};
  WarningHandlers warnings{pool.get()};
};

CallContext Sun();
// A supplier's own.
CallContext Seller(std::string_view supplier_id);
// `call` as if it came at midnight in the county, when `day` begins.
CallContext On(CallContext call, std::string_view day);

struct Period {
  std::string_view from = "2020-01-01";
  std::string_view until = "2099-12-31";
};
v1::Qualification Licence(std::string_view organisation, std::string_view number,
                          Period period = {});
v1::Qualification Production(std::string_view organisation, Period period = {});
v1::Qualification Pledge(std::string_view organisation, Period period = {});
v1::Qualification Mandate(std::string_view organisation, Period period = {});
struct Chain {
  std::string_view holder;
  std::string_view giver;
  std::string_view manufacturer;
};
v1::Qualification AuthorisationOf(const Chain& chain, const std::vector<std::string>& items = {},
                                  Period period = {});

inline constexpr std::string_view kClassIII = "鲁济食药监械经营许20260009号";
inline constexpr std::string_view kClassII = "鲁济食药监械经营备20260009号";

}  // namespace qingqu::catalog
