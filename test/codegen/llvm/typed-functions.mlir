// RUN: nnc %S/Inputs/planned.mlir --from=kernels --emit=llvm | FileCheck %s

// The C functions: instance, sizes, inputs (scalars by value), outputs, hyper, report.

// CHECK-LABEL: llvm.func @planned_create(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr) -> i32
// CHECK:         %[[MODEL:.*]] = llvm.mlir.addressof @planned.model
// CHECK:         llvm.call @nnc_rt_create(%[[MODEL]],
// CHECK-LABEL: llvm.func @planned_memory_bytes(%{{.*}}: i64, %{{.*}}: i64, %{{.*}}: !llvm.ptr) -> i32
// CHECK-LABEL: llvm.func @planned_status_text(%{{.*}}: i32) -> !llvm.ptr
// CHECK:       llvm.func @planned_get(%[[A:.*]]: !llvm.ptr, %[[B:.*]]: !llvm.ptr, %[[C:.*]]: !llvm.ptr, %[[D:.*]]: i64) -> i32
// CHECK-NEXT:    %[[STATUS:.*]] = llvm.call @nnc_rt_get(%[[A]], %[[B]], %[[C]], %[[D]])
// CHECK-NEXT:    llvm.return %[[STATUS]]

// CHECK-LABEL: llvm.func @planned_predict(
// CHECK-SAME:    %[[INSTANCE:[^:]*]]: !llvm.ptr, %[[BATCH:[^:]*]]: i64, %[[TIME:[^:]*]]: i64, %[[X:[^:]*]]: !llvm.ptr, %[[Y:[^:]*]]: !llvm.ptr, %[[Z:[^:]*]]: !llvm.ptr) -> i32
// CHECK:         %[[SIZES:.*]] = llvm.alloca
// CHECK:         llvm.store %[[BATCH]], %[[SIZES]]
// CHECK:         %[[PLACE:.*]] = llvm.getelementptr inbounds %[[SIZES]][8]
// CHECK-NEXT:    llvm.store %[[TIME]], %[[PLACE]]
// CHECK:         llvm.store %[[X]],
// CHECK:         llvm.store %[[Y]],
// CHECK:         llvm.store %[[Z]],
// CHECK:         llvm.call @nnc_rt_call(%[[INSTANCE]],

// A run-time dimension the function does not use is no argument; it is passed on as 0.
// CHECK-LABEL: llvm.func @planned_train_step(
// CHECK-SAME:    %{{[^:]*}}: !llvm.ptr, %[[BATCH:[^:]*]]: i64, %[[X:[^:]*]]: !llvm.ptr, %[[SHIFT:[^:]*]]: f32, %[[HYPER:[^:]*]]: !llvm.ptr, %[[REPORT:[^:]*]]: !llvm.ptr) -> i32
// CHECK:         %[[SLOT:.*]] = llvm.alloca %{{.*}} x f32
// CHECK-NEXT:    llvm.store %[[SHIFT]], %[[SLOT]]
// CHECK:         llvm.call @nnc_rt_call(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[HYPER]], %[[REPORT]])

// CHECK-LABEL: llvm.func @planned_train_hyper_defaults(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr) -> i32
// CHECK:         llvm.call @nnc_rt_hyper_defaults(
