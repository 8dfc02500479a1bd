/* A system with faults, for LD_PRELOAD: under FAULTY_UNDER the calls that change files fail from the FAULTY_FROM-th on, for
 * FAULTY_CALLS of them, with the error FAULTY_ERRNO; with FAULTY_CLOCK the time of day jumps by years with every look. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_long seen;
static atomic_char watched[4096];

static long number(const char* name, long otherwise) {
  const char* text = getenv(name);
  return text ? atol(text) : otherwise;
}

static int under(const char* path) {
  const char* root = getenv("FAULTY_UNDER");
  return root && path && strncmp(path, root, strlen(root)) == 0;
}

static int fails(int concerned) {
  if (!concerned) return 0;
  const long from = number("FAULTY_FROM", -1), calls = number("FAULTY_CALLS", 1L << 40), now = ++seen;
  if (from < 0 || now < from || now - from >= calls) return 0;
  errno = (int)number("FAULTY_ERRNO", ENOSPC);
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int opened(int file, const char* path) {
  if (file >= 0 && file < 4096) watched[file] = under(path);
  return file;
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
  va_end(rest);
  if (flags & O_CREAT && fails(under(path))) return -1;
  return opened(REAL(open)(path, flags, mode), path);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));
static int is_watched(int file) { return file >= 0 && file < 4096 && watched[file]; }
ssize_t write(int file, const void* bytes, size_t size) {
  return fails(is_watched(file)) ? -1 : REAL(write)(file, bytes, size > 8192 && is_watched(file) ? 8192 : size);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  return fails(is_watched(file)) ? -1 : REAL(pwrite)(file, bytes, size > 8192 && is_watched(file) ? 8192 : size, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off_t at) __attribute__((alias("pwrite")));
int ftruncate(int file, off_t size) { return fails(is_watched(file)) ? -1 : REAL(ftruncate)(file, size); }
int fsync(int file) { return fails(is_watched(file)) ? -1 : REAL(fsync)(file); }
int rename(const char* from, const char* to) { return fails(under(to)) ? -1 : REAL(rename)(from, to); }
int link(const char* from, const char* to) { return fails(under(to)) ? -1 : REAL(link)(from, to); }
int mkdir(const char* path, mode_t mode) { return fails(under(path)) ? -1 : REAL(mkdir)(path, mode); }

static long jump(void) {
  static atomic_long looks;
  const long look = ++looks;
  return number("FAULTY_CLOCK", 0) ? (look % 2 ? 1 : -1) * look * 31557600L : 0;
}
time_t time(time_t* out) {
  struct timespec now;
  REAL(clock_gettime)(CLOCK_REALTIME, &now);
  const time_t told = now.tv_sec + jump();
  if (out) *out = told;
  return told;
}
int clock_gettime(clockid_t clock, struct timespec* now) {
  const int failed = REAL(clock_gettime)(clock, now);
  if (clock == CLOCK_REALTIME) now->tv_sec += jump();
  return failed;
}
int gettimeofday(struct timeval* now, void* zone) {
  const int failed = REAL(gettimeofday)(now, zone);
  now->tv_sec += jump();
  return failed;
}
