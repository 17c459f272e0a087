// Kernels as JavaScript, where WebAssembly is forbidden. Each instruction has a counterpart: a vector is one number,
// addressed as one of an array, and a mask of bits is a truth value.

const infix = (sign) => (a, b) => `(${a}${sign}${b})`, same = (x) => x;
const outer = (x) => x.startsWith("(") && x.endsWith(")") ? x.slice(1, -1) : x; // alone, it needs no parentheses
export const called = (name) => (...x) => `${name}(${x.join()})`;
export const place = (offset, address) => `${address}${offset === "offset=0" ? "" : offset.replace("offset=", "+")}`;
const real = (...at) => `real[${place(...at)}>>2]`;

/** What JavaScript and WGSL write alike. */
export const COMMON = {
  "i32.const": same, "local.get": same, "local.set": (name, x) => `${name}=${outer(x)};\n`,
  "i32.add": infix("+"), "i32.mul": infix("*"), "i32.lt_u": infix("<"),
  "f32x4.add": infix("+"), "f32x4.mul": infix("*"), "f32.div": infix("/"), "f32x4.gt": infix(">"),
  "f32x4.eq": infix("=="),
};

const SCRIPT = { ...COMMON,
  "f32.const": same, "v128.const": () => "0", "f32x4.splat": same, "f32.convert_i32_s": same,
  "f32x4.max": called("Math.max"), "v128.and": (x, mask) => `(${mask}?${x}:0)`,
  "v128.andnot": (x, mask) => `(${mask}?0:${x})`,
  "i32.load": (...at) => `whole[${place(...at)}>>2]`, "v128.load": real, "v128.load32_splat": real,
  "v128.store": (offset, address, x) => `${real(offset, address)}=${outer(x)};\n`,
  loop: (label, ...body) => `do{\n${body.join("")}`, br_if: (label, again) => `}while(${outer(again)});\n`,
  param: same, local: same, export: JSON.parse,
  func(name, ...parts) { // names first, of parameters and locals, which begin as parameters that nobody gives
    const body = parts.findIndex((part) => !/^\w+$/.test(part));
    return `${name}(${parts.slice(0, body)}){\n${parts.slice(body).join("")}}`;
  },
};

/** A function that writes an instruction by its counterparts. */
export const inWords = (counterparts) => function words(part) {
  return Array.isArray(part) ? counterparts[part[0]](...part.slice(1).map(words)) : String(part).replace("$", "");
};

export const asScript = inWords(SCRIPT);
