#pragma once

#include <cstddef>

namespace qingqu::tabular {

// An allocator with a budget for a C library whose allocation functions take no context: what is
// allocated on this thread while a LimitedMemory lives is taken from its budget, and given back to
// the same budget wherever it is freed. The budget must outlive all that was allocated from it.
class LimitedMemory {
 public:
  explicit LimitedMemory(size_t& bytes_left);
  ~LimitedMemory();
  LimitedMemory(const LimitedMemory&) = delete;
  LimitedMemory& operator=(const LimitedMemory&) = delete;

  // As malloc, realloc and free; null when the budget is spent.
  static void* Allocate(size_t bytes);
  static void* Reallocate(void* pointer, size_t bytes);
  static void Free(void* pointer);

 private:
  size_t* const outer_;
};

}  // namespace qingqu::tabular
