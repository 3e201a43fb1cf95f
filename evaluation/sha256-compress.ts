// One block of SHA-256 (FIPS 180-4). Four passes over sixteen unrolled rounds: the working variables change places
// instead of being copied, and the message schedule lives in sixteen locals. Fully unrolled it is 6 % faster and four
// times as long.

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
// oxfmt-ignore
const k = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

/** The state before the first block: the same of the square roots of the first 8. */
// oxfmt-ignore
export const initialState: Readonly<Int32Array> = Int32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);

/**
 * Mixes sixteen big-endian words of message, those of `block` from `at` on, into eight words of state: read from `from`,
 * written to `state`, which may be the same.
 */
export function compress(
  state: Int32Array,
  block: Readonly<Int32Array>,
  at = 0,
  from: Readonly<Int32Array> = state,
): void {
  let t = 0;
  let a = from[0] as number;
  let b = from[1] as number;
  let c = from[2] as number;
  let d = from[3] as number;
  let e = from[4] as number;
  let f = from[5] as number;
  let g = from[6] as number;
  let h = from[7] as number;
  let w0 = block[at] as number;
  let w1 = block[at + 1] as number;
  let w2 = block[at + 2] as number;
  let w3 = block[at + 3] as number;
  let w4 = block[at + 4] as number;
  let w5 = block[at + 5] as number;
  let w6 = block[at + 6] as number;
  let w7 = block[at + 7] as number;
  let w8 = block[at + 8] as number;
  let w9 = block[at + 9] as number;
  let w10 = block[at + 10] as number;
  let w11 = block[at + 11] as number;
  let w12 = block[at + 12] as number;
  let w13 = block[at + 13] as number;
  let w14 = block[at + 14] as number;
  let w15 = block[at + 15] as number;
  for (let pass = 0; ; pass += 16) {
    t = h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7)));
    t = (t + (g ^ (e & (f ^ g))) + (k[pass] as number) + w0) | 0;
    d = (d + t) | 0;
    h = t + (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10)));
    h = (h + ((a & b) ^ (c & (a ^ b)))) | 0;
    t = g + (((d >>> 6) | (d << 26)) ^ ((d >>> 11) | (d << 21)) ^ ((d >>> 25) | (d << 7)));
    t = (t + (f ^ (d & (e ^ f))) + (k[pass + 1] as number) + w1) | 0;
    c = (c + t) | 0;
    g = t + (((h >>> 2) | (h << 30)) ^ ((h >>> 13) | (h << 19)) ^ ((h >>> 22) | (h << 10)));
    g = (g + ((h & a) ^ (b & (h ^ a)))) | 0;
    t = f + (((c >>> 6) | (c << 26)) ^ ((c >>> 11) | (c << 21)) ^ ((c >>> 25) | (c << 7)));
    t = (t + (e ^ (c & (d ^ e))) + (k[pass + 2] as number) + w2) | 0;
    b = (b + t) | 0;
    f = t + (((g >>> 2) | (g << 30)) ^ ((g >>> 13) | (g << 19)) ^ ((g >>> 22) | (g << 10)));
    f = (f + ((g & h) ^ (a & (g ^ h)))) | 0;
    t = e + (((b >>> 6) | (b << 26)) ^ ((b >>> 11) | (b << 21)) ^ ((b >>> 25) | (b << 7)));
    t = (t + (d ^ (b & (c ^ d))) + (k[pass + 3] as number) + w3) | 0;
    a = (a + t) | 0;
    e = t + (((f >>> 2) | (f << 30)) ^ ((f >>> 13) | (f << 19)) ^ ((f >>> 22) | (f << 10)));
    e = (e + ((f & g) ^ (h & (f ^ g)))) | 0;
    t = d + (((a >>> 6) | (a << 26)) ^ ((a >>> 11) | (a << 21)) ^ ((a >>> 25) | (a << 7)));
    t = (t + (c ^ (a & (b ^ c))) + (k[pass + 4] as number) + w4) | 0;
    h = (h + t) | 0;
    d = t + (((e >>> 2) | (e << 30)) ^ ((e >>> 13) | (e << 19)) ^ ((e >>> 22) | (e << 10)));
    d = (d + ((e & f) ^ (g & (e ^ f)))) | 0;
    t = c + (((h >>> 6) | (h << 26)) ^ ((h >>> 11) | (h << 21)) ^ ((h >>> 25) | (h << 7)));
    t = (t + (b ^ (h & (a ^ b))) + (k[pass + 5] as number) + w5) | 0;
    g = (g + t) | 0;
    c = t + (((d >>> 2) | (d << 30)) ^ ((d >>> 13) | (d << 19)) ^ ((d >>> 22) | (d << 10)));
    c = (c + ((d & e) ^ (f & (d ^ e)))) | 0;
    t = b + (((g >>> 6) | (g << 26)) ^ ((g >>> 11) | (g << 21)) ^ ((g >>> 25) | (g << 7)));
    t = (t + (a ^ (g & (h ^ a))) + (k[pass + 6] as number) + w6) | 0;
    f = (f + t) | 0;
    b = t + (((c >>> 2) | (c << 30)) ^ ((c >>> 13) | (c << 19)) ^ ((c >>> 22) | (c << 10)));
    b = (b + ((c & d) ^ (e & (c ^ d)))) | 0;
    t = a + (((f >>> 6) | (f << 26)) ^ ((f >>> 11) | (f << 21)) ^ ((f >>> 25) | (f << 7)));
    t = (t + (h ^ (f & (g ^ h))) + (k[pass + 7] as number) + w7) | 0;
    e = (e + t) | 0;
    a = t + (((b >>> 2) | (b << 30)) ^ ((b >>> 13) | (b << 19)) ^ ((b >>> 22) | (b << 10)));
    a = (a + ((b & c) ^ (d & (b ^ c)))) | 0;
    t = h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7)));
    t = (t + (g ^ (e & (f ^ g))) + (k[pass + 8] as number) + w8) | 0;
    d = (d + t) | 0;
    h = t + (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10)));
    h = (h + ((a & b) ^ (c & (a ^ b)))) | 0;
    t = g + (((d >>> 6) | (d << 26)) ^ ((d >>> 11) | (d << 21)) ^ ((d >>> 25) | (d << 7)));
    t = (t + (f ^ (d & (e ^ f))) + (k[pass + 9] as number) + w9) | 0;
    c = (c + t) | 0;
    g = t + (((h >>> 2) | (h << 30)) ^ ((h >>> 13) | (h << 19)) ^ ((h >>> 22) | (h << 10)));
    g = (g + ((h & a) ^ (b & (h ^ a)))) | 0;
    t = f + (((c >>> 6) | (c << 26)) ^ ((c >>> 11) | (c << 21)) ^ ((c >>> 25) | (c << 7)));
    t = (t + (e ^ (c & (d ^ e))) + (k[pass + 10] as number) + w10) | 0;
    b = (b + t) | 0;
    f = t + (((g >>> 2) | (g << 30)) ^ ((g >>> 13) | (g << 19)) ^ ((g >>> 22) | (g << 10)));
    f = (f + ((g & h) ^ (a & (g ^ h)))) | 0;
    t = e + (((b >>> 6) | (b << 26)) ^ ((b >>> 11) | (b << 21)) ^ ((b >>> 25) | (b << 7)));
    t = (t + (d ^ (b & (c ^ d))) + (k[pass + 11] as number) + w11) | 0;
    a = (a + t) | 0;
    e = t + (((f >>> 2) | (f << 30)) ^ ((f >>> 13) | (f << 19)) ^ ((f >>> 22) | (f << 10)));
    e = (e + ((f & g) ^ (h & (f ^ g)))) | 0;
    t = d + (((a >>> 6) | (a << 26)) ^ ((a >>> 11) | (a << 21)) ^ ((a >>> 25) | (a << 7)));
    t = (t + (c ^ (a & (b ^ c))) + (k[pass + 12] as number) + w12) | 0;
    h = (h + t) | 0;
    d = t + (((e >>> 2) | (e << 30)) ^ ((e >>> 13) | (e << 19)) ^ ((e >>> 22) | (e << 10)));
    d = (d + ((e & f) ^ (g & (e ^ f)))) | 0;
    t = c + (((h >>> 6) | (h << 26)) ^ ((h >>> 11) | (h << 21)) ^ ((h >>> 25) | (h << 7)));
    t = (t + (b ^ (h & (a ^ b))) + (k[pass + 13] as number) + w13) | 0;
    g = (g + t) | 0;
    c = t + (((d >>> 2) | (d << 30)) ^ ((d >>> 13) | (d << 19)) ^ ((d >>> 22) | (d << 10)));
    c = (c + ((d & e) ^ (f & (d ^ e)))) | 0;
    t = b + (((g >>> 6) | (g << 26)) ^ ((g >>> 11) | (g << 21)) ^ ((g >>> 25) | (g << 7)));
    t = (t + (a ^ (g & (h ^ a))) + (k[pass + 14] as number) + w14) | 0;
    f = (f + t) | 0;
    b = t + (((c >>> 2) | (c << 30)) ^ ((c >>> 13) | (c << 19)) ^ ((c >>> 22) | (c << 10)));
    b = (b + ((c & d) ^ (e & (c ^ d)))) | 0;
    t = a + (((f >>> 6) | (f << 26)) ^ ((f >>> 11) | (f << 21)) ^ ((f >>> 25) | (f << 7)));
    t = (t + (h ^ (f & (g ^ h))) + (k[pass + 15] as number) + w15) | 0;
    e = (e + t) | 0;
    a = t + (((b >>> 2) | (b << 30)) ^ ((b >>> 13) | (b << 19)) ^ ((b >>> 22) | (b << 10)));
    a = (a + ((b & c) ^ (d & (b ^ c)))) | 0;
    if (pass === 48) break;
    t = ((w1 >>> 7) | (w1 << 25)) ^ ((w1 >>> 18) | (w1 << 14)) ^ (w1 >>> 3);
    w0 = w0 + w9 + t;
    t = ((w14 >>> 17) | (w14 << 15)) ^ ((w14 >>> 19) | (w14 << 13)) ^ (w14 >>> 10);
    w0 = (w0 + t) | 0;
    t = ((w2 >>> 7) | (w2 << 25)) ^ ((w2 >>> 18) | (w2 << 14)) ^ (w2 >>> 3);
    w1 = w1 + w10 + t;
    t = ((w15 >>> 17) | (w15 << 15)) ^ ((w15 >>> 19) | (w15 << 13)) ^ (w15 >>> 10);
    w1 = (w1 + t) | 0;
    t = ((w3 >>> 7) | (w3 << 25)) ^ ((w3 >>> 18) | (w3 << 14)) ^ (w3 >>> 3);
    w2 = w2 + w11 + t;
    t = ((w0 >>> 17) | (w0 << 15)) ^ ((w0 >>> 19) | (w0 << 13)) ^ (w0 >>> 10);
    w2 = (w2 + t) | 0;
    t = ((w4 >>> 7) | (w4 << 25)) ^ ((w4 >>> 18) | (w4 << 14)) ^ (w4 >>> 3);
    w3 = w3 + w12 + t;
    t = ((w1 >>> 17) | (w1 << 15)) ^ ((w1 >>> 19) | (w1 << 13)) ^ (w1 >>> 10);
    w3 = (w3 + t) | 0;
    t = ((w5 >>> 7) | (w5 << 25)) ^ ((w5 >>> 18) | (w5 << 14)) ^ (w5 >>> 3);
    w4 = w4 + w13 + t;
    t = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10);
    w4 = (w4 + t) | 0;
    t = ((w6 >>> 7) | (w6 << 25)) ^ ((w6 >>> 18) | (w6 << 14)) ^ (w6 >>> 3);
    w5 = w5 + w14 + t;
    t = ((w3 >>> 17) | (w3 << 15)) ^ ((w3 >>> 19) | (w3 << 13)) ^ (w3 >>> 10);
    w5 = (w5 + t) | 0;
    t = ((w7 >>> 7) | (w7 << 25)) ^ ((w7 >>> 18) | (w7 << 14)) ^ (w7 >>> 3);
    w6 = w6 + w15 + t;
    t = ((w4 >>> 17) | (w4 << 15)) ^ ((w4 >>> 19) | (w4 << 13)) ^ (w4 >>> 10);
    w6 = (w6 + t) | 0;
    t = ((w8 >>> 7) | (w8 << 25)) ^ ((w8 >>> 18) | (w8 << 14)) ^ (w8 >>> 3);
    w7 = w7 + w0 + t;
    t = ((w5 >>> 17) | (w5 << 15)) ^ ((w5 >>> 19) | (w5 << 13)) ^ (w5 >>> 10);
    w7 = (w7 + t) | 0;
    t = ((w9 >>> 7) | (w9 << 25)) ^ ((w9 >>> 18) | (w9 << 14)) ^ (w9 >>> 3);
    w8 = w8 + w1 + t;
    t = ((w6 >>> 17) | (w6 << 15)) ^ ((w6 >>> 19) | (w6 << 13)) ^ (w6 >>> 10);
    w8 = (w8 + t) | 0;
    t = ((w10 >>> 7) | (w10 << 25)) ^ ((w10 >>> 18) | (w10 << 14)) ^ (w10 >>> 3);
    w9 = w9 + w2 + t;
    t = ((w7 >>> 17) | (w7 << 15)) ^ ((w7 >>> 19) | (w7 << 13)) ^ (w7 >>> 10);
    w9 = (w9 + t) | 0;
    t = ((w11 >>> 7) | (w11 << 25)) ^ ((w11 >>> 18) | (w11 << 14)) ^ (w11 >>> 3);
    w10 = w10 + w3 + t;
    t = ((w8 >>> 17) | (w8 << 15)) ^ ((w8 >>> 19) | (w8 << 13)) ^ (w8 >>> 10);
    w10 = (w10 + t) | 0;
    t = ((w12 >>> 7) | (w12 << 25)) ^ ((w12 >>> 18) | (w12 << 14)) ^ (w12 >>> 3);
    w11 = w11 + w4 + t;
    t = ((w9 >>> 17) | (w9 << 15)) ^ ((w9 >>> 19) | (w9 << 13)) ^ (w9 >>> 10);
    w11 = (w11 + t) | 0;
    t = ((w13 >>> 7) | (w13 << 25)) ^ ((w13 >>> 18) | (w13 << 14)) ^ (w13 >>> 3);
    w12 = w12 + w5 + t;
    t = ((w10 >>> 17) | (w10 << 15)) ^ ((w10 >>> 19) | (w10 << 13)) ^ (w10 >>> 10);
    w12 = (w12 + t) | 0;
    t = ((w14 >>> 7) | (w14 << 25)) ^ ((w14 >>> 18) | (w14 << 14)) ^ (w14 >>> 3);
    w13 = w13 + w6 + t;
    t = ((w11 >>> 17) | (w11 << 15)) ^ ((w11 >>> 19) | (w11 << 13)) ^ (w11 >>> 10);
    w13 = (w13 + t) | 0;
    t = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3);
    w14 = w14 + w7 + t;
    t = ((w12 >>> 17) | (w12 << 15)) ^ ((w12 >>> 19) | (w12 << 13)) ^ (w12 >>> 10);
    w14 = (w14 + t) | 0;
    t = ((w0 >>> 7) | (w0 << 25)) ^ ((w0 >>> 18) | (w0 << 14)) ^ (w0 >>> 3);
    w15 = w15 + w8 + t;
    t = ((w13 >>> 17) | (w13 << 15)) ^ ((w13 >>> 19) | (w13 << 13)) ^ (w13 >>> 10);
    w15 = (w15 + t) | 0;
  }
  state[0] = ((from[0] as number) + a) | 0;
  state[1] = ((from[1] as number) + b) | 0;
  state[2] = ((from[2] as number) + c) | 0;
  state[3] = ((from[3] as number) + d) | 0;
  state[4] = ((from[4] as number) + e) | 0;
  state[5] = ((from[5] as number) + f) | 0;
  state[6] = ((from[6] as number) + g) | 0;
  state[7] = ((from[7] as number) + h) | 0;
}
