// Kernels as WGSL, for graphics cards.
import { called, COMMON, inWords, place } from "./as_script.mjs";

const SHADER = { ...COMMON,
  "f32.const": (x) => `f32(${x})`, "v128.const": () => "vec4f()", "f32x4.splat": called("vec4f"),
  "f32.convert_i32_s": called("f32"), "f32x4.max": called("max"), "f32x4.relaxed_madd": called("fma"),
  "v128.and": (x, mask) => `select(vec4f(),${x},${mask})`, "v128.andnot": (x, mask) => `select(${x},vec4f(),${mask})`,
  "i32.load": (...at) => `bitcast<i32>(memory[(${place(...at)})>>2])`,
  "v128.load": (...at) => `vector(${place(...at)})`,
  "v128.load32_splat": (...at) => `vec4f(bitcast<f32>(memory[(${place(...at)})>>2]))`,
  "v128.store": (offset, address, x) => `put(${place(offset, address)},${x});\n`,
  loop: (label, ...body) => `loop{\n${body.join("")}}\n`, br_if: (label, again) => `if(!${again}){break;}\n`,
};

/** What all kernels need. An address may be that of any number, so that vectors are put together from four. */
export const SHARED = `@group(0) @binding(0) var<storage,read_write> memory:array<u32>;
@group(0) @binding(1) var<uniform> job:array<vec4i,4>;
fn vector(at:i32)->vec4f{
let k=at>>2;
return bitcast<vec4f>(vec4u(memory[k],memory[k+1],memory[k+2],memory[k+3]));}
fn put(at:i32,x:vec4f){
for(var k=0;k<4;k++){memory[(at>>2)+k]=bitcast<u32>(x[k]);}}
`;

/** A kernel without its loops: a card calls it for all turns. */
export function asShader({ name, parameters, loops, locals, body }) {
  const by = Object.fromEntries(loops), given = parameters.map((each, k) => `let ${each}=job[${k >> 2}][${k & 3}];`);
  const variables = locals.map(({ name, vector }) => `var ${name}:${vector ? "vec4f" : "i32"};`);
  return `@compute @workgroup_size(64) fn ${name}(@builtin(global_invocation_id) id:vec3u){
${given.join("")}${variables.join("")}
let n=i32(id.x)*${by.n};let channel=i32(id.y)*${by.channel};if(n>=count){return;}
${body.map(inWords(SHADER)).join("")}}
`;
}
