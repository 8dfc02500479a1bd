// tanh of doubles several at a time. Eigen computes it so for floats alone, and the C library takes 5 times as long one by
// one. The C library of GNU has it for each width of x86-64 (libmvec, within 4 units in the last place: "Library
// functions known errors" of its manual; 2.2 seen); elsewhere it stays one by one.
#pragma once

#include <Eigen/Core>
#include <cmath>

#if defined(__x86_64__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 35)
#include <immintrin.h>
#define STILLPOINT_VECTOR_TANH
#if defined(__AVX512F__)
extern "C" __m512d _ZGVeN8v_tanh(__m512d);
#elif defined(__AVX2__)
extern "C" __m256d _ZGVdN4v_tanh(__m256d);
#else
extern "C" __m128d _ZGVbN2v_tanh(__m128d);
#endif
#endif
#endif

namespace stillpoint {

/// As a function of Eigen's arrays: u.unaryExpr(VectorTanh{}). A value has the same bits wherever in an array it stands:
/// what is left over at the ends goes through the widest instructions as well.
struct VectorTanh {
#ifdef STILLPOINT_VECTOR_TANH
#if defined(__AVX512F__)
  using Widest = __m512d;
  static Widest tanh(Widest u) { return _ZGVeN8v_tanh(u); }
  static Widest widened(__m128d u) { return _mm512_zextpd128_pd512(u); }
  static Widest widened(__m256d u) { return _mm512_zextpd256_pd512(u); }
  __m256d packetOp(__m256d u) const { return _mm512_castpd512_pd256(tanh(widened(u))); }
  __m128d packetOp(__m128d u) const { return _mm512_castpd512_pd128(tanh(widened(u))); }
  double operator()(double u) const { return _mm512_cvtsd_f64(tanh(widened(_mm_set_sd(u)))); }
#elif defined(__AVX2__)
  using Widest = __m256d;
  static Widest tanh(Widest u) { return _ZGVdN4v_tanh(u); }
  static Widest widened(__m128d u) { return _mm256_zextpd128_pd256(u); }
  __m128d packetOp(__m128d u) const { return _mm256_castpd256_pd128(tanh(widened(u))); }
  double operator()(double u) const { return _mm256_cvtsd_f64(tanh(widened(_mm_set_sd(u)))); }
#else
  using Widest = __m128d;
  static Widest tanh(Widest u) { return _ZGVbN2v_tanh(u); }
  double operator()(double u) const { return _mm_cvtsd_f64(tanh(_mm_set_sd(u))); }
#endif
  Widest packetOp(Widest u) const { return tanh(u); }
  static constexpr bool by_packets = true;
#else
  double operator()(double u) const { return std::tanh(u); }
  static constexpr bool by_packets = false;
#endif
};

}  // namespace stillpoint

template <>
struct Eigen::internal::functor_traits<stillpoint::VectorTanh> {
  enum { Cost = 10 * NumTraits<double>::MulCost, PacketAccess = stillpoint::VectorTanh::by_packets };
};
