/* check.h: assertions of test programs: CHECK goes on after a failure, the program's status says whether any
 * failed. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failures;

#define CHECK(condition)                                                                                     \
  ((condition)                                                                                               \
       ? (void)0                                                                                             \
       : (void)(++check_failures, fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition)))

/* `text` contains `part`. */
#define CHECK_HAS(text, part)                                                                                \
  (strstr(text, part) ? (void)0                                                                              \
                      : (void)(++check_failures, fprintf(stderr, "%s:%d: \"%s\" does not contain \"%s\"\n",  \
                                                         __FILE__, __LINE__, text, part)))

#endif
