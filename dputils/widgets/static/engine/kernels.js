// Written by make_kernels.mjs (`make kernels`): the kernels, in three languages.
export const KERNELS = {
  "WebAssembly, fused": {
    blocks: [8,4], sha256: "007295cef698919eea6db2ac9b202768f3f922428f918b95bef2f36137b58d4a",
    wasm:
    "AGFzbQEAAAABGwJgC39/f39/f39/f39/AGAJf39/f39/f39/AAISAQZlbmdpbmUGbWVtb3J5AgABAwkIAAABAQEBAQEHUAgJbXVsdGlwbHk4AAAJ" +
    "bXVsdGlwbHk0AAEEY29weQACA2FkZAADBHJlbHUABAhyZWx1QmFjawAFB21heGltdW0ABgttYXhpbXVtQmFjawAHCocRCJEGDwR/AnsCfwJ7An8C" +
    "ewJ/AnsCfwJ7An8CewF/A3sBf0EAIQsDQEEAIQwDQCACIAMgDEEEbGooAgAgBGxqIQ0gBSAGIAxBBGxqKAIAIAdsaiALaiEOIA79AAQAIQ8gDv0A" +
    "BBAhECACIAMgDEEEbGooAgQgBGxqIREgBSAGIAxBBGxqKAIEIAdsaiALaiESIBL9AAQAIRMgEv0ABBAhFCACIAMgDEEEbGooAgggBGxqIRUgBSAG" +
    "IAxBBGxqKAIIIAdsaiALaiEWIBb9AAQAIRcgFv0ABBAhGCACIAMgDEEEbGooAgwgBGxqIRkgBSAGIAxBBGxqKAIMIAdsaiALaiEaIBr9AAQAIRsg" +
    "Gv0ABBAhHCACIAMgDEEEbGooAhAgBGxqIR0gBSAGIAxBBGxqKAIQIAdsaiALaiEeIB79AAQAIR8gHv0ABBAhICACIAMgDEEEbGooAhQgBGxqISEg" +
    "BSAGIAxBBGxqKAIUIAdsaiALaiEiICL9AAQAISMgIv0ABBAhJCAIIAtqISVBACEpA0AgJf0ABAAhJiAl/QAEECEnIA39CQIAISggDSAKaiENICgg" +
    "JiAP/YUCIQ8gKCAnIBD9hQIhECAR/QkCACEoIBEgCmohESAoICYgE/2FAiETICggJyAU/YUCIRQgFf0JAgAhKCAVIApqIRUgKCAmIBf9hQIhFyAo" +
    "ICcgGP2FAiEYIBn9CQIAISggGSAKaiEZICggJiAb/YUCIRsgKCAnIBz9hQIhHCAd/QkCACEoIB0gCmohHSAoICYgH/2FAiEfICggJyAg/YUCISAg" +
    "If0JAgAhKCAhIApqISEgKCAmICP9hQIhIyAoICcgJP2FAiEkICUgAWohJSApQQFqISkgKSAJSQ0ACyAOIA/9CwQAIA4gEP0LBBAgEiAT/QsEACAS" +
    "IBT9CwQQIBYgF/0LBAAgFiAY/QsEECAaIBv9CwQAIBogHP0LBBAgHiAf/QsEACAeICD9CwQQICIgI/0LBAAgIiAk/QsEECAMQQZqIQwgDCAASQ0A" +
    "CyALQSBqIQsgCyABSQ0ACwvnBA8EfwF7An8BewJ/AXsCfwF7An8BewJ/AXsBfwJ7AX9BACELA0BBACEMA0AgAiADIAxBBGxqKAIAIARsaiENIAUg" +
    "BiAMQQRsaigCACAHbGogC2ohDiAO/QAEACEPIAIgAyAMQQRsaigCBCAEbGohECAFIAYgDEEEbGooAgQgB2xqIAtqIREgEf0ABAAhEiACIAMgDEEE" +
    "bGooAgggBGxqIRMgBSAGIAxBBGxqKAIIIAdsaiALaiEUIBT9AAQAIRUgAiADIAxBBGxqKAIMIARsaiEWIAUgBiAMQQRsaigCDCAHbGogC2ohFyAX" +
    "/QAEACEYIAIgAyAMQQRsaigCECAEbGohGSAFIAYgDEEEbGooAhAgB2xqIAtqIRogGv0ABAAhGyACIAMgDEEEbGooAhQgBGxqIRwgBSAGIAxBBGxq" +
    "KAIUIAdsaiALaiEdIB39AAQAIR4gCCALaiEfQQAhIgNAIB/9AAQAISAgDf0JAgAhISANIApqIQ0gISAgIA/9hQIhDyAQ/QkCACEhIBAgCmohECAh" +
    "ICAgEv2FAiESIBP9CQIAISEgEyAKaiETICEgICAV/YUCIRUgFv0JAgAhISAWIApqIRYgISAgIBj9hQIhGCAZ/QkCACEhIBkgCmohGSAhICAgG/2F" +
    "AiEbIBz9CQIAISEgHCAKaiEcICEgICAe/YUCIR4gHyABaiEfICJBAWohIiAiIAlJDQALIA4gD/0LBAAgESAS/QsEACAUIBX9CwQAIBcgGP0LBAAg" +
    "GiAb/QsEACAdIB79CwQAIAxBBmohDCAMIABJDQALIAtBEGohCyALIAFJDQALC2YBBH9BACEJA0BBACEKA0AgAiADIAlBBGxqKAIAIARsaiAKaiEL" +
    "IAUgBiAJQQRsaigCACAHbGogCmohDCAMIAv9AAQA/QsEACAKQRBqIQogCiABSQ0ACyAJQQFqIQkgCSAASQ0ACwt9AQR/QQAhCQNAQQAhCgNAIAIg" +
    "AyAJQQRsaigCACAEbGogCmohCyAFIAYgCUEEbGooAgAgB2xqIApqIQwgDCAM/QAEACAL/QAEAEMAAIA/IAiylf0T/eYB/eQB/QsEACAKQRBqIQog" +
    "CiABSQ0ACyAJQQFqIQkgCSAASQ0ACwt7AQR/QQAhCQNAQQAhCgNAIAIgAyAJQQRsaigCACAEbGogCmohCyAFIAYgCUEEbGooAgAgB2xqIApqIQwg" +
    "DCAL/QAEAP0MAAAAAAAAAAAAAAAAAAAAAP3pAf0LBAAgCkEQaiEKIAogAUkNAAsgCUEBaiEJIAkgAEkNAAsLjgEBBH9BACEJA0BBACEKA0AgAiAD" +
    "IAlBBGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigCACAHbGogCmohDCAMIAz9AAQAIAv9AAQAIAwgCGr9AAQA/QwAAAAAAAAAAAAAAAAAAAAA/UT9" +
    "Tv3kAf0LBAAgCkEQaiEKIAogAUkNAAsgCUEBaiEJIAkgAEkNAAsLbwEEf0EAIQkDQEEAIQoDQCACIAMgCUEEbGooAgAgBGxqIApqIQsgBSAGIAlB" +
    "BGxqKAIAIAdsaiAKaiEMIAwgDP0ABAAgC/0ABAD96QH9CwQAIApBEGohCiAKIAFJDQALIAlBAWohCSAJIABJDQALC6cBAQR/QQAhCQNAQQAhCgNA" +
    "IAIgAyAJQQRsaigCACAEbGogCmohCyAFIAYgCUEEbGooAgAgB2xqIApqIQwgDCAM/QAEACAL/QAEACALIAhq/QAEACAMIAhq/QAEAP1B/U795AH9" +
    "CwQAIAsgC/0ABAAgCyAIav0ABAAgDCAIav0ABAD9Qf1P/QsEACAKQRBqIQogCiABSQ0ACyAJQQFqIQkgCSAASQ0ACws=",
  },
  "WebAssembly": {
    blocks: [8,4], sha256: "1f19d2878662ea3f4788252b397a41275089b93c62527cdbcb4ca75ea7d6582e",
    wasm:
    "AGFzbQEAAAABGwJgC39/f39/f39/f39/AGAJf39/f39/f39/AAISAQZlbmdpbmUGbWVtb3J5AgABAwkIAAABAQEBAQEHUAgJbXVsdGlwbHk4AAAJ" +
    "bXVsdGlwbHk0AAEEY29weQACA2FkZAADBHJlbHUABAhyZWx1QmFjawAFB21heGltdW0ABgttYXhpbXVtQmFjawAHCpkOCMUECwR/AnsCfwJ7An8C" +
    "ewJ/AnsBfwN7AX9BACELA0BBACEMA0AgAiADIAxBBGxqKAIAIARsaiENIAUgBiAMQQRsaigCACAHbGogC2ohDiAO/QAEACEPIA79AAQQIRAgAiAD" +
    "IAxBBGxqKAIEIARsaiERIAUgBiAMQQRsaigCBCAHbGogC2ohEiAS/QAEACETIBL9AAQQIRQgAiADIAxBBGxqKAIIIARsaiEVIAUgBiAMQQRsaigC" +
    "CCAHbGogC2ohFiAW/QAEACEXIBb9AAQQIRggAiADIAxBBGxqKAIMIARsaiEZIAUgBiAMQQRsaigCDCAHbGogC2ohGiAa/QAEACEbIBr9AAQQIRwg" +
    "CCALaiEdQQAhIQNAIB39AAQAIR4gHf0ABBAhHyAN/QkCACEgIA0gCmohDSAPICAgHv3mAf3kASEPIBAgICAf/eYB/eQBIRAgEf0JAgAhICARIApq" +
    "IREgEyAgIB795gH95AEhEyAUICAgH/3mAf3kASEUIBX9CQIAISAgFSAKaiEVIBcgICAe/eYB/eQBIRcgGCAgIB/95gH95AEhGCAZ/QkCACEgIBkg" +
    "CmohGSAbICAgHv3mAf3kASEbIBwgICAf/eYB/eQBIRwgHSABaiEdICFBAWohISAhIAlJDQALIA4gD/0LBAAgDiAQ/QsEECASIBP9CwQAIBIgFP0L" +
    "BBAgFiAX/QsEACAWIBj9CwQQIBogG/0LBAAgGiAc/QsEECAMQQRqIQwgDCAASQ0ACyALQSBqIQsgCyABSQ0ACwvFAwsEfwF7An8BewJ/AXsCfwF7" +
    "AX8CewF/QQAhCwNAQQAhDANAIAIgAyAMQQRsaigCACAEbGohDSAFIAYgDEEEbGooAgAgB2xqIAtqIQ4gDv0ABAAhDyACIAMgDEEEbGooAgQgBGxq" +
    "IRAgBSAGIAxBBGxqKAIEIAdsaiALaiERIBH9AAQAIRIgAiADIAxBBGxqKAIIIARsaiETIAUgBiAMQQRsaigCCCAHbGogC2ohFCAU/QAEACEVIAIg" +
    "AyAMQQRsaigCDCAEbGohFiAFIAYgDEEEbGooAgwgB2xqIAtqIRcgF/0ABAAhGCAIIAtqIRlBACEcA0AgGf0ABAAhGiAN/QkCACEbIA0gCmohDSAP" +
    "IBsgGv3mAf3kASEPIBD9CQIAIRsgECAKaiEQIBIgGyAa/eYB/eQBIRIgE/0JAgAhGyATIApqIRMgFSAbIBr95gH95AEhFSAW/QkCACEbIBYgCmoh" +
    "FiAYIBsgGv3mAf3kASEYIBkgAWohGSAcQQFqIRwgHCAJSQ0ACyAOIA/9CwQAIBEgEv0LBAAgFCAV/QsEACAXIBj9CwQAIAxBBGohDCAMIABJDQAL" +
    "IAtBEGohCyALIAFJDQALC2YBBH9BACEJA0BBACEKA0AgAiADIAlBBGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigCACAHbGogCmohDCAMIAv9AAQA" +
    "/QsEACAKQRBqIQogCiABSQ0ACyAJQQFqIQkgCSAASQ0ACwt9AQR/QQAhCQNAQQAhCgNAIAIgAyAJQQRsaigCACAEbGogCmohCyAFIAYgCUEEbGoo" +
    "AgAgB2xqIApqIQwgDCAM/QAEACAL/QAEAEMAAIA/IAiylf0T/eYB/eQB/QsEACAKQRBqIQogCiABSQ0ACyAJQQFqIQkgCSAASQ0ACwt7AQR/QQAh" +
    "CQNAQQAhCgNAIAIgAyAJQQRsaigCACAEbGogCmohCyAFIAYgCUEEbGooAgAgB2xqIApqIQwgDCAL/QAEAP0MAAAAAAAAAAAAAAAAAAAAAP3pAf0L" +
    "BAAgCkEQaiEKIAogAUkNAAsgCUEBaiEJIAkgAEkNAAsLjgEBBH9BACEJA0BBACEKA0AgAiADIAlBBGxqKAIAIARsaiAKaiELIAUgBiAJQQRsaigC" +
    "ACAHbGogCmohDCAMIAz9AAQAIAv9AAQAIAwgCGr9AAQA/QwAAAAAAAAAAAAAAAAAAAAA/UT9Tv3kAf0LBAAgCkEQaiEKIAogAUkNAAsgCUEBaiEJ" +
    "IAkgAEkNAAsLbwEEf0EAIQkDQEEAIQoDQCACIAMgCUEEbGooAgAgBGxqIApqIQsgBSAGIAlBBGxqKAIAIAdsaiAKaiEMIAwgDP0ABAAgC/0ABAD9" +
    "6QH9CwQAIApBEGohCiAKIAFJDQALIAlBAWohCSAJIABJDQALC6cBAQR/QQAhCQNAQQAhCgNAIAIgAyAJQQRsaigCACAEbGogCmohCyAFIAYgCUEE" +
    "bGooAgAgB2xqIApqIQwgDCAM/QAEACAL/QAEACALIAhq/QAEACAMIAhq/QAEAP1B/U795AH9CwQAIAsgC/0ABAAgCyAIav0ABAAgDCAIav0ABAD9" +
    "Qf1P/QsEACAKQRBqIQogCiABSQ0ACyAJQQFqIQkgCSAASQ0ACws=",
  },
  "plain JavaScript": {
    blocks: [4], script: (real, whole) => ({
multiply4(count,width,source,reads,inPixel,out,writes,outPixel,weights,run,step,channel,n,p0,o0,A0_0,A0_1,A0_2,A0_3,p1,o1,A1_0,A1_1,A1_2,A1_3,w,W0,W1,W2,W3,S,x){
for(channel=0;channel<width;channel+=16){
for(n=0;n<count;n+=2){
p0=(source+(whole[(reads+(n*4))+0>>2]*inPixel));
o0=(out+(whole[(writes+(n*4))+0>>2]*outPixel)+channel);
A0_0=real[o0+0>>2];
A0_1=real[o0+4>>2];
A0_2=real[o0+8>>2];
A0_3=real[o0+12>>2];
p1=(source+(whole[(reads+(n*4))+4>>2]*inPixel));
o1=(out+(whole[(writes+(n*4))+4>>2]*outPixel)+channel);
A1_0=real[o1+0>>2];
A1_1=real[o1+4>>2];
A1_2=real[o1+8>>2];
A1_3=real[o1+12>>2];
w=(weights+channel);
for(x=0;x<run;x+=1){
W0=real[w+0>>2];
W1=real[w+4>>2];
W2=real[w+8>>2];
W3=real[w+12>>2];
S=real[p0+0>>2];
p0=(p0+step);
A0_0=(A0_0+(S*W0));
A0_1=(A0_1+(S*W1));
A0_2=(A0_2+(S*W2));
A0_3=(A0_3+(S*W3));
S=real[p1+0>>2];
p1=(p1+step);
A1_0=(A1_0+(S*W0));
A1_1=(A1_1+(S*W1));
A1_2=(A1_2+(S*W2));
A1_3=(A1_3+(S*W3));
w=(w+width);
}
real[o0+0>>2]=A0_0;
real[o0+4>>2]=A0_1;
real[o0+8>>2]=A0_2;
real[o0+12>>2]=A0_3;
real[o1+0>>2]=A1_0;
real[o1+4>>2]=A1_1;
real[o1+8>>2]=A1_2;
real[o1+12>>2]=A1_3;
}
}
},
copy(count,width,source,reads,inPixel,out,writes,outPixel,parts,n,channel,p,o){
for(n=0;n<count;n+=1){
for(channel=0;channel<width;channel+=4){
p=(source+(whole[(reads+(n*4))+0>>2]*inPixel)+channel);
o=(out+(whole[(writes+(n*4))+0>>2]*outPixel)+channel);
real[o+0>>2]=real[p+0>>2];
}
}
},
add(count,width,source,reads,inPixel,out,writes,outPixel,parts,n,channel,p,o){
for(n=0;n<count;n+=1){
for(channel=0;channel<width;channel+=4){
p=(source+(whole[(reads+(n*4))+0>>2]*inPixel)+channel);
o=(out+(whole[(writes+(n*4))+0>>2]*outPixel)+channel);
real[o+0>>2]=(real[o+0>>2]+(real[p+0>>2]*(1/parts)));
}
}
},
relu(count,width,source,reads,inPixel,out,writes,outPixel,away,n,channel,p,o){
for(n=0;n<count;n+=1){
for(channel=0;channel<width;channel+=4){
p=(source+(whole[(reads+(n*4))+0>>2]*inPixel)+channel);
o=(out+(whole[(writes+(n*4))+0>>2]*outPixel)+channel);
real[o+0>>2]=Math.max(real[p+0>>2],0);
}
}
},
reluBack(count,width,source,reads,inPixel,out,writes,outPixel,away,n,channel,p,o){
for(n=0;n<count;n+=1){
for(channel=0;channel<width;channel+=4){
p=(source+(whole[(reads+(n*4))+0>>2]*inPixel)+channel);
o=(out+(whole[(writes+(n*4))+0>>2]*outPixel)+channel);
real[o+0>>2]=(real[o+0>>2]+((real[(o+away)+0>>2]>0)?real[p+0>>2]:0));
}
}
},
maximum(count,width,source,reads,inPixel,out,writes,outPixel,away,n,channel,p,o){
for(n=0;n<count;n+=1){
for(channel=0;channel<width;channel+=4){
p=(source+(whole[(reads+(n*4))+0>>2]*inPixel)+channel);
o=(out+(whole[(writes+(n*4))+0>>2]*outPixel)+channel);
real[o+0>>2]=Math.max(real[o+0>>2],real[p+0>>2]);
}
}
},
maximumBack(count,width,source,reads,inPixel,out,writes,outPixel,away,n,channel,p,o){
for(n=0;n<count;n+=1){
for(channel=0;channel<width;channel+=4){
p=(source+(whole[(reads+(n*4))+0>>2]*inPixel)+channel);
o=(out+(whole[(writes+(n*4))+0>>2]*outPixel)+channel);
real[o+0>>2]=(real[o+0>>2]+((real[(p+away)+0>>2]==real[(o+away)+0>>2])?real[p+0>>2]:0));
real[p+0>>2]=((real[(p+away)+0>>2]==real[(o+away)+0>>2])?0:real[p+0>>2]);
}
}
} }),
  },
  "card": {
    steps: {"multiply8":{"channel":32,"n":4},"multiply4":{"channel":16,"n":4},"copy":{"n":1,"channel":16},"add":{"n":1,"channel":16},"relu":{"n":1,"channel":16},"reluBack":{"n":1,"channel":16},"maximum":{"n":1,"channel":16},"maximumBack":{"n":1,"channel":16}},
    shaders: `
@group(0) @binding(0) var<storage,read_write> memory:array<u32>;
@group(0) @binding(1) var<uniform> job:array<vec4i,4>;
fn vector(at:i32)->vec4f{
let k=at>>2;
return bitcast<vec4f>(vec4u(memory[k],memory[k+1],memory[k+2],memory[k+3]));}
fn put(at:i32,x:vec4f){
for(var k=0;k<4;k++){memory[(at>>2)+k]=bitcast<u32>(x[k]);}}
@compute @workgroup_size(64) fn multiply8(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let weights=job[2][0];let run=job[2][1];let step=job[2][2];var p0:i32;var o0:i32;var A0_0:vec4f;var A0_1:vec4f;var p1:i32;var o1:i32;var A1_0:vec4f;var A1_1:vec4f;var p2:i32;var o2:i32;var A2_0:vec4f;var A2_1:vec4f;var p3:i32;var o3:i32;var A3_0:vec4f;var A3_1:vec4f;var w:i32;var W0:vec4f;var W1:vec4f;var S:vec4f;var x:i32;
let n=i32(id.x)*4;let channel=i32(id.y)*32;if(n>=count){return;}
p0=(source+(bitcast<i32>(memory[((reads+(n*4))+0)>>2])*inPixel));
o0=(out+(bitcast<i32>(memory[((writes+(n*4))+0)>>2])*outPixel)+channel);
A0_0=vector(o0+0);
A0_1=vector(o0+16);
p1=(source+(bitcast<i32>(memory[((reads+(n*4))+4)>>2])*inPixel));
o1=(out+(bitcast<i32>(memory[((writes+(n*4))+4)>>2])*outPixel)+channel);
A1_0=vector(o1+0);
A1_1=vector(o1+16);
p2=(source+(bitcast<i32>(memory[((reads+(n*4))+8)>>2])*inPixel));
o2=(out+(bitcast<i32>(memory[((writes+(n*4))+8)>>2])*outPixel)+channel);
A2_0=vector(o2+0);
A2_1=vector(o2+16);
p3=(source+(bitcast<i32>(memory[((reads+(n*4))+12)>>2])*inPixel));
o3=(out+(bitcast<i32>(memory[((writes+(n*4))+12)>>2])*outPixel)+channel);
A3_0=vector(o3+0);
A3_1=vector(o3+16);
w=(weights+channel);
for(x=0;x<run;x+=1){
W0=vector(w+0);
W1=vector(w+16);
S=vec4f(bitcast<f32>(memory[(p0+0)>>2]));
p0=(p0+step);
A0_0=fma(S,W0,A0_0);
A0_1=fma(S,W1,A0_1);
S=vec4f(bitcast<f32>(memory[(p1+0)>>2]));
p1=(p1+step);
A1_0=fma(S,W0,A1_0);
A1_1=fma(S,W1,A1_1);
S=vec4f(bitcast<f32>(memory[(p2+0)>>2]));
p2=(p2+step);
A2_0=fma(S,W0,A2_0);
A2_1=fma(S,W1,A2_1);
S=vec4f(bitcast<f32>(memory[(p3+0)>>2]));
p3=(p3+step);
A3_0=fma(S,W0,A3_0);
A3_1=fma(S,W1,A3_1);
w=(w+width);
}
put(o0+0,A0_0);
put(o0+16,A0_1);
put(o1+0,A1_0);
put(o1+16,A1_1);
put(o2+0,A2_0);
put(o2+16,A2_1);
put(o3+0,A3_0);
put(o3+16,A3_1);
}
@compute @workgroup_size(64) fn multiply4(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let weights=job[2][0];let run=job[2][1];let step=job[2][2];var p0:i32;var o0:i32;var A0_0:vec4f;var p1:i32;var o1:i32;var A1_0:vec4f;var p2:i32;var o2:i32;var A2_0:vec4f;var p3:i32;var o3:i32;var A3_0:vec4f;var w:i32;var W0:vec4f;var S:vec4f;var x:i32;
let n=i32(id.x)*4;let channel=i32(id.y)*16;if(n>=count){return;}
p0=(source+(bitcast<i32>(memory[((reads+(n*4))+0)>>2])*inPixel));
o0=(out+(bitcast<i32>(memory[((writes+(n*4))+0)>>2])*outPixel)+channel);
A0_0=vector(o0+0);
p1=(source+(bitcast<i32>(memory[((reads+(n*4))+4)>>2])*inPixel));
o1=(out+(bitcast<i32>(memory[((writes+(n*4))+4)>>2])*outPixel)+channel);
A1_0=vector(o1+0);
p2=(source+(bitcast<i32>(memory[((reads+(n*4))+8)>>2])*inPixel));
o2=(out+(bitcast<i32>(memory[((writes+(n*4))+8)>>2])*outPixel)+channel);
A2_0=vector(o2+0);
p3=(source+(bitcast<i32>(memory[((reads+(n*4))+12)>>2])*inPixel));
o3=(out+(bitcast<i32>(memory[((writes+(n*4))+12)>>2])*outPixel)+channel);
A3_0=vector(o3+0);
w=(weights+channel);
for(x=0;x<run;x+=1){
W0=vector(w+0);
S=vec4f(bitcast<f32>(memory[(p0+0)>>2]));
p0=(p0+step);
A0_0=fma(S,W0,A0_0);
S=vec4f(bitcast<f32>(memory[(p1+0)>>2]));
p1=(p1+step);
A1_0=fma(S,W0,A1_0);
S=vec4f(bitcast<f32>(memory[(p2+0)>>2]));
p2=(p2+step);
A2_0=fma(S,W0,A2_0);
S=vec4f(bitcast<f32>(memory[(p3+0)>>2]));
p3=(p3+step);
A3_0=fma(S,W0,A3_0);
w=(w+width);
}
put(o0+0,A0_0);
put(o1+0,A1_0);
put(o2+0,A2_0);
put(o3+0,A3_0);
}
@compute @workgroup_size(64) fn copy(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let parts=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4))+0)>>2])*inPixel)+channel);
o=(out+(bitcast<i32>(memory[((writes+(n*4))+0)>>2])*outPixel)+channel);
put(o+0,vector(p+0));
}
@compute @workgroup_size(64) fn add(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let parts=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4))+0)>>2])*inPixel)+channel);
o=(out+(bitcast<i32>(memory[((writes+(n*4))+0)>>2])*outPixel)+channel);
put(o+0,(vector(o+0)+(vector(p+0)*vec4f(1.0/f32(parts)))));
}
@compute @workgroup_size(64) fn relu(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let away=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4))+0)>>2])*inPixel)+channel);
o=(out+(bitcast<i32>(memory[((writes+(n*4))+0)>>2])*outPixel)+channel);
put(o+0,max(vector(p+0),vec4f()));
}
@compute @workgroup_size(64) fn reluBack(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let away=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4))+0)>>2])*inPixel)+channel);
o=(out+(bitcast<i32>(memory[((writes+(n*4))+0)>>2])*outPixel)+channel);
put(o+0,(vector(o+0)+select(vec4f(),vector(p+0),(vector((o+away)+0)>vec4f()))));
}
@compute @workgroup_size(64) fn maximum(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let away=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4))+0)>>2])*inPixel)+channel);
o=(out+(bitcast<i32>(memory[((writes+(n*4))+0)>>2])*outPixel)+channel);
put(o+0,max(vector(o+0),vector(p+0)));
}
@compute @workgroup_size(64) fn maximumBack(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let reads=job[0][3];let inPixel=job[1][0];let out=job[1][1];let writes=job[1][2];let outPixel=job[1][3];let away=job[2][0];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(bitcast<i32>(memory[((reads+(n*4))+0)>>2])*inPixel)+channel);
o=(out+(bitcast<i32>(memory[((writes+(n*4))+0)>>2])*outPixel)+channel);
put(o+0,(vector(o+0)+select(vec4f(),vector(p+0),(vector((p+away)+0)==vector((o+away)+0)))));
put(p+0,select(vector(p+0),vec4f(),(vector((p+away)+0)==vector((o+away)+0))));
}
`,
  },
};
