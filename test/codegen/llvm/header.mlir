// RUN: nnc %S/Inputs/names.mlir --from=kernels --emit=header -o %t.h && FileCheck %s --input-file=%t.h
// RUN: echo '#include "%t.h"' > %t.c && cp %t.c %t.cpp
// RUN: %cc -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only %t.c
// RUN: %cxx -std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only %t.cpp
// RUN: clang-19 -std=c99 -Wall -Wextra -Wpedantic -Wdocumentation -Werror -fsyntax-only %t.c
// RUN: clang++-19 -std=c++17 -Wall -Wextra -Wpedantic -Wold-style-cast -Werror -fsyntax-only %t.cpp

// The header of three models whose names C and C++ keep for themselves: types get `_model`, other words an underscore.

// CHECK:      #ifndef NNC_MODEL_XOR_SIN_INT64_T_H
// CHECK:      /// Ends in a backslash
// CHECK-NEXT: /// */ /* // ??
// CHECK-NEXT: /// last line
// CHECK:      typedef struct xor_model xor_model;
// CHECK:        XOR_OK = 0,
// CHECK:      //   dense1.weight: f32 [2, 3]
// CHECK:      #define XOR_PARAMETER_COUNT UINT64_C(6)
// CHECK-NEXT: #define XOR_PARAMETER_BYTES UINT64_C(24)

// All run-time sizes are bounded, so the workspace is a constant.
// CHECK:      #define XOR_WORKSPACE_BYTES UINT64_C(1024)
// CHECK:      typedef struct xor_options {
// CHECK:        int64_t max_int;
// CHECK-NEXT:   int64_t max_batch;
// CHECK:      typedef struct xor_train_hyper {
// CHECK-NEXT:   double new_; ///< default 0.001
// CHECK-NEXT:   double lr; ///< default: computed from the step
// CHECK:      typedef struct xor_report {
// CHECK-NEXT:   double register_;
// CHECK-NEXT:   double errno_;
// CHECK-NEXT:   int64_t errno_count;
// CHECK:      int xor_create(xor_model **model, const xor_options *options);
// CHECK:      int xor_memory_bytes(int64_t max_int, int64_t max_batch, uint64_t *bytes);

// CHECK:      /// class_: f32 [int, batch]; first{{$}}
// CHECK-NEXT: /// model_: bool (0 or 1)
// CHECK-NEXT: /// report: u8 [batch]
// CHECK:      int xor_predict(xor_model *model, int64_t int_, int64_t batch, const float *class_, uint8_t model_,
// CHECK-NEXT:                 const uint8_t *report, int64_t seed, float *double_);
// CHECK:      int xor_train_hyper_defaults(xor_model *model, xor_train_hyper *hyper);
// CHECK:      int xor_train_step(xor_model *model, int64_t batch, const float *x, const xor_train_hyper *hyper,
// CHECK-NEXT:                    xor_report *report);
// CHECK-NOT:  defaults(

// CHECK:      typedef struct sin_model sin_model;
// CHECK:      #define SIN_WORKSPACE_BYTES UINT64_C(0)
// CHECK:      /// x: i32 [4], in 0..9 or -1
// CHECK-NEXT: /// report: NULL if not wanted
// CHECK-NEXT: int sin_evaluate(sin_model *model, const int32_t *x, sin_report *report);
// CHECK:      typedef struct int64_t_model int64_t_model;
