'use strict';
/* The keyboard: single keys where body[data-keys=on] allows them, Ctrl or Cmd with K for the palette always. */
(() => {
  const places = { o: '/', c: '/connectors', s: '/secrets', a: '/audit' };
  let going = -Infinity; // when g was pressed

  /* follow clicks a link that the page has: whoever may not go there has no link. */
  function follow(path) {
    document.querySelector(`a[href="${path}"]`)?.click();
  }

  function open(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    document.querySelector('dialog:modal')?.close();
    dialog.showModal();
    dialog.querySelector('input')?.select();
  }

  const single = {
    '?': () => open('shortcuts'),
    '/': () => {
      const search = document.getElementById('search');
      if (!search) return open('palette');
      search.focus();
      search.select();
    },
    c: () => follow('/connectors/new'),
    t: () => document.querySelector('[data-test-button]')?.click(),
  };

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
      if (!document.getElementById('palette')) return;
      event.preventDefault();
      open('palette');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.body.dataset.keys !== 'on') return;
    if (patchbay.typing(event.target) || document.querySelector('dialog:modal')) return;
    const afterG = event.timeStamp - going < 1500;
    going = !afterG && event.key === 'g' ? event.timeStamp : -Infinity;
    if (afterG && places[event.key]) {
      event.preventDefault();
      follow(places[event.key]);
    } else if (!afterG && Object.hasOwn(single, event.key)) {
      event.preventDefault();
      single[event.key]();
    }
  });

  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-opens]');
    if (opener) return open(opener.dataset.opens);
    if (event.target.matches('dialog:modal')) event.target.close(); // beside the dialog, on its backdrop
  });
})();

/* The palette: arrows walk from the field through what it found and back, Enter follows the first or the chosen one. Closing
 * it is the browser's: Esc, and the focus goes back to where it was. */
(() => {
  let asked = '', shown = ''; // what the newest request asks for, and what the links below answer
  const inside = (event) => event.target.closest?.('#palette');
  const found = (palette) => [...palette.querySelectorAll('#palette-results a')];

  document.addEventListener('keydown', (event) => {
    const palette = inside(event);
    if (!palette) return;
    const field = palette.querySelector('input');
    const links = found(palette);
    const at = links.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: at < 0 ? NaN : 0, End: at < 0 ? NaN : links.length - 1 }[event.key];
    if (to !== undefined && !Number.isNaN(to)) {
      event.preventDefault();
      (to < 0 ? field : links[Math.min(to, links.length - 1)])?.focus();
    } else if (at >= 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      field.focus(); // whoever goes on typing means the field
    }
  });
  document.addEventListener('submit', (event) => {
    const palette = inside(event);
    if (!palette) return;
    const [first] = found(palette);
    if (!first || !shown || palette.querySelector('input').value !== shown) return; // then the list is searched
    event.preventDefault();
    first.click();
  });
  document.addEventListener('htmx:before:request', (event) => {
    if (inside(event)) asked = event.target.value;
  });
  document.addEventListener('htmx:after:swap', (event) => {
    const palette = inside(event);
    if (!palette) return;
    shown = asked;
    const n = found(palette).length;
    patchbay.announce(n === 0 ? 'Nothing found.' : n === 1 ? '1 result.' : `${n} results.`);
  });
})();
