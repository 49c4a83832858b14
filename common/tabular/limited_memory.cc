#include "common/tabular/limited_memory.h"

#include <cstdlib>
#include <new>

#include "common/base/check.h"

namespace qingqu::tabular {
namespace {

// The one way to reach functions that are called without a context.
thread_local size_t* current_budget = nullptr;

// Stands before each block.
struct alignas(alignof(std::max_align_t)) Header {
  size_t* budget;
  size_t bytes;
};

Header* HeaderOf(void* pointer) { return static_cast<Header*>(pointer) - 1; }

}  // namespace

LimitedMemory::LimitedMemory(size_t& bytes_left) : outer_(current_budget) {
  current_budget = &bytes_left;
}

LimitedMemory::~LimitedMemory() { current_budget = outer_; }

void* LimitedMemory::Allocate(size_t bytes) {
  QINGQU_CHECK(current_budget != nullptr);
  if (bytes > *current_budget) return nullptr;
  void* const block = std::malloc(sizeof(Header) + bytes);
  if (block == nullptr) return nullptr;
  *current_budget -= bytes;
  return new (block) Header{current_budget, bytes} + 1;
}

void* LimitedMemory::Reallocate(void* pointer, size_t bytes) {
  if (pointer == nullptr) return Allocate(bytes);
  Header* const header = HeaderOf(pointer);
  size_t& budget = *header->budget;
  const size_t before = header->bytes;
  if (bytes > before && bytes - before > budget) return nullptr;
  void* const block = std::realloc(header, sizeof(Header) + bytes);
  if (block == nullptr) return nullptr;
  auto* const moved = static_cast<Header*>(block);
  budget = budget + before - bytes;
  moved->bytes = bytes;
  return moved + 1;
}

void LimitedMemory::Free(void* pointer) {
  if (pointer == nullptr) return;
  Header* const header = HeaderOf(pointer);
  *header->budget += header->bytes;
  std::free(header);
}

}  // namespace qingqu::tabular
