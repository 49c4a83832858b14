#include "common/sealed_log/leaf.h"

#include "fmt/format.h"

namespace qingqu::sealed_log {
namespace {

// The wire types of protobuf.
constexpr uint32_t kVarint = 0;
constexpr uint32_t kLengthDelimited = 2;

constexpr std::string_view kEmptyObject = "{}";
// In the place of a salt's length: there is none, which is not an empty one.
constexpr uint32_t kNoSalt = 0xffffffff;

// Writes fields as proto3 does; the caller keeps their order. Kept by hand, because the order and
// the spelling are part of what is promised, and sealing must not wait for messages to be filled.
class FieldWriter {
 public:
  explicit FieldWriter(size_t bytes) { out_.reserve(bytes); }

  void Number(uint32_t field, uint64_t value) {
    if (value == 0) return;
    Varint(field << 3 | kVarint);
    Varint(value);
  }
  void Text(uint32_t field, std::string_view value) {
    if (!value.empty()) Present(field, value);
  }
  void Optional(uint32_t field, const std::optional<std::string_view>& value) {
    if (value) Present(field, *value);
  }
  void Present(uint32_t field, std::string_view value) {
    Varint(field << 3 | kLengthDelimited);
    Varint(value.size());
    out_ += value;
  }
  std::string Take() { return std::move(out_); }

 private:
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>((value & 0x7f) | 0x80);
    out_ += static_cast<char>(value);
  }

  std::string out_;
};

// An element as it stands between quotes, up to the quote that ends it.
std::optional<std::string> TakeQuoted(std::string_view& text) {
  std::string element;
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\') text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    element += text.front();
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  text.remove_prefix(1);
  return element;
}

std::optional<std::string> TakePlain(std::string_view& text) {
  const size_t end = text.find_first_of(",}{\"\\");
  const std::string_view element = text.substr(0, end);
  if (end == std::string_view::npos || element.empty() || element == "NULL") return std::nullopt;
  text.remove_prefix(end);
  return std::string(element);
}

struct Lists {
  std::optional<std::vector<std::string>> subjects;
  std::optional<std::vector<std::string>> actor_roles;
  bool regular() const { return subjects && actor_roles; }
};

Lists ListsOf(const JournalRow& row) {
  return {.subjects = ParseTextArray(row.subjects), .actor_roles = ParseTextArray(row.actor_roles)};
}

std::optional<Opening> OpeningIn(const JournalRow& row, const Lists& lists) {
  std::string hidden;
  if (lists.regular()) {
    for (size_t i = 0; i < lists.subjects->size(); ++i) {
      const std::string& subject = (*lists.subjects)[i];
      if (IsRestrictedName(subject))
        hidden += fmt::format("\n{} {} {}", i, subject.size(), subject);
    }
  }
  if (hidden.empty() && row.restricted == kEmptyObject && !row.salt) return std::nullopt;
  return Opening{.salt = row.salt, .text = std::string(row.restricted) + hidden};
}

}  // namespace

std::optional<std::vector<std::string>> ParseTextArray(std::string_view text) {
  if (!text.starts_with('{') || !text.ends_with('}') || text.size() < 2) return std::nullopt;
  std::vector<std::string> elements;
  if (text == kEmptyObject) return elements;
  text.remove_prefix(1);
  while (true) {
    const bool quoted = text.starts_with('"');
    if (quoted) text.remove_prefix(1);
    std::optional<std::string> element = quoted ? TakeQuoted(text) : TakePlain(text);
    if (!element || text.empty()) return std::nullopt;
    elements.push_back(*std::move(element));
    const char next = text.front();
    text.remove_prefix(1);
    if (next == '}' && text.empty()) return elements;
    if (next != ',') return std::nullopt;
  }
}

bool IsRestrictedName(std::string_view name) {
  return name.starts_with("patients/") || name.starts_with("doctors/");
}

Hash CommitmentTo(const Opening& opening) {
  const uint32_t length = opening.salt ? static_cast<uint32_t>(opening.salt->size()) : kNoSalt;
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift & 0xff);
  return Sha256(bytes + opening.salt.value_or("") + opening.text);
}

std::optional<Opening> OpeningOf(const JournalRow& row) { return OpeningIn(row, ListsOf(row)); }

std::string LeafOf(const JournalRow& row) {
  const Lists lists = ListsOf(row);
  FieldWriter writer(row.details.size() + row.subjects.size() + 512);
  writer.Number(1, row.transaction_id);
  writer.Number(2, static_cast<uint64_t>(row.sequence));
  writer.Number(3, static_cast<uint64_t>(row.written_us));
  writer.Text(4, row.event);
  writer.Text(5, row.method);
  writer.Text(6, row.resource);
  if (lists.regular()) {
    for (const std::string& subject : *lists.subjects) {
      if (!IsRestrictedName(subject)) writer.Present(7, subject);
    }
  }
  writer.Text(8, row.actor_user_id);
  writer.Optional(9, row.actor_institution_id);
  if (lists.regular()) {
    for (const std::string& role : *lists.actor_roles) writer.Present(10, role);
  }
  writer.Text(11, row.client);
  writer.Optional(12, row.request_id);
  writer.Optional(13, row.reason);
  writer.Optional(14, row.institution_id);
  writer.Optional(15, row.alliance_id);
  writer.Optional(16, row.supplier_id);
  writer.Text(17, row.details);
  if (const std::optional<Opening> opening = OpeningIn(row, lists)) {
    writer.Present(18, BytesOf(CommitmentTo(*opening)));
  }
  if (!lists.regular()) {
    writer.Present(19, row.subjects);
    writer.Present(19, row.actor_roles);
  }
  return writer.Take();
}

}  // namespace qingqu::sealed_log
