#pragma once

#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace qingqu::catalog {

// An item as it is compared with what hospitals call it.
struct MappingItem {
  std::string item_id;
  std::string name;
  std::string specification;
  std::string manufacturer;
  std::string registration_number;  // as registration_number.h writes it
  std::string national_code;
};

// A row of a hospital's own list; any text may be empty or anything else.
struct LocalRow {
  std::string name;
  std::string specification;
  std::string manufacturer;
  std::string registration_number;
  std::string insurance_code;
};

// What speaks for a proposal, the strongest first. More than one may.
enum class MappingEvidence {
  kNationalCode,        // all 27 characters are the item's
  kNationalCodePrefix,  // 20 of them: the class and the maker
  kRegistration,        // the same certificate
  kSpecification,       // the same, apart from how it is written
  kManufacturer,        // the same, apart from what companies are called
  kName                 // much of it is the same
};

struct MappingProposal {
  std::string item_id;
  double score = 0;  // 0 to 1
  std::vector<MappingEvidence> evidence;
  bool contradicted = false;  // the one's certificate or code is told, and is not the other's
};

struct MappingDecision {
  std::vector<MappingProposal> proposals;  // the best first, at most kMappingProposalsMax
  // The first proposal is the item without doubt: codes or certificate or maker, name and
  // specification name it and no other, and nothing in the row speaks against it.
  bool unambiguous = false;
};
inline constexpr size_t kMappingProposalsMax = 5;

// Finds for rows of hospitals' lists the items of the unified catalogue (对码). Learns nothing: the
// same row gets the same answer whatever was decided before. Thread-safe.
class MappingMatcher {
 public:
  MappingMatcher() = default;
  explicit MappingMatcher(const std::vector<MappingItem>& items);

  // Adds an item, or replaces what is known of it.
  void Put(const MappingItem& item);
  void Remove(const std::string& item_id);

  MappingDecision Match(const LocalRow& row) const;
  // The items that are most like this one, the best first, at most kMappingProposalsMax; never the
  // item itself.
  std::vector<MappingProposal> FindSimilar(const MappingItem& item) const;

 private:
  // What is compared, made once.
  struct Prepared {
    std::string item_id;
    std::u32string name;
    std::vector<uint64_t> name_pairs;  // of neighbouring characters, sorted
    std::u32string specification;
    std::u32string manufacturer;
    std::vector<std::string> registration_numbers;
    std::string national_code;
    bool specification_told = false;  // something is written, even when nothing of it is left
    bool registration_told = false;   // so is a number of a certificate
    bool registration_clear = false;  // which can be read, with nothing else beside it
    bool linked = false;              // in the indexes below
  };
  struct Candidate {
    uint32_t number = 0;
    double name = 0;  // how much of the names is the same
    bool code = false;
    bool code_prefix = false;
    bool registration = false;
    bool specification = false;
    bool manufacturer = false;
    bool contradicted = false;
    double score = 0;
  };
  using Numbers = std::vector<uint32_t>;

  static Prepared Prepare(const MappingItem& item);
  void Link(uint32_t number, bool add);
  std::vector<Candidate> Rank(const Prepared& row) const;
  MappingProposal ProposalOf(const Candidate& candidate) const;
  std::vector<uint32_t> CandidatesOf(const Prepared& row) const;
  Candidate Compare(const Prepared& row, uint32_t number) const;
  static bool FitsItsCode(const Prepared& row, const Candidate& best);
  static bool IsUnambiguous(const Prepared& row, const std::vector<Candidate>& candidates);
  static bool Contradicts(const Prepared& row, const Prepared& item);

  mutable std::shared_mutex mutex_;
  std::vector<Prepared> items_;  // by number, which an item keeps
  std::unordered_map<std::string, uint32_t> numbers_;
  std::unordered_map<std::string, Numbers> by_code_;
  std::unordered_map<std::string, Numbers> by_code_prefix_;
  std::unordered_map<std::string, Numbers> by_registration_;
  std::unordered_map<std::u32string, Numbers> by_manufacturer_;
  std::unordered_map<uint64_t, Numbers> by_name_pair_;
};

}  // namespace qingqu::catalog
