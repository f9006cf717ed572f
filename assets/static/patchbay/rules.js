'use strict';
/* The rules of connectors, the very same that the server has, as WebAssembly: fetched once, when a form that has use for them
 * gets the focus or the browser has nothing else to do. Their addresses stand before this file in patchbay.js. */
patchbay.rules = (() => {
  let loading = null;

  function script(url) {
    return new Promise((done, wrong) => {
      const element = document.createElement('script');
      element.src = url;
      element.onload = done;
      element.onerror = () => wrong(new Error(`${url} could not be loaded`));
      document.head.append(element);
    });
  }

  async function start() {
    await script(patchbayAssets['wasm_exec.js']);
    const go = new Go();
    const { instance } = await WebAssembly.instantiateStreaming(fetch(patchbayAssets['app.wasm']), go.importObject);
    go.run(instance); // goes on for as long as the page is open; what it offers is there when this line is over
    return globalThis.patchbayRules;
  }

  return {
    /* ready gives the rules when they are here, and null before: nothing ever waits for them. */
    get ready() { return globalThis.patchbayRules ?? null; },

    /* load gives a promise of the rules; null when they cannot be had, and then the server alone judges. */
    load() {
      loading ??= start().catch((problem) => {
        console.warn('The rules of connectors are not available in this browser:', problem.message);
        return null;
      });
      return loading;
    },
  };
})();
