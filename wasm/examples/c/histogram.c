/* How often each byte occurs: 256 counts of 64 bits, little-endian. `add-histograms` adds those of many units. */
#include "meshwork.h"

#define REPORT_EVERY (1u << 20)

static uint64_t counts[256];

EXPORT("run") uint64_t run(const uint8_t *input, uint32_t bytes) {
  static const char empty[] = "nothing to count";
  if (bytes == 0) host_log(empty, sizeof empty - 1);
  for (uint32_t i = 0; i < bytes; i++) {
    counts[input[i]]++;
    if (i % REPORT_EVERY == 0) host_progress((float)i / (float)bytes);
  }
  return output(counts, sizeof counts);
}
