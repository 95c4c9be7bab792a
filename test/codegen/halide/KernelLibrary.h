// KernelLibrary.h: compiled kernels loaded into the test's own process, with a parallel loop and guarded memory.
#ifndef NNC_TEST_CODEGEN_HALIDE_KERNELLIBRARY_H
#define NNC_TEST_CODEGEN_HALIDE_KERNELLIBRARY_H

#include "HalideRuntime.h"
#include "codegen/halide/Compile.h"
#include "codegen/halide/Targets.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/TargetSelect.h"
#include <atomic>
#include <cstdio>
#include <dlfcn.h>
#include <sys/mman.h>
#include <thread>

namespace nnc::test {

/// A pool that spins, for short tests: the calling thread and one more share the tasks of a loop.
class Pool {
public:
  static Pool &get() {
    static Pool pool;
    return pool;
  }
  void setThreads(int count) { threads = count; }

  int run(void *user, halide_task_t task, int min, int size, uint8_t *closure) {
    if (threads < 2 || size < 2) {
      for (int i = 0; i < size; ++i)
        if (int status = task(user, min + i, closure))
          return status;
      return 0;
    }
    job = {user, task, min, size, closure};
    next = 0, ended = false, failure = 0;
    generation.fetch_add(1);
    work();
    while (!ended)
      ;
    return failure;
  }

private:
  struct Job {
    void *user;
    halide_task_t task;
    int min, size;
    uint8_t *closure;
  };
  Pool() : helper([this] { help(); }) {}
  ~Pool() {
    stop = true;
    helper.join();
  }
  void work() {
    for (int i; (i = next.fetch_add(1)) < job.size;)
      if (int status = job.task(job.user, job.min + i, job.closure))
        failure = status;
  }
  void help() {
    for (unsigned seen = 0; !stop;) {
      if (generation == seen)
        continue;
      ++seen;
      work();
      ended = true;
    }
  }
  int threads = 1;
  Job job{};
  std::atomic<int> next{0}, failure{0};
  std::atomic<unsigned> generation{0};
  std::atomic<bool> stop{false}, ended{false};
  std::thread helper;
};

extern "C" inline int testParallelFor(void *user, halide_task_t task, int min, int size, uint8_t *closure) {
  return Pool::get().run(user, task, min, size, closure);
}

/// Stands for all of halide_error_*: a kernel compiled with checks has found a fault.
extern "C" inline int testKernelError() {
  std::fputs("a check of the kernel failed\n", stderr);
  return -1;
}

/// Memory whose last byte lies before a page that may not be touched.
class GuardedMemory {
public:
  explicit GuardedMemory(size_t bytes) : bytes(bytes), pages((bytes + page - 1) / page * page + page) {
    base =
        static_cast<char *>(mmap(nullptr, pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(base + pages - page, page, PROT_NONE);
  }
  ~GuardedMemory() { munmap(base, pages); }
  GuardedMemory(const GuardedMemory &) = delete;
  void *data() const { return base + pages - page - bytes; }
  size_t size() const { return bytes; }

private:
  static constexpr size_t page = 4096;
  size_t bytes, pages;
  char *base;
};

/// The kernels of a module, compiled for a target and loaded.
class KernelLibrary {
public:
  /// Null, after a diagnostic, if they do not compile.
  static std::unique_ptr<KernelLibrary> load(mlir::ModuleOp module, const HalideOptions &options) {
    llvm::Expected<std::vector<KernelObject>> objects = compileKernels(module, options);
    if (!objects) {
      llvm::errs() << llvm::toString(objects.takeError()) << '\n';
      return nullptr;
    }
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    auto library = std::make_unique<KernelLibrary>();
    library->jit = llvm::cantFail(llvm::orc::LLJITBuilder().create());
    llvm::orc::LLJIT &jit = *library->jit;
    llvm::orc::JITDylib &dylib = jit.getMainJITDylib();
    dylib.addGenerator(llvm::cantFail(llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
        jit.getDataLayout().getGlobalPrefix())));
    llvm::orc::SymbolMap runtime;
    runtime[jit.mangleAndIntern("halide_do_par_for")] = {llvm::orc::ExecutorAddr::fromPtr(&testParallelFor),
                                                         llvm::JITSymbolFlags::Exported};
    if (options.checks)
      for (const KernelObject &object : *objects)
        for (const std::string &name : undefinedErrors(object))
          runtime[jit.mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(&testKernelError),
                                                llvm::JITSymbolFlags::Exported};
    if (options.onOpenCL)
      library->addRuntime(*findKernelTarget(options.target));
    else
      llvm::cantFail(dylib.define(llvm::orc::absoluteSymbols(std::move(runtime))));
    for (const KernelObject &object : *objects) {
      library->bytes += object.bytes.size();
      llvm::cantFail(jit.addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
          llvm::StringRef(object.bytes.data(), object.bytes.size()), object.symbol)));
    }
    return library;
  }

  void *find(llvm::StringRef symbol) { return llvm::cantFail(jit->lookup(symbol)).toPtr<void *>(); }
  size_t objectBytes() const { return bytes; }

  /// Of kernels on OpenCL: brings results to the host and frees what buffers have on the device. A status.
  int fetch(llvm::ArrayRef<halide_buffer_t *> results, llvm::ArrayRef<halide_buffer_t *> all) {
    using Function = int (*)(void *, halide_buffer_t *);
    auto copy = reinterpret_cast<Function>(find("halide_copy_to_host"));
    auto release = reinterpret_cast<Function>(find("halide_device_free"));
    for (halide_buffer_t *buffer : results)
      if (int status = copy(nullptr, buffer))
        return status;
    for (halide_buffer_t *buffer : all)
      if (int status = release(nullptr, buffer))
        return status;
    return 0;
  }

private:
  /// Halide's runtime for OpenCL, which looks for the library among what the process has. Linked and loaded: it has
  /// constructors, which LLJIT leaves out of objects.
  void addRuntime(const KernelTarget &target) {
    if (!dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_GLOBAL))
      llvm::report_fatal_error("this machine has no libOpenCL.so.1");
    llvm::SmallString<128> object, shared;
    llvm::cantFail(llvm::errorCodeToError(llvm::sys::fs::createTemporaryFile("nnc-runtime", "o", object)));
    llvm::cantFail(llvm::errorCodeToError(llvm::sys::fs::createTemporaryFile("nnc-runtime", "so", shared)));
    Halide::compile_standalone_runtime(object.str().str(), target.onOpenCL()
                                                               .halide.without_feature(Halide::Target::NoRuntime)
                                                               .without_feature(Halide::Target::StrictFloat));
    auto linker = llvm::cantFail(llvm::errorOrToExpected(llvm::sys::findProgramByName("ld.lld")));
    if (llvm::sys::ExecuteAndWait(linker, {linker, "-shared", "-o", shared.str(), object.str()}) != 0 ||
        !dlopen(shared.c_str(), RTLD_NOW | RTLD_GLOBAL))
      llvm::report_fatal_error("Halide's runtime cannot be loaded");
    llvm::sys::fs::remove(object);
    llvm::sys::fs::remove(shared);
  }

  static std::vector<std::string> undefinedErrors(const KernelObject &kernel) {
    std::vector<std::string> names;
    auto buffer = llvm::MemoryBuffer::getMemBuffer(llvm::StringRef(kernel.bytes.data(), kernel.bytes.size()),
                                                   "", false);
    auto object = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(buffer->getMemBufferRef()));
    for (const llvm::object::SymbolRef &symbol : object->symbols())
      if (llvm::StringRef name = llvm::cantFail(symbol.getName()); name.starts_with("halide_error"))
        names.push_back(name.str());
    return names;
  }

  std::unique_ptr<llvm::orc::LLJIT> jit;
  size_t bytes = 0;
};

/// A dense row-major buffer as kernels receive it.
struct BufferArgument {
  halide_buffer_t buffer{};
  halide_dimension_t dims[8];

  BufferArgument(void *data, halide_type_t type, llvm::ArrayRef<int64_t> shape) {
    buffer.host = static_cast<uint8_t *>(data);
    buffer.type = type;
    buffer.dimensions = static_cast<int>(shape.size());
    buffer.dim = dims;
    int stride = 1;
    for (size_t i = 0; i < shape.size(); ++i) {
      int extent = static_cast<int>(shape[shape.size() - 1 - i]);
      dims[i] = halide_dimension_t(0, extent, stride);
      stride *= extent;
    }
  }
  BufferArgument(const BufferArgument &) = delete;
};

/// A kernel's arguments, in order: buffers and sizes mixed. All are passed in integer registers or stack slots.
inline int callKernel(void *function, const std::vector<uint64_t> &arguments) {
  using W = uint64_t;
  std::vector<W> a = arguments;
  a.resize(24);
  auto kernel = reinterpret_cast<int (*)(void *, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
                                         W, W, W, W)>(function);
  return kernel(nullptr, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12],
                a[13], a[14], a[15], a[16], a[17], a[18], a[19], a[20], a[21], a[22], a[23]);
}

} // namespace nnc::test

#endif
