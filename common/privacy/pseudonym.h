#pragma once

#include <array>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace qingqu::privacy {

enum class PersonKind { kPatient, kDoctor };

// Somebody of whom an institution keeps records, by the id that it uses.
struct Person {
  PersonKind kind = PersonKind::kPatient;
  std::string_view institution_id;
  std::string_view id;
};

// Makes pseudonyms: HMAC-SHA-256 (RFC 2104) with a key of the institution's own, of which 128 bits
// are kept. The same person has the same pseudonym wherever and whenever it is made; a person of
// another institution, or a patient with a doctor's id, has another one. Who does not have the key
// can neither go back nor guess and compare. Thread-safe.
class PseudonymKey {
 public:
  // Of `<folder>/pseudonym.key`: 64 hexadecimal digits, the secret from which every institution's
  // key is derived (HMAC of its id). Made (with the folder) if it is not there; all who race for it
  // get the same. Errors are FAILED_PRECONDITION with the path; a file that others than its owner
  // may read is one.
  static absl::StatusOr<PseudonymKey> LoadOrCreate(const std::string& folder);

  // "~" and 32 hexadecimal digits.
  std::string PseudonymOf(const Person& person) const;

 private:
  using Secret = std::array<unsigned char, 32>;
  explicit PseudonymKey(const Secret& secret) : secret_(secret) {}

  Secret secret_;
};

// True for what PseudonymOf makes.
bool IsPseudonym(std::string_view text);

// True for resource names of patients and doctors, by a pseudonym or not.
bool IsPersonName(std::string_view name);

// True for text with such a name anywhere in it, in whatever case.
bool MentionsPerson(std::string_view text);

// "patients" or "doctors", as in the resource name doctors/D7.
std::string_view CollectionOf(PersonKind kind);

}  // namespace qingqu::privacy
