'use strict';
/* A payload that is pasted, form[data-payload]: what is wrong with it is listed below while one types, by the rules that the
 * server has. The list is a status of its own, so it is written only once the typing pauses. */
(() => {
  let pause = 0;

  function list(form) {
    const area = form.elements.payload;
    const answer = document.getElementById('payload-answer');
    if (!patchbay.rules.ready || !answer) return;
    answer.replaceChildren();
    if (!area.value.trim()) return;
    const name = form.dataset.payload || document.querySelector('h1')?.textContent.trim() || '';
    const findings = patchbay.rules.ready.payload(area.value, name);
    const errors = findings.filter((finding) => finding.severity === 'error').length;
    const verdict = answer.appendChild(document.createElement('p'));
    verdict.className = `state ${errors ? 'bad' : findings.length ? 'warn' : 'ok'}`;
    verdict.append(patchbay.icon(errors ? 'bad' : findings.length ? 'warn' : 'ok'),
      findings.length === 0 ? ' Nothing wrong was found.' : findings.length === 1 ? ' 1 thing to look at.' : ` ${findings.length} things to look at.`);
    if (!findings.length) return;
    const lines = answer.appendChild(document.createElement('ul'));
    for (const { line, text } of findings) {
      lines.appendChild(document.createElement('li')).textContent = line ? `Line ${line}: ${text}` : text;
    }
  }

  document.addEventListener('focusin', (event) => {
    if (event.target.form?.matches('[data-payload]')) patchbay.rules.load();
  });
  document.addEventListener('input', (event) => {
    const form = event.target.form;
    if (!form?.matches('[data-payload]')) return;
    clearTimeout(pause);
    pause = setTimeout(() => patchbay.rules.load().then(() => list(form)), 400);
  });
})();
