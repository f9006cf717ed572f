'use strict';
/* Patchbay's pages are whole without scripts. These files make them quicker and kinder; they go out as one, patchbay.js,
 * with this one first. What they act on is said by data attributes, never by class names or by the look of a page. */

document.documentElement.classList.add('js');

/* What the other files use. */
const patchbay = {
  /* announce has a sentence read out; #announce is in every page from the start. */
  announce(text) {
    const region = document.getElementById('announce');
    if (!region) return;
    region.textContent = ''; // the same sentence twice is two changes
    setTimeout(() => { region.textContent = text; }, 50);
  },

  /* clean takes away what pasting brings along, as the server does. */
  clean(text, long) {
    const plain = text.replace(/[\u200b\u200c\u200d\u2060\ufeff\0]/g, '').replace(/[\u00a0\u202f]/g, ' ')
      .replace(/\r\n?/g, '\n').trim();
    return long ? plain : plain.replace(/\n/g, ' ');
  },

  /* icon gives a symbol of the sprite that the page uses. */
  icon(name) {
    const used = document.querySelector('svg use')?.getAttribute('href') ?? '';
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    svg.appendChild(document.createElementNS(svg.namespaceURI, 'use')).setAttribute('href', `${used.split('#')[0]}#i-${name}`);
    return svg;
  },

  /* typing tells whether a key belongs to a control rather than to the page. */
  typing(target) {
    return target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])');
  },
};

/* Copying: data-copy holds the text itself, data-copy-from the id of the element that shows it. */
(() => {
  async function write(text, near) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement('textarea'); // a page over plain http has no clipboard of its own
    area.value = text;
    area.readOnly = true;
    area.className = 'visually-hidden';
    (near.closest('dialog') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    near.focus({ preventScroll: true });
    if (!done) throw new Error('the browser does not let this page copy');
  }

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy], [data-copy-from]');
    if (!button) return;
    event.preventDefault();
    const from = document.getElementById(button.dataset.copyFrom?.replace(/^#/, '') ?? '');
    const text = button.dataset.copy || (from ? from.value ?? from.textContent : '');
    try {
      await write(text, button);
      button.classList.add('copied');
      setTimeout(() => button.classList.remove('copied'), 2000);
      patchbay.announce('Copied.');
    } catch {
      patchbay.announce('The browser did not allow copying. Select the text and copy it by hand.');
    }
  });
})();

/* Ages: a <time datetime> with a relative text goes on counting, in the words of the server. data-bare leaves out "ago". */
(() => {
  const relative = /^(just now|(in )?\d+ (min|h|d|months|years)( ago)?)$/;
  const minute = 60, hour = 60 * minute, day = 24 * hour;
  const units = [[hour, minute, 'min'], [48 * hour, hour, 'h'], [60 * day, day, 'd'], [730 * day, 30 * day, 'months'], [Infinity, 365 * day, 'years']];

  function age(seconds) {
    if (seconds < minute) return '';
    const [, unit, word] = units.find(([below]) => seconds < below);
    return `${Math.floor(seconds / unit)} ${word}`;
  }

  function said(time, now) {
    const old = time.textContent.trim();
    const seconds = (now - Date.parse(time.dateTime)) / 1000;
    if (Number.isNaN(seconds) || !relative.test(old)) return old;
    const text = age(Math.abs(seconds));
    if (!text) return 'just now';
    if (seconds < 0) return `in ${text}`;
    const bare = 'bare' in time.dataset || (/^\d/.test(old) && !old.endsWith('ago'));
    return bare ? text : `${text} ago`;
  }

  setInterval(() => {
    if (document.hidden) return;
    const now = Date.now();
    for (const time of document.querySelectorAll('time[datetime]')) {
      const text = said(time, now);
      if (text !== time.textContent.trim()) time.textContent = text;
    }
  }, 30000);
})();

/* Forms: one submit each (data-once), a question before what was typed is lost (data-dirty), and pasted text cleaned. */
(() => {
  const labels = new Map(); // buttons that are busy, with what they showed before
  let dirty = null;         // the form that was changed since it came

  /* free lets forms be sent again: all of them when the page comes back from the browser's cache, else the one whose
   * request is over. */
  function free(only) {
    for (const [button, before] of labels) {
      if (only && button.form !== only) continue;
      button.removeAttribute('aria-disabled');
      button.classList.remove('busy');
      button.replaceChildren(...before);
      labels.delete(button);
    }
    for (const form of only ? [only] : document.querySelectorAll('form[data-busy]')) delete form.dataset.busy;
  }

  function busy(button) {
    labels.set(button, [...button.childNodes]);
    button.setAttribute('aria-disabled', 'true');
    button.classList.add('busy');
    if (button.dataset.busyText) button.textContent = button.dataset.busyText;
  }

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.matches('[data-once]')) {
      if (form.dataset.busy) {
        event.preventDefault();
        event.stopImmediatePropagation(); // htmx must not see it either
        return;
      }
      form.dataset.busy = 'true';
      // The words change after the browser has read the button's value into the request.
      const button = event.submitter ?? form.querySelector('[type=submit], button:not([type])');
      if (button) setTimeout(() => busy(button));
    }
    if (form === dirty) dirty = null;
  }, true);

  document.addEventListener('input', (event) => {
    const form = event.target.form?.closest('[data-dirty]');
    if (form) dirty = form;
  });
  document.addEventListener('reset', () => { dirty = null; });

  addEventListener('beforeunload', (event) => {
    if (!dirty?.isConnected) return;
    dirty = null; // once: a second attempt is meant
    event.preventDefault();
  });
  addEventListener('pageshow', (event) => { if (event.persisted) free(null); });
  document.addEventListener('htmx:finally:request', (event) => {
    const form = event.target.closest?.('form[data-once]');
    if (form) free(form);
  });

  document.addEventListener('paste', (event) => {
    const field = event.target;
    if (!field.matches?.('input, textarea') || field.readOnly || /password/.test(field.autocomplete)) return;
    const pasted = event.clipboardData?.getData('text') ?? '';
    const text = patchbay.clean(pasted, field.matches('textarea'));
    if (text === pasted) return;
    event.preventDefault();
    // insertText keeps the browser's undo; where it is not there the field is changed by hand.
    if (document.execCommand('insertText', false, text)) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
})();

/* News: what the page brought along is read out once, then whatever a swap changes; so are the end of a check and a server
 * that does not answer. */
(() => {
  const told = new WeakMap(); // by element, the sentence that was said last
  const runs = new Set();     // checks whose end was said
  const asked = 'patchbay-asked'; // in the browser's memory: the page on which a check was asked for

  document.addEventListener('submit', (event) => {
    if (event.target.querySelector('[data-test-button]')) sessionStorage.setItem(asked, location.pathname);
  });

  function tell(silent) {
    for (const news of document.querySelectorAll('[data-announce]')) {
      if (told.get(news) === news.dataset.announce) continue;
      told.set(news, news.dataset.announce);
      if (!silent && news.dataset.announce) patchbay.announce(news.dataset.announce);
    }
    for (const over of document.querySelectorAll('[data-run][data-over]')) {
      if (runs.has(over.dataset.run)) continue;
      runs.add(over.dataset.run);
      // What was cut off has no word on how the connector is.
      const words = [over.dataset.end ?? over.querySelector('h2 > :first-child')?.textContent, over.querySelector('#verdict b')?.textContent].map((text) => text?.trim());
      if (silent && sessionStorage.getItem(asked) !== location.pathname) continue; // an old story
      sessionStorage.removeItem(asked);
      patchbay.announce(words.filter(Boolean).join('. '));
    }
  }

  tell(true);
  const flash = document.querySelector('[data-flash] p')?.textContent.trim();
  if (flash) patchbay.announce(flash);
  document.addEventListener('htmx:after:swap', () => tell(false));
  document.addEventListener('htmx:error', (event) => {
    if (event.detail?.ctx) patchbay.announce('The server did not answer. Look whether you are connected, then try again.');
  });
})();

/* Focus: after a swap it is on the same control, or where data-focus-fallback points, and never on the body. */
(() => {
  let last = null; // what had the focus when it was last somewhere
  let lost = null; // id and fallback of what a swap may take away

  const isNowhere = (element) => !element || element === document.body || element === document.documentElement;

  document.addEventListener('focusin', (event) => { last = event.target; });
  document.addEventListener('htmx:before:swap', () => {
    // A button that is disabled while its request runs has lost the focus already.
    const held = isNowhere(document.activeElement) && last?.disabled ? last : document.activeElement;
    lost = isNowhere(held) ? null : { id: held.id, fallback: held.closest('[data-focus-fallback]')?.dataset.focusFallback };
  });
  document.addEventListener('htmx:after:swap', () => {
    if (!lost || !isNowhere(document.activeElement)) return;
    const next = [lost.id, lost.fallback?.replace(/^#/, ''), 'main'].map((id) => id && document.getElementById(id)).find(Boolean) ??
      document.querySelector('main');
    lost = null;
    if (!next) return;
    next.focus({ preventScroll: true });
    if (isNowhere(document.activeElement)) { // a heading or a region takes no focus by itself
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
    }
  });
})();
