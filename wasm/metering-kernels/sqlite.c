/*
 * SQLite at work in memory, for the meter's bench: `run(rows)` fills a table with an index, groups, sorts and joins,
 * and returns a checksum. The file system refuses everything, so that the module imports nothing.
 */
#include <sqlite3.h>
#include <string.h>

static int cannot_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out) {
  return SQLITE_CANTOPEN;
}

static int cannot_delete(sqlite3_vfs *vfs, const char *name, int sync) { return SQLITE_IOERR_DELETE; }

static int not_there(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
  *out = 0;
  return SQLITE_OK;
}

static int same_name(sqlite3_vfs *vfs, const char *name, int size, char *out) {
  strncpy(out, name, size);
  return SQLITE_OK;
}

static int no_randomness(sqlite3_vfs *vfs, int size, char *out) {
  memset(out, 7, size);
  return size;
}

static int no_sleep(sqlite3_vfs *vfs, int microseconds) { return microseconds; }

static int fixed_time(sqlite3_vfs *vfs, double *julian_day) {
  *julian_day = 2460000.5;
  return SQLITE_OK;
}

static sqlite3_vfs nowhere = {
    .iVersion = 1,
    .szOsFile = sizeof(sqlite3_file),
    .mxPathname = 512,
    .zName = "nowhere",
    .xOpen = cannot_open,
    .xDelete = cannot_delete,
    .xAccess = not_there,
    .xFullPathname = same_name,
    .xRandomness = no_randomness,
    .xSleep = no_sleep,
    .xCurrentTime = fixed_time,
};

int sqlite3_os_init(void) { return sqlite3_vfs_register(&nowhere, 1); }
int sqlite3_os_end(void) { return SQLITE_OK; }

static long long sum_of(sqlite3 *db, const char *query, int column) {
  sqlite3_stmt *statement;
  long long sum = 0;
  sqlite3_prepare_v2(db, query, -1, &statement, 0);
  while (sqlite3_step(statement) == SQLITE_ROW) sum = sum * 31 + sqlite3_column_int64(statement, column);
  sqlite3_finalize(statement);
  return sum;
}

__attribute__((export_name("run"))) long long run(int rows) {
  sqlite3 *db;
  sqlite3_stmt *insert;
  if (sqlite3_open(":memory:", &db)) return -1;
  sqlite3_exec(db, "create table t(a integer primary key, b int, c text); create index i on t(b); begin", 0, 0, 0);
  sqlite3_prepare_v2(db, "insert into t values(?, (? * 7919) % 10007, printf('name %d', ? % 100))", -1, &insert, 0);
  for (int row = 1; row <= rows; row++) {
    for (int i = 1; i <= 3; i++) sqlite3_bind_int(insert, i, row);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_exec(db, "commit", 0, 0, 0);
  long long sum = sum_of(db, "select c, count(*), sum(b) from t where b between 100 and 9000 group by c order by 3", 2);
  sum = sum * 31 + sum_of(db, "select count(*) from t x join t y on x.b = y.a", 0);
  sqlite3_close(db);
  return sum;
}
