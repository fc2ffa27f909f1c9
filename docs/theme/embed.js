// Shows the form where this script stands in a page of another site, as high as it is. One line to paste:
// <script src="https://help.contoso.example/embed.js"></script>
(() => {
  const script = document.currentScript, { origin } = new URL(script.src);
  const { form = 'reset', language, title = 'Get back into your account', user } = script.dataset;
  const frame = document.createElement('iframe');
  frame.title = title;
  frame.src = [origin, language, form, ''].filter(part => part !== undefined).join('/') + (user ? `#user=${encodeURIComponent(user)}` : '');
  frame.allow = `publickey-credentials-get ${origin}`; // passkeys
  frame.style.cssText = 'width: 100%; height: 40rem; border: 0';
  addEventListener('message', event => {
    if (event.source === frame.contentWindow && event.origin === origin && event.data?.regain === 'height') frame.style.height = `${event.data.height}px`;
  });
  script.after(frame);
})();
