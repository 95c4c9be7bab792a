// Names.cpp: the words that C and C++ keep for themselves.
#include "codegen/llvm/Names.h"
#include "llvm/ADT/StringExtras.h"

using llvm::StringRef;

namespace nnc {

// Keywords of C23 and C++23, alternative tokens, and macros that are plain words.
static constexpr char languageWords[] =
    "alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept auto bitand bitor bool break "
    "case catch "
    "char char16_t char32_t char8_t class co_await co_return co_yield compl concept const const_cast "
    "consteval constexpr "
    "constinit continue decltype default delete do double dynamic_cast else enum explicit export extern "
    "false float for "
    "friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq "
    "private "
    "protected public reflexpr register reinterpret_cast requires restrict return short signed sizeof static "
    "static_assert static_cast struct switch synchronized template this thread_local throw true try typedef "
    "typeid "
    "typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq "
    "_Alignas _Alignof _Atomic _Bool _Complex _Decimal128 _Decimal32 _Decimal64 _Generic _Imaginary "
    "_Noreturn "
    "_Static_assert _Thread_local "
    "assert complex errno imaginary linux math_errhandling noreturn offsetof setjmp signbit stderr stdin "
    "stdout unix "
    "i386 va_arg va_copy va_end va_start BUFSIZ EOF FILENAME_MAX HUGE_VAL I INFINITY NAN NULL RAND_MAX "
    "TMP_MAX "
    "CHAR_BIT CHAR_MAX CHAR_MIN INT_MAX INT_MIN LONG_MAX LONG_MIN UINT_MAX";

// What <ctype.h>, <locale.h>, <math.h>, <setjmp.h>, <signal.h>, <stdio.h>, <stdlib.h>, <string.h>, <threads.h>,
// <time.h>, <uchar.h>, <wchar.h>, <unistd.h> and <sys/*.h> declare under one plain word.
static constexpr char libraryNames[] =
    "abort abs accept access acos acosh alarm aligned_alloc alloca asctime asin asinh at_quick_exit atan "
    "atan2 atanh "
    "atexit atof atoi atol atoll bcmp bcopy bind brk bsearch btowc bzero cabs cacos call_once calloc carg "
    "casin catan "
    "cbrt ccos ceil cexp chdir chmod chown cimag clearenv clock clog close closelog confstr conj connect "
    "copysign cos "
    "cosh cpow cproj creal creat crypt csin csqrt ctan ctermid ctime daemon daylight difftime div dprintf "
    "drand48 drem "
    "dup dup2 dysize ecvt encrypt endpwent environ erand48 erf erfc exec execl execle execlp execv execve "
    "execvp exit "
    "exp exp10 exp2 expm1 fabs fchdir fclose fcntl fcvt fdim fdopen feof ferror fexecve fflush ffs fgetc "
    "fgetpos fgets "
    "fgetwc fileno finite floor fma fmax fmemopen fmin fmod fopen fork fpathconf fprintf fputc fputs fread "
    "free freopen "
    "frexp fscanf fseek fseeko fsetpos fstat fsync ftell ftello ftime ftruncate ftw fwide fwrite gamma gcvt "
    "getc "
    "getchar getcwd getenv getline getopt getpid gets getsid getuid getw glob gmtime gnu group hcreate "
    "hdestroy hsearch "
    "hypot idn ilogb index initstate insque ioctl isalnum isalpha isascii isatty isblank iscntrl isdigit "
    "isgraph "
    "isinf islower isnan isprint ispunct isspace isupper isxdigit j0 j1 jn jrand48 kill killpg labs lchown "
    "lcong48 "
    "ldexp ldiv lfind lgamma link linkat listen llabs lldiv llrint llround localeconv localtime lockf log "
    "log10 log1p "
    "log2 logb longjmp lrand48 lrint lround lsearch lseek lstat malloc mblen mbstowcs mbtowc memccpy memchr "
    "memcmp "
    "memcpy memmove memset mkdir mkdtemp mkfifo mknod mkstemp mktemp mktime mlock mmap modf mount mprotect "
    "mrand48 "
    "msync munmap nan nanosleep nearbyint nextafter nexttoward nftw nice nl_langinfo nrand48 on_exit open "
    "openat "
    "opendir openlog optarg opterr optind optopt pathconf pause pclose perror pipe poll popen pow pow10 "
    "ppoll pread "
    "printf profil psignal ptrace putc putchar putenv puts putw pwrite qsort quick_exit raise rand random "
    "read readdir "
    "readlink readv realloc realpath recv recvfrom recvmsg regcomp regexec remainder remove remque remquo "
    "rename "
    "rewind rewinddir rindex rint rmdir round sbrk scalb scalbln scalbn scandir scanf seed48 seekdir select "
    "semctl send "
    "sendmsg sendto setbuf setenv setlinebuf setlocale setsid setstate setuid setvbuf shutdown sigaction "
    "sigaddset "
    "sigemptyset siginterrupt signal signgam sigpause sigprocmask sigwait sin sincos sinh sleep snprintf "
    "socket "
    "socketpair splice sprintf sqrt srand srand48 srandom sscanf stat statfs statvfs step stime stpcpy "
    "strcasecmp strcat "
    "strchr strcmp strcoll strcpy strcspn strdup strerror strftime strlen strncat strncmp strncpy strndup "
    "std strpbrk strptime "
    "strrchr strsep strsignal strspn strstr strtod strtof strtok strtol strtoul strverscmp strxfrm swab "
    "swapoff swapon "
    "symlink sync syscall sysconf syslog system tan tanh tcdrain tdelete tee telldir tempnam tfind tgamma "
    "time times "
    "timegm timezone tmpfile tmpnam toascii tolower toupper trunc truncate tsearch ttyname twalk tzname "
    "tzset ualarm "
    "umask umount uname ungetc unlink unsetenv usleep utime utimes valloc vfork vfprintf vprintf vscanf "
    "vsprintf wait "
    "wait3 wait4 waitpid wcscat wcschr wcscmp wcscpy wcslen wctomb write writev y0 y1 yn main";

// Prefixes of the C library and POSIX with functions of a kind that models have too (`timer_create`, `atomic_load`).
static constexpr char reservedPrefixes[] =
    "aio atomic cnd dl fe inet mq mtx posix process pthread sched sem shm sigev thrd timer tss";

static llvm::StringSet<> wordsOf(StringRef list) {
  llvm::StringSet<> words;
  llvm::SmallVector<StringRef> split;
  list.split(split, ' ', -1, /*KeepEmpty=*/false);
  words.insert(split.begin(), split.end());
  return words;
}

bool isLanguageWord(StringRef name) {
  static const llvm::StringSet<> words = wordsOf(languageWords);
  return words.contains(name);
}

bool isLibraryName(StringRef name) {
  static const llvm::StringSet<> words = wordsOf(libraryNames);
  return words.contains(name);
}

bool isReservedPrefix(StringRef prefix) {
  static const llvm::StringSet<> words = wordsOf(reservedPrefixes);
  StringRef first = prefix.split('_').first;
  return words.contains(prefix) || first == "nnc" || first == "halide";
}

bool isUsablePrefix(StringRef prefix) {
  return !prefix.empty() && llvm::isAlpha(prefix.front()) && !prefix.contains("__") && prefix.back() != '_' &&
         llvm::all_of(prefix, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

std::string NameScope::take(StringRef name) {
  std::string result = toIdentifier(name);
  while (isLanguageWord(result) || !taken.insert(result).second)
    result += '_';
  return result;
}

std::string toIdentifier(StringRef name) {
  std::string result;
  for (char c : name)
    result += llvm::isAlnum(c) || c == '_' ? c : '_';
  if (result.empty() || llvm::isDigit(result.front()))
    result.insert(result.begin(), '_');
  return result;
}

} // namespace nnc
