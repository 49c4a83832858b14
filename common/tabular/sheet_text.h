#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qingqu::tabular {

// Replaces the escapes of characters that XML cannot hold (ST_Xstring, ECMA-376 part 1 22.9.2.19):
// "_x000D_" is a carriage return, "_x005F_" an underscore. Those of NUL and of half a surrogate
// pair stay as they are, because text cannot hold them.
void DecodeEscapes(std::string& text);
// `text` with the underscore of what looks like such an escape escaped, so that it stays a text.
std::string EncodeEscapes(std::string_view text);

// Collects the text of a <si> or <is>: of its <t>, alone or in runs <r>; what is in a phonetic
// guide <rPh> does not count. Told of what stands inside of that element.
class RichText {
 public:
  explicit RichText(size_t bytes_max) : bytes_max_(bytes_max) {}
  void Begin();
  void Start(bool sheet_space, std::string_view name);
  void End();
  void Text(std::string_view text);
  // To be called at the end, once.
  std::string& Finish();
  bool too_long() const { return too_long_; }  // then the text is empty

 private:
  const size_t bytes_max_;
  int depth_ = 0;
  int open_ = 0;  // how many of the elements that are open lead to a text
  bool capturing_ = false;
  bool too_long_ = false;
  std::string text_;
};

}  // namespace qingqu::tabular
