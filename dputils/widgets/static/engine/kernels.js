// Written by make_kernels.mjs (`make kernels`): the kernels, as WebAssembly, as JavaScript and as WGSL.
export const KERNELS = {
  "WebAssembly, fused": {
    pixels: 6, blocks: [8,4], sha256: "4412f919f947545a610558ed5930f2bafc63f837c25a8f7db1f651041e607a4b",
    wasm:
    "AGFzbQEAAAABKANgDX9/f39/f39/f39/f38AYAd/f39/f39/AGAKf39/f39/f39/fwACEgEGZW5naW5lBm1lbW9yeQIAAQMLCgAAAQEBAQICAgIH" +
    "aAoJbXVsdGlwbHk4AAAJbXVsdGlwbHk0AAEEY29weQACA2FkZAADBHJlbHUABAhyZWx1QmFjawAFB2F2ZXJhZ2UABgthdmVyYWdlQmFjawAHB21h" +
    "eGltdW0ACAttYXhpbXVtQmFjawAJCvEWCpYHDgV/AnsCfwJ7An8CewJ/AnsCfwJ7An8CewN/A3tBACENA0BBACEOA0AgAiAGIA5BCGxqKAIAIAds" +
    "aiEPIAQgBiAOQQhsaigCBCAIbGogDWohECAFIA1qIBAgBRshESAR/QAEACESIBH9AAQQIRMgAiAGIA5BCGxqKAIIIAdsaiEUIAQgBiAOQQhsaigC" +
    "DCAIbGogDWohFSAFIA1qIBUgBRshESAR/QAEACEWIBH9AAQQIRcgAiAGIA5BCGxqKAIQIAdsaiEYIAQgBiAOQQhsaigCFCAIbGogDWohGSAFIA1q" +
    "IBkgBRshESAR/QAEACEaIBH9AAQQIRsgAiAGIA5BCGxqKAIYIAdsaiEcIAQgBiAOQQhsaigCHCAIbGogDWohHSAFIA1qIB0gBRshESAR/QAEACEe" +
    "IBH9AAQQIR8gAiAGIA5BCGxqKAIgIAdsaiEgIAQgBiAOQQhsaigCJCAIbGogDWohISAFIA1qICEgBRshESAR/QAEACEiIBH9AAQQISMgAiAGIA5B" +
    "CGxqKAIoIAdsaiEkIAQgBiAOQQhsaigCLCAIbGogDWohJSAFIA1qICUgBRshESAR/QAEACEmIBH9AAQQIScgAyANaiEoQQAhKQNAQQAhKgNAICj9" +
    "AAQAISsgKP0ABBAhLCAP/QkCACEtIA8gC2ohDyAtICsgEv2FAiESIC0gLCAT/YUCIRMgFP0JAgAhLSAUIAtqIRQgLSArIBb9hQIhFiAtICwgF/2F" +
    "AiEXIBj9CQIAIS0gGCALaiEYIC0gKyAa/YUCIRogLSAsIBv9hQIhGyAc/QkCACEtIBwgC2ohHCAtICsgHv2FAiEeIC0gLCAf/YUCIR8gIP0JAgAh" +
    "LSAgIAtqISAgLSArICL9hQIhIiAtICwgI/2FAiEjICT9CQIAIS0gJCALaiEkIC0gKyAm/YUCISYgLSAsICf9hQIhJyAoIAhqISggKkEBaiEqICog" +
    "CkkNAAsgDyAMaiEPIBQgDGohFCAYIAxqIRggHCAMaiEcICAgDGohICAkIAxqISQgKUEBaiEpICkgCUkNAAsgECAS/QsEACAQIBP9CwQQIBUgFv0L" +
    "BAAgFSAX/QsEECAZIBr9CwQAIBkgG/0LBBAgHSAe/QsEACAdIB/9CwQQICEgIv0LBAAgISAj/QsEECAlICb9CwQAICUgJ/0LBBAgDkEGaiEOIA4g" +
    "AEkNAAsgDUEgaiENIA0gAUkNAAsL7AUOBX8BewJ/AXsCfwF7An8BewJ/AXsCfwF7A38Ce0EAIQ0DQEEAIQ4DQCACIAYgDkEIbGooAgAgB2xqIQ8g" +
    "BCAGIA5BCGxqKAIEIAhsaiANaiEQIAUgDWogECAFGyERIBH9AAQAIRIgAiAGIA5BCGxqKAIIIAdsaiETIAQgBiAOQQhsaigCDCAIbGogDWohFCAF" +
    "IA1qIBQgBRshESAR/QAEACEVIAIgBiAOQQhsaigCECAHbGohFiAEIAYgDkEIbGooAhQgCGxqIA1qIRcgBSANaiAXIAUbIREgEf0ABAAhGCACIAYg" +
    "DkEIbGooAhggB2xqIRkgBCAGIA5BCGxqKAIcIAhsaiANaiEaIAUgDWogGiAFGyERIBH9AAQAIRsgAiAGIA5BCGxqKAIgIAdsaiEcIAQgBiAOQQhs" +
    "aigCJCAIbGogDWohHSAFIA1qIB0gBRshESAR/QAEACEeIAIgBiAOQQhsaigCKCAHbGohHyAEIAYgDkEIbGooAiwgCGxqIA1qISAgBSANaiAgIAUb" +
    "IREgEf0ABAAhISADIA1qISJBACEjA0BBACEkA0AgIv0ABAAhJSAP/QkCACEmIA8gC2ohDyAmICUgEv2FAiESIBP9CQIAISYgEyALaiETICYgJSAV" +
    "/YUCIRUgFv0JAgAhJiAWIAtqIRYgJiAlIBj9hQIhGCAZ/QkCACEmIBkgC2ohGSAmICUgG/2FAiEbIBz9CQIAISYgHCALaiEcICYgJSAe/YUCIR4g" +
    "H/0JAgAhJiAfIAtqIR8gJiAlICH9hQIhISAiIAhqISIgJEEBaiEkICQgCkkNAAsgDyAMaiEPIBMgDGohEyAWIAxqIRYgGSAMaiEZIBwgDGohHCAf" +
    "IAxqIR8gI0EBaiEjICMgCUkNAAsgECAS/QsEACAUIBX9CwQAIBcgGP0LBAAgGiAb/QsEACAdIB79CwQAICAgIf0LBAAgDkEGaiEOIA4gAEkNAAsg" +
    "DUEQaiENIA0gAUkNAAsLVAEEf0EAIQcDQEEAIQgDQCACIAcgBGxqIAhqIQkgAyAHIAVsaiAIaiEKIAogCf0ABAD9CwQAIAhBEGohCCAIIAFJDQAL" +
    "IAdBAWohByAHIABJDQALC10BBH9BACEHA0BBACEIA0AgAiAHIARsaiAIaiEJIAMgByAFbGogCGohCiAKIAr9AAQAIAn9AAQA/eQB/QsEACAIQRBq" +
    "IQggCCABSQ0ACyAHQQFqIQcgByAASQ0ACwtpAQR/QQAhBwNAQQAhCANAIAIgByAEbGogCGohCSADIAcgBWxqIAhqIQogCiAJ/QAEAP0MAAAAAAAA" +
    "AAAAAAAAAAAAAP3pAf0LBAAgCEEQaiEIIAggAUkNAAsgB0EBaiEHIAcgAEkNAAsLfAEEf0EAIQcDQEEAIQgDQCACIAcgBGxqIAhqIQkgAyAHIAVs" +
    "aiAIaiEKIAogCv0ABAAgCf0ABAAgCSAGav0ABAD9DAAAAAAAAAAAAAAAAAAAAAD9RP1O/eQB/QsEACAIQRBqIQggCCABSQ0ACyAHQQFqIQcgByAA" +
    "SQ0ACwvbAQMEfwF7BH9BACEKA0BBACELA0AgAiAEIApBCGxqKAIAIAVsaiALaiEMIAMgBCAKQQhsaigCBCAFbGogC2ohDf0MAAAAAAAAAAAAAAAA" +
    "AAAAACEOQQAhDwNAIAwhEEEAIREDQCAQIAlqIRIgDiAQ/QAEAP3kASEOIBAgBWohECARQQFqIREgESAHSQ0ACyAMIAhqIQwgD0EBaiEPIA8gBkkN" +
    "AAsgDSAOQwAAgD8gBiAHbLKV/RP95gH9CwQAIAtBEGohCyALIAFJDQALIApBAWohCiAKIABJDQALC84BAwR/AXsEf0EAIQoDQEEAIQsDQCACIAQg" +
    "CkEIbGooAgAgBWxqIAtqIQwgAyAEIApBCGxqKAIEIAVsaiALaiENIA0gCWr9AAQAQwAAgD8gBiAHbLKV/RP95gEhDkEAIQ8DQCAMIRBBACERA0Ag" +
    "ECAJaiESIBIgDiAS/QAEAP3kAf0LBAAgECAFaiEQIBFBAWohESARIAdJDQALIAwgCGohDCAPQQFqIQ8gDyAGSQ0ACyALQRBqIQsgCyABSQ0ACyAK" +
    "QQFqIQogCiAASQ0ACwu+AQMEfwF7BH9BACEKA0BBACELA0AgAiAEIApBCGxqKAIAIAVsaiALaiEMIAMgBCAKQQhsaigCBCAFbGogC2ohDSAM/QAE" +
    "ACEOQQAhDwNAIAwhEEEAIREDQCAQIAlqIRIgDiAQ/QAEAP3pASEOIBAgBWohECARQQFqIREgESAHSQ0ACyAMIAhqIQwgD0EBaiEPIA8gBkkNAAsg" +
    "DSAO/QsEACALQRBqIQsgCyABSQ0ACyAKQQFqIQogCiAASQ0ACwvhAQMEfwJ7BH9BACEKA0BBACELA0AgAiAEIApBCGxqKAIAIAVsaiALaiEMIAMg" +
    "BCAKQQhsaigCBCAFbGogC2ohDSAN/QAEACEOIA0gCWr9AAQAIQ9BACEQA0AgDCERQQAhEgNAIBEgCWohEyATIBP9AAQAIA8gEf0ABAAgDv1B/U79" +
    "5AH9CwQAIA8gEf0ABAAgDv1B/U8hDyARIAVqIREgEkEBaiESIBIgB0kNAAsgDCAIaiEMIBBBAWohECAQIAZJDQALIAtBEGohCyALIAFJDQALIApB" +
    "AWohCiAKIABJDQALCw==",
  },
  "WebAssembly": {
    pixels: 4, blocks: [8,4], sha256: "f4466d7997191d542fbc6f119cd556d0235ebd83ee3896e169625cced62ee77b",
    wasm:
    "AGFzbQEAAAABKANgDX9/f39/f39/f39/f38AYAd/f39/f39/AGAKf39/f39/f39/fwACEgEGZW5naW5lBm1lbW9yeQIAAQMLCgAAAQEBAQICAgIH" +
    "aAoJbXVsdGlwbHk4AAAJbXVsdGlwbHk0AAEEY29weQACA2FkZAADBHJlbHUABAhyZWx1QmFjawAFB2F2ZXJhZ2UABgthdmVyYWdlQmFjawAHB21h" +
    "eGltdW0ACAttYXhpbXVtQmFjawAJCrcTCqQFCgV/AnsCfwJ7An8CewJ/AnsDfwN7QQAhDQNAQQAhDgNAIAIgBiAOQQhsaigCACAHbGohDyAEIAYg" +
    "DkEIbGooAgQgCGxqIA1qIRAgBSANaiAQIAUbIREgEf0ABAAhEiAR/QAEECETIAIgBiAOQQhsaigCCCAHbGohFCAEIAYgDkEIbGooAgwgCGxqIA1q" +
    "IRUgBSANaiAVIAUbIREgEf0ABAAhFiAR/QAEECEXIAIgBiAOQQhsaigCECAHbGohGCAEIAYgDkEIbGooAhQgCGxqIA1qIRkgBSANaiAZIAUbIREg" +
    "Ef0ABAAhGiAR/QAEECEbIAIgBiAOQQhsaigCGCAHbGohHCAEIAYgDkEIbGooAhwgCGxqIA1qIR0gBSANaiAdIAUbIREgEf0ABAAhHiAR/QAEECEf" +
    "IAMgDWohIEEAISEDQEEAISIDQCAg/QAEACEjICD9AAQQISQgD/0JAgAhJSAPIAtqIQ8gEiAlICP95gH95AEhEiATICUgJP3mAf3kASETIBT9CQIA" +
    "ISUgFCALaiEUIBYgJSAj/eYB/eQBIRYgFyAlICT95gH95AEhFyAY/QkCACElIBggC2ohGCAaICUgI/3mAf3kASEaIBsgJSAk/eYB/eQBIRsgHP0J" +
    "AgAhJSAcIAtqIRwgHiAlICP95gH95AEhHiAfICUgJP3mAf3kASEfICAgCGohICAiQQFqISIgIiAKSQ0ACyAPIAxqIQ8gFCAMaiEUIBggDGohGCAc" +
    "IAxqIRwgIUEBaiEhICEgCUkNAAsgECAS/QsEACAQIBP9CwQQIBUgFv0LBAAgFSAX/QsEECAZIBr9CwQAIBkgG/0LBBAgHSAe/QsEACAdIB/9CwQQ" +
    "IA5BBGohDiAOIABJDQALIA1BIGohDSANIAFJDQALC6QECgV/AXsCfwF7An8BewJ/AXsDfwJ7QQAhDQNAQQAhDgNAIAIgBiAOQQhsaigCACAHbGoh" +
    "DyAEIAYgDkEIbGooAgQgCGxqIA1qIRAgBSANaiAQIAUbIREgEf0ABAAhEiACIAYgDkEIbGooAgggB2xqIRMgBCAGIA5BCGxqKAIMIAhsaiANaiEU" +
    "IAUgDWogFCAFGyERIBH9AAQAIRUgAiAGIA5BCGxqKAIQIAdsaiEWIAQgBiAOQQhsaigCFCAIbGogDWohFyAFIA1qIBcgBRshESAR/QAEACEYIAIg" +
    "BiAOQQhsaigCGCAHbGohGSAEIAYgDkEIbGooAhwgCGxqIA1qIRogBSANaiAaIAUbIREgEf0ABAAhGyADIA1qIRxBACEdA0BBACEeA0AgHP0ABAAh" +
    "HyAP/QkCACEgIA8gC2ohDyASICAgH/3mAf3kASESIBP9CQIAISAgEyALaiETIBUgICAf/eYB/eQBIRUgFv0JAgAhICAWIAtqIRYgGCAgIB/95gH9" +
    "5AEhGCAZ/QkCACEgIBkgC2ohGSAbICAgH/3mAf3kASEbIBwgCGohHCAeQQFqIR4gHiAKSQ0ACyAPIAxqIQ8gEyAMaiETIBYgDGohFiAZIAxqIRkg" +
    "HUEBaiEdIB0gCUkNAAsgECAS/QsEACAUIBX9CwQAIBcgGP0LBAAgGiAb/QsEACAOQQRqIQ4gDiAASQ0ACyANQRBqIQ0gDSABSQ0ACwtUAQR/QQAh" +
    "BwNAQQAhCANAIAIgByAEbGogCGohCSADIAcgBWxqIAhqIQogCiAJ/QAEAP0LBAAgCEEQaiEIIAggAUkNAAsgB0EBaiEHIAcgAEkNAAsLXQEEf0EA" +
    "IQcDQEEAIQgDQCACIAcgBGxqIAhqIQkgAyAHIAVsaiAIaiEKIAogCv0ABAAgCf0ABAD95AH9CwQAIAhBEGohCCAIIAFJDQALIAdBAWohByAHIABJ" +
    "DQALC2kBBH9BACEHA0BBACEIA0AgAiAHIARsaiAIaiEJIAMgByAFbGogCGohCiAKIAn9AAQA/QwAAAAAAAAAAAAAAAAAAAAA/ekB/QsEACAIQRBq" +
    "IQggCCABSQ0ACyAHQQFqIQcgByAASQ0ACwt8AQR/QQAhBwNAQQAhCANAIAIgByAEbGogCGohCSADIAcgBWxqIAhqIQogCiAK/QAEACAJ/QAEACAJ" +
    "IAZq/QAEAP0MAAAAAAAAAAAAAAAAAAAAAP1E/U795AH9CwQAIAhBEGohCCAIIAFJDQALIAdBAWohByAHIABJDQALC9sBAwR/AXsEf0EAIQoDQEEA" +
    "IQsDQCACIAQgCkEIbGooAgAgBWxqIAtqIQwgAyAEIApBCGxqKAIEIAVsaiALaiEN/QwAAAAAAAAAAAAAAAAAAAAAIQ5BACEPA0AgDCEQQQAhEQNA" +
    "IBAgCWohEiAOIBD9AAQA/eQBIQ4gECAFaiEQIBFBAWohESARIAdJDQALIAwgCGohDCAPQQFqIQ8gDyAGSQ0ACyANIA5DAACAPyAGIAdsspX9E/3m" +
    "Af0LBAAgC0EQaiELIAsgAUkNAAsgCkEBaiEKIAogAEkNAAsLzgEDBH8BewR/QQAhCgNAQQAhCwNAIAIgBCAKQQhsaigCACAFbGogC2ohDCADIAQg" +
    "CkEIbGooAgQgBWxqIAtqIQ0gDSAJav0ABABDAACAPyAGIAdsspX9E/3mASEOQQAhDwNAIAwhEEEAIREDQCAQIAlqIRIgEiAOIBL9AAQA/eQB/QsE" +
    "ACAQIAVqIRAgEUEBaiERIBEgB0kNAAsgDCAIaiEMIA9BAWohDyAPIAZJDQALIAtBEGohCyALIAFJDQALIApBAWohCiAKIABJDQALC74BAwR/AXsE" +
    "f0EAIQoDQEEAIQsDQCACIAQgCkEIbGooAgAgBWxqIAtqIQwgAyAEIApBCGxqKAIEIAVsaiALaiENIAz9AAQAIQ5BACEPA0AgDCEQQQAhEQNAIBAg" +
    "CWohEiAOIBD9AAQA/ekBIQ4gECAFaiEQIBFBAWohESARIAdJDQALIAwgCGohDCAPQQFqIQ8gDyAGSQ0ACyANIA79CwQAIAtBEGohCyALIAFJDQAL" +
    "IApBAWohCiAKIABJDQALC+EBAwR/AnsEf0EAIQoDQEEAIQsDQCACIAQgCkEIbGooAgAgBWxqIAtqIQwgAyAEIApBCGxqKAIEIAVsaiALaiENIA39" +
    "AAQAIQ4gDSAJav0ABAAhD0EAIRADQCAMIRFBACESA0AgESAJaiETIBMgE/0ABAAgDyAR/QAEACAO/UH9Tv3kAf0LBAAgDyAR/QAEACAO/UH9TyEP" +
    "IBEgBWohESASQQFqIRIgEiAHSQ0ACyAMIAhqIQwgEEEBaiEQIBAgBkkNAAsgC0EQaiELIAsgAUkNAAsgCkEBaiEKIAogAEkNAAsL",
  },
  "plain JavaScript": {
    pixels: 2, blocks: [4], script: (real, whole) => ({
multiply4(count,width,source,weights,out,bias,table,inPixel,outPixel,rows,run,step,gap,channel,n,p0,o0,start,A0_0,A0_1,A0_2,A0_3,p1,o1,A1_0,A1_1,A1_2,A1_3,w,y,x,W0,W1,W2,W3,S){
channel=0;
do{
n=0;
do{
p0=source+(whole[(table+(n*8))>>2]*inPixel);
o0=(out+(whole[(table+(n*8))+4>>2]*outPixel))+channel;
start=bias?(bias+channel):o0;
A0_0=real[start>>2];
A0_1=real[start+4>>2];
A0_2=real[start+8>>2];
A0_3=real[start+12>>2];
p1=source+(whole[(table+(n*8))+8>>2]*inPixel);
o1=(out+(whole[(table+(n*8))+12>>2]*outPixel))+channel;
start=bias?(bias+channel):o1;
A1_0=real[start>>2];
A1_1=real[start+4>>2];
A1_2=real[start+8>>2];
A1_3=real[start+12>>2];
w=weights+channel;
y=0;
do{
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
w=w+outPixel;
x=x+1;
}while(x<run);
p0=p0+gap;
p1=p1+gap;
y=y+1;
}while(y<rows);
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
copy(count,width,source,out,inPixel,outPixel,away,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(n*inPixel))+channel;
o=(out+(n*outPixel))+channel;
real[o>>2]=real[p>>2];
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
add(count,width,source,out,inPixel,outPixel,away,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(n*inPixel))+channel;
o=(out+(n*outPixel))+channel;
real[o>>2]=real[o>>2]+real[p>>2];
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
relu(count,width,source,out,inPixel,outPixel,away,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(n*inPixel))+channel;
o=(out+(n*outPixel))+channel;
real[o>>2]=Math.max(real[p>>2],0);
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
reluBack(count,width,source,out,inPixel,outPixel,away,n,channel,p,o){
n=0;
do{
channel=0;
do{
p=(source+(n*inPixel))+channel;
o=(out+(n*outPixel))+channel;
real[o>>2]=real[o>>2]+((real[(p+away)>>2]>0)?real[p>>2]:0);
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
average(count,width,source,out,table,pixel,rows,columns,row,shift,n,channel,line,o,A,y,p,x,slope){
n=0;
do{
channel=0;
do{
line=(source+(whole[(table+(n*8))>>2]*pixel))+channel;
o=(out+(whole[(table+(n*8))+4>>2]*pixel))+channel;
A=0;
y=0;
do{
p=line;
x=0;
do{
slope=p+shift;
A=A+real[p>>2];
p=p+pixel;
x=x+1;
}while(x<columns);
line=line+row;
y=y+1;
}while(y<rows);
real[o>>2]=A*(1/(rows*columns));
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
averageBack(count,width,source,out,table,pixel,rows,columns,row,shift,n,channel,line,o,A,y,p,x,slope){
n=0;
do{
channel=0;
do{
line=(source+(whole[(table+(n*8))>>2]*pixel))+channel;
o=(out+(whole[(table+(n*8))+4>>2]*pixel))+channel;
A=real[(o+shift)>>2]*(1/(rows*columns));
y=0;
do{
p=line;
x=0;
do{
slope=p+shift;
real[slope>>2]=A+real[slope>>2];
p=p+pixel;
x=x+1;
}while(x<columns);
line=line+row;
y=y+1;
}while(y<rows);
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
maximum(count,width,source,out,table,pixel,rows,columns,row,shift,n,channel,line,o,A,y,p,x,slope){
n=0;
do{
channel=0;
do{
line=(source+(whole[(table+(n*8))>>2]*pixel))+channel;
o=(out+(whole[(table+(n*8))+4>>2]*pixel))+channel;
A=real[line>>2];
y=0;
do{
p=line;
x=0;
do{
slope=p+shift;
A=Math.max(A,real[p>>2]);
p=p+pixel;
x=x+1;
}while(x<columns);
line=line+row;
y=y+1;
}while(y<rows);
real[o>>2]=A;
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
},
maximumBack(count,width,source,out,table,pixel,rows,columns,row,shift,n,channel,line,o,Top,A,y,p,x,slope){
n=0;
do{
channel=0;
do{
line=(source+(whole[(table+(n*8))>>2]*pixel))+channel;
o=(out+(whole[(table+(n*8))+4>>2]*pixel))+channel;
Top=real[o>>2];
A=real[(o+shift)>>2];
y=0;
do{
p=line;
x=0;
do{
slope=p+shift;
real[slope>>2]=real[slope>>2]+((real[p>>2]==Top)?A:0);
A=(real[p>>2]==Top)?0:A;
p=p+pixel;
x=x+1;
}while(x<columns);
line=line+row;
y=y+1;
}while(y<rows);
channel=channel+4;
}while(channel<width);
n=n+1;
}while(n<count);
} }),
  },
  "WebGPU": {
    pixels: 4, blocks: [8,4], steps: {"multiply8":{"channel":32,"n":4},"multiply4":{"channel":16,"n":4},"copy":{"n":1,"channel":16},"add":{"n":1,"channel":16},"relu":{"n":1,"channel":16},"reluBack":{"n":1,"channel":16},"average":{"n":1,"channel":16},"averageBack":{"n":1,"channel":16},"maximum":{"n":1,"channel":16},"maximumBack":{"n":1,"channel":16}}, shaders: `
@group(0) @binding(0) var<storage,read_write> memory:array<u32>;
@group(0) @binding(1) var<uniform> job:array<vec4i,4>;
fn vector(at:i32)->vec4f{
let k=at>>2;
return bitcast<vec4f>(vec4u(memory[k],memory[k+1],memory[k+2],memory[k+3]));}
fn put(at:i32,x:vec4f){
for(var k=0;k<4;k++){memory[(at>>2)+k]=bitcast<u32>(x[k]);}}
@compute @workgroup_size(64) fn multiply8(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let weights=job[0][3];let out=job[1][0];let bias=job[1][1];let table=job[1][2];let inPixel=job[1][3];let outPixel=job[2][0];let rows=job[2][1];let run=job[2][2];let step=job[2][3];let gap=job[3][0];var p0:i32;var o0:i32;var start:i32;var A0_0:vec4f;var A0_1:vec4f;var p1:i32;var o1:i32;var A1_0:vec4f;var A1_1:vec4f;var p2:i32;var o2:i32;var A2_0:vec4f;var A2_1:vec4f;var p3:i32;var o3:i32;var A3_0:vec4f;var A3_1:vec4f;var w:i32;var y:i32;var x:i32;var W0:vec4f;var W1:vec4f;var S:vec4f;
let n=i32(id.x)*4;let channel=i32(id.y)*32;if(n>=count){return;}
p0=source+(bitcast<i32>(memory[((table+(n*8)))>>2])*inPixel);
o0=(out+(bitcast<i32>(memory[((table+(n*8))+4)>>2])*outPixel))+channel;
start=select(o0,(bias+channel),bias!=0);
A0_0=vector(start);
A0_1=vector(start+16);
p1=source+(bitcast<i32>(memory[((table+(n*8))+8)>>2])*inPixel);
o1=(out+(bitcast<i32>(memory[((table+(n*8))+12)>>2])*outPixel))+channel;
start=select(o1,(bias+channel),bias!=0);
A1_0=vector(start);
A1_1=vector(start+16);
p2=source+(bitcast<i32>(memory[((table+(n*8))+16)>>2])*inPixel);
o2=(out+(bitcast<i32>(memory[((table+(n*8))+20)>>2])*outPixel))+channel;
start=select(o2,(bias+channel),bias!=0);
A2_0=vector(start);
A2_1=vector(start+16);
p3=source+(bitcast<i32>(memory[((table+(n*8))+24)>>2])*inPixel);
o3=(out+(bitcast<i32>(memory[((table+(n*8))+28)>>2])*outPixel))+channel;
start=select(o3,(bias+channel),bias!=0);
A3_0=vector(start);
A3_1=vector(start+16);
w=weights+channel;
y=0;
loop{
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
w=w+outPixel;
x=x+1;
if(!(x<run)){break;}
}
p0=p0+gap;
p1=p1+gap;
p2=p2+gap;
p3=p3+gap;
y=y+1;
if(!(y<rows)){break;}
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
let count=job[0][0];let width=job[0][1];let source=job[0][2];let weights=job[0][3];let out=job[1][0];let bias=job[1][1];let table=job[1][2];let inPixel=job[1][3];let outPixel=job[2][0];let rows=job[2][1];let run=job[2][2];let step=job[2][3];let gap=job[3][0];var p0:i32;var o0:i32;var start:i32;var A0_0:vec4f;var p1:i32;var o1:i32;var A1_0:vec4f;var p2:i32;var o2:i32;var A2_0:vec4f;var p3:i32;var o3:i32;var A3_0:vec4f;var w:i32;var y:i32;var x:i32;var W0:vec4f;var S:vec4f;
let n=i32(id.x)*4;let channel=i32(id.y)*16;if(n>=count){return;}
p0=source+(bitcast<i32>(memory[((table+(n*8)))>>2])*inPixel);
o0=(out+(bitcast<i32>(memory[((table+(n*8))+4)>>2])*outPixel))+channel;
start=select(o0,(bias+channel),bias!=0);
A0_0=vector(start);
p1=source+(bitcast<i32>(memory[((table+(n*8))+8)>>2])*inPixel);
o1=(out+(bitcast<i32>(memory[((table+(n*8))+12)>>2])*outPixel))+channel;
start=select(o1,(bias+channel),bias!=0);
A1_0=vector(start);
p2=source+(bitcast<i32>(memory[((table+(n*8))+16)>>2])*inPixel);
o2=(out+(bitcast<i32>(memory[((table+(n*8))+20)>>2])*outPixel))+channel;
start=select(o2,(bias+channel),bias!=0);
A2_0=vector(start);
p3=source+(bitcast<i32>(memory[((table+(n*8))+24)>>2])*inPixel);
o3=(out+(bitcast<i32>(memory[((table+(n*8))+28)>>2])*outPixel))+channel;
start=select(o3,(bias+channel),bias!=0);
A3_0=vector(start);
w=weights+channel;
y=0;
loop{
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
w=w+outPixel;
x=x+1;
if(!(x<run)){break;}
}
p0=p0+gap;
p1=p1+gap;
p2=p2+gap;
p3=p3+gap;
y=y+1;
if(!(y<rows)){break;}
}
put(o0,A0_0);
put(o1,A1_0);
put(o2,A2_0);
put(o3,A3_0);
}
@compute @workgroup_size(64) fn copy(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let out=job[0][3];let inPixel=job[1][0];let outPixel=job[1][1];let away=job[1][2];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(n*inPixel))+channel;
o=(out+(n*outPixel))+channel;
put(o,vector(p));
}
@compute @workgroup_size(64) fn add(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let out=job[0][3];let inPixel=job[1][0];let outPixel=job[1][1];let away=job[1][2];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(n*inPixel))+channel;
o=(out+(n*outPixel))+channel;
put(o,(vector(o)+vector(p)));
}
@compute @workgroup_size(64) fn relu(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let out=job[0][3];let inPixel=job[1][0];let outPixel=job[1][1];let away=job[1][2];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(n*inPixel))+channel;
o=(out+(n*outPixel))+channel;
put(o,max(vector(p),vec4f()));
}
@compute @workgroup_size(64) fn reluBack(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let out=job[0][3];let inPixel=job[1][0];let outPixel=job[1][1];let away=job[1][2];var p:i32;var o:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
p=(source+(n*inPixel))+channel;
o=(out+(n*outPixel))+channel;
put(o,(vector(o)+select(vec4f(),vector(p),(vector((p+away))>vec4f()))));
}
@compute @workgroup_size(64) fn average(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let out=job[0][3];let table=job[1][0];let pixel=job[1][1];let rows=job[1][2];let columns=job[1][3];let row=job[2][0];let shift=job[2][1];var line:i32;var o:i32;var A:vec4f;var y:i32;var p:i32;var x:i32;var slope:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
line=(source+(bitcast<i32>(memory[((table+(n*8)))>>2])*pixel))+channel;
o=(out+(bitcast<i32>(memory[((table+(n*8))+4)>>2])*pixel))+channel;
A=vec4f();
y=0;
loop{
p=line;
x=0;
loop{
slope=p+shift;
A=A+vector(p);
p=p+pixel;
x=x+1;
if(!(x<columns)){break;}
}
line=line+row;
y=y+1;
if(!(y<rows)){break;}
}
put(o,(A*vec4f((f32(1)/f32((rows*columns))))));
}
@compute @workgroup_size(64) fn averageBack(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let out=job[0][3];let table=job[1][0];let pixel=job[1][1];let rows=job[1][2];let columns=job[1][3];let row=job[2][0];let shift=job[2][1];var line:i32;var o:i32;var A:vec4f;var y:i32;var p:i32;var x:i32;var slope:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
line=(source+(bitcast<i32>(memory[((table+(n*8)))>>2])*pixel))+channel;
o=(out+(bitcast<i32>(memory[((table+(n*8))+4)>>2])*pixel))+channel;
A=vector((o+shift))*vec4f((f32(1)/f32((rows*columns))));
y=0;
loop{
p=line;
x=0;
loop{
slope=p+shift;
put(slope,(A+vector(slope)));
p=p+pixel;
x=x+1;
if(!(x<columns)){break;}
}
line=line+row;
y=y+1;
if(!(y<rows)){break;}
}
}
@compute @workgroup_size(64) fn maximum(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let out=job[0][3];let table=job[1][0];let pixel=job[1][1];let rows=job[1][2];let columns=job[1][3];let row=job[2][0];let shift=job[2][1];var line:i32;var o:i32;var A:vec4f;var y:i32;var p:i32;var x:i32;var slope:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
line=(source+(bitcast<i32>(memory[((table+(n*8)))>>2])*pixel))+channel;
o=(out+(bitcast<i32>(memory[((table+(n*8))+4)>>2])*pixel))+channel;
A=vector(line);
y=0;
loop{
p=line;
x=0;
loop{
slope=p+shift;
A=max(A,vector(p));
p=p+pixel;
x=x+1;
if(!(x<columns)){break;}
}
line=line+row;
y=y+1;
if(!(y<rows)){break;}
}
put(o,A);
}
@compute @workgroup_size(64) fn maximumBack(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let out=job[0][3];let table=job[1][0];let pixel=job[1][1];let rows=job[1][2];let columns=job[1][3];let row=job[2][0];let shift=job[2][1];var line:i32;var o:i32;var Top:vec4f;var A:vec4f;var y:i32;var p:i32;var x:i32;var slope:i32;
let n=i32(id.x)*1;let channel=i32(id.y)*16;if(n>=count){return;}
line=(source+(bitcast<i32>(memory[((table+(n*8)))>>2])*pixel))+channel;
o=(out+(bitcast<i32>(memory[((table+(n*8))+4)>>2])*pixel))+channel;
Top=vector(o);
A=vector((o+shift));
y=0;
loop{
p=line;
x=0;
loop{
slope=p+shift;
put(slope,(vector(slope)+select(vec4f(),A,(vector(p)==Top))));
A=select(A,vec4f(),(vector(p)==Top));
p=p+pixel;
x=x+1;
if(!(x<columns)){break;}
}
line=line+row;
y=y+1;
if(!(y<rows)){break;}
}
}
`,
  },
};
