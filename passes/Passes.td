// Passes.td: every pass of the compiler, in the order in which Pipelines.cpp runs them.
#ifndef NNC_PASSES_TD
#define NNC_PASSES_TD

include "mlir/Pass/PassBase.td"

//===------------------------------------------------------------------------------------------------===//
// From the graph to the joint graph (--emit=backward)
//===------------------------------------------------------------------------------------------------===//

def CheckSizes : Pass<"nn-check-sizes", "nnc::ModelOp"> {
  let summary = "refuse tensors that are too large to index";
  let description = [{
    Kernels index elements with 32 bits. A tensor with 2^31 elements or more, whatever its run-time dimensions are,
    is an error at the op that makes it, with the sizes found; so is a number of elements that overflows 64 bits.
    A run-time dimension counts as 1, or as its bound if it has one: what depends on its value is checked by the call.
    Changes nothing.
  }];
}

def HoistScans : Pass<"nn-hoist-scans", "nnc::ModelOp"> {
  let summary = "do once what loops do in every turn";
  let description = [{
    ```mlir
    nn.scan: %p = nn.matmul %xt, %w                =>   %all = nn.matmul (rows of %x), %w; nn.scan: %p is a sequence
    nn.scan: %sum' = nn.add %sum, (nn.matmul %a, %d lhs_transposed)
                                                   =>   nn.scan: %a, %d are stacked; nn.matmul (rows of %a), (rows of %d)
    ```
    - an op on invariants alone goes before its loop;
    - a product of a sequence's elements and an invariant goes before the loop, as one product (TurnwiseOpInterface);
    - an invariant that every turn reads in another order than it lies in memory (the right operand of a product with
      `rhs_transposed`) is laid out so before the loop;
    - a carried sum of products, as backpropagation makes of a weight, becomes one product after the loop. What it reads is
      stacked for it. Of what a checkpoint computes again nothing is stacked; its sums are made in the turns;
    - an elementwise op on constants and repeated values alone, which only the turns read, goes into them: they read what
      it repeats.

    Index maps stay: a kernel reads through them for nothing. Sums of products add in another order than the loop.
  }];
}

def DeferTransposes : Pass<"nn-defer-transposes", "nnc::ModelOp"> {
  let summary = "transpose results of products instead of what they read";
  let description = [{
    ```mlir
    %a = nn.transpose %x by [1, 0, 2] : [t, b, 256]      =>   %0 = nn.reshape %x : [t * b, 256]
    %r = nn.reshape %a : [b * t, 256]                         %1 = nn.matmul %0, %w
    %y = nn.matmul %r, %w : [b * t, 64]                       %2 = nn.transpose (nn.reshape %1) by [1, 0, 2] : [b, t, 64]
                                                              %y = nn.reshape %2
    ```
    A product has a row for each row it reads, so their order may as well change behind it, where rows are shorter.
    That is how the results of loops, which lie by turns, reach a layer that has few outputs. In front of
    nn-differentiate, so that the adjoint is transposed where it is short, too.
  }];
}

def Differentiate : Pass<"nn-differentiate", "nnc::ModelOp"> {
  let constructor = "nnc::createDifferentiate()";
  let summary = "replace nn.grad by reverse-mode derivatives";
  let description = [{
    ```mlir
    %y = nn.tanh %x        =>   %y = nn.tanh %x
    %s = nn.sum %y              %s = nn.sum %y
    %d = nn.grad %s wrt %x      %d_s = nn.fill 1.0; %d_y = nn.broadcast %d_s; %d_x = %d_y * (1 - %y * %y)
    ```
    Walks from the target back to the values of `wrt`, only over ops that lie on a path between them, and asks each
    (DifferentiableOpInterface) for its vector-Jacobian product. A value with several uses sums their adjoints by
    nn.add. Grads are expanded in program order, so the target of a later one may depend on an earlier one: derivatives
    of any order.

    Each new op's location holds its provenance (role, rule, operand) and a name made from the source: `d_h1`.

    A value of `wrt` that no path reaches is an error at the nn.grad, with a note at each place where a path ends and the
    reason; all such errors of a function are reported.
  }];
}

def Simplify : Pass<"nn-simplify", "nnc::ModelOp"> {
  let constructor = "nnc::createSimplify()";
  let summary = "do the same with less work";
  let description = [{
    Rewrites that need more than one op's knowledge, beside MLIR's canonicalization (which it runs with). Results
    keep their bits, NaN and infinities included:

    - an elementwise op on operands that repeat the same smaller value is done on the smaller ones:
      `add(broadcast a, broadcast b)` => `broadcast(add(a, b))`, with constants among the operands;
    - the same for `reshape`, and `broadcast(reshape x)` => `broadcast(x)` where axes of size 1 were added: what is
      computed per row stays in the sizes of rows;
    - a sum, product, mean, maximum or minimum over axes of size 1 is a reshape;
    - a matrix product whose sums have one term is an elementwise product, which has -0 where the sum from 0 had 0.

    Never changes the order of sums, and never trades a division for a product.
  }];
}

def CheckIndices : Pass<"nn-check-indices", "nnc::ModelOp"> {
  let summary = "find which integers a call has to check";
  let description = [{
    An integer argument that reaches an index operand (IndexingOpInterface) of any op, directly, through ops that only
    move elements, or through the sequences, carried values and results of loops, must lie in that op's range: the
    argument gets `nn.index_bound`, the smallest of all its uses; `nn.index_sizes`, the sizes of run time that it has to
    lie below as well; and `nn.index_ignore` if every use accepts that value besides. Kernels rely on the check.
  }];
}

//===------------------------------------------------------------------------------------------------===//
// From the joint graph to kernels (--emit=kernels)
//===------------------------------------------------------------------------------------------------===//

def SplitProducts : Pass<"nn-split-products", "nnc::ModelOp"> {
  let summary = "let a core read the rows of a weight that it updates";
  let description = [{
    ```mlir
    %y = nn.matmul %x, %w : [b, 784], [784, 128]   =>   %a = nn.transpose (nn.reshape %x) by [1, 0, 2] : [2, b, 392]
                                                        %p = nn.matmul %a, (nn.reshape %w) : [2, b, 128]
                                                        %y = nn.sum %p over [0]
    ```
    A product by columns of a weight has every core read all of its rows, and the update has every core write the rows
    that are its own: the lines of the weight then go from core to core twice a step, which takes longer than to compute
    with them (measured with 784 x 128 numbers on two cores: gradient and update took 115 us, of which 38 were this).
    So where a trained weight is much longer than the product's result, the sum over its rows is made in parts, which
    cores take as they take the rows in the update; their results are added by the kernel behind. In all functions of a
    model, so that a prediction has the bits of the step.
  }];
}

def FuseKernels : Pass<"nn-fuse-kernels", "nnc::ModelOp"> {
  let summary = "group ops into kernels";
  let description = [{
    ```mlir
    %0 = nn.matmul %x, %w            =>   %1 = nn.kernel(%a = %x, %b = %w, %c = %bias) {
    %b = nn.broadcast %bias dims [1]        %0 = nn.matmul %a, %b
    %1 = nn.add %0, %b                      %2 = nn.add %0, (nn.broadcast %c)
    %2 = nn.relu %1                         nn.yield (nn.relu %2)
                                          }
    ```
    Afterwards a function holds only nn.load, nn.store, nn.reshape, nn.return and nn.kernel. What a kernel may hold is
    defined in ir/KernelRegion.h, when it pays to put ops together in passes/FusionCost.h. Index maps (constants,
    broadcasts) go into every kernel that reads them, and become kernels only where memory has to hold them.

    The value that is stored to a variable is preferably written over the old one, so every reader of the old value comes
    before it: an edge of the graph like those of data, and no fusion may close a cycle of them. This is the whole
    rule for updates in the kernel that makes a gradient: a norm over all gradients, a later reader of the
    old weight and the like stand in the way by their edges.

    `level` 0 makes one kernel of each op. `explain` says as remarks what was put together and what not, and why.
  }];
  let options = [
    Option<"level", "level", "unsigned", "2", "0: one kernel per op; from 1: fuse">,
    Option<"explain", "explain", "bool", "false", "remarks that say why ops were fused or not">
  ];
}

def OrderKernels : Pass<"nn-order-kernels", "nnc::ModelOp"> {
  let summary = "put kernels into the order in which they run";
  let description = [{
    Kernels run in the order in which they stand. This pass sorts them by their inputs and so that readers of a
    variable's old value precede the kernel whose result is stored to it; among those that could come next, the one
    whose anchor comes first in the program. Where a value that is stored or returned cannot be written to its
    place directly (it is an argument or a load, it is stored twice, somebody reads the old value later, only
    losses need it but others make it), adds a kernel that copies it.

    Marks kernels of step functions that only losses and metrics need as `report_only`.
  }];
}

def PlanMemory : Pass<"nn-plan-memory", "nnc::ModelOp"> {
  let summary = "give every value its bytes";
  let description = [{
    Variables get offsets in the instance's block: parameters first, then state, slots, step counters, averages, each in
    the order of the module and on a boundary of 64 bytes.

    Each result of a kernel gets a place: the variable that it is stored to, the caller's memory for the result that it is
    returned as, or bytes of the workspace (`#nn.arena`). Values share bytes if they do not live at the same
    time; a result takes the place of an input that dies there, if the kernel reads that input elementwise. Values
    behind nn.reshape are the same bytes.

    The size of a value is a polynomial over the run-time dimensions. Values whose polynomials are multiples of one
    another form a class; each class has its own part of the workspace, the constant one first, and is planned as if
    its polynomial were a unit of 64 bytes, so the plan does not depend on the sizes of a call. `workspace` of
    the function is the total.

    More than 2^48 bytes, at the least sizes, are an error. Expects nn-order-kernels.
  }];
  let options = [
    Option<"explain", "explain", "bool", "false", "remarks with lifetime and place of every value">
  ];
}

def CheckPlan : Pass<"nn-check-plan", "nnc::ModelOp"> {
  let summary = "replay a memory plan";
  let description = [{
    Runs through the kernels of each function, for a few sizes of the run-time dimensions, and keeps book of which value
    each byte holds: what a kernel reads must be what it means, a result may lie over an input only where it is read in
    place, and at the end each variable and result holds its value. A fault is an internal error of the compiler. Made
    without nn-plan-memory's knowledge of lifetimes, so that neither hides the other's mistakes.
  }];
}

def CheckProvenance : Pass<"nn-check-provenance", "nnc::ModelOp"> {
  let summary = "look for ops of training that do not say why they are there";
  let description = [{
    What reads a value of the backward pass or of the optimizer belongs to them as well, unless results or the model's state
    are made of it, and carries `#nn.provenance` in its location. An op that does not, or that has no place in the text, is
    an internal error of the compiler: its kernel could not be traced to the text. No part of the pipelines; the tests run it behind them.
  }];
}

def NameKernels : Pass<"nn-name-kernels", "nnc::ModelOp"> {
  let summary = "name kernels by what they compute";
  let description = [{
    The symbol of a kernel is its anchor's name and a hash of its region, types, and which results share memory with which
    inputs: everything that its code depends on. Names of values, locations, places and the names of run-time
    dimensions are not part of it, so equal layers share one kernel, and the same text gives the same symbols
    everywhere.
  }];
}

#endif
