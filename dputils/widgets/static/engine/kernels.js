// Written by make_kernels.mjs (`make kernels`): the kernels as WebAssembly in base64, and in JavaScript.
export const KERNELS = {
  "WebAssembly, fused": {
    pixels: 6, blocks: [8,4], sha256: "91f2c1630155c57527c1c39caafb120eb0c2e2580867e3fc89a3fe9531e601f0",
    wasm:
    "AGFzbQEAAAABRwdgC39/f39/f39/f39/AGAHf39/f39/fwBgCH9/f39/f39/AGAGf39/f39/AGADf39/AGAEf39/fwBgCn9/f39/f39/f38AAhIB" +
    "BmVuZ2luZQZtZW1vcnkCAAEDDg0AAAECAwQFAwMGBgYGB4QBDQljb252b2x2ZTgAAAljb252b2x2ZTQAAQZzcHJlYWQAAgZnYXRoZXIAAwdjb2xs" +
    "ZWN0AAQEcmVsdQAFCHJlbHVCYWNrAAYEY29weQAHA2FkZAAIB2F2ZXJhZ2UACQthdmVyYWdlQmFjawAKB21heGltdW0ACwttYXhpbXVtQmFjawAM" +
    "CoMrDfwLDgV/AnsBfwJ7AX8CewF/AnsBfwJ7AX8CewN/A3sgBCAFQQhsaiELQQAhDANAIAQhDQNAIAAgDSgCACAGbGohDiADIAxqIAIgDSgCBCAH" +
    "bCAMamogAxshDyAP/QAEACEQIA/9AAQQIREgACANKAIIIAZsaiESIAMgDGogAiANKAIMIAdsIAxqaiADGyEPIA/9AAQAIRMgD/0ABBAhFCAAIA0o" +
    "AhAgBmxqIRUgAyAMaiACIA0oAhQgB2wgDGpqIAMbIQ8gD/0ABAAhFiAP/QAEECEXIAAgDSgCGCAGbGohGCADIAxqIAIgDSgCHCAHbCAMamogAxsh" +
    "DyAP/QAEACEZIA/9AAQQIRogACANKAIgIAZsaiEbIAMgDGogAiANKAIkIAdsIAxqaiADGyEPIA/9AAQAIRwgD/0ABBAhHSAAIA0oAiggBmxqIR4g" +
    "AyAMaiACIA0oAiwgB2wgDGpqIAMbIQ8gD/0ABAAhHyAP/QAEECEgIAEhISAKISIDQCAhIAlBCGxqISMDQCAh/QAEACEkICH9AAQQISUgDv0JAgAh" +
    "JiAmICQgEP2FAiEQICYgJSAR/YUCIREgEv0JAgAhJiAmICQgE/2FAiETICYgJSAU/YUCIRQgFf0JAgAhJiAmICQgFv2FAiEWICYgJSAX/YUCIRcg" +
    "GP0JAgAhJiAmICQgGf2FAiEZICYgJSAa/YUCIRogG/0JAgAhJiAmICQgHP2FAiEcICYgJSAd/YUCIR0gHv0JAgAhJiAmICQgH/2FAiEfICYgJSAg" +
    "/YUCISAgIf0ABCAhJCAh/QAEMCElIA79CQIEISYgJiAkIBD9hQIhECAmICUgEf2FAiERIBL9CQIEISYgJiAkIBP9hQIhEyAmICUgFP2FAiEUIBX9" +
    "CQIEISYgJiAkIBb9hQIhFiAmICUgF/2FAiEXIBj9CQIEISYgJiAkIBn9hQIhGSAmICUgGv2FAiEaIBv9CQIEISYgJiAkIBz9hQIhHCAmICUgHf2F" +
    "AiEdIB79CQIEISYgJiAkIB/9hQIhHyAmICUgIP2FAiEgICH9AARAISQgIf0ABFAhJSAO/QkCCCEmICYgJCAQ/YUCIRAgJiAlIBH9hQIhESAS/QkC" +
    "CCEmICYgJCAT/YUCIRMgJiAlIBT9hQIhFCAV/QkCCCEmICYgJCAW/YUCIRYgJiAlIBf9hQIhFyAY/QkCCCEmICYgJCAZ/YUCIRkgJiAlIBr9hQIh" +
    "GiAb/QkCCCEmICYgJCAc/YUCIRwgJiAlIB39hQIhHSAe/QkCCCEmICYgJCAf/YUCIR8gJiAlICD9hQIhICAh/QAEYCEkICH9AARwISUgDv0JAgwh" +
    "JiAmICQgEP2FAiEQICYgJSAR/YUCIREgEv0JAgwhJiAmICQgE/2FAiETICYgJSAU/YUCIRQgFf0JAgwhJiAmICQgFv2FAiEWICYgJSAX/YUCIRcg" +
    "GP0JAgwhJiAmICQgGf2FAiEZICYgJSAa/YUCIRogG/0JAgwhJiAmICQgHP2FAiEcICYgJSAd/YUCIR0gHv0JAgwhJiAmICQgH/2FAiEfICYgJSAg" +
    "/YUCISAgDkEQaiEOIBJBEGohEiAVQRBqIRUgGEEQaiEYIBtBEGohGyAeQRBqIR4gIUGAAWohISAhICNJDQALIA4gCCAJa2ohDiASIAggCWtqIRIg" +
    "FSAIIAlraiEVIBggCCAJa2ohGCAbIAggCWtqIRsgHiAIIAlraiEeICJBf2ohIiAiDQALIAIgDSgCBCAHbCAMamohDyAPIBD9CwQAIA8gEf0LBBAg" +
    "AiANKAIMIAdsIAxqaiEPIA8gE/0LBAAgDyAU/QsEECACIA0oAhQgB2wgDGpqIQ8gDyAW/QsEACAPIBf9CwQQIAIgDSgCHCAHbCAMamohDyAPIBn9" +
    "CwQAIA8gGv0LBBAgAiANKAIkIAdsIAxqaiEPIA8gHP0LBAAgDyAd/QsEECACIA0oAiwgB2wgDGpqIQ8gDyAf/QsEACAPICD9CwQQIA1BMGohDSAN" +
    "IAtJDQALICEhASAMQSBqIQwgDCAHSQ0ACwv0CA4FfwF7AX8BewF/AXsBfwF7AX8BewF/AXsDfwJ7IAQgBUEIbGohC0EAIQwDQCAEIQ0DQCAAIA0o" +
    "AgAgBmxqIQ4gAyAMaiACIA0oAgQgB2wgDGpqIAMbIQ8gD/0ABAAhECAAIA0oAgggBmxqIREgAyAMaiACIA0oAgwgB2wgDGpqIAMbIQ8gD/0ABAAh" +
    "EiAAIA0oAhAgBmxqIRMgAyAMaiACIA0oAhQgB2wgDGpqIAMbIQ8gD/0ABAAhFCAAIA0oAhggBmxqIRUgAyAMaiACIA0oAhwgB2wgDGpqIAMbIQ8g" +
    "D/0ABAAhFiAAIA0oAiAgBmxqIRcgAyAMaiACIA0oAiQgB2wgDGpqIAMbIQ8gD/0ABAAhGCAAIA0oAiggBmxqIRkgAyAMaiACIA0oAiwgB2wgDGpq" +
    "IAMbIQ8gD/0ABAAhGiABIRsgCiEcA0AgGyAJQQRsaiEdA0AgG/0ABAAhHiAO/QkCACEfIB8gHiAQ/YUCIRAgEf0JAgAhHyAfIB4gEv2FAiESIBP9" +
    "CQIAIR8gHyAeIBT9hQIhFCAV/QkCACEfIB8gHiAW/YUCIRYgF/0JAgAhHyAfIB4gGP2FAiEYIBn9CQIAIR8gHyAeIBr9hQIhGiAb/QAEECEeIA79" +
    "CQIEIR8gHyAeIBD9hQIhECAR/QkCBCEfIB8gHiAS/YUCIRIgE/0JAgQhHyAfIB4gFP2FAiEUIBX9CQIEIR8gHyAeIBb9hQIhFiAX/QkCBCEfIB8g" +
    "HiAY/YUCIRggGf0JAgQhHyAfIB4gGv2FAiEaIBv9AAQgIR4gDv0JAgghHyAfIB4gEP2FAiEQIBH9CQIIIR8gHyAeIBL9hQIhEiAT/QkCCCEfIB8g" +
    "HiAU/YUCIRQgFf0JAgghHyAfIB4gFv2FAiEWIBf9CQIIIR8gHyAeIBj9hQIhGCAZ/QkCCCEfIB8gHiAa/YUCIRogG/0ABDAhHiAO/QkCDCEfIB8g" +
    "HiAQ/YUCIRAgEf0JAgwhHyAfIB4gEv2FAiESIBP9CQIMIR8gHyAeIBT9hQIhFCAV/QkCDCEfIB8gHiAW/YUCIRYgF/0JAgwhHyAfIB4gGP2FAiEY" +
    "IBn9CQIMIR8gHyAeIBr9hQIhGiAOQRBqIQ4gEUEQaiERIBNBEGohEyAVQRBqIRUgF0EQaiEXIBlBEGohGSAbQcAAaiEbIBsgHUkNAAsgDiAIIAlr" +
    "aiEOIBEgCCAJa2ohESATIAggCWtqIRMgFSAIIAlraiEVIBcgCCAJa2ohFyAZIAggCWtqIRkgHEF/aiEcIBwNAAsgAiANKAIEIAdsIAxqaiEPIA8g" +
    "EP0LBAAgAiANKAIMIAdsIAxqaiEPIA8gEv0LBAAgAiANKAIUIAdsIAxqaiEPIA8gFP0LBAAgAiANKAIcIAdsIAxqaiEPIA8gFv0LBAAgAiANKAIk" +
    "IAdsIAxqaiEPIA8gGP0LBAAgAiANKAIsIAdsIAxqaiEPIA8gGv0LBAAgDUEwaiENIA0gC0kNAAsgGyEBIAxBEGohDCAMIAdJDQALC74GAwR/IHsB" +
    "fwNAIAAgAigCACAEbGohByAEIQgDQCAHIQkgCSEKIAr9AAQAIQsgCiAEaiEKIAr9AAQAIQwgCiAEaiEKIAr9AAQAIQ0gCiAEaiEKIAr9AAQAIQ4g" +
    "CiAEaiEKIAkgBWohCSAJIQogCv0ABAAhDyAKIARqIQogCv0ABAAhECAKIARqIQogCv0ABAAhESAKIARqIQogCv0ABAAhEiAKIARqIQogCSAFaiEJ" +
    "IAkhCiAK/QAEACETIAogBGohCiAK/QAEACEUIAogBGohCiAK/QAEACEVIAogBGohCiAK/QAEACEWIAogBGohCiAJIAVqIQkgCSEKIAr9AAQAIRcg" +
    "CiAEaiEKIAr9AAQAIRggCiAEaiEKIAr9AAQAIRkgCiAEaiEKIAr9AAQAIRogCiAEaiEKIAkgBWohCSALIBP95QEhGyAPIBP95AEhHCATIA/95QEh" +
    "HSAPIBf95QEhHiAMIBT95QEhHyAQIBT95AEhICAUIBD95QEhISAQIBj95QEhIiANIBX95QEhIyARIBX95AEhJCAVIBH95QEhJSARIBn95QEhJiAO" +
    "IBb95QEhJyASIBb95AEhKCAWIBL95QEhKSASIBr95QEhKiABISsgKyAbICP95QH9CwQAICsgBmohKyArIB8gI/3kAf0LBAAgKyAGaiErICsgIyAf" +
    "/eUB/QsEACArIAZqISsgKyAfICf95QH9CwQAICsgBmohKyArIBwgJP3lAf0LBAAgKyAGaiErICsgICAk/eQB/QsEACArIAZqISsgKyAkICD95QH9" +
    "CwQAICsgBmohKyArICAgKP3lAf0LBAAgKyAGaiErICsgHSAl/eUB/QsEACArIAZqISsgKyAhICX95AH9CwQAICsgBmohKyArICUgIf3lAf0LBAAg" +
    "KyAGaiErICsgISAp/eUB/QsEACArIAZqISsgKyAeICb95QH9CwQAICsgBmohKyArICIgJv3kAf0LBAAgKyAGaiErICsgJiAi/eUB/QsEACArIAZq" +
    "ISsgKyAiICr95QH9CwQAICsgBmohKyAHQRBqIQcgAUEQaiEBIAhBcGohCCAIDQALIAJBDGohAiADQX9qIQMgAw0ACwv6BAMDfxh7AX8DQCABIAMo" +
    "AgQgBWxqIQhBACEJA0AgACEKIAr9AAQAIQsgCiAHaiEKIAr9AAQAIQwgCiAHaiEKIAr9AAQAIQ0gCiAHaiEKIAr9AAQAIQ4gCiAHaiEKIAr9AAQA" +
    "IQ8gCiAHaiEKIAr9AAQAIRAgCiAHaiEKIAr9AAQAIREgCiAHaiEKIAr9AAQAIRIgCiAHaiEKIAr9AAQAIRMgCiAHaiEKIAr9AAQAIRQgCiAHaiEK" +
    "IAr9AAQAIRUgCiAHaiEKIAr9AAQAIRYgCiAHaiEKIAr9AAQAIRcgCiAHaiEKIAr9AAQAIRggCiAHaiEKIAr9AAQAIRkgCiAHaiEKIAr9AAQAIRog" +
    "CiAHaiEKIAsgD/3kASAT/eQBIRsgDyAT/eUBIBf95QEhHCAMIBD95AEgFP3kASEdIBAgFP3lASAY/eUBIR4gDSAR/eQBIBX95AEhHyARIBX95QEg" +
    "Gf3lASEgIA4gEv3kASAW/eQBISEgEiAW/eUBIBr95QEhIiAIISMgIyAbIB395AEgH/3kASACIAlqICMgAhv9AAQA/eQB/QsEACADKAIIQQJxBEAg" +
    "CCAFaiEjICMgHSAf/eUBICH95QEgAiAJaiAjIAIb/QAEAP3kAf0LBAALIAMoAghBBHEEQCAIIAZqISMgIyAcIB795AEgIP3kASACIAlqICMgAhv9" +
    "AAQA/eQB/QsEAAsgAygCCEEIcQRAIAggBmogBWohIyAjIB4gIP3lASAi/eUBIAIgCWogIyACG/0ABAD95AH9CwQACyAAQRBqIQAgCEEQaiEIIAlB" +
    "EGohCSAJIAVJDQALIANBDGohAyAEQX9qIQQgBA0ACwvCAgQDfwR7A38Be0EAIQYDQEEAIQcDQCACIAdqIQggCP0ABAAhCSAIIAVqIQggCP0ABAAh" +
    "CiAIIAVqIQggCP0ABAAhCyAIIAVqIQggCP0ABAAhDCAIIAVqIQggACAGaiENIAEgB2ohDiADIQ8DQCAO/QAEACEQIAkgDf0JAgAgEP3mAf3kASEJ" +
    "IAogDf0JAgQgEP3mAf3kASEKIAsgDf0JAgggEP3mAf3kASELIAwgDf0JAgwgEP3mAf3kASEMIA0gBGohDSAOIAVqIQ4gD0F/aiEPIA8NAAsgAiAH" +
    "aiEIIAggCf0LBAAgCCAFaiEIIAggCv0LBAAgCCAFaiEIIAggC/0LBAAgCCAFaiEIIAggDP0LBAAgCCAFaiEIIAdBEGohByAHIAVJDQALIAIgBUEE" +
    "bGohAiAGQRBqIQYgBiAESQ0ACws/AANAIAEgAP0ABAD9DAAAAAAAAAAAAAAAAAAAAAD96QH9CwQAIABBEGohACABQRBqIQEgAkFwaiECIAINAAsL" +
    "VgADQCAAIAD9AAQAIAL9AAQAIAH9AAQA/QwAAAAAAAAAAAAAAAAAAAAA/UT9Tv3kAf0LBAAgAEEQaiEAIAFBEGohASACQRBqIQIgA0FwaiEDIAMN" +
    "AAsLRwEBfwNAQQAhBgNAIAEgBmogACAGav0ABAD9CwQAIAZBEGohBiAGIAVJDQALIAAgA2ohACABIARqIQEgAkF/aiECIAINAAsLUwEBfwNAQQAh" +
    "BgNAIAEgBmogASAGav0ABAAgACAGav0ABAD95AH9CwQAIAZBEGohBiAGIAVJDQALIAAgA2ohACABIARqIQEgAkF/aiECIAINAAsLtQEDAn8BewR/" +
    "A0AgBSEKIAAhCwNA/QwAAAAAAAAAAAAAAAAAAAAAIQwgCyENIAghDgNAIA0hDyAJIRADQCAMIA/9AAQA/eQBIQwgDyAFaiEPIBBBf2ohECAQDQAL" +
    "IA0gB2ohDSAOQX9qIQ4gDg0ACyABIAxDAACAPyAIIAlsspX9E/3mAf0LBAAgAUEQaiEBIAtBEGohCyAKQXBqIQogCg0ACyAAIAZqIQAgBEF/aiEE" +
    "IAQNAAsLqwEDAn8BewR/A0AgBSEKIAAhCwNAIAL9AAQAQwAAgD8gCCAJbLKV/RP95gEhDCALIQ0gCCEOA0AgDSEPIAkhEANAIA8gA2ogDCAPIANq" +
    "/QAEAP3kAf0LBAAgDyAFaiEPIBBBf2ohECAQDQALIA0gB2ohDSAOQX9qIQ4gDg0ACyACQRBqIQIgC0EQaiELIApBcGohCiAKDQALIAAgBmohACAE" +
    "QX9qIQQgBA0ACwuYAQMCfwF7BH8DQCAFIQogACELA0AgC/0ABAAhDCALIQ0gCCEOA0AgDSEPIAkhEANAIAwgD/0ABAD96QEhDCAPIAVqIQ8gEEF/" +
    "aiEQIBANAAsgDSAHaiENIA5Bf2ohDiAODQALIAEgDP0LBAAgAUEQaiEBIAtBEGohCyAKQXBqIQogCg0ACyAAIAZqIQAgBEF/aiEEIAQNAAsL2wEE" +
    "An8DewR/AXsDQCAFIQogACELA0AgAf0ABAAhDCAC/QAEACEN/QwAAAAAAAAAAAAAAAAAAAAAIQ4gCyEPIAghEANAIA8hESAJIRIDQCAR/QAEACAM" +
    "/UEgDv1PIRMgDiAT/VAhDiARIANqIBEgA2r9AAQAIA0gE/1O/eQB/QsEACARIAVqIREgEkF/aiESIBINAAsgDyAHaiEPIBBBf2ohECAQDQALIAFB" +
    "EGohASACQRBqIQIgC0EQaiELIApBcGohCiAKDQALIAAgBmohACAEQX9qIQQgBA0ACws=",
  },
  "WebAssembly": {
    pixels: 4, blocks: [8,4], sha256: "5c06f7e07fb4c99f96a1311e2aa6ac83b3d8d4ada7c7aef784ffa310b2faa4af",
    wasm:
    "AGFzbQEAAAABRwdgC39/f39/f39/f39/AGAHf39/f39/fwBgCH9/f39/f39/AGAGf39/f39/AGADf39/AGAEf39/fwBgCn9/f39/f39/f38AAhIB" +
    "BmVuZ2luZQZtZW1vcnkCAAEDDg0AAAECAwQFAwMGBgYGB4QBDQljb252b2x2ZTgAAAljb252b2x2ZTQAAQZzcHJlYWQAAgZnYXRoZXIAAwdjb2xs" +
    "ZWN0AAQEcmVsdQAFCHJlbHVCYWNrAAYEY29weQAHA2FkZAAIB2F2ZXJhZ2UACQthdmVyYWdlQmFjawAKB21heGltdW0ACwttYXhpbXVtQmFjawAM" +
    "CoMmDZgJCgV/AnsBfwJ7AX8CewF/AnsDfwN7IAQgBUEIbGohC0EAIQwDQCAEIQ0DQCAAIA0oAgAgBmxqIQ4gAyAMaiACIA0oAgQgB2wgDGpqIAMb" +
    "IQ8gD/0ABAAhECAP/QAEECERIAAgDSgCCCAGbGohEiADIAxqIAIgDSgCDCAHbCAMamogAxshDyAP/QAEACETIA/9AAQQIRQgACANKAIQIAZsaiEV" +
    "IAMgDGogAiANKAIUIAdsIAxqaiADGyEPIA/9AAQAIRYgD/0ABBAhFyAAIA0oAhggBmxqIRggAyAMaiACIA0oAhwgB2wgDGpqIAMbIQ8gD/0ABAAh" +
    "GSAP/QAEECEaIAEhGyAKIRwDQCAbIAlBCGxqIR0DQCAb/QAEACEeIBv9AAQQIR8gDv0JAgAhICAQICAgHv3mAf3kASEQIBEgICAf/eYB/eQBIREg" +
    "Ev0JAgAhICATICAgHv3mAf3kASETIBQgICAf/eYB/eQBIRQgFf0JAgAhICAWICAgHv3mAf3kASEWIBcgICAf/eYB/eQBIRcgGP0JAgAhICAZICAg" +
    "Hv3mAf3kASEZIBogICAf/eYB/eQBIRogG/0ABCAhHiAb/QAEMCEfIA79CQIEISAgECAgIB795gH95AEhECARICAgH/3mAf3kASERIBL9CQIEISAg" +
    "EyAgIB795gH95AEhEyAUICAgH/3mAf3kASEUIBX9CQIEISAgFiAgIB795gH95AEhFiAXICAgH/3mAf3kASEXIBj9CQIEISAgGSAgIB795gH95AEh" +
    "GSAaICAgH/3mAf3kASEaIBv9AARAIR4gG/0ABFAhHyAO/QkCCCEgIBAgICAe/eYB/eQBIRAgESAgIB/95gH95AEhESAS/QkCCCEgIBMgICAe/eYB" +
    "/eQBIRMgFCAgIB/95gH95AEhFCAV/QkCCCEgIBYgICAe/eYB/eQBIRYgFyAgIB/95gH95AEhFyAY/QkCCCEgIBkgICAe/eYB/eQBIRkgGiAgIB/9" +
    "5gH95AEhGiAb/QAEYCEeIBv9AARwIR8gDv0JAgwhICAQICAgHv3mAf3kASEQIBEgICAf/eYB/eQBIREgEv0JAgwhICATICAgHv3mAf3kASETIBQg" +
    "ICAf/eYB/eQBIRQgFf0JAgwhICAWICAgHv3mAf3kASEWIBcgICAf/eYB/eQBIRcgGP0JAgwhICAZICAgHv3mAf3kASEZIBogICAf/eYB/eQBIRog" +
    "DkEQaiEOIBJBEGohEiAVQRBqIRUgGEEQaiEYIBtBgAFqIRsgGyAdSQ0ACyAOIAggCWtqIQ4gEiAIIAlraiESIBUgCCAJa2ohFSAYIAggCWtqIRgg" +
    "HEF/aiEcIBwNAAsgAiANKAIEIAdsIAxqaiEPIA8gEP0LBAAgDyAR/QsEECACIA0oAgwgB2wgDGpqIQ8gDyAT/QsEACAPIBT9CwQQIAIgDSgCFCAH" +
    "bCAMamohDyAPIBb9CwQAIA8gF/0LBBAgAiANKAIcIAdsIAxqaiEPIA8gGf0LBAAgDyAa/QsEECANQSBqIQ0gDSALSQ0ACyAbIQEgDEEgaiEMIAwg" +
    "B0kNAAsL2AYKBX8BewF/AXsBfwF7AX8BewN/AnsgBCAFQQhsaiELQQAhDANAIAQhDQNAIAAgDSgCACAGbGohDiADIAxqIAIgDSgCBCAHbCAMamog" +
    "AxshDyAP/QAEACEQIAAgDSgCCCAGbGohESADIAxqIAIgDSgCDCAHbCAMamogAxshDyAP/QAEACESIAAgDSgCECAGbGohEyADIAxqIAIgDSgCFCAH" +
    "bCAMamogAxshDyAP/QAEACEUIAAgDSgCGCAGbGohFSADIAxqIAIgDSgCHCAHbCAMamogAxshDyAP/QAEACEWIAEhFyAKIRgDQCAXIAlBBGxqIRkD" +
    "QCAX/QAEACEaIA79CQIAIRsgECAbIBr95gH95AEhECAR/QkCACEbIBIgGyAa/eYB/eQBIRIgE/0JAgAhGyAUIBsgGv3mAf3kASEUIBX9CQIAIRsg" +
    "FiAbIBr95gH95AEhFiAX/QAEECEaIA79CQIEIRsgECAbIBr95gH95AEhECAR/QkCBCEbIBIgGyAa/eYB/eQBIRIgE/0JAgQhGyAUIBsgGv3mAf3k" +
    "ASEUIBX9CQIEIRsgFiAbIBr95gH95AEhFiAX/QAEICEaIA79CQIIIRsgECAbIBr95gH95AEhECAR/QkCCCEbIBIgGyAa/eYB/eQBIRIgE/0JAggh" +
    "GyAUIBsgGv3mAf3kASEUIBX9CQIIIRsgFiAbIBr95gH95AEhFiAX/QAEMCEaIA79CQIMIRsgECAbIBr95gH95AEhECAR/QkCDCEbIBIgGyAa/eYB" +
    "/eQBIRIgE/0JAgwhGyAUIBsgGv3mAf3kASEUIBX9CQIMIRsgFiAbIBr95gH95AEhFiAOQRBqIQ4gEUEQaiERIBNBEGohEyAVQRBqIRUgF0HAAGoh" +
    "FyAXIBlJDQALIA4gCCAJa2ohDiARIAggCWtqIREgEyAIIAlraiETIBUgCCAJa2ohFSAYQX9qIRggGA0ACyACIA0oAgQgB2wgDGpqIQ8gDyAQ/QsE" +
    "ACACIA0oAgwgB2wgDGpqIQ8gDyAS/QsEACACIA0oAhQgB2wgDGpqIQ8gDyAU/QsEACACIA0oAhwgB2wgDGpqIQ8gDyAW/QsEACANQSBqIQ0gDSAL" +
    "SQ0ACyAXIQEgDEEQaiEMIAwgB0kNAAsLvgYDBH8gewF/A0AgACACKAIAIARsaiEHIAQhCANAIAchCSAJIQogCv0ABAAhCyAKIARqIQogCv0ABAAh" +
    "DCAKIARqIQogCv0ABAAhDSAKIARqIQogCv0ABAAhDiAKIARqIQogCSAFaiEJIAkhCiAK/QAEACEPIAogBGohCiAK/QAEACEQIAogBGohCiAK/QAE" +
    "ACERIAogBGohCiAK/QAEACESIAogBGohCiAJIAVqIQkgCSEKIAr9AAQAIRMgCiAEaiEKIAr9AAQAIRQgCiAEaiEKIAr9AAQAIRUgCiAEaiEKIAr9" +
    "AAQAIRYgCiAEaiEKIAkgBWohCSAJIQogCv0ABAAhFyAKIARqIQogCv0ABAAhGCAKIARqIQogCv0ABAAhGSAKIARqIQogCv0ABAAhGiAKIARqIQog" +
    "CSAFaiEJIAsgE/3lASEbIA8gE/3kASEcIBMgD/3lASEdIA8gF/3lASEeIAwgFP3lASEfIBAgFP3kASEgIBQgEP3lASEhIBAgGP3lASEiIA0gFf3l" +
    "ASEjIBEgFf3kASEkIBUgEf3lASElIBEgGf3lASEmIA4gFv3lASEnIBIgFv3kASEoIBYgEv3lASEpIBIgGv3lASEqIAEhKyArIBsgI/3lAf0LBAAg" +
    "KyAGaiErICsgHyAj/eQB/QsEACArIAZqISsgKyAjIB/95QH9CwQAICsgBmohKyArIB8gJ/3lAf0LBAAgKyAGaiErICsgHCAk/eUB/QsEACArIAZq" +
    "ISsgKyAgICT95AH9CwQAICsgBmohKyArICQgIP3lAf0LBAAgKyAGaiErICsgICAo/eUB/QsEACArIAZqISsgKyAdICX95QH9CwQAICsgBmohKyAr" +
    "ICEgJf3kAf0LBAAgKyAGaiErICsgJSAh/eUB/QsEACArIAZqISsgKyAhICn95QH9CwQAICsgBmohKyArIB4gJv3lAf0LBAAgKyAGaiErICsgIiAm" +
    "/eQB/QsEACArIAZqISsgKyAmICL95QH9CwQAICsgBmohKyArICIgKv3lAf0LBAAgKyAGaiErIAdBEGohByABQRBqIQEgCEFwaiEIIAgNAAsgAkEM" +
    "aiECIANBf2ohAyADDQALC/oEAwN/GHsBfwNAIAEgAygCBCAFbGohCEEAIQkDQCAAIQogCv0ABAAhCyAKIAdqIQogCv0ABAAhDCAKIAdqIQogCv0A" +
    "BAAhDSAKIAdqIQogCv0ABAAhDiAKIAdqIQogCv0ABAAhDyAKIAdqIQogCv0ABAAhECAKIAdqIQogCv0ABAAhESAKIAdqIQogCv0ABAAhEiAKIAdq" +
    "IQogCv0ABAAhEyAKIAdqIQogCv0ABAAhFCAKIAdqIQogCv0ABAAhFSAKIAdqIQogCv0ABAAhFiAKIAdqIQogCv0ABAAhFyAKIAdqIQogCv0ABAAh" +
    "GCAKIAdqIQogCv0ABAAhGSAKIAdqIQogCv0ABAAhGiAKIAdqIQogCyAP/eQBIBP95AEhGyAPIBP95QEgF/3lASEcIAwgEP3kASAU/eQBIR0gECAU" +
    "/eUBIBj95QEhHiANIBH95AEgFf3kASEfIBEgFf3lASAZ/eUBISAgDiAS/eQBIBb95AEhISASIBb95QEgGv3lASEiIAghIyAjIBsgHf3kASAf/eQB" +
    "IAIgCWogIyACG/0ABAD95AH9CwQAIAMoAghBAnEEQCAIIAVqISMgIyAdIB/95QEgIf3lASACIAlqICMgAhv9AAQA/eQB/QsEAAsgAygCCEEEcQRA" +
    "IAggBmohIyAjIBwgHv3kASAg/eQBIAIgCWogIyACG/0ABAD95AH9CwQACyADKAIIQQhxBEAgCCAGaiAFaiEjICMgHiAg/eUBICL95QEgAiAJaiAj" +
    "IAIb/QAEAP3kAf0LBAALIABBEGohACAIQRBqIQggCUEQaiEJIAkgBUkNAAsgA0EMaiEDIARBf2ohBCAEDQALC8ICBAN/BHsDfwF7QQAhBgNAQQAh" +
    "BwNAIAIgB2ohCCAI/QAEACEJIAggBWohCCAI/QAEACEKIAggBWohCCAI/QAEACELIAggBWohCCAI/QAEACEMIAggBWohCCAAIAZqIQ0gASAHaiEO" +
    "IAMhDwNAIA79AAQAIRAgCSAN/QkCACAQ/eYB/eQBIQkgCiAN/QkCBCAQ/eYB/eQBIQogCyAN/QkCCCAQ/eYB/eQBIQsgDCAN/QkCDCAQ/eYB/eQB" +
    "IQwgDSAEaiENIA4gBWohDiAPQX9qIQ8gDw0ACyACIAdqIQggCCAJ/QsEACAIIAVqIQggCCAK/QsEACAIIAVqIQggCCAL/QsEACAIIAVqIQggCCAM" +
    "/QsEACAIIAVqIQggB0EQaiEHIAcgBUkNAAsgAiAFQQRsaiECIAZBEGohBiAGIARJDQALCz8AA0AgASAA/QAEAP0MAAAAAAAAAAAAAAAAAAAAAP3p" +
    "Af0LBAAgAEEQaiEAIAFBEGohASACQXBqIQIgAg0ACwtWAANAIAAgAP0ABAAgAv0ABAAgAf0ABAD9DAAAAAAAAAAAAAAAAAAAAAD9RP1O/eQB/QsE" +
    "ACAAQRBqIQAgAUEQaiEBIAJBEGohAiADQXBqIQMgAw0ACwtHAQF/A0BBACEGA0AgASAGaiAAIAZq/QAEAP0LBAAgBkEQaiEGIAYgBUkNAAsgACAD" +
    "aiEAIAEgBGohASACQX9qIQIgAg0ACwtTAQF/A0BBACEGA0AgASAGaiABIAZq/QAEACAAIAZq/QAEAP3kAf0LBAAgBkEQaiEGIAYgBUkNAAsgACAD" +
    "aiEAIAEgBGohASACQX9qIQIgAg0ACwu1AQMCfwF7BH8DQCAFIQogACELA0D9DAAAAAAAAAAAAAAAAAAAAAAhDCALIQ0gCCEOA0AgDSEPIAkhEANA" +
    "IAwgD/0ABAD95AEhDCAPIAVqIQ8gEEF/aiEQIBANAAsgDSAHaiENIA5Bf2ohDiAODQALIAEgDEMAAIA/IAggCWyylf0T/eYB/QsEACABQRBqIQEg" +
    "C0EQaiELIApBcGohCiAKDQALIAAgBmohACAEQX9qIQQgBA0ACwurAQMCfwF7BH8DQCAFIQogACELA0AgAv0ABABDAACAPyAIIAlsspX9E/3mASEM" +
    "IAshDSAIIQ4DQCANIQ8gCSEQA0AgDyADaiAMIA8gA2r9AAQA/eQB/QsEACAPIAVqIQ8gEEF/aiEQIBANAAsgDSAHaiENIA5Bf2ohDiAODQALIAJB" +
    "EGohAiALQRBqIQsgCkFwaiEKIAoNAAsgACAGaiEAIARBf2ohBCAEDQALC5gBAwJ/AXsEfwNAIAUhCiAAIQsDQCAL/QAEACEMIAshDSAIIQ4DQCAN" +
    "IQ8gCSEQA0AgDCAP/QAEAP3pASEMIA8gBWohDyAQQX9qIRAgEA0ACyANIAdqIQ0gDkF/aiEOIA4NAAsgASAM/QsEACABQRBqIQEgC0EQaiELIApB" +
    "cGohCiAKDQALIAAgBmohACAEQX9qIQQgBA0ACwvbAQQCfwN7BH8BewNAIAUhCiAAIQsDQCAB/QAEACEMIAL9AAQAIQ39DAAAAAAAAAAAAAAAAAAA" +
    "AAAhDiALIQ8gCCEQA0AgDyERIAkhEgNAIBH9AAQAIAz9QSAO/U8hEyAOIBP9UCEOIBEgA2ogESADav0ABAAgDSAT/U795AH9CwQAIBEgBWohESAS" +
    "QX9qIRIgEg0ACyAPIAdqIQ8gEEF/aiEQIBANAAsgAUEQaiEBIAJBEGohAiALQRBqIQsgCkFwaiEKIAoNAAsgACAGaiEAIARBf2ohBCAEDQALCw==",
  },
  "plain JavaScript": {
    pixels: 2, blocks: [4], script: (real, whole) => ({
convolve4($in,$weights,$out,$bias,$table,$count,$inPixel,$outPixel,$row,$run,$rows,$end,$channel,$t,$p0,$o,$A0_0,$A0_1,$A0_2,$A0_3,$p1,$A1_0,$A1_1,$A1_2,$A1_3,$w,$k,$stop,$W0,$W1,$W2,$W3,$S){
$end=($table+($count*8));
$channel=0;
do{
$t=$table;
do{
$p0=($in+(whole[$t>>2]*$inPixel));
$o=($bias?($bias+$channel):($out+((whole[$t+4>>2]*$outPixel)+$channel)));
$A0_0=real[$o>>2];
$A0_1=real[$o+4>>2];
$A0_2=real[$o+8>>2];
$A0_3=real[$o+12>>2];
$p1=($in+(whole[$t+8>>2]*$inPixel));
$o=($bias?($bias+$channel):($out+((whole[$t+12>>2]*$outPixel)+$channel)));
$A1_0=real[$o>>2];
$A1_1=real[$o+4>>2];
$A1_2=real[$o+8>>2];
$A1_3=real[$o+12>>2];
$w=$weights;
$k=$rows;
do{
$stop=($w+($run*4));
do{
$W0=real[$w>>2];
$W1=real[$w+4>>2];
$W2=real[$w+8>>2];
$W3=real[$w+12>>2];
$S=real[$p0>>2];
$A0_0=($A0_0+($S*$W0));
$A0_1=($A0_1+($S*$W1));
$A0_2=($A0_2+($S*$W2));
$A0_3=($A0_3+($S*$W3));
$S=real[$p1>>2];
$A1_0=($A1_0+($S*$W0));
$A1_1=($A1_1+($S*$W1));
$A1_2=($A1_2+($S*$W2));
$A1_3=($A1_3+($S*$W3));
$W0=real[$w+16>>2];
$W1=real[$w+20>>2];
$W2=real[$w+24>>2];
$W3=real[$w+28>>2];
$S=real[$p0+4>>2];
$A0_0=($A0_0+($S*$W0));
$A0_1=($A0_1+($S*$W1));
$A0_2=($A0_2+($S*$W2));
$A0_3=($A0_3+($S*$W3));
$S=real[$p1+4>>2];
$A1_0=($A1_0+($S*$W0));
$A1_1=($A1_1+($S*$W1));
$A1_2=($A1_2+($S*$W2));
$A1_3=($A1_3+($S*$W3));
$W0=real[$w+32>>2];
$W1=real[$w+36>>2];
$W2=real[$w+40>>2];
$W3=real[$w+44>>2];
$S=real[$p0+8>>2];
$A0_0=($A0_0+($S*$W0));
$A0_1=($A0_1+($S*$W1));
$A0_2=($A0_2+($S*$W2));
$A0_3=($A0_3+($S*$W3));
$S=real[$p1+8>>2];
$A1_0=($A1_0+($S*$W0));
$A1_1=($A1_1+($S*$W1));
$A1_2=($A1_2+($S*$W2));
$A1_3=($A1_3+($S*$W3));
$W0=real[$w+48>>2];
$W1=real[$w+52>>2];
$W2=real[$w+56>>2];
$W3=real[$w+60>>2];
$S=real[$p0+12>>2];
$A0_0=($A0_0+($S*$W0));
$A0_1=($A0_1+($S*$W1));
$A0_2=($A0_2+($S*$W2));
$A0_3=($A0_3+($S*$W3));
$S=real[$p1+12>>2];
$A1_0=($A1_0+($S*$W0));
$A1_1=($A1_1+($S*$W1));
$A1_2=($A1_2+($S*$W2));
$A1_3=($A1_3+($S*$W3));
$p0=($p0+16);
$p1=($p1+16);
$w=($w+64);
}while(($w<$stop));
$p0=($p0+($row-$run));
$p1=($p1+($row-$run));
$k=($k+-1);
}while($k);
$o=($out+((whole[$t+4>>2]*$outPixel)+$channel));
real[$o>>2]=$A0_0;
real[$o+4>>2]=$A0_1;
real[$o+8>>2]=$A0_2;
real[$o+12>>2]=$A0_3;
$o=($out+((whole[$t+12>>2]*$outPixel)+$channel));
real[$o>>2]=$A1_0;
real[$o+4>>2]=$A1_1;
real[$o+8>>2]=$A1_2;
real[$o+12>>2]=$A1_3;
$t=($t+16);
}while(($t<$end));
$weights=$w;
$channel=($channel+16);
}while(($channel<$outPixel));
},
spread($in,$out,$table,$count,$pixel,$row,$place,$from,$k,$r,$p,$D00,$D01,$D02,$D03,$D10,$D11,$D12,$D13,$D20,$D21,$D22,$D23,$D30,$D31,$D32,$D33,$T00,$T10,$T20,$T30,$T01,$T11,$T21,$T31,$T02,$T12,$T22,$T32,$T03,$T13,$T23,$T33,$o){
do{
$from=($in+(whole[$table>>2]*$pixel));
$k=$pixel;
do{
$r=$from;
$p=$r;
$D00=real[$p>>2];
$p=($p+$pixel);
$D01=real[$p>>2];
$p=($p+$pixel);
$D02=real[$p>>2];
$p=($p+$pixel);
$D03=real[$p>>2];
$p=($p+$pixel);
$r=($r+$row);
$p=$r;
$D10=real[$p>>2];
$p=($p+$pixel);
$D11=real[$p>>2];
$p=($p+$pixel);
$D12=real[$p>>2];
$p=($p+$pixel);
$D13=real[$p>>2];
$p=($p+$pixel);
$r=($r+$row);
$p=$r;
$D20=real[$p>>2];
$p=($p+$pixel);
$D21=real[$p>>2];
$p=($p+$pixel);
$D22=real[$p>>2];
$p=($p+$pixel);
$D23=real[$p>>2];
$p=($p+$pixel);
$r=($r+$row);
$p=$r;
$D30=real[$p>>2];
$p=($p+$pixel);
$D31=real[$p>>2];
$p=($p+$pixel);
$D32=real[$p>>2];
$p=($p+$pixel);
$D33=real[$p>>2];
$p=($p+$pixel);
$r=($r+$row);
$T00=($D00-$D20);
$T10=($D10+$D20);
$T20=($D20-$D10);
$T30=($D10-$D30);
$T01=($D01-$D21);
$T11=($D11+$D21);
$T21=($D21-$D11);
$T31=($D11-$D31);
$T02=($D02-$D22);
$T12=($D12+$D22);
$T22=($D22-$D12);
$T32=($D12-$D32);
$T03=($D03-$D23);
$T13=($D13+$D23);
$T23=($D23-$D13);
$T33=($D13-$D33);
$o=$out;
real[$o>>2]=($T00-$T02);
$o=($o+$place);
real[$o>>2]=($T01+$T02);
$o=($o+$place);
real[$o>>2]=($T02-$T01);
$o=($o+$place);
real[$o>>2]=($T01-$T03);
$o=($o+$place);
real[$o>>2]=($T10-$T12);
$o=($o+$place);
real[$o>>2]=($T11+$T12);
$o=($o+$place);
real[$o>>2]=($T12-$T11);
$o=($o+$place);
real[$o>>2]=($T11-$T13);
$o=($o+$place);
real[$o>>2]=($T20-$T22);
$o=($o+$place);
real[$o>>2]=($T21+$T22);
$o=($o+$place);
real[$o>>2]=($T22-$T21);
$o=($o+$place);
real[$o>>2]=($T21-$T23);
$o=($o+$place);
real[$o>>2]=($T30-$T32);
$o=($o+$place);
real[$o>>2]=($T31+$T32);
$o=($o+$place);
real[$o>>2]=($T32-$T31);
$o=($o+$place);
real[$o>>2]=($T31-$T33);
$o=($o+$place);
$from=($from+4);
$out=($out+4);
$k=($k+-4);
}while($k);
$table=($table+12);
$count=($count+-1);
}while($count);
},
gather($in,$out,$bias,$table,$count,$pixel,$row,$place,$to,$k,$p,$D00,$D01,$D02,$D03,$D10,$D11,$D12,$D13,$D20,$D21,$D22,$D23,$D30,$D31,$D32,$D33,$T00,$T10,$T01,$T11,$T02,$T12,$T03,$T13,$o){
do{
$to=($out+(whole[$table+4>>2]*$pixel));
$k=0;
do{
$p=$in;
$D00=real[$p>>2];
$p=($p+$place);
$D01=real[$p>>2];
$p=($p+$place);
$D02=real[$p>>2];
$p=($p+$place);
$D03=real[$p>>2];
$p=($p+$place);
$D10=real[$p>>2];
$p=($p+$place);
$D11=real[$p>>2];
$p=($p+$place);
$D12=real[$p>>2];
$p=($p+$place);
$D13=real[$p>>2];
$p=($p+$place);
$D20=real[$p>>2];
$p=($p+$place);
$D21=real[$p>>2];
$p=($p+$place);
$D22=real[$p>>2];
$p=($p+$place);
$D23=real[$p>>2];
$p=($p+$place);
$D30=real[$p>>2];
$p=($p+$place);
$D31=real[$p>>2];
$p=($p+$place);
$D32=real[$p>>2];
$p=($p+$place);
$D33=real[$p>>2];
$p=($p+$place);
$T00=(($D00+$D10)+$D20);
$T10=(($D10-$D20)-$D30);
$T01=(($D01+$D11)+$D21);
$T11=(($D11-$D21)-$D31);
$T02=(($D02+$D12)+$D22);
$T12=(($D12-$D22)-$D32);
$T03=(($D03+$D13)+$D23);
$T13=(($D13-$D23)-$D33);
$o=$to;
real[$o>>2]=((($T00+$T01)+$T02)+real[($bias?($bias+$k):$o)>>2]);
if((whole[$table+8>>2]&2)){$o=($to+$pixel);
real[$o>>2]=((($T01-$T02)-$T03)+real[($bias?($bias+$k):$o)>>2]);
}
if((whole[$table+8>>2]&4)){$o=($to+$row);
real[$o>>2]=((($T10+$T11)+$T12)+real[($bias?($bias+$k):$o)>>2]);
}
if((whole[$table+8>>2]&8)){$o=(($to+$row)+$pixel);
real[$o>>2]=((($T11-$T12)-$T13)+real[($bias?($bias+$k):$o)>>2]);
}
$in=($in+4);
$to=($to+4);
$k=($k+4);
}while(($k<$pixel));
$table=($table+12);
$count=($count+-1);
}while($count);
},
collect($x,$g,$out,$count,$xPixel,$gPixel,$i,$o,$to,$A0,$A1,$A2,$A3,$p,$q,$k,$W){
$i=0;
do{
$o=0;
do{
$to=($out+$o);
$A0=real[$to>>2];
$to=($to+$gPixel);
$A1=real[$to>>2];
$to=($to+$gPixel);
$A2=real[$to>>2];
$to=($to+$gPixel);
$A3=real[$to>>2];
$to=($to+$gPixel);
$p=($x+$i);
$q=($g+$o);
$k=$count;
do{
$W=real[$q>>2];
$A0=($A0+(real[$p>>2]*$W));
$A1=($A1+(real[$p+4>>2]*$W));
$A2=($A2+(real[$p+8>>2]*$W));
$A3=($A3+(real[$p+12>>2]*$W));
$p=($p+$xPixel);
$q=($q+$gPixel);
$k=($k+-1);
}while($k);
$to=($out+$o);
real[$to>>2]=$A0;
$to=($to+$gPixel);
real[$to>>2]=$A1;
$to=($to+$gPixel);
real[$to>>2]=$A2;
$to=($to+$gPixel);
real[$to>>2]=$A3;
$to=($to+$gPixel);
$o=($o+4);
}while(($o<$gPixel));
$out=($out+($gPixel*4));
$i=($i+16);
}while(($i<$xPixel));
},
relu($in,$out,$bytes){
do{
real[$out>>2]=Math.max(real[$in>>2],0);
$in=($in+4);
$out=($out+4);
$bytes=($bytes+-4);
}while($bytes);
},
reluBack($inGrad,$out,$outGrad,$bytes){
do{
real[$inGrad>>2]=(real[$inGrad>>2]+((real[$out>>2]>0)?real[$outGrad>>2]:0));
$inGrad=($inGrad+4);
$out=($out+4);
$outGrad=($outGrad+4);
$bytes=($bytes+-4);
}while($bytes);
},
copy($in,$out,$count,$inPixel,$outPixel,$bytes,$k){
do{
$k=0;
do{
real[($out+$k)>>2]=real[($in+$k)>>2];
$k=($k+4);
}while(($k<$bytes));
$in=($in+$inPixel);
$out=($out+$outPixel);
$count=($count+-1);
}while($count);
},
add($in,$out,$count,$inPixel,$outPixel,$bytes,$k){
do{
$k=0;
do{
real[($out+$k)>>2]=(real[($out+$k)>>2]+real[($in+$k)>>2]);
$k=($k+4);
}while(($k<$bytes));
$in=($in+$inPixel);
$out=($out+$outPixel);
$count=($count+-1);
}while($count);
},
average($in,$out,$outGrad,$shift,$count,$pixel,$step,$row,$rows,$columns,$k,$channelIn,$A,$line,$y,$p,$x){
do{
$k=$pixel;
$channelIn=$in;
do{
$A=0;
$line=$channelIn;
$y=$rows;
do{
$p=$line;
$x=$columns;
do{
$A=($A+real[$p>>2]);
$p=($p+$pixel);
$x=($x+-1);
}while($x);
$line=($line+$row);
$y=($y+-1);
}while($y);
real[$out>>2]=($A*(1/($rows*$columns)));
$out=($out+4);
$channelIn=($channelIn+4);
$k=($k+-4);
}while($k);
$in=($in+$step);
$count=($count+-1);
}while($count);
},
averageBack($in,$out,$outGrad,$shift,$count,$pixel,$step,$row,$rows,$columns,$k,$channelIn,$A,$line,$y,$p,$x){
do{
$k=$pixel;
$channelIn=$in;
do{
$A=(real[$outGrad>>2]*(1/($rows*$columns)));
$line=$channelIn;
$y=$rows;
do{
$p=$line;
$x=$columns;
do{
real[($p+$shift)>>2]=($A+real[($p+$shift)>>2]);
$p=($p+$pixel);
$x=($x+-1);
}while($x);
$line=($line+$row);
$y=($y+-1);
}while($y);
$outGrad=($outGrad+4);
$channelIn=($channelIn+4);
$k=($k+-4);
}while($k);
$in=($in+$step);
$count=($count+-1);
}while($count);
},
maximum($in,$out,$outGrad,$shift,$count,$pixel,$step,$row,$rows,$columns,$k,$channelIn,$A,$line,$y,$p,$x){
do{
$k=$pixel;
$channelIn=$in;
do{
$A=real[$channelIn>>2];
$line=$channelIn;
$y=$rows;
do{
$p=$line;
$x=$columns;
do{
$A=Math.max($A,real[$p>>2]);
$p=($p+$pixel);
$x=($x+-1);
}while($x);
$line=($line+$row);
$y=($y+-1);
}while($y);
real[$out>>2]=$A;
$out=($out+4);
$channelIn=($channelIn+4);
$k=($k+-4);
}while($k);
$in=($in+$step);
$count=($count+-1);
}while($count);
},
maximumBack($in,$out,$outGrad,$shift,$count,$pixel,$step,$row,$rows,$columns,$k,$channelIn,$Top,$A,$Taken,$line,$y,$p,$x,$Hit){
do{
$k=$pixel;
$channelIn=$in;
do{
$Top=real[$out>>2];
$A=real[$outGrad>>2];
$Taken=0;
$line=$channelIn;
$y=$rows;
do{
$p=$line;
$x=$columns;
do{
$Hit=((real[$p>>2]==$Top)&&!$Taken);
$Taken=($Taken||$Hit);
real[($p+$shift)>>2]=(real[($p+$shift)>>2]+($Hit?$A:0));
$p=($p+$pixel);
$x=($x+-1);
}while($x);
$line=($line+$row);
$y=($y+-1);
}while($y);
$out=($out+4);
$outGrad=($outGrad+4);
$channelIn=($channelIn+4);
$k=($k+-4);
}while($k);
$in=($in+$step);
$count=($count+-1);
}while($count);
} }),
  },
};
