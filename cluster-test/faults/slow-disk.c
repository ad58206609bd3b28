/* Loaded before the C library: each flush to disk takes longer by as many milliseconds as the file says that OSTIARY_TEST_SLOW_DISK names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_as_told(void) {
  const char *name = getenv("OSTIARY_TEST_SLOW_DISK");
  FILE *file = name == NULL ? NULL : fopen(name, "r");
  int milliseconds = 0;
  if (file == NULL) return;
  if (fscanf(file, "%d", &milliseconds) == 1 && milliseconds > 0) usleep(milliseconds * 1000);
  fclose(file);
}

int fsync(int file) {
  wait_as_told();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
  wait_as_told();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
