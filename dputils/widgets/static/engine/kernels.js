// Written by make_kernels.mjs (`make kernels`): the kernels, as WebAssembly and as JavaScript.
export const KERNELS = {
  "WebAssembly, fused": {
    pixels: 6, blocks: [8,4], sha256: "5f89cd6682e85925799d4db0ed125ca5bed5a41aafbd28e8dd5f10cbfbd548ab",
    wasm:
    "AGFzbQEAAAABOgVgC39/f39/f39/f39/AGAHf39/f39/fwBgCH9/f39/f39/AGAGf39/f39/AGAKf39/f39/f39/fwACEgEGZW5naW5lBm1lbW9y" +
    "eQIAAQMODQAAAQIDAQEBAQQEBAQHhAENCWNvbnZvbHZlOAAACWNvbnZvbHZlNAABBnNwcmVhZAACBmdhdGhlcgADB2NvbGxlY3QABARjb3B5AAUD" +
    "YWRkAAYEcmVsdQAHCHJlbHVCYWNrAAgHYXZlcmFnZQAJC2F2ZXJhZ2VCYWNrAAoHbWF4aW11bQALC21heGltdW1CYWNrAAwK1isN/AsOBX8CewF/" +
    "AnsBfwJ7AX8CewF/AnsBfwJ7A38DeyAEIAVBCGxqIQtBACEMA0AgBCENA0AgACANKAIAIAZsaiEOIAMgDGogAiANKAIEIAdsIAxqaiADGyEPIA/9" +
    "AAQAIRAgD/0ABBAhESAAIA0oAgggBmxqIRIgAyAMaiACIA0oAgwgB2wgDGpqIAMbIQ8gD/0ABAAhEyAP/QAEECEUIAAgDSgCECAGbGohFSADIAxq" +
    "IAIgDSgCFCAHbCAMamogAxshDyAP/QAEACEWIA/9AAQQIRcgACANKAIYIAZsaiEYIAMgDGogAiANKAIcIAdsIAxqaiADGyEPIA/9AAQAIRkgD/0A" +
    "BBAhGiAAIA0oAiAgBmxqIRsgAyAMaiACIA0oAiQgB2wgDGpqIAMbIQ8gD/0ABAAhHCAP/QAEECEdIAAgDSgCKCAGbGohHiADIAxqIAIgDSgCLCAH" +
    "bCAMamogAxshDyAP/QAEACEfIA/9AAQQISAgASEhIAohIgNAICEgCUEIbGohIwNAICH9AAQAISQgIf0ABBAhJSAO/QkCACEmICYgJCAQ/YUCIRAg" +
    "JiAlIBH9hQIhESAS/QkCACEmICYgJCAT/YUCIRMgJiAlIBT9hQIhFCAV/QkCACEmICYgJCAW/YUCIRYgJiAlIBf9hQIhFyAY/QkCACEmICYgJCAZ" +
    "/YUCIRkgJiAlIBr9hQIhGiAb/QkCACEmICYgJCAc/YUCIRwgJiAlIB39hQIhHSAe/QkCACEmICYgJCAf/YUCIR8gJiAlICD9hQIhICAh/QAEICEk" +
    "ICH9AAQwISUgDv0JAgQhJiAmICQgEP2FAiEQICYgJSAR/YUCIREgEv0JAgQhJiAmICQgE/2FAiETICYgJSAU/YUCIRQgFf0JAgQhJiAmICQgFv2F" +
    "AiEWICYgJSAX/YUCIRcgGP0JAgQhJiAmICQgGf2FAiEZICYgJSAa/YUCIRogG/0JAgQhJiAmICQgHP2FAiEcICYgJSAd/YUCIR0gHv0JAgQhJiAm" +
    "ICQgH/2FAiEfICYgJSAg/YUCISAgIf0ABEAhJCAh/QAEUCElIA79CQIIISYgJiAkIBD9hQIhECAmICUgEf2FAiERIBL9CQIIISYgJiAkIBP9hQIh" +
    "EyAmICUgFP2FAiEUIBX9CQIIISYgJiAkIBb9hQIhFiAmICUgF/2FAiEXIBj9CQIIISYgJiAkIBn9hQIhGSAmICUgGv2FAiEaIBv9CQIIISYgJiAk" +
    "IBz9hQIhHCAmICUgHf2FAiEdIB79CQIIISYgJiAkIB/9hQIhHyAmICUgIP2FAiEgICH9AARgISQgIf0ABHAhJSAO/QkCDCEmICYgJCAQ/YUCIRAg" +
    "JiAlIBH9hQIhESAS/QkCDCEmICYgJCAT/YUCIRMgJiAlIBT9hQIhFCAV/QkCDCEmICYgJCAW/YUCIRYgJiAlIBf9hQIhFyAY/QkCDCEmICYgJCAZ" +
    "/YUCIRkgJiAlIBr9hQIhGiAb/QkCDCEmICYgJCAc/YUCIRwgJiAlIB39hQIhHSAe/QkCDCEmICYgJCAf/YUCIR8gJiAlICD9hQIhICAOQRBqIQ4g" +
    "EkEQaiESIBVBEGohFSAYQRBqIRggG0EQaiEbIB5BEGohHiAhQYABaiEhICEgI0kNAAsgDiAIIAlraiEOIBIgCCAJa2ohEiAVIAggCWtqIRUgGCAI" +
    "IAlraiEYIBsgCCAJa2ohGyAeIAggCWtqIR4gIkF/aiEiICINAAsgAiANKAIEIAdsIAxqaiEPIA8gEP0LBAAgDyAR/QsEECACIA0oAgwgB2wgDGpq" +
    "IQ8gDyAT/QsEACAPIBT9CwQQIAIgDSgCFCAHbCAMamohDyAPIBb9CwQAIA8gF/0LBBAgAiANKAIcIAdsIAxqaiEPIA8gGf0LBAAgDyAa/QsEECAC" +
    "IA0oAiQgB2wgDGpqIQ8gDyAc/QsEACAPIB39CwQQIAIgDSgCLCAHbCAMamohDyAPIB/9CwQAIA8gIP0LBBAgDUEwaiENIA0gC0kNAAsgISEBIAxB" +
    "IGohDCAMIAdJDQALC/QIDgV/AXsBfwF7AX8BewF/AXsBfwF7AX8BewN/AnsgBCAFQQhsaiELQQAhDANAIAQhDQNAIAAgDSgCACAGbGohDiADIAxq" +
    "IAIgDSgCBCAHbCAMamogAxshDyAP/QAEACEQIAAgDSgCCCAGbGohESADIAxqIAIgDSgCDCAHbCAMamogAxshDyAP/QAEACESIAAgDSgCECAGbGoh" +
    "EyADIAxqIAIgDSgCFCAHbCAMamogAxshDyAP/QAEACEUIAAgDSgCGCAGbGohFSADIAxqIAIgDSgCHCAHbCAMamogAxshDyAP/QAEACEWIAAgDSgC" +
    "ICAGbGohFyADIAxqIAIgDSgCJCAHbCAMamogAxshDyAP/QAEACEYIAAgDSgCKCAGbGohGSADIAxqIAIgDSgCLCAHbCAMamogAxshDyAP/QAEACEa" +
    "IAEhGyAKIRwDQCAbIAlBBGxqIR0DQCAb/QAEACEeIA79CQIAIR8gHyAeIBD9hQIhECAR/QkCACEfIB8gHiAS/YUCIRIgE/0JAgAhHyAfIB4gFP2F" +
    "AiEUIBX9CQIAIR8gHyAeIBb9hQIhFiAX/QkCACEfIB8gHiAY/YUCIRggGf0JAgAhHyAfIB4gGv2FAiEaIBv9AAQQIR4gDv0JAgQhHyAfIB4gEP2F" +
    "AiEQIBH9CQIEIR8gHyAeIBL9hQIhEiAT/QkCBCEfIB8gHiAU/YUCIRQgFf0JAgQhHyAfIB4gFv2FAiEWIBf9CQIEIR8gHyAeIBj9hQIhGCAZ/QkC" +
    "BCEfIB8gHiAa/YUCIRogG/0ABCAhHiAO/QkCCCEfIB8gHiAQ/YUCIRAgEf0JAgghHyAfIB4gEv2FAiESIBP9CQIIIR8gHyAeIBT9hQIhFCAV/QkC" +
    "CCEfIB8gHiAW/YUCIRYgF/0JAgghHyAfIB4gGP2FAiEYIBn9CQIIIR8gHyAeIBr9hQIhGiAb/QAEMCEeIA79CQIMIR8gHyAeIBD9hQIhECAR/QkC" +
    "DCEfIB8gHiAS/YUCIRIgE/0JAgwhHyAfIB4gFP2FAiEUIBX9CQIMIR8gHyAeIBb9hQIhFiAX/QkCDCEfIB8gHiAY/YUCIRggGf0JAgwhHyAfIB4g" +
    "Gv2FAiEaIA5BEGohDiARQRBqIREgE0EQaiETIBVBEGohFSAXQRBqIRcgGUEQaiEZIBtBwABqIRsgGyAdSQ0ACyAOIAggCWtqIQ4gESAIIAlraiER" +
    "IBMgCCAJa2ohEyAVIAggCWtqIRUgFyAIIAlraiEXIBkgCCAJa2ohGSAcQX9qIRwgHA0ACyACIA0oAgQgB2wgDGpqIQ8gDyAQ/QsEACACIA0oAgwg" +
    "B2wgDGpqIQ8gDyAS/QsEACACIA0oAhQgB2wgDGpqIQ8gDyAU/QsEACACIA0oAhwgB2wgDGpqIQ8gDyAW/QsEACACIA0oAiQgB2wgDGpqIQ8gDyAY" +
    "/QsEACACIA0oAiwgB2wgDGpqIQ8gDyAa/QsEACANQTBqIQ0gDSALSQ0ACyAbIQEgDEEQaiEMIAwgB0kNAAsLvgYDBH8gewF/A0AgACACKAIAIARs" +
    "aiEHIAQhCANAIAchCSAJIQogCv0ABAAhCyAKIARqIQogCv0ABAAhDCAKIARqIQogCv0ABAAhDSAKIARqIQogCv0ABAAhDiAKIARqIQogCSAFaiEJ" +
    "IAkhCiAK/QAEACEPIAogBGohCiAK/QAEACEQIAogBGohCiAK/QAEACERIAogBGohCiAK/QAEACESIAogBGohCiAJIAVqIQkgCSEKIAr9AAQAIRMg" +
    "CiAEaiEKIAr9AAQAIRQgCiAEaiEKIAr9AAQAIRUgCiAEaiEKIAr9AAQAIRYgCiAEaiEKIAkgBWohCSAJIQogCv0ABAAhFyAKIARqIQogCv0ABAAh" +
    "GCAKIARqIQogCv0ABAAhGSAKIARqIQogCv0ABAAhGiAKIARqIQogCSAFaiEJIAsgE/3lASEbIA8gE/3kASEcIBMgD/3lASEdIA8gF/3lASEeIAwg" +
    "FP3lASEfIBAgFP3kASEgIBQgEP3lASEhIBAgGP3lASEiIA0gFf3lASEjIBEgFf3kASEkIBUgEf3lASElIBEgGf3lASEmIA4gFv3lASEnIBIgFv3k" +
    "ASEoIBYgEv3lASEpIBIgGv3lASEqIAEhKyArIBsgI/3lAf0LBAAgKyAGaiErICsgHyAj/eQB/QsEACArIAZqISsgKyAjIB/95QH9CwQAICsgBmoh" +
    "KyArIB8gJ/3lAf0LBAAgKyAGaiErICsgHCAk/eUB/QsEACArIAZqISsgKyAgICT95AH9CwQAICsgBmohKyArICQgIP3lAf0LBAAgKyAGaiErICsg" +
    "ICAo/eUB/QsEACArIAZqISsgKyAdICX95QH9CwQAICsgBmohKyArICEgJf3kAf0LBAAgKyAGaiErICsgJSAh/eUB/QsEACArIAZqISsgKyAhICn9" +
    "5QH9CwQAICsgBmohKyArIB4gJv3lAf0LBAAgKyAGaiErICsgIiAm/eQB/QsEACArIAZqISsgKyAmICL95QH9CwQAICsgBmohKyArICIgKv3lAf0L" +
    "BAAgKyAGaiErIAdBEGohByABQRBqIQEgCEFwaiEIIAgNAAsgAkEMaiECIANBf2ohAyADDQALC/oEAwN/GHsBfwNAIAEgAygCBCAFbGohCEEAIQkD" +
    "QCAAIQogCv0ABAAhCyAKIAdqIQogCv0ABAAhDCAKIAdqIQogCv0ABAAhDSAKIAdqIQogCv0ABAAhDiAKIAdqIQogCv0ABAAhDyAKIAdqIQogCv0A" +
    "BAAhECAKIAdqIQogCv0ABAAhESAKIAdqIQogCv0ABAAhEiAKIAdqIQogCv0ABAAhEyAKIAdqIQogCv0ABAAhFCAKIAdqIQogCv0ABAAhFSAKIAdq" +
    "IQogCv0ABAAhFiAKIAdqIQogCv0ABAAhFyAKIAdqIQogCv0ABAAhGCAKIAdqIQogCv0ABAAhGSAKIAdqIQogCv0ABAAhGiAKIAdqIQogCyAP/eQB" +
    "IBP95AEhGyAPIBP95QEgF/3lASEcIAwgEP3kASAU/eQBIR0gECAU/eUBIBj95QEhHiANIBH95AEgFf3kASEfIBEgFf3lASAZ/eUBISAgDiAS/eQB" +
    "IBb95AEhISASIBb95QEgGv3lASEiIAghIyAjIBsgHf3kASAf/eQBIAIgCWogIyACG/0ABAD95AH9CwQAIAMoAghBAnEEQCAIIAVqISMgIyAdIB/9" +
    "5QEgIf3lASACIAlqICMgAhv9AAQA/eQB/QsEAAsgAygCCEEEcQRAIAggBmohIyAjIBwgHv3kASAg/eQBIAIgCWogIyACG/0ABAD95AH9CwQACyAD" +
    "KAIIQQhxBEAgCCAGaiAFaiEjICMgHiAg/eUBICL95QEgAiAJaiAjIAIb/QAEAP3kAf0LBAALIABBEGohACAIQRBqIQggCUEQaiEJIAkgBUkNAAsg" +
    "A0EMaiEDIARBf2ohBCAEDQALC8ICBAN/BHsDfwF7QQAhBgNAQQAhBwNAIAIgB2ohCCAI/QAEACEJIAggBWohCCAI/QAEACEKIAggBWohCCAI/QAE" +
    "ACELIAggBWohCCAI/QAEACEMIAggBWohCCAAIAZqIQ0gASAHaiEOIAMhDwNAIA79AAQAIRAgCSAN/QkCACAQ/eYB/eQBIQkgCiAN/QkCBCAQ/eYB" +
    "/eQBIQogCyAN/QkCCCAQ/eYB/eQBIQsgDCAN/QkCDCAQ/eYB/eQBIQwgDSAEaiENIA4gBWohDiAPQX9qIQ8gDw0ACyACIAdqIQggCCAJ/QsEACAI" +
    "IAVqIQggCCAK/QsEACAIIAVqIQggCCAL/QsEACAIIAVqIQggCCAM/QsEACAIIAVqIQggB0EQaiEHIAcgBUkNAAsgAiAFQQRsaiECIAZBEGohBiAG" +
    "IARJDQALC08BA38DQEEAIQcDQCAAIAdqIQggASAHaiEJIAkgCP0ABAD9CwQAIAdBEGohByAHIAVJDQALIAAgA2ohACABIARqIQEgAkF/aiECIAIN" +
    "AAsLWAEDfwNAQQAhBwNAIAAgB2ohCCABIAdqIQkgCSAJ/QAEACAI/QAEAP3kAf0LBAAgB0EQaiEHIAcgBUkNAAsgACADaiEAIAEgBGohASACQX9q" +
    "IQIgAg0ACwtkAQN/A0BBACEHA0AgACAHaiEIIAEgB2ohCSAJIAj9AAQA/QwAAAAAAAAAAAAAAAAAAAAA/ekB/QsEACAHQRBqIQcgByAFSQ0ACyAA" +
    "IANqIQAgASAEaiEBIAJBf2ohAiACDQALC3cBA38DQEEAIQcDQCAAIAdqIQggASAHaiEJIAkgCf0ABAAgCP0ABAAgCCAGa/0ABAD9DAAAAAAAAAAA" +
    "AAAAAAAAAAD9RP1O/eQB/QsEACAHQRBqIQcgByAFSQ0ACyAAIANqIQAgASAEaiEBIAJBf2ohAiACDQALC7UBAwJ/AXsEfwNAIAUhCiAAIQsDQP0M" +
    "AAAAAAAAAAAAAAAAAAAAACEMIAshDSAIIQ4DQCANIQ8gCSEQA0AgDCAP/QAEAP3kASEMIA8gBWohDyAQQX9qIRAgEA0ACyANIAdqIQ0gDkF/aiEO" +
    "IA4NAAsgASAMQwAAgD8gCCAJbLKV/RP95gH9CwQAIAFBEGohASALQRBqIQsgCkFwaiEKIAoNAAsgACAGaiEAIARBf2ohBCAEDQALC6sBAwJ/AXsE" +
    "fwNAIAUhCiAAIQsDQCAC/QAEAEMAAIA/IAggCWyylf0T/eYBIQwgCyENIAghDgNAIA0hDyAJIRADQCAPIANqIAwgDyADav0ABAD95AH9CwQAIA8g" +
    "BWohDyAQQX9qIRAgEA0ACyANIAdqIQ0gDkF/aiEOIA4NAAsgAkEQaiECIAtBEGohCyAKQXBqIQogCg0ACyAAIAZqIQAgBEF/aiEEIAQNAAsLmAED" +
    "An8BewR/A0AgBSEKIAAhCwNAIAv9AAQAIQwgCyENIAghDgNAIA0hDyAJIRADQCAMIA/9AAQA/ekBIQwgDyAFaiEPIBBBf2ohECAQDQALIA0gB2oh" +
    "DSAOQX9qIQ4gDg0ACyABIAz9CwQAIAFBEGohASALQRBqIQsgCkFwaiEKIAoNAAsgACAGaiEAIARBf2ohBCAEDQALC9sBBAJ/A3sEfwF7A0AgBSEK" +
    "IAAhCwNAIAH9AAQAIQwgAv0ABAAhDf0MAAAAAAAAAAAAAAAAAAAAACEOIAshDyAIIRADQCAPIREgCSESA0AgEf0ABAAgDP1BIA79TyETIA4gE/1Q" +
    "IQ4gESADaiARIANq/QAEACANIBP9Tv3kAf0LBAAgESAFaiERIBJBf2ohEiASDQALIA8gB2ohDyAQQX9qIRAgEA0ACyABQRBqIQEgAkEQaiECIAtB" +
    "EGohCyAKQXBqIQogCg0ACyAAIAZqIQAgBEF/aiEEIAQNAAsL",
  },
  "WebAssembly": {
    pixels: 4, blocks: [8,4], sha256: "8e16795fb6288c068006591ca9474f71c1803cd683fb24eed35d74ff75729e64",
    wasm:
    "AGFzbQEAAAABOgVgC39/f39/f39/f39/AGAHf39/f39/fwBgCH9/f39/f39/AGAGf39/f39/AGAKf39/f39/f39/fwACEgEGZW5naW5lBm1lbW9y" +
    "eQIAAQMODQAAAQIDAQEBAQQEBAQHhAENCWNvbnZvbHZlOAAACWNvbnZvbHZlNAABBnNwcmVhZAACBmdhdGhlcgADB2NvbGxlY3QABARjb3B5AAUD" +
    "YWRkAAYEcmVsdQAHCHJlbHVCYWNrAAgHYXZlcmFnZQAJC2F2ZXJhZ2VCYWNrAAoHbWF4aW11bQALC21heGltdW1CYWNrAAwK1iYNmAkKBX8CewF/" +
    "AnsBfwJ7AX8CewN/A3sgBCAFQQhsaiELQQAhDANAIAQhDQNAIAAgDSgCACAGbGohDiADIAxqIAIgDSgCBCAHbCAMamogAxshDyAP/QAEACEQIA/9" +
    "AAQQIREgACANKAIIIAZsaiESIAMgDGogAiANKAIMIAdsIAxqaiADGyEPIA/9AAQAIRMgD/0ABBAhFCAAIA0oAhAgBmxqIRUgAyAMaiACIA0oAhQg" +
    "B2wgDGpqIAMbIQ8gD/0ABAAhFiAP/QAEECEXIAAgDSgCGCAGbGohGCADIAxqIAIgDSgCHCAHbCAMamogAxshDyAP/QAEACEZIA/9AAQQIRogASEb" +
    "IAohHANAIBsgCUEIbGohHQNAIBv9AAQAIR4gG/0ABBAhHyAO/QkCACEgIBAgICAe/eYB/eQBIRAgESAgIB/95gH95AEhESAS/QkCACEgIBMgICAe" +
    "/eYB/eQBIRMgFCAgIB/95gH95AEhFCAV/QkCACEgIBYgICAe/eYB/eQBIRYgFyAgIB/95gH95AEhFyAY/QkCACEgIBkgICAe/eYB/eQBIRkgGiAg" +
    "IB/95gH95AEhGiAb/QAEICEeIBv9AAQwIR8gDv0JAgQhICAQICAgHv3mAf3kASEQIBEgICAf/eYB/eQBIREgEv0JAgQhICATICAgHv3mAf3kASET" +
    "IBQgICAf/eYB/eQBIRQgFf0JAgQhICAWICAgHv3mAf3kASEWIBcgICAf/eYB/eQBIRcgGP0JAgQhICAZICAgHv3mAf3kASEZIBogICAf/eYB/eQB" +
    "IRogG/0ABEAhHiAb/QAEUCEfIA79CQIIISAgECAgIB795gH95AEhECARICAgH/3mAf3kASERIBL9CQIIISAgEyAgIB795gH95AEhEyAUICAgH/3m" +
    "Af3kASEUIBX9CQIIISAgFiAgIB795gH95AEhFiAXICAgH/3mAf3kASEXIBj9CQIIISAgGSAgIB795gH95AEhGSAaICAgH/3mAf3kASEaIBv9AARg" +
    "IR4gG/0ABHAhHyAO/QkCDCEgIBAgICAe/eYB/eQBIRAgESAgIB/95gH95AEhESAS/QkCDCEgIBMgICAe/eYB/eQBIRMgFCAgIB/95gH95AEhFCAV" +
    "/QkCDCEgIBYgICAe/eYB/eQBIRYgFyAgIB/95gH95AEhFyAY/QkCDCEgIBkgICAe/eYB/eQBIRkgGiAgIB/95gH95AEhGiAOQRBqIQ4gEkEQaiES" +
    "IBVBEGohFSAYQRBqIRggG0GAAWohGyAbIB1JDQALIA4gCCAJa2ohDiASIAggCWtqIRIgFSAIIAlraiEVIBggCCAJa2ohGCAcQX9qIRwgHA0ACyAC" +
    "IA0oAgQgB2wgDGpqIQ8gDyAQ/QsEACAPIBH9CwQQIAIgDSgCDCAHbCAMamohDyAPIBP9CwQAIA8gFP0LBBAgAiANKAIUIAdsIAxqaiEPIA8gFv0L" +
    "BAAgDyAX/QsEECACIA0oAhwgB2wgDGpqIQ8gDyAZ/QsEACAPIBr9CwQQIA1BIGohDSANIAtJDQALIBshASAMQSBqIQwgDCAHSQ0ACwvYBgoFfwF7" +
    "AX8BewF/AXsBfwF7A38CeyAEIAVBCGxqIQtBACEMA0AgBCENA0AgACANKAIAIAZsaiEOIAMgDGogAiANKAIEIAdsIAxqaiADGyEPIA/9AAQAIRAg" +
    "ACANKAIIIAZsaiERIAMgDGogAiANKAIMIAdsIAxqaiADGyEPIA/9AAQAIRIgACANKAIQIAZsaiETIAMgDGogAiANKAIUIAdsIAxqaiADGyEPIA/9" +
    "AAQAIRQgACANKAIYIAZsaiEVIAMgDGogAiANKAIcIAdsIAxqaiADGyEPIA/9AAQAIRYgASEXIAohGANAIBcgCUEEbGohGQNAIBf9AAQAIRogDv0J" +
    "AgAhGyAQIBsgGv3mAf3kASEQIBH9CQIAIRsgEiAbIBr95gH95AEhEiAT/QkCACEbIBQgGyAa/eYB/eQBIRQgFf0JAgAhGyAWIBsgGv3mAf3kASEW" +
    "IBf9AAQQIRogDv0JAgQhGyAQIBsgGv3mAf3kASEQIBH9CQIEIRsgEiAbIBr95gH95AEhEiAT/QkCBCEbIBQgGyAa/eYB/eQBIRQgFf0JAgQhGyAW" +
    "IBsgGv3mAf3kASEWIBf9AAQgIRogDv0JAgghGyAQIBsgGv3mAf3kASEQIBH9CQIIIRsgEiAbIBr95gH95AEhEiAT/QkCCCEbIBQgGyAa/eYB/eQB" +
    "IRQgFf0JAgghGyAWIBsgGv3mAf3kASEWIBf9AAQwIRogDv0JAgwhGyAQIBsgGv3mAf3kASEQIBH9CQIMIRsgEiAbIBr95gH95AEhEiAT/QkCDCEb" +
    "IBQgGyAa/eYB/eQBIRQgFf0JAgwhGyAWIBsgGv3mAf3kASEWIA5BEGohDiARQRBqIREgE0EQaiETIBVBEGohFSAXQcAAaiEXIBcgGUkNAAsgDiAI" +
    "IAlraiEOIBEgCCAJa2ohESATIAggCWtqIRMgFSAIIAlraiEVIBhBf2ohGCAYDQALIAIgDSgCBCAHbCAMamohDyAPIBD9CwQAIAIgDSgCDCAHbCAM" +
    "amohDyAPIBL9CwQAIAIgDSgCFCAHbCAMamohDyAPIBT9CwQAIAIgDSgCHCAHbCAMamohDyAPIBb9CwQAIA1BIGohDSANIAtJDQALIBchASAMQRBq" +
    "IQwgDCAHSQ0ACwu+BgMEfyB7AX8DQCAAIAIoAgAgBGxqIQcgBCEIA0AgByEJIAkhCiAK/QAEACELIAogBGohCiAK/QAEACEMIAogBGohCiAK/QAE" +
    "ACENIAogBGohCiAK/QAEACEOIAogBGohCiAJIAVqIQkgCSEKIAr9AAQAIQ8gCiAEaiEKIAr9AAQAIRAgCiAEaiEKIAr9AAQAIREgCiAEaiEKIAr9" +
    "AAQAIRIgCiAEaiEKIAkgBWohCSAJIQogCv0ABAAhEyAKIARqIQogCv0ABAAhFCAKIARqIQogCv0ABAAhFSAKIARqIQogCv0ABAAhFiAKIARqIQog" +
    "CSAFaiEJIAkhCiAK/QAEACEXIAogBGohCiAK/QAEACEYIAogBGohCiAK/QAEACEZIAogBGohCiAK/QAEACEaIAogBGohCiAJIAVqIQkgCyAT/eUB" +
    "IRsgDyAT/eQBIRwgEyAP/eUBIR0gDyAX/eUBIR4gDCAU/eUBIR8gECAU/eQBISAgFCAQ/eUBISEgECAY/eUBISIgDSAV/eUBISMgESAV/eQBISQg" +
    "FSAR/eUBISUgESAZ/eUBISYgDiAW/eUBIScgEiAW/eQBISggFiAS/eUBISkgEiAa/eUBISogASErICsgGyAj/eUB/QsEACArIAZqISsgKyAfICP9" +
    "5AH9CwQAICsgBmohKyArICMgH/3lAf0LBAAgKyAGaiErICsgHyAn/eUB/QsEACArIAZqISsgKyAcICT95QH9CwQAICsgBmohKyArICAgJP3kAf0L" +
    "BAAgKyAGaiErICsgJCAg/eUB/QsEACArIAZqISsgKyAgICj95QH9CwQAICsgBmohKyArIB0gJf3lAf0LBAAgKyAGaiErICsgISAl/eQB/QsEACAr" +
    "IAZqISsgKyAlICH95QH9CwQAICsgBmohKyArICEgKf3lAf0LBAAgKyAGaiErICsgHiAm/eUB/QsEACArIAZqISsgKyAiICb95AH9CwQAICsgBmoh" +
    "KyArICYgIv3lAf0LBAAgKyAGaiErICsgIiAq/eUB/QsEACArIAZqISsgB0EQaiEHIAFBEGohASAIQXBqIQggCA0ACyACQQxqIQIgA0F/aiEDIAMN" +
    "AAsL+gQDA38YewF/A0AgASADKAIEIAVsaiEIQQAhCQNAIAAhCiAK/QAEACELIAogB2ohCiAK/QAEACEMIAogB2ohCiAK/QAEACENIAogB2ohCiAK" +
    "/QAEACEOIAogB2ohCiAK/QAEACEPIAogB2ohCiAK/QAEACEQIAogB2ohCiAK/QAEACERIAogB2ohCiAK/QAEACESIAogB2ohCiAK/QAEACETIAog" +
    "B2ohCiAK/QAEACEUIAogB2ohCiAK/QAEACEVIAogB2ohCiAK/QAEACEWIAogB2ohCiAK/QAEACEXIAogB2ohCiAK/QAEACEYIAogB2ohCiAK/QAE" +
    "ACEZIAogB2ohCiAK/QAEACEaIAogB2ohCiALIA/95AEgE/3kASEbIA8gE/3lASAX/eUBIRwgDCAQ/eQBIBT95AEhHSAQIBT95QEgGP3lASEeIA0g" +
    "Ef3kASAV/eQBIR8gESAV/eUBIBn95QEhICAOIBL95AEgFv3kASEhIBIgFv3lASAa/eUBISIgCCEjICMgGyAd/eQBIB/95AEgAiAJaiAjIAIb/QAE" +
    "AP3kAf0LBAAgAygCCEECcQRAIAggBWohIyAjIB0gH/3lASAh/eUBIAIgCWogIyACG/0ABAD95AH9CwQACyADKAIIQQRxBEAgCCAGaiEjICMgHCAe" +
    "/eQBICD95AEgAiAJaiAjIAIb/QAEAP3kAf0LBAALIAMoAghBCHEEQCAIIAZqIAVqISMgIyAeICD95QEgIv3lASACIAlqICMgAhv9AAQA/eQB/QsE" +
    "AAsgAEEQaiEAIAhBEGohCCAJQRBqIQkgCSAFSQ0ACyADQQxqIQMgBEF/aiEEIAQNAAsLwgIEA38EewN/AXtBACEGA0BBACEHA0AgAiAHaiEIIAj9" +
    "AAQAIQkgCCAFaiEIIAj9AAQAIQogCCAFaiEIIAj9AAQAIQsgCCAFaiEIIAj9AAQAIQwgCCAFaiEIIAAgBmohDSABIAdqIQ4gAyEPA0AgDv0ABAAh" +
    "ECAJIA39CQIAIBD95gH95AEhCSAKIA39CQIEIBD95gH95AEhCiALIA39CQIIIBD95gH95AEhCyAMIA39CQIMIBD95gH95AEhDCANIARqIQ0gDiAF" +
    "aiEOIA9Bf2ohDyAPDQALIAIgB2ohCCAIIAn9CwQAIAggBWohCCAIIAr9CwQAIAggBWohCCAIIAv9CwQAIAggBWohCCAIIAz9CwQAIAggBWohCCAH" +
    "QRBqIQcgByAFSQ0ACyACIAVBBGxqIQIgBkEQaiEGIAYgBEkNAAsLTwEDfwNAQQAhBwNAIAAgB2ohCCABIAdqIQkgCSAI/QAEAP0LBAAgB0EQaiEH" +
    "IAcgBUkNAAsgACADaiEAIAEgBGohASACQX9qIQIgAg0ACwtYAQN/A0BBACEHA0AgACAHaiEIIAEgB2ohCSAJIAn9AAQAIAj9AAQA/eQB/QsEACAH" +
    "QRBqIQcgByAFSQ0ACyAAIANqIQAgASAEaiEBIAJBf2ohAiACDQALC2QBA38DQEEAIQcDQCAAIAdqIQggASAHaiEJIAkgCP0ABAD9DAAAAAAAAAAA" +
    "AAAAAAAAAAD96QH9CwQAIAdBEGohByAHIAVJDQALIAAgA2ohACABIARqIQEgAkF/aiECIAINAAsLdwEDfwNAQQAhBwNAIAAgB2ohCCABIAdqIQkg" +
    "CSAJ/QAEACAI/QAEACAIIAZr/QAEAP0MAAAAAAAAAAAAAAAAAAAAAP1E/U795AH9CwQAIAdBEGohByAHIAVJDQALIAAgA2ohACABIARqIQEgAkF/" +
    "aiECIAINAAsLtQEDAn8BewR/A0AgBSEKIAAhCwNA/QwAAAAAAAAAAAAAAAAAAAAAIQwgCyENIAghDgNAIA0hDyAJIRADQCAMIA/9AAQA/eQBIQwg" +
    "DyAFaiEPIBBBf2ohECAQDQALIA0gB2ohDSAOQX9qIQ4gDg0ACyABIAxDAACAPyAIIAlsspX9E/3mAf0LBAAgAUEQaiEBIAtBEGohCyAKQXBqIQog" +
    "Cg0ACyAAIAZqIQAgBEF/aiEEIAQNAAsLqwEDAn8BewR/A0AgBSEKIAAhCwNAIAL9AAQAQwAAgD8gCCAJbLKV/RP95gEhDCALIQ0gCCEOA0AgDSEP" +
    "IAkhEANAIA8gA2ogDCAPIANq/QAEAP3kAf0LBAAgDyAFaiEPIBBBf2ohECAQDQALIA0gB2ohDSAOQX9qIQ4gDg0ACyACQRBqIQIgC0EQaiELIApB" +
    "cGohCiAKDQALIAAgBmohACAEQX9qIQQgBA0ACwuYAQMCfwF7BH8DQCAFIQogACELA0AgC/0ABAAhDCALIQ0gCCEOA0AgDSEPIAkhEANAIAwgD/0A" +
    "BAD96QEhDCAPIAVqIQ8gEEF/aiEQIBANAAsgDSAHaiENIA5Bf2ohDiAODQALIAEgDP0LBAAgAUEQaiEBIAtBEGohCyAKQXBqIQogCg0ACyAAIAZq" +
    "IQAgBEF/aiEEIAQNAAsL2wEEAn8DewR/AXsDQCAFIQogACELA0AgAf0ABAAhDCAC/QAEACEN/QwAAAAAAAAAAAAAAAAAAAAAIQ4gCyEPIAghEANA" +
    "IA8hESAJIRIDQCAR/QAEACAM/UEgDv1PIRMgDiAT/VAhDiARIANqIBEgA2r9AAQAIA0gE/1O/eQB/QsEACARIAVqIREgEkF/aiESIBINAAsgDyAH" +
    "aiEPIBBBf2ohECAQDQALIAFBEGohASACQRBqIQIgC0EQaiELIApBcGohCiAKDQALIAAgBmohACAEQX9qIQQgBA0ACws=",
  },
  "plain JavaScript": {
    pixels: 2, blocks: [4], script: (real, whole) => ({
convolve4(source,weights,out,bias,table,count,inPixel,outPixel,row,run,rows,end,channel,t,p0,o,A0_0,A0_1,A0_2,A0_3,p1,A1_0,A1_1,A1_2,A1_3,w,k,stop,W0,W1,W2,W3,S){
end=table+(count*8);
channel=0;
do{
t=table;
do{
p0=source+(whole[t>>2]*inPixel);
o=bias?(bias+channel):(out+((whole[t+4>>2]*outPixel)+channel));
A0_0=real[o>>2];
A0_1=real[o+4>>2];
A0_2=real[o+8>>2];
A0_3=real[o+12>>2];
p1=source+(whole[t+8>>2]*inPixel);
o=bias?(bias+channel):(out+((whole[t+12>>2]*outPixel)+channel));
A1_0=real[o>>2];
A1_1=real[o+4>>2];
A1_2=real[o+8>>2];
A1_3=real[o+12>>2];
w=weights;
k=rows;
do{
stop=w+(run*4);
do{
W0=real[w>>2];
W1=real[w+4>>2];
W2=real[w+8>>2];
W3=real[w+12>>2];
S=real[p0>>2];
A0_0=A0_0+(S*W0);
A0_1=A0_1+(S*W1);
A0_2=A0_2+(S*W2);
A0_3=A0_3+(S*W3);
S=real[p1>>2];
A1_0=A1_0+(S*W0);
A1_1=A1_1+(S*W1);
A1_2=A1_2+(S*W2);
A1_3=A1_3+(S*W3);
W0=real[w+16>>2];
W1=real[w+20>>2];
W2=real[w+24>>2];
W3=real[w+28>>2];
S=real[p0+4>>2];
A0_0=A0_0+(S*W0);
A0_1=A0_1+(S*W1);
A0_2=A0_2+(S*W2);
A0_3=A0_3+(S*W3);
S=real[p1+4>>2];
A1_0=A1_0+(S*W0);
A1_1=A1_1+(S*W1);
A1_2=A1_2+(S*W2);
A1_3=A1_3+(S*W3);
W0=real[w+32>>2];
W1=real[w+36>>2];
W2=real[w+40>>2];
W3=real[w+44>>2];
S=real[p0+8>>2];
A0_0=A0_0+(S*W0);
A0_1=A0_1+(S*W1);
A0_2=A0_2+(S*W2);
A0_3=A0_3+(S*W3);
S=real[p1+8>>2];
A1_0=A1_0+(S*W0);
A1_1=A1_1+(S*W1);
A1_2=A1_2+(S*W2);
A1_3=A1_3+(S*W3);
W0=real[w+48>>2];
W1=real[w+52>>2];
W2=real[w+56>>2];
W3=real[w+60>>2];
S=real[p0+12>>2];
A0_0=A0_0+(S*W0);
A0_1=A0_1+(S*W1);
A0_2=A0_2+(S*W2);
A0_3=A0_3+(S*W3);
S=real[p1+12>>2];
A1_0=A1_0+(S*W0);
A1_1=A1_1+(S*W1);
A1_2=A1_2+(S*W2);
A1_3=A1_3+(S*W3);
p0=p0+16;
p1=p1+16;
w=w+64;
}while(w<stop);
p0=p0+(row-run);
p1=p1+(row-run);
k=k+-1;
}while(k);
o=out+((whole[t+4>>2]*outPixel)+channel);
real[o>>2]=A0_0;
real[o+4>>2]=A0_1;
real[o+8>>2]=A0_2;
real[o+12>>2]=A0_3;
o=out+((whole[t+12>>2]*outPixel)+channel);
real[o>>2]=A1_0;
real[o+4>>2]=A1_1;
real[o+8>>2]=A1_2;
real[o+12>>2]=A1_3;
t=t+16;
}while(t<end);
weights=w;
channel=channel+16;
}while(channel<outPixel);
},
spread(source,out,table,count,pixel,row,place,from,k,r,p,D00,D01,D02,D03,D10,D11,D12,D13,D20,D21,D22,D23,D30,D31,D32,D33,T00,T10,T20,T30,T01,T11,T21,T31,T02,T12,T22,T32,T03,T13,T23,T33,o){
do{
from=source+(whole[table>>2]*pixel);
k=pixel;
do{
r=from;
p=r;
D00=real[p>>2];
p=p+pixel;
D01=real[p>>2];
p=p+pixel;
D02=real[p>>2];
p=p+pixel;
D03=real[p>>2];
p=p+pixel;
r=r+row;
p=r;
D10=real[p>>2];
p=p+pixel;
D11=real[p>>2];
p=p+pixel;
D12=real[p>>2];
p=p+pixel;
D13=real[p>>2];
p=p+pixel;
r=r+row;
p=r;
D20=real[p>>2];
p=p+pixel;
D21=real[p>>2];
p=p+pixel;
D22=real[p>>2];
p=p+pixel;
D23=real[p>>2];
p=p+pixel;
r=r+row;
p=r;
D30=real[p>>2];
p=p+pixel;
D31=real[p>>2];
p=p+pixel;
D32=real[p>>2];
p=p+pixel;
D33=real[p>>2];
p=p+pixel;
r=r+row;
T00=D00-D20;
T10=D10+D20;
T20=D20-D10;
T30=D10-D30;
T01=D01-D21;
T11=D11+D21;
T21=D21-D11;
T31=D11-D31;
T02=D02-D22;
T12=D12+D22;
T22=D22-D12;
T32=D12-D32;
T03=D03-D23;
T13=D13+D23;
T23=D23-D13;
T33=D13-D33;
o=out;
real[o>>2]=T00-T02;
o=o+place;
real[o>>2]=T01+T02;
o=o+place;
real[o>>2]=T02-T01;
o=o+place;
real[o>>2]=T01-T03;
o=o+place;
real[o>>2]=T10-T12;
o=o+place;
real[o>>2]=T11+T12;
o=o+place;
real[o>>2]=T12-T11;
o=o+place;
real[o>>2]=T11-T13;
o=o+place;
real[o>>2]=T20-T22;
o=o+place;
real[o>>2]=T21+T22;
o=o+place;
real[o>>2]=T22-T21;
o=o+place;
real[o>>2]=T21-T23;
o=o+place;
real[o>>2]=T30-T32;
o=o+place;
real[o>>2]=T31+T32;
o=o+place;
real[o>>2]=T32-T31;
o=o+place;
real[o>>2]=T31-T33;
o=o+place;
from=from+4;
out=out+4;
k=k+-4;
}while(k);
table=table+12;
count=count+-1;
}while(count);
},
gather(source,out,bias,table,count,pixel,row,place,to,k,p,D00,D01,D02,D03,D10,D11,D12,D13,D20,D21,D22,D23,D30,D31,D32,D33,T00,T10,T01,T11,T02,T12,T03,T13,o){
do{
to=out+(whole[table+4>>2]*pixel);
k=0;
do{
p=source;
D00=real[p>>2];
p=p+place;
D01=real[p>>2];
p=p+place;
D02=real[p>>2];
p=p+place;
D03=real[p>>2];
p=p+place;
D10=real[p>>2];
p=p+place;
D11=real[p>>2];
p=p+place;
D12=real[p>>2];
p=p+place;
D13=real[p>>2];
p=p+place;
D20=real[p>>2];
p=p+place;
D21=real[p>>2];
p=p+place;
D22=real[p>>2];
p=p+place;
D23=real[p>>2];
p=p+place;
D30=real[p>>2];
p=p+place;
D31=real[p>>2];
p=p+place;
D32=real[p>>2];
p=p+place;
D33=real[p>>2];
p=p+place;
T00=(D00+D10)+D20;
T10=(D10-D20)-D30;
T01=(D01+D11)+D21;
T11=(D11-D21)-D31;
T02=(D02+D12)+D22;
T12=(D12-D22)-D32;
T03=(D03+D13)+D23;
T13=(D13-D23)-D33;
o=to;
real[o>>2]=((T00+T01)+T02)+real[(bias?(bias+k):o)>>2];
if((whole[table+8>>2]&2)){o=to+pixel;
real[o>>2]=((T01-T02)-T03)+real[(bias?(bias+k):o)>>2];
}
if((whole[table+8>>2]&4)){o=to+row;
real[o>>2]=((T10+T11)+T12)+real[(bias?(bias+k):o)>>2];
}
if((whole[table+8>>2]&8)){o=(to+row)+pixel;
real[o>>2]=((T11-T12)-T13)+real[(bias?(bias+k):o)>>2];
}
source=source+4;
to=to+4;
k=k+4;
}while(k<pixel);
table=table+12;
count=count+-1;
}while(count);
},
collect(x,g,out,count,xPixel,gPixel,i,o,to,A0,A1,A2,A3,p,q,k,W){
i=0;
do{
o=0;
do{
to=out+o;
A0=real[to>>2];
to=to+gPixel;
A1=real[to>>2];
to=to+gPixel;
A2=real[to>>2];
to=to+gPixel;
A3=real[to>>2];
to=to+gPixel;
p=x+i;
q=g+o;
k=count;
do{
W=real[q>>2];
A0=A0+(real[p>>2]*W);
A1=A1+(real[p+4>>2]*W);
A2=A2+(real[p+8>>2]*W);
A3=A3+(real[p+12>>2]*W);
p=p+xPixel;
q=q+gPixel;
k=k+-1;
}while(k);
to=out+o;
real[to>>2]=A0;
to=to+gPixel;
real[to>>2]=A1;
to=to+gPixel;
real[to>>2]=A2;
to=to+gPixel;
real[to>>2]=A3;
to=to+gPixel;
o=o+4;
}while(o<gPixel);
out=out+(gPixel*4);
i=i+16;
}while(i<xPixel);
},
copy(source,out,count,inPixel,outPixel,bytes,shift,k,p,o){
do{
k=0;
do{
p=source+k;
o=out+k;
real[o>>2]=real[p>>2];
k=k+4;
}while(k<bytes);
source=source+inPixel;
out=out+outPixel;
count=count+-1;
}while(count);
},
add(source,out,count,inPixel,outPixel,bytes,shift,k,p,o){
do{
k=0;
do{
p=source+k;
o=out+k;
real[o>>2]=real[o>>2]+real[p>>2];
k=k+4;
}while(k<bytes);
source=source+inPixel;
out=out+outPixel;
count=count+-1;
}while(count);
},
relu(source,out,count,inPixel,outPixel,bytes,shift,k,p,o){
do{
k=0;
do{
p=source+k;
o=out+k;
real[o>>2]=Math.max(real[p>>2],0);
k=k+4;
}while(k<bytes);
source=source+inPixel;
out=out+outPixel;
count=count+-1;
}while(count);
},
reluBack(source,out,count,inPixel,outPixel,bytes,shift,k,p,o){
do{
k=0;
do{
p=source+k;
o=out+k;
real[o>>2]=real[o>>2]+((real[(p-shift)>>2]>0)?real[p>>2]:0);
k=k+4;
}while(k<bytes);
source=source+inPixel;
out=out+outPixel;
count=count+-1;
}while(count);
},
average(source,out,outGrad,shift,count,pixel,step,row,rows,columns,k,channelIn,A,line,y,p,x){
do{
k=pixel;
channelIn=source;
do{
A=0;
line=channelIn;
y=rows;
do{
p=line;
x=columns;
do{
A=A+real[p>>2];
p=p+pixel;
x=x+-1;
}while(x);
line=line+row;
y=y+-1;
}while(y);
real[out>>2]=A*(1/(rows*columns));
out=out+4;
channelIn=channelIn+4;
k=k+-4;
}while(k);
source=source+step;
count=count+-1;
}while(count);
},
averageBack(source,out,outGrad,shift,count,pixel,step,row,rows,columns,k,channelIn,A,line,y,p,x){
do{
k=pixel;
channelIn=source;
do{
A=real[outGrad>>2]*(1/(rows*columns));
line=channelIn;
y=rows;
do{
p=line;
x=columns;
do{
real[(p+shift)>>2]=A+real[(p+shift)>>2];
p=p+pixel;
x=x+-1;
}while(x);
line=line+row;
y=y+-1;
}while(y);
outGrad=outGrad+4;
channelIn=channelIn+4;
k=k+-4;
}while(k);
source=source+step;
count=count+-1;
}while(count);
},
maximum(source,out,outGrad,shift,count,pixel,step,row,rows,columns,k,channelIn,A,line,y,p,x){
do{
k=pixel;
channelIn=source;
do{
A=real[channelIn>>2];
line=channelIn;
y=rows;
do{
p=line;
x=columns;
do{
A=Math.max(A,real[p>>2]);
p=p+pixel;
x=x+-1;
}while(x);
line=line+row;
y=y+-1;
}while(y);
real[out>>2]=A;
out=out+4;
channelIn=channelIn+4;
k=k+-4;
}while(k);
source=source+step;
count=count+-1;
}while(count);
},
maximumBack(source,out,outGrad,shift,count,pixel,step,row,rows,columns,k,channelIn,Top,A,Taken,line,y,p,x,Hit){
do{
k=pixel;
channelIn=source;
do{
Top=real[out>>2];
A=real[outGrad>>2];
Taken=0;
line=channelIn;
y=rows;
do{
p=line;
x=columns;
do{
Hit=(real[p>>2]==Top)&&!Taken;
Taken=Taken||Hit;
real[(p+shift)>>2]=real[(p+shift)>>2]+(Hit?A:0);
p=p+pixel;
x=x+-1;
}while(x);
line=line+row;
y=y+-1;
}while(y);
out=out+4;
outGrad=outGrad+4;
channelIn=channelIn+4;
k=k+-4;
}while(k);
source=source+step;
count=count+-1;
}while(count);
} }),
  },
};
