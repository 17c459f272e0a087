// The three languages of the kernels: how each writes sums, loops, and what else a kernel is made of. Texts come in and
// go out. A variable is an integer, or a vector if its name begins with a capital.

const isVector = (name) => /^[A-Z]/.test(name);
const joined = (body) => [body].flat(9).join("");
/** A kernel's body in its loops, one turn after the other. */
const looped = ({ each }, loops, body) => loops.reduceRight((inner, loop) => each(...loop, inner), body);

// ---- WebAssembly, as wabt reads it ----------------------------------------------------------------------------------

const operand = (x) => typeof x === "number" ? `(i32.const ${x})` : /^\w/.test(x) ? `(local.get $${x})` : x;
const instruction = (...words) => (...x) => `(${words.join(" ")} ${x.map(operand).join(" ")})`;
const access = (name) => (address, offset = 0, ...x) => instruction(name, `offset=${offset}`)(address, ...x);

export const ASSEMBLY = {
  sum: (...terms) => terms.reduce((a, b) => instruction("i32.add")(a, b)), times: instruction("i32.mul"),
  plus: instruction("f32x4.add"), product: instruction("f32x4.mul"), fused: instruction("f32x4.relaxed_madd"),
  larger: instruction("f32x4.max"), equal: instruction("f32x4.eq"), above: instruction("f32x4.gt"),
  where: instruction("v128.and"), whereNot: instruction("v128.andnot"), zero: "(v128.const f32x4 0 0 0 0)",
  inverse: (x) => `(f32x4.splat (f32.div (f32.const 1) (f32.convert_i32_s ${operand(x)})))`,
  word: access("i32.load"), load: access("v128.load"), splat: access("v128.load32_splat"), store: access("v128.store"),
  set: (name, x) => `(local.set $${name} ${operand(x)})\n`,
  each(counter, by, limit, body) { // a loop goes on until nothing branches to its beginning
    const { set, sum } = ASSEMBLY, again = instruction("i32.lt_u")(counter, limit);
    const turn = `${joined(body)}${set(counter, sum(counter, by))}(br_if $${counter}s ${again})`;
    return `${set(counter, 0)}(loop $${counter}s\n${turn})\n`;
  },
  kernel({ name, parameters, loops, locals, body }) {
    const given = parameters.map((each) => `(param $${each} i32)`);
    const own = locals.map((each) => `(local $${each} ${isVector(each) ? "v128" : "i32"})`);
    return `(func (export "${name}") ${[...given, ...own].join(" ")}\n${looped(ASSEMBLY, loops, body)})`;
  },
};

// ---- JavaScript, where WebAssembly is forbidden, and WGSL, for graphics cards ---------------------------------------

const infix = (sign) => (...x) => `(${x.join(sign)})`, called = (name) => (...x) => `${name}(${x.join()})`;
const BRACES = { sum: infix("+"), times: infix("*"), plus: infix("+"), product: infix("*"), equal: infix("=="),
  above: infix(">"), set: (name, x) => `${name}=${x};\n`,
  each: (counter, by, limit, body) => `for(${counter}=0;${counter}<${limit};${counter}+=${by}){\n${joined(body)}}\n` };

/** A vector is one number, and a mask of bits a truth value. */
const real = (address, offset = 0) => `real[${address}+${offset}>>2]`;
export const SCRIPT = { ...BRACES,
  larger: called("Math.max"), where: (x, mask) => `(${mask}?${x}:0)`, whereNot: (x, mask) => `(${mask}?0:${x})`,
  zero: "0", inverse: (x) => `(1/${x})`, word: (address, offset) => `whole[${address}+${offset}>>2]`,
  load: real, splat: real, store: (address, offset, x) => `${real(address, offset)}=${x};\n`,
  kernel: ({ name, parameters, loops, locals, body }) => // variables begin as parameters that nobody gives
    `${name}(${[...parameters, ...locals]}){\n${looped(SCRIPT, loops, body)}}`,
};

/** An address may be that of any number, so that vectors are put together from four. */
const bits = (address, offset = 0) => `memory[(${address}+${offset})>>2]`;
export const SHADER = { ...BRACES,
  fused: called("fma"), larger: called("max"), where: (x, mask) => `select(vec4f(),${x},${mask})`,
  whereNot: (x, mask) => `select(${x},vec4f(),${mask})`, zero: "vec4f()", inverse: (x) => `vec4f(1.0/f32(${x}))`,
  word: (...at) => `bitcast<i32>(${bits(...at)})`, splat: (...at) => `vec4f(bitcast<f32>(${bits(...at)}))`,
  load: (address, offset = 0) => `vector(${address}+${offset})`,
  store: (address, offset, x) => `put(${address}+${offset},${x});\n`,
  kernel({ name, parameters, loops, locals, body }) { // without its loops: a card calls it for all turns
    const by = Object.fromEntries(loops), given = parameters.map((each, k) => `let ${each}=job[${k >> 2}][${k & 3}];`);
    const own = locals.filter((each) => !by[each]).map((each) => `var ${each}:${isVector(each) ? "vec4f" : "i32"};`);
    return `@compute @workgroup_size(64) fn ${name}(@builtin(global_invocation_id) id:vec3u){
${given.join("")}${own.join("")}
let n=i32(id.x)*${by.n};let channel=i32(id.y)*${by.channel};if(n>=count){return;}
${joined(body)}}
`;
  },
};

/** What all shaders need. */
export const SHARED = `@group(0) @binding(0) var<storage,read_write> memory:array<u32>;
@group(0) @binding(1) var<uniform> job:array<vec4i,4>;
fn vector(at:i32)->vec4f{
let k=at>>2;
return bitcast<vec4f>(vec4u(memory[k],memory[k+1],memory[k+2],memory[k+3]));}
fn put(at:i32,x:vec4f){
for(var k=0;k<4;k++){memory[(at>>2)+k]=bitcast<u32>(x[k]);}}
`;
