// Random.td: random tensors. Each number is a function of a key and its place alone (Salmon, Moraes, Dror, Shaw:
// Parallel random numbers: as easy as 1, 2, 3, 2011), so every reader may compute it again: nothing is stored for the
// backward pass, and any number of threads draws the same.
#ifndef NN_OPS_RANDOM_TD
#define NN_OPS_RANDOM_TD

include "ir/Dialect.td"

def NN_RandomKeyOp : NN_ConstantOp<"random_key", [InferTypeOpAdaptor, NN_IndexMap]> {
  let summary = "key of one occurrence's random numbers";
  let description = [{
    The upper 52 bits of number `counter` of `stream` under `key`, as nnc_random_bits of runtime/random.h gives it.
    `key` is the seed of a call or of the instance, `counter` tells its steps apart, `stream` the places in the text
    that draw. Keys of keys tell the turns of a loop apart.
  }];
  let arguments = (ins NN_KeyScalar:$key, NN_KeyScalar:$counter, I64Attr:$stream);
  let results = (outs NN_KeyScalar:$y);
  let assemblyFormat = "$key `,` $counter `stream` $stream attr-dict `:` type($key) `,` type($counter)";
  let reason = "random draws do not depend on it smoothly";
}

class NN_DrawOp<string opMnemonic> : NN_ConstantOp<opMnemonic, [NN_IndexMap]> {
  let arguments = (ins NN_KeyScalar:$key);
  let results = (outs NN_FloatTensor:$y);
  let assemblyFormat = "$key attr-dict `:` type($key) `->` type($y)";
  let reason = "random draws do not vary with what is computed";
}

def NN_RandomUniformOp : NN_DrawOp<"random_uniform"> {
  let summary = "uniform random numbers in [0, 1)";
  let description = [{
    Element i in row-major order is made of number i of stream 0 under `key`: its upper 24 bits (f32) or 53 bits (f64)
    as a fraction. 1 is never reached; 0 has probability 2^-24 or 2^-53.
  }];
}

def NN_RandomNormalOp : NN_DrawOp<"random_normal"> {
  let summary = "standard normal random numbers";
  let description = [{
    Element i is the quantile of the standard normal distribution (Wichura: Algorithm AS 241, 1988; PPND7 for f32, PPND16
    for f64) at number i of stream 0 under `key`, taken as the middle of one of 2^23 (f32) or 2^52 (f64) equal
    intervals: always finite, at most 5.3 (f32) or 8.2 (f64) in magnitude, symmetric.
  }];
}

#endif
