// Written by make_kernels.mjs (`make kernels`): the kernels, in three languages.
export const KERNELS = {
  "WebAssembly, fused": {
    pixels: 6, blocks: [8,4], sha256: "c043cea99bd70600c14d3271790c6065836782922267dc2be65318328aa63996",
    wasm:
    "AGFzbQEAAAABJwNgDH9/f39/f39/f39/fwBgB39/f39/f38AYAp/f39/f39/f39/AAISAQZlbmdpbmUGbWVtb3J5AgABAwsKAAABAQEBAgICAgdo" +
    "CgltdWx0aXBseTgAAAltdWx0aXBseTQAAQRjb3B5AAIDYWRkAAMEcmVsdQAECHJlbHVCYWNrAAUHYXZlcmFnZQAGC2F2ZXJhZ2VCYWNrAAcHbWF4" +
    "aW11bQAIC21heGltdW1CYWNrAAkK8RYKlgcOBX8CewJ/AnsCfwJ7An8CewJ/AnsCfwJ7A38De0EAIQwDQEEAIQ0DQCACIAYgDUEIbGooAgAgB2xq" +
    "IQ4gBCAGIA1BCGxqKAIEIAFsaiAMaiEPIAUgDGogDyAFGyEQIBD9AAQAIREgEP0ABBAhEiACIAYgDUEIbGooAgggB2xqIRMgBCAGIA1BCGxqKAIM" +
    "IAFsaiAMaiEUIAUgDGogFCAFGyEQIBD9AAQAIRUgEP0ABBAhFiACIAYgDUEIbGooAhAgB2xqIRcgBCAGIA1BCGxqKAIUIAFsaiAMaiEYIAUgDGog" +
    "GCAFGyEQIBD9AAQAIRkgEP0ABBAhGiACIAYgDUEIbGooAhggB2xqIRsgBCAGIA1BCGxqKAIcIAFsaiAMaiEcIAUgDGogHCAFGyEQIBD9AAQAIR0g" +
    "EP0ABBAhHiACIAYgDUEIbGooAiAgB2xqIR8gBCAGIA1BCGxqKAIkIAFsaiAMaiEgIAUgDGogICAFGyEQIBD9AAQAISEgEP0ABBAhIiACIAYgDUEI" +
    "bGooAiggB2xqISMgBCAGIA1BCGxqKAIsIAFsaiAMaiEkIAUgDGogJCAFGyEQIBD9AAQAISUgEP0ABBAhJiADIAxqISdBACEoA0BBACEpA0AgJ/0A" +
    "BAAhKiAn/QAEECErIA79CQIAISwgDiAKaiEOICwgKiAR/YUCIREgLCArIBL9hQIhEiAT/QkCACEsIBMgCmohEyAsICogFf2FAiEVICwgKyAW/YUC" +
    "IRYgF/0JAgAhLCAXIApqIRcgLCAqIBn9hQIhGSAsICsgGv2FAiEaIBv9CQIAISwgGyAKaiEbICwgKiAd/YUCIR0gLCArIB79hQIhHiAf/QkCACEs" +
    "IB8gCmohHyAsICogIf2FAiEhICwgKyAi/YUCISIgI/0JAgAhLCAjIApqISMgLCAqICX9hQIhJSAsICsgJv2FAiEmICcgAWohJyApQQFqISkgKSAJ" +
    "SQ0ACyAOIAtqIQ4gEyALaiETIBcgC2ohFyAbIAtqIRsgHyALaiEfICMgC2ohIyAoQQFqISggKCAISQ0ACyAPIBH9CwQAIA8gEv0LBBAgFCAV/QsE" +
    "ACAUIBb9CwQQIBggGf0LBAAgGCAa/QsEECAcIB39CwQAIBwgHv0LBBAgICAh/QsEACAgICL9CwQQICQgJf0LBAAgJCAm/QsEECANQQZqIQ0gDSAA" +
    "SQ0ACyAMQSBqIQwgDCABSQ0ACwvsBQ4FfwF7An8BewJ/AXsCfwF7An8BewJ/AXsDfwJ7QQAhDANAQQAhDQNAIAIgBiANQQhsaigCACAHbGohDiAE" +
    "IAYgDUEIbGooAgQgAWxqIAxqIQ8gBSAMaiAPIAUbIRAgEP0ABAAhESACIAYgDUEIbGooAgggB2xqIRIgBCAGIA1BCGxqKAIMIAFsaiAMaiETIAUg" +
    "DGogEyAFGyEQIBD9AAQAIRQgAiAGIA1BCGxqKAIQIAdsaiEVIAQgBiANQQhsaigCFCABbGogDGohFiAFIAxqIBYgBRshECAQ/QAEACEXIAIgBiAN" +
    "QQhsaigCGCAHbGohGCAEIAYgDUEIbGooAhwgAWxqIAxqIRkgBSAMaiAZIAUbIRAgEP0ABAAhGiACIAYgDUEIbGooAiAgB2xqIRsgBCAGIA1BCGxq" +
    "KAIkIAFsaiAMaiEcIAUgDGogHCAFGyEQIBD9AAQAIR0gAiAGIA1BCGxqKAIoIAdsaiEeIAQgBiANQQhsaigCLCABbGogDGohHyAFIAxqIB8gBRsh" +
    "ECAQ/QAEACEgIAMgDGohIUEAISIDQEEAISMDQCAh/QAEACEkIA79CQIAISUgDiAKaiEOICUgJCAR/YUCIREgEv0JAgAhJSASIApqIRIgJSAkIBT9" +
    "hQIhFCAV/QkCACElIBUgCmohFSAlICQgF/2FAiEXIBj9CQIAISUgGCAKaiEYICUgJCAa/YUCIRogG/0JAgAhJSAbIApqIRsgJSAkIB39hQIhHSAe" +
    "/QkCACElIB4gCmohHiAlICQgIP2FAiEgICEgAWohISAjQQFqISMgIyAJSQ0ACyAOIAtqIQ4gEiALaiESIBUgC2ohFSAYIAtqIRggGyALaiEbIB4g" +
    "C2ohHiAiQQFqISIgIiAISQ0ACyAPIBH9CwQAIBMgFP0LBAAgFiAX/QsEACAZIBr9CwQAIBwgHf0LBAAgHyAg/QsEACANQQZqIQ0gDSAASQ0ACyAM" +
    "QRBqIQwgDCABSQ0ACwtUAQR/QQAhBwNAQQAhCANAIAIgByAEbGogCGohCSADIAcgBWxqIAhqIQogCiAJ/QAEAP0LBAAgCEEQaiEIIAggAUkNAAsg" +
    "B0EBaiEHIAcgAEkNAAsLXQEEf0EAIQcDQEEAIQgDQCACIAcgBGxqIAhqIQkgAyAHIAVsaiAIaiEKIAogCv0ABAAgCf0ABAD95AH9CwQAIAhBEGoh" +
    "CCAIIAFJDQALIAdBAWohByAHIABJDQALC2kBBH9BACEHA0BBACEIA0AgAiAHIARsaiAIaiEJIAMgByAFbGogCGohCiAKIAn9AAQA/QwAAAAAAAAA" +
    "AAAAAAAAAAAA/ekB/QsEACAIQRBqIQggCCABSQ0ACyAHQQFqIQcgByAASQ0ACwt8AQR/QQAhBwNAQQAhCANAIAIgByAEbGogCGohCSADIAcgBWxq" +
    "IAhqIQogCiAK/QAEACAJ/QAEACAJIAZq/QAEAP0MAAAAAAAAAAAAAAAAAAAAAP1E/U795AH9CwQAIAhBEGohCCAIIAFJDQALIAdBAWohByAHIABJ" +
    "DQALC9sBAwR/AXsEf0EAIQoDQEEAIQsDQCACIAQgCkEIbGooAgAgBWxqIAtqIQwgAyAEIApBCGxqKAIEIAVsaiALaiEN/QwAAAAAAAAAAAAAAAAA" +
    "AAAAIQ5BACEPA0AgDCEQQQAhEQNAIBAgCWohEiAOIBD9AAQA/eQBIQ4gECAFaiEQIBFBAWohESARIAdJDQALIAwgCGohDCAPQQFqIQ8gDyAGSQ0A" +
    "CyANIA5DAACAPyAGIAdsspX9E/3mAf0LBAAgC0EQaiELIAsgAUkNAAsgCkEBaiEKIAogAEkNAAsLzgEDBH8BewR/QQAhCgNAQQAhCwNAIAIgBCAK" +
    "QQhsaigCACAFbGogC2ohDCADIAQgCkEIbGooAgQgBWxqIAtqIQ0gDSAJav0ABABDAACAPyAGIAdsspX9E/3mASEOQQAhDwNAIAwhEEEAIREDQCAQ" +
    "IAlqIRIgEiAOIBL9AAQA/eQB/QsEACAQIAVqIRAgEUEBaiERIBEgB0kNAAsgDCAIaiEMIA9BAWohDyAPIAZJDQALIAtBEGohCyALIAFJDQALIApB" +
    "AWohCiAKIABJDQALC74BAwR/AXsEf0EAIQoDQEEAIQsDQCACIAQgCkEIbGooAgAgBWxqIAtqIQwgAyAEIApBCGxqKAIEIAVsaiALaiENIAz9AAQA" +
    "IQ5BACEPA0AgDCEQQQAhEQNAIBAgCWohEiAOIBD9AAQA/ekBIQ4gECAFaiEQIBFBAWohESARIAdJDQALIAwgCGohDCAPQQFqIQ8gDyAGSQ0ACyAN" +
    "IA79CwQAIAtBEGohCyALIAFJDQALIApBAWohCiAKIABJDQALC+EBAwR/AnsEf0EAIQoDQEEAIQsDQCACIAQgCkEIbGooAgAgBWxqIAtqIQwgAyAE" +
    "IApBCGxqKAIEIAVsaiALaiENIA39AAQAIQ4gDSAJav0ABAAhD0EAIRADQCAMIRFBACESA0AgESAJaiETIBMgE/0ABAAgDyAR/QAEACAO/UH9Tv3k" +
    "Af0LBAAgDyAR/QAEACAO/UH9TyEPIBEgBWohESASQQFqIRIgEiAHSQ0ACyAMIAhqIQwgEEEBaiEQIBAgBkkNAAsgC0EQaiELIAsgAUkNAAsgCkEB" +
    "aiEKIAogAEkNAAsL",
  },
  "WebAssembly": {
    pixels: 4, blocks: [8,4], sha256: "92d4a08ce4b443e8725711e424697acc87e9a4b4b6eb0fc6d18911ecec0dfd3d",
    wasm:
    "AGFzbQEAAAABJwNgDH9/f39/f39/f39/fwBgB39/f39/f38AYAp/f39/f39/f39/AAISAQZlbmdpbmUGbWVtb3J5AgABAwsKAAABAQEBAgICAgdo" +
    "CgltdWx0aXBseTgAAAltdWx0aXBseTQAAQRjb3B5AAIDYWRkAAMEcmVsdQAECHJlbHVCYWNrAAUHYXZlcmFnZQAGC2F2ZXJhZ2VCYWNrAAcHbWF4" +
    "aW11bQAIC21heGltdW1CYWNrAAkKtxMKpAUKBX8CewJ/AnsCfwJ7An8CewN/A3tBACEMA0BBACENA0AgAiAGIA1BCGxqKAIAIAdsaiEOIAQgBiAN" +
    "QQhsaigCBCABbGogDGohDyAFIAxqIA8gBRshECAQ/QAEACERIBD9AAQQIRIgAiAGIA1BCGxqKAIIIAdsaiETIAQgBiANQQhsaigCDCABbGogDGoh" +
    "FCAFIAxqIBQgBRshECAQ/QAEACEVIBD9AAQQIRYgAiAGIA1BCGxqKAIQIAdsaiEXIAQgBiANQQhsaigCFCABbGogDGohGCAFIAxqIBggBRshECAQ" +
    "/QAEACEZIBD9AAQQIRogAiAGIA1BCGxqKAIYIAdsaiEbIAQgBiANQQhsaigCHCABbGogDGohHCAFIAxqIBwgBRshECAQ/QAEACEdIBD9AAQQIR4g" +
    "AyAMaiEfQQAhIANAQQAhIQNAIB/9AAQAISIgH/0ABBAhIyAO/QkCACEkIA4gCmohDiARICQgIv3mAf3kASERIBIgJCAj/eYB/eQBIRIgE/0JAgAh" +
    "JCATIApqIRMgFSAkICL95gH95AEhFSAWICQgI/3mAf3kASEWIBf9CQIAISQgFyAKaiEXIBkgJCAi/eYB/eQBIRkgGiAkICP95gH95AEhGiAb/QkC" +
    "ACEkIBsgCmohGyAdICQgIv3mAf3kASEdIB4gJCAj/eYB/eQBIR4gHyABaiEfICFBAWohISAhIAlJDQALIA4gC2ohDiATIAtqIRMgFyALaiEXIBsg" +
    "C2ohGyAgQQFqISAgICAISQ0ACyAPIBH9CwQAIA8gEv0LBBAgFCAV/QsEACAUIBb9CwQQIBggGf0LBAAgGCAa/QsEECAcIB39CwQAIBwgHv0LBBAg" +
    "DUEEaiENIA0gAEkNAAsgDEEgaiEMIAwgAUkNAAsLpAQKBX8BewJ/AXsCfwF7An8BewN/AntBACEMA0BBACENA0AgAiAGIA1BCGxqKAIAIAdsaiEO" +
    "IAQgBiANQQhsaigCBCABbGogDGohDyAFIAxqIA8gBRshECAQ/QAEACERIAIgBiANQQhsaigCCCAHbGohEiAEIAYgDUEIbGooAgwgAWxqIAxqIRMg" +
    "BSAMaiATIAUbIRAgEP0ABAAhFCACIAYgDUEIbGooAhAgB2xqIRUgBCAGIA1BCGxqKAIUIAFsaiAMaiEWIAUgDGogFiAFGyEQIBD9AAQAIRcgAiAG" +
    "IA1BCGxqKAIYIAdsaiEYIAQgBiANQQhsaigCHCABbGogDGohGSAFIAxqIBkgBRshECAQ/QAEACEaIAMgDGohG0EAIRwDQEEAIR0DQCAb/QAEACEe" +
    "IA79CQIAIR8gDiAKaiEOIBEgHyAe/eYB/eQBIREgEv0JAgAhHyASIApqIRIgFCAfIB795gH95AEhFCAV/QkCACEfIBUgCmohFSAXIB8gHv3mAf3k" +
    "ASEXIBj9CQIAIR8gGCAKaiEYIBogHyAe/eYB/eQBIRogGyABaiEbIB1BAWohHSAdIAlJDQALIA4gC2ohDiASIAtqIRIgFSALaiEVIBggC2ohGCAc" +
    "QQFqIRwgHCAISQ0ACyAPIBH9CwQAIBMgFP0LBAAgFiAX/QsEACAZIBr9CwQAIA1BBGohDSANIABJDQALIAxBEGohDCAMIAFJDQALC1QBBH9BACEH" +
    "A0BBACEIA0AgAiAHIARsaiAIaiEJIAMgByAFbGogCGohCiAKIAn9AAQA/QsEACAIQRBqIQggCCABSQ0ACyAHQQFqIQcgByAASQ0ACwtdAQR/QQAh" +
    "BwNAQQAhCANAIAIgByAEbGogCGohCSADIAcgBWxqIAhqIQogCiAK/QAEACAJ/QAEAP3kAf0LBAAgCEEQaiEIIAggAUkNAAsgB0EBaiEHIAcgAEkN" +
    "AAsLaQEEf0EAIQcDQEEAIQgDQCACIAcgBGxqIAhqIQkgAyAHIAVsaiAIaiEKIAogCf0ABAD9DAAAAAAAAAAAAAAAAAAAAAD96QH9CwQAIAhBEGoh" +
    "CCAIIAFJDQALIAdBAWohByAHIABJDQALC3wBBH9BACEHA0BBACEIA0AgAiAHIARsaiAIaiEJIAMgByAFbGogCGohCiAKIAr9AAQAIAn9AAQAIAkg" +
    "Bmr9AAQA/QwAAAAAAAAAAAAAAAAAAAAA/UT9Tv3kAf0LBAAgCEEQaiEIIAggAUkNAAsgB0EBaiEHIAcgAEkNAAsL2wEDBH8BewR/QQAhCgNAQQAh" +
    "CwNAIAIgBCAKQQhsaigCACAFbGogC2ohDCADIAQgCkEIbGooAgQgBWxqIAtqIQ39DAAAAAAAAAAAAAAAAAAAAAAhDkEAIQ8DQCAMIRBBACERA0Ag" +
    "ECAJaiESIA4gEP0ABAD95AEhDiAQIAVqIRAgEUEBaiERIBEgB0kNAAsgDCAIaiEMIA9BAWohDyAPIAZJDQALIA0gDkMAAIA/IAYgB2yylf0T/eYB" +
    "/QsEACALQRBqIQsgCyABSQ0ACyAKQQFqIQogCiAASQ0ACwvOAQMEfwF7BH9BACEKA0BBACELA0AgAiAEIApBCGxqKAIAIAVsaiALaiEMIAMgBCAK" +
    "QQhsaigCBCAFbGogC2ohDSANIAlq/QAEAEMAAIA/IAYgB2yylf0T/eYBIQ5BACEPA0AgDCEQQQAhEQNAIBAgCWohEiASIA4gEv0ABAD95AH9CwQA" +
    "IBAgBWohECARQQFqIREgESAHSQ0ACyAMIAhqIQwgD0EBaiEPIA8gBkkNAAsgC0EQaiELIAsgAUkNAAsgCkEBaiEKIAogAEkNAAsLvgEDBH8BewR/" +
    "QQAhCgNAQQAhCwNAIAIgBCAKQQhsaigCACAFbGogC2ohDCADIAQgCkEIbGooAgQgBWxqIAtqIQ0gDP0ABAAhDkEAIQ8DQCAMIRBBACERA0AgECAJ" +
    "aiESIA4gEP0ABAD96QEhDiAQIAVqIRAgEUEBaiERIBEgB0kNAAsgDCAIaiEMIA9BAWohDyAPIAZJDQALIA0gDv0LBAAgC0EQaiELIAsgAUkNAAsg" +
    "CkEBaiEKIAogAEkNAAsL4QEDBH8CewR/QQAhCgNAQQAhCwNAIAIgBCAKQQhsaigCACAFbGogC2ohDCADIAQgCkEIbGooAgQgBWxqIAtqIQ0gDf0A" +
    "BAAhDiANIAlq/QAEACEPQQAhEANAIAwhEUEAIRIDQCARIAlqIRMgEyAT/QAEACAPIBH9AAQAIA79Qf1O/eQB/QsEACAPIBH9AAQAIA79Qf1PIQ8g" +
    "ESAFaiERIBJBAWohEiASIAdJDQALIAwgCGohDCAQQQFqIRAgECAGSQ0ACyALQRBqIQsgCyABSQ0ACyAKQQFqIQogCiAASQ0ACws=",
  },
  "plain JavaScript": {
    pixels: 2, blocks: [4], script: (real, whole) => ({
multiply4(count,width,source,weights,out,bias,table,inPixel,rows,run,step,gap,channel,n,p0,o0,start,A0_0,A0_1,A0_2,A0_3,p1,o1,A1_0,A1_1,A1_2,A1_3,w,y,x,W0,W1,W2,W3,S){
channel=0;
do{
n=0;
do{
p0=source+(whole[(table+(n*8))>>2]*inPixel);
o0=(out+(whole[(table+(n*8))+4>>2]*width))+channel;
start=bias?(bias+channel):o0;
A0_0=real[start>>2];
A0_1=real[start+4>>2];
A0_2=real[start+8>>2];
A0_3=real[start+12>>2];
p1=source+(whole[(table+(n*8))+8>>2]*inPixel);
o1=(out+(whole[(table+(n*8))+12>>2]*width))+channel;
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
w=w+width;
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
  "card": {
    pixels: 4, blocks: [8,4], steps: {"multiply8":{"channel":32,"n":4},"multiply4":{"channel":16,"n":4},"copy":{"n":1,"channel":16},"add":{"n":1,"channel":16},"relu":{"n":1,"channel":16},"reluBack":{"n":1,"channel":16},"average":{"n":1,"channel":16},"averageBack":{"n":1,"channel":16},"maximum":{"n":1,"channel":16},"maximumBack":{"n":1,"channel":16}},
    shaders: `
@group(0) @binding(0) var<storage,read_write> memory:array<u32>;
@group(0) @binding(1) var<uniform> job:array<vec4i,4>;
fn vector(at:i32)->vec4f{
let k=at>>2;
return bitcast<vec4f>(vec4u(memory[k],memory[k+1],memory[k+2],memory[k+3]));}
fn put(at:i32,x:vec4f){
for(var k=0;k<4;k++){memory[(at>>2)+k]=bitcast<u32>(x[k]);}}
@compute @workgroup_size(64) fn multiply8(@builtin(global_invocation_id) id:vec3u){
let count=job[0][0];let width=job[0][1];let source=job[0][2];let weights=job[0][3];let out=job[1][0];let bias=job[1][1];let table=job[1][2];let inPixel=job[1][3];let rows=job[2][0];let run=job[2][1];let step=job[2][2];let gap=job[2][3];var p0:i32;var o0:i32;var start:i32;var A0_0:vec4f;var A0_1:vec4f;var p1:i32;var o1:i32;var A1_0:vec4f;var A1_1:vec4f;var p2:i32;var o2:i32;var A2_0:vec4f;var A2_1:vec4f;var p3:i32;var o3:i32;var A3_0:vec4f;var A3_1:vec4f;var w:i32;var y:i32;var x:i32;var W0:vec4f;var W1:vec4f;var S:vec4f;
let n=i32(id.x)*4;let channel=i32(id.y)*32;if(n>=count){return;}
p0=source+(bitcast<i32>(memory[((table+(n*8)))>>2])*inPixel);
o0=(out+(bitcast<i32>(memory[((table+(n*8))+4)>>2])*width))+channel;
start=select(o0,(bias+channel),bias!=0);
A0_0=vector(start);
A0_1=vector(start+16);
p1=source+(bitcast<i32>(memory[((table+(n*8))+8)>>2])*inPixel);
o1=(out+(bitcast<i32>(memory[((table+(n*8))+12)>>2])*width))+channel;
start=select(o1,(bias+channel),bias!=0);
A1_0=vector(start);
A1_1=vector(start+16);
p2=source+(bitcast<i32>(memory[((table+(n*8))+16)>>2])*inPixel);
o2=(out+(bitcast<i32>(memory[((table+(n*8))+20)>>2])*width))+channel;
start=select(o2,(bias+channel),bias!=0);
A2_0=vector(start);
A2_1=vector(start+16);
p3=source+(bitcast<i32>(memory[((table+(n*8))+24)>>2])*inPixel);
o3=(out+(bitcast<i32>(memory[((table+(n*8))+28)>>2])*width))+channel;
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
w=w+width;
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
let count=job[0][0];let width=job[0][1];let source=job[0][2];let weights=job[0][3];let out=job[1][0];let bias=job[1][1];let table=job[1][2];let inPixel=job[1][3];let rows=job[2][0];let run=job[2][1];let step=job[2][2];let gap=job[2][3];var p0:i32;var o0:i32;var start:i32;var A0_0:vec4f;var p1:i32;var o1:i32;var A1_0:vec4f;var p2:i32;var o2:i32;var A2_0:vec4f;var p3:i32;var o3:i32;var A3_0:vec4f;var w:i32;var y:i32;var x:i32;var W0:vec4f;var S:vec4f;
let n=i32(id.x)*4;let channel=i32(id.y)*16;if(n>=count){return;}
p0=source+(bitcast<i32>(memory[((table+(n*8)))>>2])*inPixel);
o0=(out+(bitcast<i32>(memory[((table+(n*8))+4)>>2])*width))+channel;
start=select(o0,(bias+channel),bias!=0);
A0_0=vector(start);
p1=source+(bitcast<i32>(memory[((table+(n*8))+8)>>2])*inPixel);
o1=(out+(bitcast<i32>(memory[((table+(n*8))+12)>>2])*width))+channel;
start=select(o1,(bias+channel),bias!=0);
A1_0=vector(start);
p2=source+(bitcast<i32>(memory[((table+(n*8))+16)>>2])*inPixel);
o2=(out+(bitcast<i32>(memory[((table+(n*8))+20)>>2])*width))+channel;
start=select(o2,(bias+channel),bias!=0);
A2_0=vector(start);
p3=source+(bitcast<i32>(memory[((table+(n*8))+24)>>2])*inPixel);
o3=(out+(bitcast<i32>(memory[((table+(n*8))+28)>>2])*width))+channel;
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
w=w+width;
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
