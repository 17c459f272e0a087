// Written by make_kernels.mjs (`make kernels`): the kernels, in three languages.
export const KERNELS = {
  "WebAssembly, fused": {
    pixels: 6, blocks: [8,4], sha256: "dc4bae2286552812e69d962e86ce2c98a96b2c6659f48fb838b523f94f28c753",
    wasm:
    "AGFzbQEAAAABGwJgC39/f39/f39/f39/AGAJf39/f39/f39/AAISAQZlbmdpbmUGbWVtb3J5AgABAwkIAAABAQEBAQEHUAgJbXVsdGlwbHk4AAAJ" +
    "bXVsdGlwbHk0AAEEY29weQACA2FkZAADBHJlbHUABAhyZWx1QmFjawAFB21heGltdW0ABgttYXhpbXVtQmFjawAHCoMRCI8GDgR/AnsCfwJ7An8C" +
    "ewJ/AnsCfwJ7An8CewJ/A3tBACELA0BBACEMA0AgAiADIAxBBGxqKAIAIARsaiENIAUgBiAMQQRsaigCACAHbGogC2ohDiAO/QAEACEPIA79AAQQ" +
    "IRAgAiADIAxBBGxqKAIEIARsaiERIAUgBiAMQQRsaigCBCAHbGogC2ohEiAS/QAEACETIBL9AAQQIRQgAiADIAxBBGxqKAIIIARsaiEVIAUgBiAM" +
    "QQRsaigCCCAHbGogC2ohFiAW/QAEACEXIBb9AAQQIRggAiADIAxBBGxqKAIMIARsaiEZIAUgBiAMQQRsaigCDCAHbGogC2ohGiAa/QAEACEbIBr9" +
    "AAQQIRwgAiADIAxBBGxqKAIQIARsaiEdIAUgBiAMQQRsaigCECAHbGogC2ohHiAe/QAEACEfIB79AAQQISAgAiADIAxBBGxqKAIUIARsaiEhIAUg" +
    "BiAMQQRsaigCFCAHbGogC2ohIiAi/QAEACEjICL9AAQQISQgCCALaiElQQAhJgNAICX9AAQAIScgJf0ABBAhKCAN/QkCACEpIA0gCmohDSApICcg" +
    "D/2FAiEPICkgKCAQ/YUCIRAgEf0JAgAhKSARIApqIREgKSAnIBP9hQIhEyApICggFP2FAiEUIBX9CQIAISkgFSAKaiEVICkgJyAX/YUCIRcgKSAo" +
    "IBj9hQIhGCAZ/QkCACEpIBkgCmohGSApICcgG/2FAiEbICkgKCAc/YUCIRwgHf0JAgAhKSAdIApqIR0gKSAnIB/9hQIhHyApICggIP2FAiEgICH9" +
    "CQIAISkgISAKaiEhICkgJyAj/YUCISMgKSAoICT9hQIhJCAlIAFqISUgJkEBaiEmICYgCUkNAAsgDiAP/QsEACAOIBD9CwQQIBIgE/0LBAAgEiAU" +
    "/QsEECAWIBf9CwQAIBYgGP0LBBAgGiAb/QsEACAaIBz9CwQQIB4gH/0LBAAgHiAg/QsEECAiICP9CwQAICIgJP0LBBAgDEEGaiEMIAwgAEkNAAsg" +
    "C0EgaiELIAsgAUkNAAsL5QQOBH8BewJ/AXsCfwF7An8BewJ/AXsCfwF7An8Ce0EAIQsDQEEAIQwDQCACIAMgDEEEbGooAgAgBGxqIQ0gBSAGIAxB" +
    "BGxqKAIAIAdsaiALaiEOIA79AAQAIQ8gAiADIAxBBGxqKAIEIARsaiEQIAUgBiAMQQRsaigCBCAHbGogC2ohESAR/QAEACESIAIgAyAMQQRsaigC" +
    "CCAEbGohEyAFIAYgDEEEbGooAgggB2xqIAtqIRQgFP0ABAAhFSACIAMgDEEEbGooAgwgBGxqIRYgBSAGIAxBBGxqKAIMIAdsaiALaiEXIBf9AAQA" +
    "IRggAiADIAxBBGxqKAIQIARsaiEZIAUgBiAMQQRsaigCECAHbGogC2ohGiAa/QAEACEbIAIgAyAMQQRsaigCFCAEbGohHCAFIAYgDEEEbGooAhQg" +
    "B2xqIAtqIR0gHf0ABAAhHiAIIAtqIR9BACEgA0AgH/0ABAAhISAN/QkCACEiIA0gCmohDSAiICEgD/2FAiEPIBD9CQIAISIgECAKaiEQICIgISAS" +
    "/YUCIRIgE/0JAgAhIiATIApqIRMgIiAhIBX9hQIhFSAW/QkCACEiIBYgCmohFiAiICEgGP2FAiEYIBn9CQIAISIgGSAKaiEZICIgISAb/YUCIRsg" +
    "HP0JAgAhIiAcIApqIRwgIiAhIB79hQIhHiAfIAFqIR8gIEEBaiEgICAgCUkNAAsgDiAP/QsEACARIBL9CwQAIBQgFf0LBAAgFyAY/QsEACAaIBv9" +
    "CwQAIB0gHv0LBAAgDEEGaiEMIAwgAEkNAAsgC0EQaiELIAsgAUkNAAsLZgEEf0EAIQkDQEEAIQoDQCACIAMgCUEEbGooAgAgBGxqIApqIQsgBSAG" +
    "IAlBBGxqKAIAIAdsaiAKaiEMIAwgC/0ABAD9CwQAIApBEGohCiAKIAFJDQALIAlBAWohCSAJIABJDQALC30BBH9BACEJA0BBACEKA0AgAiADIAlB" +
    "BGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigCACAHbGogCmohDCAMIAz9AAQAIAv9AAQAQwAAgD8gCLKV/RP95gH95AH9CwQAIApBEGohCiAKIAFJ" +
    "DQALIAlBAWohCSAJIABJDQALC3sBBH9BACEJA0BBACEKA0AgAiADIAlBBGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigCACAHbGogCmohDCAMIAv9" +
    "AAQA/QwAAAAAAAAAAAAAAAAAAAAA/ekB/QsEACAKQRBqIQogCiABSQ0ACyAJQQFqIQkgCSAASQ0ACwuOAQEEf0EAIQkDQEEAIQoDQCACIAMgCUEE" +
    "bGooAgAgBGxqIApqIQsgBSAGIAlBBGxqKAIAIAdsaiAKaiEMIAwgDP0ABAAgC/0ABAAgDCAIav0ABAD9DAAAAAAAAAAAAAAAAAAAAAD9RP1O/eQB" +
    "/QsEACAKQRBqIQogCiABSQ0ACyAJQQFqIQkgCSAASQ0ACwtvAQR/QQAhCQNAQQAhCgNAIAIgAyAJQQRsaigCACAEbGogCmohCyAFIAYgCUEEbGoo" +
    "AgAgB2xqIApqIQwgDCAM/QAEACAL/QAEAP3pAf0LBAAgCkEQaiEKIAogAUkNAAsgCUEBaiEJIAkgAEkNAAsLpwEBBH9BACEJA0BBACEKA0AgAiAD" +
    "IAlBBGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigCACAHbGogCmohDCAMIAz9AAQAIAv9AAQAIAsgCGr9AAQAIAwgCGr9AAQA/UH9Tv3kAf0LBAAg" +
    "CyAL/QAEACALIAhq/QAEACAMIAhq/QAEAP1B/U/9CwQAIApBEGohCiAKIAFJDQALIAlBAWohCSAJIABJDQALCw==",
  },
  "WebAssembly": {
    pixels: 4, blocks: [8,4], sha256: "dc753a225ef15b583c0b23e1ae8b973057aa47014f99425ac79096da03044c81",
    wasm:
    "AGFzbQEAAAABGwJgC39/f39/f39/f39/AGAJf39/f39/f39/AAISAQZlbmdpbmUGbWVtb3J5AgABAwkIAAABAQEBAQEHUAgJbXVsdGlwbHk4AAAJ" +
    "bXVsdGlwbHk0AAEEY29weQACA2FkZAADBHJlbHUABAhyZWx1QmFjawAFB21heGltdW0ABgttYXhpbXVtQmFjawAHCpUOCMMECgR/AnsCfwJ7An8C" +
    "ewJ/AnsCfwN7QQAhCwNAQQAhDANAIAIgAyAMQQRsaigCACAEbGohDSAFIAYgDEEEbGooAgAgB2xqIAtqIQ4gDv0ABAAhDyAO/QAEECEQIAIgAyAM" +
    "QQRsaigCBCAEbGohESAFIAYgDEEEbGooAgQgB2xqIAtqIRIgEv0ABAAhEyAS/QAEECEUIAIgAyAMQQRsaigCCCAEbGohFSAFIAYgDEEEbGooAggg" +
    "B2xqIAtqIRYgFv0ABAAhFyAW/QAEECEYIAIgAyAMQQRsaigCDCAEbGohGSAFIAYgDEEEbGooAgwgB2xqIAtqIRogGv0ABAAhGyAa/QAEECEcIAgg" +
    "C2ohHUEAIR4DQCAd/QAEACEfIB39AAQQISAgDf0JAgAhISANIApqIQ0gDyAhIB/95gH95AEhDyAQICEgIP3mAf3kASEQIBH9CQIAISEgESAKaiER" +
    "IBMgISAf/eYB/eQBIRMgFCAhICD95gH95AEhFCAV/QkCACEhIBUgCmohFSAXICEgH/3mAf3kASEXIBggISAg/eYB/eQBIRggGf0JAgAhISAZIApq" +
    "IRkgGyAhIB/95gH95AEhGyAcICEgIP3mAf3kASEcIB0gAWohHSAeQQFqIR4gHiAJSQ0ACyAOIA/9CwQAIA4gEP0LBBAgEiAT/QsEACASIBT9CwQQ" +
    "IBYgF/0LBAAgFiAY/QsEECAaIBv9CwQAIBogHP0LBBAgDEEEaiEMIAwgAEkNAAsgC0EgaiELIAsgAUkNAAsLwwMKBH8BewJ/AXsCfwF7An8BewJ/" +
    "AntBACELA0BBACEMA0AgAiADIAxBBGxqKAIAIARsaiENIAUgBiAMQQRsaigCACAHbGogC2ohDiAO/QAEACEPIAIgAyAMQQRsaigCBCAEbGohECAF" +
    "IAYgDEEEbGooAgQgB2xqIAtqIREgEf0ABAAhEiACIAMgDEEEbGooAgggBGxqIRMgBSAGIAxBBGxqKAIIIAdsaiALaiEUIBT9AAQAIRUgAiADIAxB" +
    "BGxqKAIMIARsaiEWIAUgBiAMQQRsaigCDCAHbGogC2ohFyAX/QAEACEYIAggC2ohGUEAIRoDQCAZ/QAEACEbIA39CQIAIRwgDSAKaiENIA8gHCAb" +
    "/eYB/eQBIQ8gEP0JAgAhHCAQIApqIRAgEiAcIBv95gH95AEhEiAT/QkCACEcIBMgCmohEyAVIBwgG/3mAf3kASEVIBb9CQIAIRwgFiAKaiEWIBgg" +
    "HCAb/eYB/eQBIRggGSABaiEZIBpBAWohGiAaIAlJDQALIA4gD/0LBAAgESAS/QsEACAUIBX9CwQAIBcgGP0LBAAgDEEEaiEMIAwgAEkNAAsgC0EQ" +
    "aiELIAsgAUkNAAsLZgEEf0EAIQkDQEEAIQoDQCACIAMgCUEEbGooAgAgBGxqIApqIQsgBSAGIAlBBGxqKAIAIAdsaiAKaiEMIAwgC/0ABAD9CwQA" +
    "IApBEGohCiAKIAFJDQALIAlBAWohCSAJIABJDQALC30BBH9BACEJA0BBACEKA0AgAiADIAlBBGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigCACAH" +
    "bGogCmohDCAMIAz9AAQAIAv9AAQAQwAAgD8gCLKV/RP95gH95AH9CwQAIApBEGohCiAKIAFJDQALIAlBAWohCSAJIABJDQALC3sBBH9BACEJA0BB" +
    "ACEKA0AgAiADIAlBBGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigCACAHbGogCmohDCAMIAv9AAQA/QwAAAAAAAAAAAAAAAAAAAAA/ekB/QsEACAK" +
    "QRBqIQogCiABSQ0ACyAJQQFqIQkgCSAASQ0ACwuOAQEEf0EAIQkDQEEAIQoDQCACIAMgCUEEbGooAgAgBGxqIApqIQsgBSAGIAlBBGxqKAIAIAds" +
    "aiAKaiEMIAwgDP0ABAAgC/0ABAAgDCAIav0ABAD9DAAAAAAAAAAAAAAAAAAAAAD9RP1O/eQB/QsEACAKQRBqIQogCiABSQ0ACyAJQQFqIQkgCSAA" +
    "SQ0ACwtvAQR/QQAhCQNAQQAhCgNAIAIgAyAJQQRsaigCACAEbGogCmohCyAFIAYgCUEEbGooAgAgB2xqIApqIQwgDCAM/QAEACAL/QAEAP3pAf0L" +
    "BAAgCkEQaiEKIAogAUkNAAsgCUEBaiEJIAkgAEkNAAsLpwEBBH9BACEJA0BBACEKA0AgAiADIAlBBGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigC" +
    "ACAHbGogCmohDCAMIAz9AAQAIAv9AAQAIAsgCGr9AAQAIAwgCGr9AAQA/UH9Tv3kAf0LBAAgCyAL/QAEACALIAhq/QAEACAMIAhq/QAEAP1B/U/9" +
    "CwQAIApBEGohCiAKIAFJDQALIAlBAWohCSAJIABJDQALCw==",
  },
  "plain JavaScript": {
    pixels: 2, blocks: [4], script: (real, whole) => ({
multiply4(count,width,source,reads,inPixel,out,writes,outPixel,weights,run,step,channel,n,p0,o0,A0_0,A0_1,A0_2,A0_3,p1,o1,A1_0,A1_1,A1_2,A1_3,w,x,W0,W1,W2,W3,S){
channel=0;
do{
n=0;
do{
p0=source+(whole[(reads+(n*4))>>2]*inPixel);
o0=(out+(whole[(writes+(n*4))>>2]*outPixel))+channel;
A0_0=real[o0>>2];
A0_1=real[o0+4>>2];
A0_2=real[o0+8>>2];
A0_3=real[o0+12>>2];
p1=source+(whole[(reads+(n*4))+4>>2]*inPixel);
o1=(out+(whole[(writes+(n*4))+4>>2]*outPixel))+channel;
A1_0=real[o1>>2];
A1_1=real[o1+4>>2];
A1_2=real[o1+8>>2];
A1_3=real[o1+12>>2];
w=weights+channel;
x=0;
do{
W0=real[w>>2];
W1=real[w+4>>2];
W2=real[w+8>>2];
W3=real[w+12>>2];
S=real[p0>>2];
p0=p0+step;
A0_0=A0_0+(S*W0);
A0_1=A0_1+(S*W1);
A0_2=A0_2+(S*W2);
A0_3=A0_3+(S*W3);
S=real[p1>>2];
p1=p1+step;
A1_0=A1_0+(S*W0);
A1_1=A1_1+(S*W1);
A1_2=A1_2+(S*W2);
A1_3=A1_3+(S*W3);
w=w+width;
x=x+1;
}while(x<run);
real[o0>>2]=A0_0;
real[o0+4>>2]=A0_1;
real[o0+8>>2]=A0_2;
real[o0+12>>2]=A0_3;
real[o1>>2]=A1_0;
real[o1+4>>2]=A1_1;
real[o1+8>>2]=A1_2;
real[o1+12>>2]=A1_3;
n=n+2;
}while(n<count);
channel=channel+16;
}while(channel<width);
},
copy(count,width,source,reads,inPixel,out,writes,outPixel,parts,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(whole[(reads+(n*4))>>2]*inPixel))+channel;
o=(out+(whole[(writes+(n*4))>>2]*outPixel))+channel;
real[o>>2]=real[p>>2];
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
add(count,width,source,reads,inPixel,out,writes,outPixel,parts,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(whole[(reads+(n*4))>>2]*inPixel))+channel;
o=(out+(whole[(writes+(n*4))>>2]*outPixel))+channel;
real[o>>2]=real[o>>2]+(real[p>>2]*(1/parts));
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
relu(count,width,source,reads,inPixel,out,writes,outPixel,away,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(whole[(reads+(n*4))>>2]*inPixel))+channel;
o=(out+(whole[(writes+(n*4))>>2]*outPixel))+channel;
real[o>>2]=Math.max(real[p>>2],0);
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
reluBack(count,width,source,reads,inPixel,out,writes,outPixel,away,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(whole[(reads+(n*4))>>2]*inPixel))+channel;
o=(out+(whole[(writes+(n*4))>>2]*outPixel))+channel;
real[o>>2]=real[o>>2]+((real[(o+away)>>2]>0)?real[p>>2]:0);
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
maximum(count,width,source,reads,inPixel,out,writes,outPixel,away,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(whole[(reads+(n*4))>>2]*inPixel))+channel;
o=(out+(whole[(writes+(n*4))>>2]*outPixel))+channel;
real[o>>2]=Math.max(real[o>>2],real[p>>2]);
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
maximumBack(count,width,source,reads,inPixel,out,writes,outPixel,away,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(whole[(reads+(n*4))>>2]*inPixel))+channel;
o=(out+(whole[(writes+(n*4))>>2]*outPixel))+channel;
real[o>>2]=real[o>>2]+((real[(p+away)>>2]==real[(o+away)>>2])?real[p>>2]:0);
real[p>>2]=(real[(p+away)>>2]==real[(o+away)>>2])?0:real[p>>2];
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
} }),
  },
  "card": {
    pixels: 4, blocks: [8,4], steps: {"multiply8":{"channel":32,"n":4},"multiply4":{"channel":16,"n":4},"copy":{"n":1,"channel":16},"add":{"n":1,"channel":16},"relu":{"n":1,"channel":16},"reluBack":{"n":1,"channel":16},"maximum":{"n":1,"channel":16},"maximumBack":{"n":1,"channel":16}},
    shaders: `
@group(0) @binding(0) var<storage,read_write> memory:array<u32>;
@group(0) @binding(1) var<uniform> job:array<vec4i,4>;
fn vector(at:i32)->vec4f{
let k=at>>2;
return bitcast<vec4f>(vec4u(memory[k],memory[k+1],memory[k+2],memory[k+3]));}
fn put(at:i32,x:vec4f){
for(var k=0;k<4;k++){memory[(at>>2)+k]=bitcast<u32>(x[k]);}}
@compute @workgroup_size(64) fn multiply8(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let weights=job[2][0];let run=job[2][1];let step=job[2][2];var p0:i32;var o0:i32;var A0_0:vec4f;var A0_1:vec4f;var p1:i32;var o1:i32;var A1_0:vec4f;var A1_1:vec4f;var p2:i32;var o2:i32;var A2_0:vec4f;var A2_1:vec4f;var p3:i32;var o3:i32;var A3_0:vec4f;var A3_1:vec4f;var w:i32;var x:i32;var W0:vec4f;var W1:vec4f;var S:vec4f;
let n=i32(id.x)*4;let channel=i32(id.y)*32;if(n>=count){return;}
p0=source+(bitcast<i32>(memory[((reads+(n*4)))>>2])*inPixel);
o0=(out+(bitcast<i32>(memory[((writes+(n*4)))>>2])*outPixel))+channel;
A0_0=vector(o0);
A0_1=vector(o0+16);
p1=source+(bitcast<i32>(memory[((reads+(n*4))+4)>>2])*inPixel);
o1=(out+(bitcast<i32>(memory[((writes+(n*4))+4)>>2])*outPixel))+channel;
A1_0=vector(o1);
A1_1=vector(o1+16);
p2=source+(bitcast<i32>(memory[((reads+(n*4))+8)>>2])*inPixel);
o2=(out+(bitcast<i32>(memory[((writes+(n*4))+8)>>2])*outPixel))+channel;
A2_0=vector(o2);
A2_1=vector(o2+16);
p3=source+(bitcast<i32>(memory[((reads+(n*4))+12)>>2])*inPixel);
o3=(out+(bitcast<i32>(memory[((writes+(n*4))+12)>>2])*outPixel))+channel;
A3_0=vector(o3);
A3_1=vector(o3+16);
w=weights+channel;
x=0;
loop{
W0=vector(w);
W1=vector(w+16);
S=vec4f(bitcast<f32>(memory[(p0)>>2]));
p0=p0+step;
A0_0=fma(S,W0,A0_0);
A0_1=fma(S,W1,A0_1);
S=vec4f(bitcast<f32>(memory[(p1)>>2]));
p1=p1+step;
A1_0=fma(S,W0,A1_0);
A1_1=fma(S,W1,A1_1);
S=vec4f(bitcast<f32>(memory[(p2)>>2]));
p2=p2+step;
A2_0=fma(S,W0,A2_0);
A2_1=fma(S,W1,A2_1);
S=vec4f(bitcast<f32>(memory[(p3)>>2]));
p3=p3+step;
A3_0=fma(S,W0,A3_0);
A3_1=fma(S,W1,A3_1);
w=w+width;
x=x+1;
if(!(x<run)){break;}
}
put(o0,A0_0);
put(o0+16,A0_1);
put(o1,A1_0);
put(o1+16,A1_1);
put(o2,A2_0);
put(o2+16,A2_1);
put(o3,A3_0);
put(o3+16,A3_1);
}
@compute @workgroup_size(64) fn multiply4(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let weights=job[2][0];let run=job[2][1];let step=job[2][2];var p0:i32;var o0:i32;var A0_0:vec4f;var p1:i32;var o1:i32;var A1_0:vec4f;var p2:i32;var o2:i32;var A2_0:vec4f;var p3:i32;var o3:i32;var A3_0:vec4f;var w:i32;var x:i32;var W0:vec4f;var S:vec4f;
let n=i32(id.x)*4;let channel=i32(id.y)*16;if(n>=count){return;}
p0=source+(bitcast<i32>(memory[((reads+(n*4)))>>2])*inPixel);
o0=(out+(bitcast<i32>(memory[((writes+(n*4)))>>2])*outPixel))+channel;
A0_0=vector(o0);
p1=source+(bitcast<i32>(memory[((reads+(n*4))+4)>>2])*inPixel);
o1=(out+(bitcast<i32>(memory[((writes+(n*4))+4)>>2])*outPixel))+channel;
A1_0=vector(o1);
p2=source+(bitcast<i32>(memory[((reads+(n*4))+8)>>2])*inPixel);
o2=(out+(bitcast<i32>(memory[((writes+(n*4))+8)>>2])*outPixel))+channel;
A2_0=vector(o2);
p3=source+(bitcast<i32>(memory[((reads+(n*4))+12)>>2])*inPixel);
o3=(out+(bitcast<i32>(memory[((writes+(n*4))+12)>>2])*outPixel))+channel;
A3_0=vector(o3);
w=weights+channel;
x=0;
loop{
W0=vector(w);
S=vec4f(bitcast<f32>(memory[(p0)>>2]));
p0=p0+step;
A0_0=fma(S,W0,A0_0);
S=vec4f(bitcast<f32>(memory[(p1)>>2]));
p1=p1+step;
A1_0=fma(S,W0,A1_0);
S=vec4f(bitcast<f32>(memory[(p2)>>2]));
p2=p2+step;
A2_0=fma(S,W0,A2_0);
S=vec4f(bitcast<f32>(memory[(p3)>>2]));
p3=p3+step;
A3_0=fma(S,W0,A3_0);
w=w+width;
x=x+1;
if(!(x<run)){break;}
}
put(o0,A0_0);
put(o1,A1_0);
put(o2,A2_0);
put(o3,A3_0);
}
@compute @workgroup_size(64) fn copy(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let parts=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4)))>>2])*inPixel))+channel;
o=(out+(bitcast<i32>(memory[((writes+(n*4)))>>2])*outPixel))+channel;
put(o,vector(p));
}
@compute @workgroup_size(64) fn add(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let parts=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4)))>>2])*inPixel))+channel;
o=(out+(bitcast<i32>(memory[((writes+(n*4)))>>2])*outPixel))+channel;
put(o,(vector(o)+(vector(p)*vec4f((f32(1)/f32(parts))))));
}
@compute @workgroup_size(64) fn relu(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let away=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4)))>>2])*inPixel))+channel;
o=(out+(bitcast<i32>(memory[((writes+(n*4)))>>2])*outPixel))+channel;
put(o,max(vector(p),vec4f()));
}
@compute @workgroup_size(64) fn reluBack(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let away=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4)))>>2])*inPixel))+channel;
o=(out+(bitcast<i32>(memory[((writes+(n*4)))>>2])*outPixel))+channel;
put(o,(vector(o)+select(vec4f(),vector(p),(vector((o+away))>vec4f()))));
}
@compute @workgroup_size(64) fn maximum(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let away=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4)))>>2])*inPixel))+channel;
o=(out+(bitcast<i32>(memory[((writes+(n*4)))>>2])*outPixel))+channel;
put(o,max(vector(o),vector(p)));
}
@compute @workgroup_size(64) fn maximumBack(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let away=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4)))>>2])*inPixel))+channel;
o=(out+(bitcast<i32>(memory[((writes+(n*4)))>>2])*outPixel))+channel;
put(o,(vector(o)+select(vec4f(),vector(p),(vector((p+away))==vector((o+away))))));
put(p,select(vector(p),vec4f(),(vector((p+away))==vector((o+away)))));
}
`,
  },
};
