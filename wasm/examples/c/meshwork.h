/*
 * The ABI meshwork-1 for C without a libc (../../ABI.md): what the host offers, and the `alloc` it asks for.
 */
#ifndef MESHWORK_H
#define MESHWORK_H

#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(name)))
#define HOST(name) __attribute__((import_module("meshwork"), import_name(name)))

/* How far the unit has come, 0 to 1. */
HOST("progress") void host_progress(float fraction);
/* A line for people. */
HOST("log") void host_log(const char *text, uint32_t bytes);
/* The unit's index in its job. */
HOST("unit") uint32_t host_unit(void);

/* The linker puts it behind the stack and all data. */
extern unsigned char __heap_base;

/* Where the host puts the input; called at most once. 0 when there is no memory for it. */
EXPORT("alloc") unsigned char *alloc(uint32_t bytes) {
  const uint64_t page = 65536, end = (uint64_t)(uintptr_t)&__heap_base + bytes;
  const uint64_t pages = (end + page - 1) / page, have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (uintptr_t)-1) return 0;
  return &__heap_base;
}

/* What `run` returns: the output's place and length. */
static inline uint64_t output(const void *from, uint32_t bytes) {
  return (uint64_t)(uintptr_t)from << 32 | bytes;
}

#endif
