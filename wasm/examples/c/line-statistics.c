/*
 * Statistics of a text, as an ordinary C program: reads standard input (or the file named), writes standard output.
 * It knows nothing of Meshwork; compiled for WASI it runs there as it does in a shell. See ../../ABI.md.
 *
 *   line-statistics [--top N] [FILE]
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES_MAX 64
#define TOP_MAX 1000

struct word {
  char *text;
  unsigned long count;
};

/* Open addressing; the size is a power of two and the table is never more than half full. */
static struct word *table;
static size_t table_size, table_used;

static void *need(void *memory) {
  if (memory == NULL) {
    fprintf(stderr, "line-statistics: out of memory\n");
    exit(3);
  }
  return memory;
}

static size_t hash_of(const char *text) {
  size_t hash = 2166136261u;
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 16777619u;
  return hash;
}

static struct word *place_of(struct word *in, size_t size, const char *text) {
  size_t at = hash_of(text) & (size - 1);
  while (in[at].text != NULL && strcmp(in[at].text, text) != 0) at = (at + 1) & (size - 1);
  return &in[at];
}

static void grow_table(void) {
  size_t size = table_size == 0 ? 1024 : table_size * 2;
  struct word *grown = need(calloc(size, sizeof *grown));
  for (size_t i = 0; i < table_size; i++)
    if (table[i].text != NULL) *place_of(grown, size, table[i].text) = table[i];
  free(table);
  table = grown;
  table_size = size;
}

static void count_word(const char *text) {
  if (table_used * 2 >= table_size) grow_table();
  struct word *word = place_of(table, table_size, text);
  if (word->text == NULL) {
    word->text = need(strdup(text));
    table_used++;
  }
  word->count++;
}

static int by_count(const void *a, const void *b) {
  const struct word *left = a, *right = b;
  if (left->count != right->count) return left->count < right->count ? 1 : -1;
  if (left->text == NULL || right->text == NULL) return 0;
  return strcmp(left->text, right->text);
}

int main(int argc, char **argv) {
  long top = 10;
  const char *path = NULL;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--top") == 0 && i + 1 < argc) top = strtol(argv[++i], NULL, 10);
    else path = argv[i];
  }
  if (top < 0 || top > TOP_MAX) {
    fprintf(stderr, "line-statistics: --top takes 0 to %d\n", TOP_MAX);
    return 2;
  }
  FILE *input = path == NULL ? stdin : fopen(path, "rb");
  if (input == NULL) {
    fprintf(stderr, "line-statistics: %s: %s\n", path, strerror(errno));
    return 1;
  }

  unsigned long lines = 0, words = 0, bytes = 0, length = 0, longest = 0;
  double mean = 0, squares = 0; /* Welford: one pass, no cancellation */
  char word[WORD_BYTES_MAX + 1];
  size_t letters = 0;
  int c, last = '\n';
  while ((c = getc(input)) != EOF) {
    bytes++;
    if (isalnum(c)) {
      if (letters < WORD_BYTES_MAX) word[letters++] = (char)tolower(c);
    } else if (letters > 0) {
      word[letters] = 0;
      count_word(word);
      words++;
      letters = 0;
    }
    if (c == '\n') {
      lines++;
      if (length > longest) longest = length;
      double from_mean = (double)length - mean;
      mean += from_mean / (double)lines;
      squares += from_mean * ((double)length - mean);
      length = 0;
    } else length++;
    last = c;
  }
  if (letters > 0) {
    word[letters] = 0;
    count_word(word);
    words++;
  }
  if (last != '\n') fprintf(stderr, "line-statistics: the last line does not end\n");

  printf("lines %lu\nwords %lu\nbytes %lu\nlongest %lu\n", lines, words, bytes, longest);
  printf("mean %.6f\ndeviation %.6f\n", mean, lines > 1 ? sqrt(squares / (double)(lines - 1)) : 0.0);
  qsort(table, table_size, sizeof *table, by_count);
  for (size_t i = 0; i < (size_t)top && i < table_used; i++)
    printf("%8lu %5.2f%% %s\n", table[i].count, 100.0 * (double)table[i].count / (double)words, table[i].text);
  return ferror(stdout) || fflush(stdout) != 0 ? 1 : 0;
}
