// Scan.td: the loop.
#ifndef NN_OPS_SCAN_TD
#define NN_OPS_SCAN_TD

include "ir/Dialect.td"

def NN_ScanOp : NN_Op<"scan", [NN_IsStructure, IsolatedFromAbove, SingleBlock, Pure, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<RegionDifferentiableOpInterface>,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "loop over a dimension, with values carried from turn to turn";
  let description = [{
    The region runs once for each t in [0, length), upwards, or downwards if `reverse`. Its arguments are t (a scalar
    i32), element t of each of the `sequences` along their first axis, the carried values, and the `invariants`. It
    yields the elements of the stacked results, then the next carried values. Results are the stacked ones, each with
    `length` as its first axis and the element of turn t at index t, and the carried values after the last turn, which
    are `initials` if there is none.

    ```mlir
    %y, %end = nn.scan <time> turn(%t) sequences(%xt = %x : tensor<?x4xf32, #nn.dims<time, 4>>)
        carries(%h = %h0 : tensor<4xf32>) invariants(%w = %weight : tensor<4xf32>)
        -> (tensor<?x4xf32, #nn.dims<time, 4>>, tensor<4xf32>) {
      %0 = nn.mul %h, %w : tensor<4xf32>
      %1 = nn.add %xt, %0 : tensor<4xf32>
      nn.yield %1, %1 : tensor<4xf32>, tensor<4xf32>
    }
    ```

    `places` and `slots` are set by nn-plan-memory: for each stacked result where it begins (#nn.arena), for each
    carried value where it is read at a turn (#nn.slot). `report_only`: only losses and metrics need it.
  }];
  let arguments = (ins Variadic<NN_Tensor>:$sequences, Variadic<NN_Tensor>:$initials, Variadic<NN_Tensor>:$invariants,
                       NN_DimAttr:$length, UnitAttr:$reverse, OptionalAttr<ArrayAttr>:$places,
                       OptionalAttr<ArrayAttr>:$slots, UnitAttr:$report_only);
  let results = (outs Variadic<NN_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    Dim lengthDim() { return *Dim::parse(getLength().getText()); }
    YieldOp yieldOp();
    ::mlir::BlockArgument turnArg() { return getBody().getArgument(0); }
    ::mlir::Block::BlockArgListType sequenceArgs() {
      return getBody().getArguments().slice(1, getSequences().size());
    }
    ::mlir::Block::BlockArgListType carryArgs() {
      return getBody().getArguments().slice(1 + getSequences().size(), getInitials().size());
    }
    ::mlir::Block::BlockArgListType invariantArgs() {
      return getBody().getArguments().drop_front(1 + getSequences().size() + getInitials().size());
    }
    unsigned stackedCount() { return getNumResults() - getInitials().size(); }
    ::mlir::ResultRange stacked() { return getResults().take_front(stackedCount()); }
    ::mlir::ResultRange finals() { return getResults().drop_front(stackedCount()); }
    ::mlir::OperandRange stackedYields();
    ::mlir::OperandRange nextYields();
    /// The operand that an argument other than the turn stands for: a sequence, an initial value or an invariant.
    ::mlir::OpOperand &operandOf(::mlir::BlockArgument argument);
  }];
}

#endif
