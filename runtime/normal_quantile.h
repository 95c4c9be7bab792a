/* normal_quantile.h: coefficients of the inverse of the standard normal distribution function.
 *
 * Wichura: Algorithm AS 241, Applied Statistics 37, 1988. PPND16, relative error about 1e-16, and PPND7, about 1e-7: three
 * rational functions each, of q = p - 1/2 where |q| <= 0.425 (in 0.180625 - q^2, times q), else of r = sqrt(-log(the
 * smaller tail)): in r - 1.6 for r <= 5, in r - 5 beyond. Lowest power first.
 */
#ifndef NNC_NORMAL_QUANTILE_H
#define NNC_NORMAL_QUANTILE_H

static const double nnc_ppnd16_centre_top[8] = {
    3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
    4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
static const double nnc_ppnd16_centre_bottom[8] = {1.0,
                                                   4.2313330701600911252e+1,
                                                   6.8718700749205790830e+2,
                                                   5.3941960214247511077e+3,
                                                   2.1213794301586595867e+4,
                                                   3.9307895800092710610e+4,
                                                   2.8729085735721942674e+4,
                                                   5.2264952788528545610e+3};
static const double nnc_ppnd16_near_top[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                              5.76949722146069140550e0,  3.64784832476320460504e0,
                                              1.27045825245236838258e0,  2.41780725177450611770e-1,
                                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double nnc_ppnd16_near_bottom[8] = {1.0,
                                                 2.05319162663775882187e0,
                                                 1.67638483018380384940e0,
                                                 6.89767334985100004550e-1,
                                                 1.48103976427480074590e-1,
                                                 1.51986665636164571966e-2,
                                                 5.47593808499534494600e-4,
                                                 1.05075007164441684324e-9};
static const double nnc_ppnd16_far_top[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                             1.78482653991729133580e0,  2.96560571828504891230e-1,
                                             2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                             2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double nnc_ppnd16_far_bottom[8] = {1.0,
                                                5.99832206555887937690e-1,
                                                1.36929880922735805310e-1,
                                                1.48753612908506148525e-2,
                                                7.86869131145613259100e-4,
                                                1.84631831751005468180e-5,
                                                1.42151175831644588870e-7,
                                                2.04426310338993978564e-15};

/* Without the far tail, which no f32 strictly between 0 and 1 with 23 bits reaches. */
static const double nnc_ppnd7_centre_top[4] = {3.3871327179e0, 5.0434271938e1, 1.5929113202e2,
                                               5.9109374720e1};
static const double nnc_ppnd7_centre_bottom[4] = {1.0, 1.7895169469e1, 7.8757757664e1, 6.7187563600e1};
static const double nnc_ppnd7_near_top[4] = {1.4234372777e0, 2.7568153900e0, 1.3067284816e0, 1.7023821103e-1};
static const double nnc_ppnd7_near_bottom[3] = {1.0, 7.3700164250e-1, 1.2021132975e-1};

#endif
