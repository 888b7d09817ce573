/* The sum of histograms that stand one behind another: the reducing module of a job whose units count bytes. */
#include "meshwork.h"

static uint64_t sums[256];

EXPORT("run") uint64_t run(const uint64_t *input, uint32_t bytes) {
  static const char odd[] = "the input is no whole number of histograms";
  if (bytes % sizeof sums != 0) {
    host_log(odd, sizeof odd - 1);
    __builtin_trap();
  }
  for (uint32_t i = 0; i < bytes / sizeof *sums; i++) sums[i % 256] += input[i];
  return output(sums, sizeof sums);
}
