#include "common/tabular/row_hash.h"

#include <iterator>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/sodium.h"

namespace qingqu::tabular {

static_assert(std::tuple_size_v<RowHash> == crypto_generichash_BYTES_MIN);

std::string ToHex(const RowHash& hash) { return fmt::format("{:02x}", fmt::join(hash, "")); }

void RowHasher::Add(std::string_view name, const std::optional<std::string>& value) {
  fmt::format_to(std::back_inserter(text_), "{}:", name.size());
  text_ += name;
  if (!value.has_value()) {
    text_ += '-';
    return;
  }
  fmt::format_to(std::back_inserter(text_), "={}:", value->size());
  text_ += *value;
}

RowHash RowHasher::Finish() {
  InitializeSodium();
  RowHash hash;
  const int result = crypto_generichash(hash.data(), hash.size(),
                                        reinterpret_cast<const unsigned char*>(text_.data()),
                                        text_.size(), nullptr, 0);
  QINGQU_CHECK(result == 0);
  text_.clear();
  return hash;
}

}  // namespace qingqu::tabular
