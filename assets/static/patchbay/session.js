'use strict';
/* The session: two minutes before it ends a small dialog that blocks nothing offers to stay signed in. All pages of one
 * browser tell each other when the end moves, so a page in the background does not warn of an end that is no longer near. */
(() => {
  let ends = Number(document.body.dataset.sessionEnds ?? 0);
  if (!ends) return;
  const warning = 2 * 60 * 1000;
  const others = 'BroadcastChannel' in window ? new BroadcastChannel('patchbay-session') : null;
  let warned = 0; // the end that was warned of
  let dialog = null;

  function move(to, tell) {
    if (!(to > ends)) return;
    ends = to;
    if (tell) others?.postMessage(ends);
    if (ends - Date.now() > warning) dialog?.close();
  }
  others?.addEventListener('message', (event) => move(Number(event.data), false));
  others?.postMessage(ends);

  /* A request that brings a part of a page moves the end too. */
  document.addEventListener('htmx:after:request', (event) => {
    move(Number(event.detail?.ctx?.response?.headers?.get('Patchbay-Session-Ends') ?? 0), true);
  });

  function build() {
    const box = document.createElement('dialog');
    box.id = 'session';
    box.className = 'toast';
    box.setAttribute('aria-labelledby', 'session-text');
    const text = document.createElement('p');
    text.id = 'session-text';
    const stay = document.createElement('button');
    stay.type = 'button';
    stay.className = 'btn primary';
    stay.textContent = 'Stay signed in';
    stay.addEventListener('click', prolong);
    const again = document.createElement('a');
    again.className = 'btn';
    again.href = '/login';
    again.target = '_blank';
    again.textContent = 'Sign in again in a new tab';
    box.append(text, stay, again);
    document.body.append(box);
    return box;
  }

  function say(sentence, over) {
    dialog ??= build();
    const [text, stay, again] = dialog.children;
    stay.hidden = over;
    again.hidden = !over;
    if (dialog.open && text.textContent === sentence) return;
    text.textContent = sentence;
    if (!dialog.open) {
      const held = document.activeElement;
      dialog.show();
      held?.focus?.({ preventScroll: true }); // it must not take the keyboard from somebody who types
    }
    patchbay.announce(sentence);
  }

  async function prolong() {
    try {
      const answer = await fetch('/account/stay', { method: 'POST', headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const had = ends;
      move(Number((await answer.json()).ends), true);
      dialog.close();
      patchbay.announce(ends > had ? 'You stay signed in.' : 'Your session cannot be made longer. Save your work and sign in again.');
    } catch {
      say('The session could not be prolonged. Save your work now, then sign in again.', false);
    }
  }

  setInterval(() => {
    const left = ends - Date.now();
    if (left <= 0) {
      say('Your session has ended. What you typed is still here: sign in again in a new tab, then go on.', true);
    } else if (left <= warning && warned !== ends) {
      warned = ends;
      say('Your session ends in less than two minutes.', false);
    }
  }, 2000);
})();
