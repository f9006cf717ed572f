'use strict';
/* A connector's form with scripts: what is wrong is said as soon as a field is left, in the server's own sentences, and the
 * request that the form stands for is written beside it. Nothing is ever said of a field that nobody has left yet. */
(() => {
  const states = new WeakMap(); // by form
  const formOf = (target) => (target.form ?? target.closest?.('form'))?.closest('form[data-rules]') ?? null;

  /* stateOf keeps of a form which fields were left, and the messages that the server wrote: only the server may know
   * better, so they stay until their own field is changed. */
  function stateOf(form) {
    let state = states.get(form);
    if (state) return state;
    state = { left: new Set(), server: new Set() };
    for (const row of form.querySelectorAll('[data-field]')) {
      const message = document.getElementById(`f-${row.dataset.field}-error`);
      if (!message || message.hidden) continue;
      state.left.add(row.dataset.field);
      state.server.add(message.id);
    }
    states.set(form, state);
    return state;
  }

  /* values gives what the rows of fields would send: a text for each name, or several. What stands outside a row is not
   * a field, though it may have the name of one, as the version of the record that an edit goes by. */
  function values(form) {
    const out = {};
    for (const control of form.querySelectorAll('[data-field] :is(input, select, textarea)[name]')) {
      const { name, value, type, checked, disabled } = control;
      if (disabled || (/^(checkbox|radio)$/.test(type) && !checked)) continue;
      out[name] = name in out ? [].concat(out[name], value) : value;
    }
    return out;
  }

  /* tenancy gives what the request has to know of the workspace: it stands on the chosen option, or on the form. */
  function tenancy(form) {
    const { account = '', region = '' } = form.elements.workspace?.selectedOptions?.[0]?.dataset ?? form.dataset;
    return { account, region, base: location.origin };
  }

  function check(form) {
    return patchbay.rules.ready?.check(form.dataset.vendor, form.dataset.type, values(form), tenancy(form)) ?? null;
  }

  function say(field, text) {
    const control = document.getElementById(`f-${field}`);
    const message = document.getElementById(`f-${field}-error`);
    if (!control || !message) return;
    if (message.textContent !== text) message.textContent = text;
    message.hidden = !text;
    if (text) control.setAttribute('aria-invalid', 'true');
    else control.removeAttribute('aria-invalid');
  }

  /* show brings messages, placeholder and request up to date. */
  function show(form) {
    const result = check(form);
    if (!result) return null;
    const { left, server } = stateOf(form);
    const wrong = new Map(result.problems);
    for (const field of left) {
      if (wrong.has(field) || !server.has(`f-${field}-error`)) say(field, wrong.get(field) ?? '');
    }
    const identifier = form.elements.identifier;
    if (identifier && !identifier.readOnly) {
      stateOf(form).placeholder ??= identifier.placeholder;
      identifier.placeholder = form.elements.name?.value.trim() ? result.identifier : stateOf(form).placeholder;
    }
    write(result);
    return result;
  }

  /* write puts the request beside the form, a pane for each spelling in the order of the choices above them. */
  function write(result) {
    const live = document.querySelector('pre[data-request]')?.closest('section');
    if (!live) return;
    const panes = live.querySelectorAll('pre');
    for (const [i, choice] of live.querySelectorAll('input[data-as]').entries()) {
      const text = result[choice.dataset.as];
      if (panes[i] && text !== undefined && panes[i].textContent !== text) panes[i].textContent = text;
    }
  }

  /* block says all that is wrong before anything is sent: a summary like the server's, with the focus on it. */
  function block(form, problems) {
    for (const [field] of problems) stateOf(form).left.add(field);
    show(form);
    const box = document.createElement('div');
    box.id = 'errors';
    box.className = 'errors';
    box.tabIndex = -1;
    box.setAttribute('role', 'alert');
    const heading = document.createElement('h2');
    heading.append(patchbay.icon('bad'), ' There is a problem', problems.length > 1 ? ` with ${problems.length} fields` : '');
    const list = document.createElement('ul');
    for (const [field, text] of problems) {
      const line = list.appendChild(document.createElement('li'));
      const link = document.createElement('a');
      link.href = `#f-${field}`;
      link.textContent = text;
      line.append(document.getElementById(`f-${field}`) ? link : text);
    }
    box.append(heading, list);
    document.getElementById('errors')?.remove();
    document.querySelector('main').prepend(box);
    box.focus();
    box.scrollIntoView({ block: 'start' });
    if (!document.title.startsWith('Error: ')) document.title = `Error: ${document.title}`;
  }

  /* A message that appears while a button is being pressed would push the button away from under the pointer. */
  let pressed = false;
  let waiting = null;
  document.addEventListener('pointerdown', () => { pressed = true; }, true);
  for (const type of ['pointerup', 'pointercancel']) {
    document.addEventListener(type, () => {
      pressed = false;
      const form = waiting;
      waiting = null;
      if (form) setTimeout(() => show(form));
    }, true);
  }

  document.addEventListener('focusin', async (event) => {
    const form = formOf(event.target);
    if (!form || patchbay.rules.ready) return;
    await patchbay.rules.load();
    show(form);
  });
  document.addEventListener('input', (event) => {
    const form = formOf(event.target);
    if (!form) return;
    const { server } = stateOf(form);
    const message = document.getElementById(`${event.target.id}-error`);
    if (message && server.delete(message.id) && !patchbay.rules.ready) say(event.target.name, '');
    show(form);
  });
  document.addEventListener('focusout', (event) => {
    const form = formOf(event.target);
    if (!form || !event.target.name) return;
    stateOf(form).left.add(event.target.name);
    if (pressed) waiting = form;
    else show(form);
  });

  /* The window hears of a submit before the document does, so a blocked one never looks as if it were on its way. Once both
   * agree, the server is asked all the same. What only a conflict's other side can mend is for the server to judge. */
  addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.matches('form[data-rules]') || event.submitter?.formNoValidate || form.querySelector('[name^="keep."]')) return;
    const problems = check(form)?.problems ?? [];
    if (problems.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    block(form, problems);
  }, true);

  /* On a narrow screen the panel with the result of a test lies below the form. */
  document.addEventListener('htmx:after:swap', (event) => {
    if (event.detail?.ctx?.sourceElement?.id === 'test') document.getElementById('check')?.scrollIntoView({ block: 'nearest' });
  });

  const form = document.querySelector('form[data-rules]');
  if (form && !navigator.connection?.saveData) {
    (window.requestIdleCallback ?? setTimeout)(() => patchbay.rules.load().then(() => show(form)));
  }
})();
