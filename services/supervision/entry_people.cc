#include "services/supervision/entry_people.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "fmt/format.h"

namespace qingqu::supervision {
namespace {

using Json = nlohmann::json;
using privacy::PersonKind;

constexpr std::string_view kQuestion = "question";
// What stands beside people and names nobody; all else is left out.
constexpr std::array<std::string_view, 2> kOpenKeys{"line_number", "procedure"};

std::optional<PersonKind> KindOfName(std::string_view name) {
  if (name.starts_with("patients/")) return PersonKind::kPatient;
  if (name.starts_with("doctors/")) return PersonKind::kDoctor;
  return std::nullopt;
}

std::optional<PersonKind> KindOfKey(std::string_view key) {
  if (key.starts_with("patient")) return PersonKind::kPatient;
  if (key.starts_with("doctor")) return PersonKind::kDoctor;
  return std::nullopt;
}

// Writes pseudonyms into what is restricted in the entries of one institution.
class Masker {
 public:
  Masker(const privacy::PeopleView& view, std::string_view institution_id)
      : view_(view), institution_id_(institution_id) {}

  // Of doctors/D7, with `kind` as it says; "" when nothing is to be seen.
  std::string MaskName(std::string_view name, PersonKind kind) const {
    const std::string prefix = fmt::format("{}/", privacy::CollectionOf(kind));
    const std::string shown = MaskId(name.substr(prefix.size()), kind);
    return shown.empty() ? "" : prefix + shown;
  }

  Json MaskObject(const Json& object, bool is_question) const {
    Json masked = Json::object();
    for (const auto& [key, value] : object.items()) {
      Json shown = MaskValue(key, value, is_question || key == kQuestion);
      if (!shown.is_null()) masked[key] = std::move(shown);
    }
    return masked;
  }

 private:
  // Of D7.
  std::string MaskId(std::string_view id, PersonKind kind) const {
    return view_.Show({.kind = kind, .institution_id = institution_id_, .id = id});
  }

  // Null: it is left out.
  Json MaskValue(std::string_view key, const Json& value, bool is_question) const {
    if (value.is_object()) return MaskObject(value, is_question);
    if (value.is_array()) {
      Json masked = Json::array();
      for (const Json& element : value) {
        Json shown = MaskValue(key, element, is_question);
        if (!shown.is_null()) masked.push_back(std::move(shown));
      }
      return masked;
    }
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      // Under a key of people all of the text is the id, whatever it looks like.
      const std::optional<PersonKind> kind = KindOfKey(key);
      if (kind || KindOfName(text)) {
        std::string shown = kind ? MaskId(text, *kind) : MaskName(text, *KindOfName(text));
        return shown.empty() ? Json() : Json(std::move(shown));
      }
      if (privacy::MentionsPerson(text)) return Json();
    }
    const bool open = std::find(kOpenKeys.begin(), kOpenKeys.end(), key) != kOpenKeys.end();
    return open || is_question ? value : Json();
  }

  const privacy::PeopleView& view_;
  std::string_view institution_id_;
};

std::vector<std::string> MaskedSubjects(const Masker& masker,
                                        const std::vector<std::string>& subjects) {
  std::vector<std::string> masked;
  for (const std::string& subject : subjects) {
    const std::optional<PersonKind> kind = KindOfName(subject);
    std::string shown = kind ? masker.MaskName(subject, *kind) : subject;
    if (!shown.empty()) masked.push_back(std::move(shown));
  }
  return masked;
}

}  // namespace

void ShowPeople(const privacy::PeopleView& view, Entry& entry) {
  switch (view.SightInto(entry.institution_id)) {
    case privacy::Sight::kNothing:
      return HideRestricted(entry);
    case privacy::Sight::kName:
      return RevealRestricted(entry);
    case privacy::Sight::kPseudonym:
      break;
  }
  const Masker masker(view, entry.institution_id);
  entry.restricted = masker.MaskObject(entry.restricted, false);
  entry.subjects = MaskedSubjects(masker, entry.subjects);
  RevealRestricted(entry);
}

std::string ExportedPeople(const privacy::PeopleView& view, std::string_view institution_id,
                           std::string_view restricted, const std::vector<std::string>& subjects) {
  if (view.SightInto(institution_id) != privacy::Sight::kPseudonym) return "";
  const Json parsed = Json::parse(restricted, nullptr, false);
  const Masker masker(view, institution_id);
  Json shown = parsed.is_object() ? masker.MaskObject(parsed, false) : Json::object();
  Json people = Json::array();
  for (std::string& subject : MaskedSubjects(masker, subjects)) {
    if (KindOfName(subject)) people.push_back(std::move(subject));
  }
  if (!people.empty()) shown["subjects"] = std::move(people);
  return shown.empty() ? "" : shown.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace qingqu::supervision
