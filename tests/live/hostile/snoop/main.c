// Looks for the rubric, for the others' submissions and for what came of them.
#include "hostile.h"

#include <dirent.h>

static void look(const char* folder, int depth) {
  DIR* list = opendir(folder);
  char path[4096];
  if (list == NULL) return;
  for (struct dirent* entry; (entry = readdir(list)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (strcmp(entry->d_name, "rubric.yaml") == 0 || strcmp(entry->d_name, "right") == 0 ||
        strcmp(entry->d_name, "right.json") == 0 || strcmp(entry->d_name, "summary.csv") == 0) {
      fprintf(stderr, "REACHED %s\n", path);
    }
    if (depth > 0 && entry->d_type == DT_DIR) look(path, depth - 1);
  }
  closedir(list);
}

int main(void) {
  claim();
  look("..", 3);
  look("../..", 1);
  look("/tmp", 4);
  look("/var/tmp", 3);
  look("/proc/1/cwd/", 2);
  look("/proc/1/root/tmp", 4);
  look("/proc/1/fd", 0);
  if (access(SECRET, F_OK) == 0) fprintf(stderr, "REACHED " SECRET "\n");
  return 0;
}
